"""Mistakes that people make, each with the words in which it is told; see also test_scenario."""

import re
import unicodedata
from pathlib import Path

import pytest

from sim.scenario import Mark, Mistake, ScenarioError, load
from sim.scenario.mistakes import MOST_MISTAKES, WIDTH, nearest, printable, with_caret

FOLDER = Path(__file__).parents[1] / "scenarios"
BASE = "laroche2011.yaml"
TEXT = (FOLDER / BASE).read_text(encoding="utf-8")


def wrote(folder, text, name="case.yaml"):
    """A file beside a copy of the base case."""
    (folder / BASE).write_text(TEXT, encoding="utf-8")
    held = text if isinstance(text, bytes) else text.encode("utf-8")
    (folder / name).write_bytes(held)
    return folder / name


def report(path, settings=()):
    with pytest.raises(ScenarioError) as caught:
        load(path, settings)
    return str(caught.value).replace(f"{Path(path).parent}/", "")


def report_over_base(folder, text):
    """The report of a what-if whose text begins on line 2."""
    return report(wrote(folder, f"extends: {BASE}\n{text}\n"))


def told(text):
    """The lines of a report that say what is wrong, without those that show where."""
    lines = text.splitlines()[1:]
    return [line for line in lines if not line.startswith("    ")]


# --- one mistake, word for word ---------------------------------------------------------------

