"""`mastosim new`: the file to begin with is valid, runs, and its comments tell the truth."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from sim.cli.new import new
from sim.experiments import runs
from sim.scenario import load
from sim.scenario.form.opened import Opened, opened
from sim.scenario.form.quantity import Quantity
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.form.units import UNITS
from sim.scenario.template import name_of
from sim.scenario.text.provenance import Number

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"


def made(*words):
    return CliRunner().invoke(new, [str(word) for word in words])


@pytest.fixture
def begun(tmp_path):
    """A new file, alone in its folder."""
    path = tmp_path / "my-study.yaml"
    assert made(path).exit_code == 0
    return path


# --- the study to fill in ---------------------------------------------------------------------


def test_it_is_valid_alone_and_named_after_its_file(begun):
    scenario = load(begun).scenario
    assert scenario.name == "my-study"
    assert scenario.arms == {"treated": ["drug"], "untreated": []}
    assert [path.name for path in begun.parent.iterdir()] == ["my-study.yaml"]


def test_it_runs_with_ten_patients(begun):
    result = runs.run(load(begun, ["cohort.patients=10"]))
    spine = result.summary.query("outcome == 'spine change' and against_arm == 'untreated'")
    assert spine["estimate"].iloc[-1] > 0


def test_every_number_is_a_placeholder_or_has_a_publication(begun):
    for number in load(begun).numbers:
        assert isinstance(number, Number)
        assert number.sources, number.path
        if number.is_assumption:
            assert number.note == "placeholder", number.path


def test_it_says_what_to_do_next(tmp_path):
    path = tmp_path / "two words.yaml"
    lines = made(path).output.splitlines()
    assert lines[0] == f"Written: {path}. Next:"
    assert lines[1:] == [f"  mastosim check '{path}'", f"  mastosim run '{path}' --patients 200"]


def test_lines_fit_the_screen(begun):
    assert max(map(len, begun.read_text().splitlines())) <= 100


# --- its comments -----------------------------------------------------------------------------


def keys_by_line(node, path=()):
    """The path of the first key on each line of a YAML text."""
    found: dict[int, tuple[str, ...]] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            found.setdefault(key.start_mark.line, here)
            for line, below in keys_by_line(value, here).items():
                found.setdefault(line, below)
    return found


def inside(kind, key):
    """The type behind a key of a form, of a mapping by name, or of a shorthand."""
    if kind.alternatives:
        forms = [Infusions, Course]
        return next(inside(Opened(form), key) for form in forms if key in keys(form))
    if not kind.is_form:
        return kind.inside
    info = keys(kind.bare)[key]
    return opened(info.annotation, info.metadata)


def keys(form):
    return {info.alias or name: info for name, info in form.model_fields.items()}


def quantities_of(kind):
    """The quantities that may stand behind a key, at any depth."""
    if kind.quantity is not None:
        return {kind.quantity}
    if kind.is_form:
        kinds = [opened(info.annotation, info.metadata) for info in keys(kind.bare).values()]
        return set().union(*map(quantities_of, kinds))
    return quantities_of(kind.inside) if hasattr(kind.bare, "__args__") else set()


def units_said(text):
    """Each line with `(unit: ...)`, and the path that it speaks of: on it, or on the next lines."""
    text = re.sub(r"^( *)# (?=[a-z_]+: )", r"\1", text, flags=re.MULTILINE)
    paths = keys_by_line(yaml.compose(text))
    for at, line in enumerate(text.splitlines()):
        for units in re.findall(r"\(unit: ([^)]*)\)", line):
            yield paths[min(n for n in paths if n >= at)], units.split(", ")


def test_the_units_in_the_comments_are_those_of_the_keys(begun):
    said = list(units_said(begun.read_text()))
    assert len(said) > 20
    for path, units in said:
        kind = Opened(Scenario)
        for key in path:
            kind = inside(kind, key)
        known = {"days", "months", "years"} if path[0] == "visits" else set()
        for quantity in quantities_of(kind):
            assert isinstance(quantity, Quantity)
            known |= set(UNITS[quantity.dimension])
        assert set(units) <= known, (path, units)


def optional_lines(text):
    return [i for i, line in enumerate(text.splitlines()) if re.match(r" *# [a-z_]+: ", line)]


def test_each_line_of_example_can_be_used(begun):
    lines = begun.read_text().splitlines()
    optional = optional_lines(begun.read_text())
    assert len(optional) >= 7
    for at in optional:
        used = [line.replace("# ", "", 1) if i == at else line for i, line in enumerate(lines)]
        key = used[at].split(":")[0].strip()
        if key == "accrual":
            used.remove("accrual: linear")
        if key == "answers":
            continue  # needs the file of facts that it names
        begun.write_text("\n".join(used))
        load(begun)


def test_what_the_comments_say_of_alternatives_is_valid(begun):
    text = begun.read_text()
    for given, instead in (
        ("infusion: 4 mg", "injection: 4 mg"),
        ("{mean: 55 years, sd: 10 years}", "{median: 55 years, iqr: [48 years, 62 years]}"),
        ("{mean: 55 years, sd: 10 years}", "{mean: 55 years, se: 2 years, n: 25}"),
        ("female: 50 %", "female: {value: 41 %, source: hernandez2010, note: in your own words}"),
        ("5 per 100 person-years", "{free_of_fracture: 81.9 %, by: 60 months, on: drug}"),
        ("[{every: 6 months}]", "[{every: 1 month, for: 12 months}, {every: 6 months}]"),
    ):
        assert given in text
        begun.write_text(text.replace(given, instead))
        load(begun)


# --- what-ifs and copies ----------------------------------------------------------------------


def test_a_what_if_is_a_few_valid_lines(begun):
    path = begun.with_name("sooner.yaml")
    assert made(path, "--extends", begun).exit_code == 0
    text = path.read_text()
    assert len(text.splitlines()) < 15
    assert "extends: my-study.yaml" in text
    study, below = load(path), load(begun)
    assert study.scenario.name == "sooner"
    assert study.scenario.effects == below.scenario.effects
    for at in optional_lines(text):
        lines = text.splitlines()
        lines[at] = lines[at].removeprefix("# ")
        path.write_text("\n".join(lines))
        assert load(path).digest != study.digest


def test_a_what_if_fits_the_therapies_of_its_base(tmp_path):
    shutil.copy(BASE, tmp_path)
    path = tmp_path / "shorter.yaml"
    assert made(path, "--extends", tmp_path / BASE.name).exit_code == 0
    assert "# therapies: {interferon: {for: 12 months}}" in path.read_text()
    assert "# therapies: {pamidronate: {given: 80 %}}" in path.read_text()


def test_a_copy_differs_in_its_name_alone(tmp_path):
    path = tmp_path / "Mine 2.yaml"
    assert made(path, "--from", BASE).exit_code == 0
    assert load(path).scenario.name == "mine-2"
    given, copied = BASE.read_text().splitlines(), path.read_text().splitlines()
    apart = [(a, b) for a, b in zip(given, copied, strict=True) if a != b]
    assert apart == [("name: laroche2011", "name: mine-2")]


# --- refusals ---------------------------------------------------------------------------------


def test_a_file_is_not_overwritten_unasked(begun):
    begun.write_text("mine")
    told = made(begun)
    assert told.exit_code == 2
    assert "--force" in told.output
    assert begun.read_text() == "mine"
    assert made(begun, "--force").exit_code == 0
    load(begun)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["study.txt"], "should end in .yaml"),
        (["---.yaml"], "needs a letter or digit"),
        (["a.yaml", "--extends", "there/mine.yaml"], "into the folder of its base"),
        (["a.yaml", "--from", "there/change.yaml"], "extends another file"),
        (["a.yaml", "--from", BASE, "--extends", BASE], "choose one"),
    ],
)
def test_mistakes_of_usage(tmp_path, monkeypatch, words, said):
    (tmp_path / "there").mkdir()
    shutil.copy(BASE, tmp_path / "there" / "mine.yaml")
    (tmp_path / "there" / "change.yaml").write_text("extends: mine.yaml\nname: change\n")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    words = [str(word).replace("there/", "../there/") for word in words]
    told = made("--force", "--", words[0]) if len(words) == 1 else made(*words)
    assert told.exit_code == 2
    assert said in told.output
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("file", "name"),
    [("A.yaml", "a"), ("my study (2).yml", "my-study-2"), ("_x.yaml", "x"), ("é.yaml", "")],
)
def test_names_come_from_files(file, name):
    assert name_of(Path(file)) == name