# what is wrong: a what-if's line 2, and the line of the report after the file's name
ONE_MISTAKE = {
    "a list for a mapping": (
        "cohort: [1, 2]", "2:9: cohort: should be a mapping, `key: value` lines"),
    "a text for a mapping": (
        "cohort: many", "2:9: cohort: should be a mapping, `key: value` lines"),
    "a mapping for a list": (
        "arms: {a: {x: y}}", "2:11: arms.a: should be a list, in [brackets]"),
    "a list for a number": ("seed: [1]", "2:7: seed: should be one value, not a list"),
    "a unit of something else": (
        "horizon: 5 kg", "2:10: horizon: '5 kg': 'kg' is not a unit of time; "
        "Allowed: day, days, week, weeks, month, months, year, years"),
    "a unit in capitals": (
        "horizon: 5 MONTHS", "2:10: horizon: '5 MONTHS': 'MONTHS' is not a unit of time; "
        "did you mean 'months'? Allowed: day, days, week, weeks, month, months, year, years"),
    "a bare number": (
        "horizon: 60", "2:10: horizon: '60' has no unit; units of time: "
        "day, days, week, weeks, month, months, year, years"),
    "a bare share": (
        "cohort: {female: 0.5}", "2:18: cohort.female: '0.5' has no unit; "
        "write a share with %, like 50 %, or as counts, like 2 of 10"),
    "a decimal comma": (
        "horizon: 5,5 years", "2:10: horizon: '5,5 years' does not start with a number; "
        "write decimals with a point, thousands without a comma"),
    "infinity": ("horizon: -.inf days", "2:10: horizon: '-.inf days' is not a finite number"),
    "more than any number": (
        "horizon: 1e400 days", "2:10: horizon: '1e400 days' is too large"),
    "too large in the unit held": (
        "fractures: {base_rate: 1e308 per month}",
        "2:24: fractures.base_rate: '1e308 per month' is too large"),
    "a very long number": (
        f"seed: {'9' * 5000}",
        f"2:7: seed: '{'9' * 40}...' is too long for a number"),
    "a probability above 1": (
        "therapies: {pamidronate: {given: 101 %}}",
        "2:34: therapies.pamidronate.given: '101 %' is not allowed here; allowed: 0 % to 100 %"),
    "a share as a number of YAML": (
        "cohort: {female: 1e-3}", "2:18: cohort.female: '1e-3' has no unit; "
        "write a share with %, like 50 %, or as counts, like 2 of 10"),
    "what YAML takes for false": (
        "cohort: {female: NO}", "2:18: cohort.female: 'NO' does not start with a number"),
    "what YAML takes for a time": (
        "therapies: {pamidronate: {delay: {probability: 5 %, mean: 12:30}}}",
        "2:59: therapies.pamidronate.delay.mean: '12:30': ':30' is not a unit of time; "
        "Allowed: day, days, week, weeks, month, months, year, years"),
    "a key given twice": (
        "seed: 1\nseed: 2", "3:1: seed: this key is already on line 2"),
    "an anchor": ("seed: &a 1", "2:7: seed: anchors (&name) are not allowed in scenarios"),
    "a tag": ("seed: !!int 1", "2:7: seed: tags (!name) are not allowed in scenarios"),
    "a second document": (
        "seed: 1\n---\nseed: 2", "3:1: the document: a second document "
        "in the file; a scenario is one document"),
    "a value of nothing": (
        "value: 5", "2:1: value: 'value' is not a key of a scenario; "
        "write it beside `source`, under its key"),
    "a control character": (
        'title: "\\e[31mred"', "2:8: title: a control character (U+001B) in a text; remove it"),
    "half a character": (
        'title: "\\ud800"', "2:8: title: a control character (U+D800) in a text; remove it"),
    "writing that turns": (
        'title: "\\u202Elatot"', "2:8: title: a control character (U+202E) in a text; remove it"),
    "a control character as such": (
        "title: a\x07b", "2:9: not YAML: a control character (U+0007); remove it"),
    "a tab in front": (
        "cohort:\n\tpatients: 5", "3:1: not YAML: a tab; YAML indents with spaces, "
        "so replace the tab by spaces"),
    "a tab after spaces": (
        "cohort:\n  age:\n  \tnormal: 5", "4:3: not YAML: a tab; YAML indents with spaces, "
        "so replace the tab by spaces"),
    "an open bracket": (
        "arms: {a: [pamidronate", "2:11: not YAML: the text ends before the ']' that closes "
        "this '['"),
    "an open brace": (
        "cohort: {female: 5 %\n", "2:9: not YAML: the text ends before the '}' that closes "
        "this '{'"),
    "a bracket at the very end": (
        "arms: {a: [", "3:1: not YAML: the text ends in the middle of this value; is a part "
        "of the file missing?"),
    "an open quotation": (
        'title: "abc', '2:8: not YAML: the text ends before the " that closes this quotation'),
    "no colon": (
        "cohort\nseed: 1", "2:1: not YAML: a key without a colon; write `key: value`"),
    "two colons": (
        "title: a: b", "2:9: not YAML: a second `: ` in one line, or a line indented too far; "
        "put text that contains `: ` in quotes"),
    "no comma": (
        'cohort: {female: "5 %" weight: 3}', "2:24: not YAML: a comma or the closing '}' is "
        "missing before this"),
    "a sign that begins no value": (
        "title: @home", "2:8: not YAML: a value cannot begin with '@'; put it in quotes"),
    "a backslash": (
        'title: "C:\\Users"', "2:13: not YAML: a backslash in double quotes; use single quotes"),
    "too deep": (
        "title: " + "[" * 40 + "]" * 40, "2:40: title[0][0]...: nested deeper than 32 levels"),
    "too much": (
        "title: [" + "1, " * 5000 + "]", "2:15000: over 5000 values, too many for a scenario"),
    "a therapy that is not there": (
        "arms: {a: [pamidronat]}", "2:12: arms.a[0]: 'pamidronat' is not a therapy; "
        "did you mean 'pamidronate'? Allowed: pamidronate, interferon"),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_a_mistake_is_told_in_one_sentence_with_its_place(tmp_path, name):
    text, said = ONE_MISTAKE[name]
    found = report_over_base(tmp_path, text)
    assert told(found) == [f"case.yaml:{said}"]
    assert found.startswith("The scenario is not valid: 1 mistake.\n")


# what is wrong: a what-if's line 2, where, and part of the words of the form
RULES = {
    "a mapping for a quantity": ("horizon: {months: 5}", "2:10: horizon", "one value"),
    "a negative SD": ("cohort: {spine_t: {normal: {sd: -1}}}", "2:33: cohort.spine_t.normal.sd",
                      "0 to 5"),
    "no negative binomial": (
        "cohort: {vertebral_fractures: {negative_binomial: {mean: 3, sd: 1}}}",
        "2:31: cohort.vertebral_fractures", "SD squared"),
    "a log-normal of mean 0": (
        "cohort: {ctx: {lognormal: {mean: 0 pg/mL, sd: 1 pg/mL}}}",
        "2:34: cohort.ctx.lognormal.mean", "0.1 pg/mL to"),
    "a mean outside its limits": (
        "cohort: {age: {normal: {mean: 10 years}}}", "2:15: cohort.age", "outside `within`"),
    "impossible correlations": (
        "cohort: {correlations: {spine_t ~ hip_t: 0.9, spine_t ~ age: 0.9, age ~ hip_t: -0.9}}",
        "2:24: cohort.correlations", "not positive definite"),
    "a phase that never begins": (
        "therapies: {pamidronate: {schedule: [{every: 1 month}, {every: 3 months}]}}",
        "2:37: therapies.pamidronate.schedule", "only the last phase may omit `for`"),
    "a source unknown": (
        "horizon: {value: 5 years, source: larcohe2011}", "2:35: horizon.source",
        "did you mean 'laroche2011'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_a_rule_broken_by_a_what_if_is_told_at_the_what_if(tmp_path, name):
    text, where, part = RULES[name]
    (line,) = told(report_over_base(tmp_path, text))
    assert line.startswith(f"case.yaml:{where}: ")
    assert part in line


def test_a_decimal_comma_between_braces_is_told_as_such(tmp_path):
    """YAML takes {mean: 0,5 %/year} for two keys, the second without a value."""
    lines = told(report_over_base(tmp_path, "effects: {none: {spine: {mean: 0,5 %/year}}}"))
    said = "'5 %/year' follows a decimal comma; write decimals with a point"
    assert f"case.yaml:2:34: effects.none.spine.5 %/year: {said}" in lines
    assert len(lines) == 2


def test_a_row_that_no_arm_reaches_is_allowed(tmp_path):
    """It is there for what-ifs, which add or remove arms."""
    study = load(wrote(tmp_path, f"extends: {BASE}\narms: {{combination: }}\n"))
    assert list(study.scenario.arms) == ["pamidronate"]
    assert "interferon" in study.scenario.effects


# --- files that are none ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("laroche2012.yaml", "; did you mean '{folder}/laroche2011.yaml'?"),
        ("LAROCHE2011.YAML", "; did you mean '{folder}/laroche2011.yaml'?"),
        ("laroche2011", "; did you mean '{folder}/laroche2011.yaml'?"),
        ("quite-another.yaml", ""),
        ("nowhere/laroche2011.yaml", "; the name alone, laroche2011, is the shipped one"),
        (".", ": this is a folder"),
        (f"{BASE}/below.yaml", ""),
        ("nul\0.yaml", ""),
    ],
)
def test_a_file_that_is_not_there_is_told_with_the_nearest_name(tmp_path, name, said):
    wrote(tmp_path, "")
    with pytest.raises(ScenarioError) as caught:
        load(f"{tmp_path}/{name}")
    line = str(caught.value).splitlines()[1]
    assert line.endswith(f": there is no such file{said.format(folder=tmp_path)}")
    assert "\0" not in line


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (TEXT.encode("utf-16"), "is not UTF-8 text but UTF-16; save it as UTF-8"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "is not UTF-8 text but UTF-16; save it as UTF-8"),
        (b"PK\x03\x04\x00\xff", "is not UTF-8 text but binary; a scenario is plain text, "
         "not a file of Word, Excel or the like"),
        ("- a\n- b\n", "should be a mapping, `key: value` lines"),
        ("#" * 300_001, "over 300 kB, too large for a scenario (up to 300 kB)"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_is_refused_with_what_to_do(tmp_path, held, said):
    assert told(report(wrote(tmp_path, held))) == [f"case.yaml: {said}"]


def test_a_letter_of_an_older_encoding_is_told_with_its_place(tmp_path):
    path = wrote(tmp_path, "seed: 1\ntitle: à la Ärzte\n".encode("latin-1"))
    assert report(path).splitlines()[1:] == [
        "case.yaml:2:8: is not UTF-8 text (byte E0 here); save the file as UTF-8",
        "    title: à la Ärzte",
        "           ^",
    ]


@pytest.mark.parametrize("held", ["", "\n\n", "\ufeff", "  \r\n"])
def test_an_empty_file_is_called_empty(tmp_path, held):
    assert told(report(wrote(tmp_path, held)))[0] == "case.yaml: the file is empty"


@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
def test_a_file_that_ends_in_the_middle_is_refused_at_its_end_or_where_it_stands_open(
    tmp_path, share
):
    begin = TEXT[: int(share * len(TEXT))]
    lines = told(report(wrote(tmp_path, begin)))
    assert lines
    assert all(re.match(r"case\.yaml:\d+:\d+: ", line) for line in lines)


# --- bases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../laroche2011.yaml", "'../laroche2011.yaml': should be the name of a file in the "
         "same folder, like `laroche2011.yaml`"),
        ("/etc/passwd", "'/etc/passwd': should be the name of a file in the same folder, "
         "like `laroche2011.yaml`"),
        ("https://example.org/a.yaml", "'https://example.org/a.yaml' is an address: should be "
         "the name of a file in the same folder, like `laroche2011.yaml`"),
        ("laroche2012.yaml", "there is no file 'laroche2012.yaml' here; did you mean "
         "'laroche2011.yaml'?"),
        ("below", "there is no file 'below' here: this is a folder"),
        ("case.yaml", "'case.yaml' extends this file; two files cannot extend each other"),
        ("elsewhere.yaml", "'elsewhere.yaml' is a link to another folder: should be the name of "
         "a file in the same folder, like `laroche2011.yaml`"),
        ("loop.yaml", "there is no file 'loop.yaml' here"),
    ],
)  # fmt: skip
def test_a_base_that_cannot_be_one_is_told_with_the_reason(tmp_path, name, said):
    folder = tmp_path / "inside"
    (folder / "below").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(TEXT)
    (folder / "elsewhere.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    (line,) = told(report(wrote(folder, f"title: x\nextends: {name}\n")))
    place, _, words = line.partition(": extends: ")
    assert place == "case.yaml:2:10"
    assert words == said


def test_a_base_with_a_name_longer_than_any_file_may_have_is_refused(tmp_path):
    (line,) = told(report(wrote(tmp_path, f"extends: {'x' * 300}\n")))
    assert re.search("xx' cannot be read: file name too long$", line)


def test_more_files_over_one_another_than_anyone_needs_are_refused(tmp_path):
    for i in range(40):
        (tmp_path / f"f{i}.yaml").write_text(f"extends: f{i + 1}.yaml\n")
    assert told(report(tmp_path / "f0.yaml")) == [
        "f15.yaml:1:10: extends: more than 16 files extend one another"
    ]


def test_what_is_wrong_before_a_base_is_found_missing_is_told_too(tmp_path):
    lines = told(report(wrote(tmp_path, "seed: 1\nseed: 2\nextends: absent.yaml\n")))
    assert [line.split(": ")[1] for line in lines] == ["seed", "extends"]


# --- settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("seed", "--set: 'seed' should read path=value, like therapies.pamidronate.given=80 %"),
        ("value=5", "--set: 'value=5' should read path=value, like "
         "therapies.pamidronate.given=80 %"),
        ("cohort.age.normal.men=1", "--set cohort.age.normal.men=1: 'men' is not a key here; "
         "did you mean 'mean'? Allowed: mean, sd"),
        ("arms.combination[7]=x", "--set arms.combination[7]=x: the list has 2 items, "
         "counted from [0]"),
        ("cohort.age.within[0].x=5", "--set cohort.age.within[0].x=5: item [0] has no x"),
        ("cohort.female=[1, 2", "--set cohort.female=[1, 2: not YAML: the text ends before the "
         "']' that closes this '['"),
        ("cohort.female=@", "--set cohort.female=@: not YAML: a value cannot begin with '@'; "
         "put it in quotes"),
        ("cohort.female=\x1b[31m", "--set cohort.female=\\x1b[31m: not YAML: a control character "
         "(U+001B); remove it"),
        ("cohort.age.normal.mean=10 years", "--set cohort.age.normal.mean=10 years: cohort.age: "
         "the mean is outside `within`"),
        ("a." * 40 + "b=1", None),
        ("seed=" + "9" * 9999, None),
        ("²[²]=1", None),
        ("visits.dxa[99999999999999999999]=1 day", None),
    ],
)  # fmt: skip
def test_a_setting_is_refused_in_one_line(setting, said):
    (line,) = told(report(FOLDER / BASE, [setting]))
    assert line.startswith("--set")
    assert len(line) < 600
    if said:
        assert line == said


def test_an_empty_setting_for_what_is_needed_is_refused():
    assert re.search("seed=: is missing .left empty.", report(FOLDER / BASE, ["seed="]))


def test_all_settings_that_are_wrong_stand_in_one_report():
    wrong = ["nonsense", "seed=[", "arms.combination[9]=x", "cohort.femal=5 %"]
    lines = told(report(FOLDER / BASE, ["seed=5", *wrong]))
    assert len(lines) == 4
    for line, part in zip(lines, ["path=value", "seed=[", "[9]", "femal"], strict=False):
        assert any(part in other for other in lines), line


def test_the_number_of_patients_is_not_blamed_for_what_the_file_lacks(tmp_path):
    path = wrote(tmp_path, TEXT.replace("  hip_t: {normal", "  hip: {normal"))
    lines = told(report(path, ["cohort.patients=50"]))
    assert len(lines) == 2
    assert all(line.startswith("case.yaml:") for line in lines)


# --- the report -------------------------------------------------------------------------------


def test_of_very_many_mistakes_the_first_are_shown_and_the_others_counted(tmp_path):
    text = "arms:\n" + "".join(f"  arm{i}: [therapy{i}]\n" for i in range(200))
    found = report_over_base(tmp_path, text)
    assert found.startswith("The scenario is not valid: 200 mistakes.\n")
    assert found.endswith("\n... and 150 more, shown once these are corrected.")
    assert len(told(found)) == MOST_MISTAKES + 1 == 51
    assert "arms.arm49[0]" in found
    assert "arms.arm50[0]" not in found


def caret_in(line, column):
    """What stands above the caret, by the columns of a terminal."""
    shown, below = with_caret(line, column).splitlines()
    at, columns = below.index("^"), 0
    for character in shown:
        wide = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        columns += 0 if unicodedata.combining(character) else wide
        if columns > at:
            return character
    return ""


@pytest.mark.parametrize(
    "before",
    ["", "a: ", "日本語: ", "e\u0301e\u0301: ", "\t", "a\tb\t", "🦴 ", "x" * 79, "x" * 80, "x" * 81,
     "x" * 5000, "日" * 300, "\x1b[31m", "\u202e", "한 " * 60],
)  # fmt: skip
@pytest.mark.parametrize("after", ["", ": 5", "y" * 5000])
def test_the_caret_stands_under_the_character(before, after):
    line = f"{before}Q{after}"
    shown, below = with_caret(line, len(before) + 1).splitlines()
    assert caret_in(line, len(before) + 1) == "Q"
    assert len(shown) <= WIDTH + 12
    assert shown.isprintable()
    assert below.strip() == "^"


def test_a_caret_behind_the_end_or_before_the_beginning_does_no_harm():
    assert with_caret("abc", 99).splitlines() == ["    abc", "       ^"]
    assert with_caret("abc", 0).splitlines() == ["    abc", "    ^"]


def test_what_commands_a_terminal_is_never_printed_raw():
    evil = "\x1b]0;title\x07\x1b[2J\r\n\x9b31m\u202e\ud800\u2028"
    at = Mark(f"{evil}.yaml", 1, 1, evil)
    for mistake in (
        Mistake(evil, evil, at),
        Mistake(evil, evil),
        Mistake(evil, evil, Mark(evil, 0, 0)),
    ):
        shown = str(ScenarioError([mistake]))
        assert all(c.isprintable() or c == "\n" for c in shown)
        assert "\\x1b[2J\\r\\n" in shown
        shown.encode("utf-8")


@pytest.mark.parametrize("long", ["x" * 100_000, "x y " * 50_000, "日" * 100_000, "\x1b" * 9000])
def test_a_long_value_is_cut_and_keeps_both_ends(long):
    shown = printable(f"'{long}' is wrong")
    assert shown.startswith("'")
    assert shown.endswith("' is wrong") or shown.endswith("is wrong")
    assert "..." in shown
    assert len(shown) < 5000


def test_the_nearest_spelling_is_found_whatever_the_capitals_and_the_length():
    assert nearest("Femal", ["female", "age"]) == "did you mean 'female'? Allowed: female, age"
    assert nearest("CTX", ["ctx"]) == "did you mean 'ctx'? Allowed: ctx"
    assert nearest("x" * 10**6, ["female"]) == "Allowed: female"
    assert nearest("x", []) == "Allowed: none"
    many = nearest("k5", (f"k{i}" for i in range(10**6)))
    assert many.startswith("did you mean 'k5'? Allowed: k0, k1, ")
    assert many.endswith("k59, ...")
