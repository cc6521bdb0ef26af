"""Scenario files: what is read, what is refused, and where each mistake is said to stand."""

import copy
import functools
import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario import ScenarioError, from_document, load, reachable
from sim.scenario.form.visits import Visits, VisitTime

FOLDER = Path(__file__).parents[1] / "scenarios"
BASE = "laroche2011.yaml"
SCENARIO = FOLDER / BASE


@functools.cache
def base():
    return load(SCENARIO)


def document(**changes):
    """The resolved base case with values at paths (`__` for a dot) replaced; None removes."""
    whole = copy.deepcopy(base().document)
    for path, value in changes.items():
        *above, last = path.split("__")
        place = whole
        for key in above:
            place = place.setdefault(key, {})
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    return whole


def file(folder, text, name="case.yaml", base_text=None):
    """A file beside a copy of the base case."""
    below = SCENARIO.read_text(encoding="utf-8") if base_text is None else base_text
    (folder / BASE).write_text(below, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def over_base(folder, text, **options):
    """A what-if: the text begins on line 2."""
    return file(folder, f"extends: {BASE}\n{text}", **options)


def scenario_of(path, settings=()) -> Any:
    """The scenario of a file; it holds alternatives, of which a test knows the one."""
    return load(path, settings).scenario


def mistakes(read, *arguments):
    with pytest.raises(ScenarioError) as caught:
        read(*arguments)
    return caught.value.mistakes


def only_mistake(read, *arguments):
    (mistake,) = mistakes(read, *arguments)
    return mistake


def place(mistake):
    return Path(mistake.mark.file).name, mistake.mark.line, mistake.mark.column


def line_of(text, wanted):
    """Number of the only line that holds a text."""
    (number,) = [i for i, line in enumerate(text.splitlines(), 1) if wanted in line]
    return number


# --- what is right ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_that_ships_is_valid(path):
    study = load(path)
    assert study.scenario.name == path.stem
    again = from_document(json.loads(json.dumps(study.document)), study.numbers)
    assert again == study


def test_a_scenario_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        base().scenario.seed = 2
    with pytest.raises(ValueError, match="frozen"):
        base().scenario.cohort.age.normal.mean = 1.0


def test_the_digest_names_the_content_and_not_its_looks(tmp_path):
    text = SCENARIO.read_text(encoding="utf-8")
    head, arms, rest = text.partition("\narms:")
    reordered, _, below = rest.partition("\n\n")
    moved = f"{head}\n\n{below}\n\n# a remark\narms:{reordered}\n"
    assert moved.count("arms:") == text.count("arms:") == 1
    assert load(file(tmp_path, moved)).digest == base().digest
    other = text.replace("12.6 %/year, sd: 5.6", "12.7 %/year, sd: 5.6")
    assert other != text
    assert load(file(tmp_path, other)).digest != base().digest
    assert arms


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_marks_of_other_systems_on_text_files_are_read(tmp_path, ending, bom):
    text = bom + SCENARIO.read_text(encoding="utf-8").replace("\n", ending)
    (tmp_path / BASE).write_bytes(text.encode("utf-8"))
    assert load(tmp_path / BASE).digest == base().digest


def test_texts_mean_what_they_say(tmp_path):
    """YAML's own guesses (no, 1e3, 12:30, 010) do not apply."""
    study = load(over_base(tmp_path, "title: NO\nquestion: 12:30\nseed: 010\n"))
    assert (study.scenario.title, study.scenario.question) == ("NO", "12:30")
    assert study.scenario.seed == 10
    assert study.document["seed"] == "010"


# --- one mistake ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "at", "parts"),
    [
        (
            "cohort:\n  patiens: 10\n",
            "cohort.patiens",
            (3, 3),
            ["'patiens' is not a key here", "did you mean 'patients'?", "spine_t"],
        ),
        (
            "therapies:\n  pamidronate:\n    givn: 80 %\n",
            "therapies.pamidronate.givn",
            (4, 5),
            ["did you mean 'given'?"],
        ),
        (
            "effects:\n  pamidronate:\n    spin: {mean: 1 %/year, sd: 1 %/year}\n",
            "effects.pamidronate.spin",
            (4, 5),
            ["did you mean 'spine'?"],
        ),
        (
            "cohort:\n  weight:\n    normal:\n      mean: 68 years\n",
            "cohort.weight.normal.mean",
            (5, 13),
            ["'years' is not a unit of weight", "kg"],
        ),
        ("horizon: 60\n", "horizon", (2, 10), ["'60' has no unit", "months"]),
        (
            "cohort:\n  spine_t: {normal: {sd: -1}}\n",
            "cohort.spine_t.normal.sd",
            (3, 26),
            ["allowed: 0 to 5"],
        ),
        (
            "effects:\n  none:\n    hip: {sd: -0.5 %/year}\n",
            "effects.none.hip.sd",
            (4, 15),
            ["allowed: 0 %/year to 1000 %/year"],
        ),
        (
            "cohort:\n  hip_t: {normal: {mean: .nan}}\n",
            "cohort.hip_t.normal.mean",
            (3, 26),
            [".nan"],
        ),
        (
            "fractures:\n  base_rate: inf per year\n",
            "fractures.base_rate",
            (3, 14),
            ["inf per year"],
        ),
        (
            "therapies:\n  pamidronate:\n    given: 120 %\n",
            "therapies.pamidronate.given",
            (4, 12),
            ["'120 %' is not allowed here", "0 % to 100 %"],
        ),
        (
            "arms:\n  alone: [pamidronat]\n",
            "arms.alone[0]",
            (3, 11),
            ["'pamidronat' is not a therapy", "did you mean 'pamidronate'?"],
        ),
        (
            "arms:\n  twice: [pamidronate, pamidronate]\n",
            "arms.twice[1]",
            (3, 24),
            ["is listed twice"],
        ),
        (
            "effects:\n  zoledronate:\n    spine: {mean: 1 %/year, sd: 1 %/year}\n"
            "    hip: {mean: 1 %/year, sd: 1 %/year}\n    ctx: 0 %\n    balp: 0 %\n"
            "    tryptase: 0 %\n",
            "effects.zoledronate",
            (3, 3),
            ["'zoledronate' is not a therapy"],
        ),
        (
            "horizon: {value: 48 months, source: laroche2010}\n",
            "horizon.source",
            (2, 37),
            ["'laroche2010' is not a known source", "did you mean 'laroche2011'?", "assumption"],
        ),
        (
            "horizon: {value: 48 months, sauce: laroche2011}\n",
            "horizon.sauce",
            (2, 29),
            ["cannot stand beside `value`", "did you mean 'source'?"],
        ),
        (
            "answers: laroche2012\n",
            "answers",
            (2, 10),
            ["is not a known publication", "did you mean 'laroche2011'?"],
        ),
        (
            "comparator: pamidronat\n",
            "comparator",
            (2, 13),
            ["is not an arm", "did you mean 'pamidronate'?"],
        ),
        ("mortality:\n  life_table: france2020\n", "mortality.life_table", (3, 15), ["france2019"]),
        (
            "fractures:\n  base_rate:\n    uncertainty: {gamma: {events: 8, person_yeras: 9}}\n",
            "fractures.base_rate.uncertainty.gamma.person_yeras",
            (4, 38),
            ["did you mean 'person_years'?"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else "",
)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(tmp_path, text, path, at, parts):
    found = mistakes(load, over_base(tmp_path, text))
    (mistake,) = [m for m in found if m.path == path]
    assert place(mistake) == ("case.yaml", *at)
    for part in parts:
        assert part in mistake.message
    line = (tmp_path / "case.yaml").read_text(encoding="utf-8").splitlines()[at[0] - 1]
    assert line in str(mistake)
    others = [m.path for m in found if m is not mistake]
    allowed = [f"{path.rpartition('.')[0]}.person_years"]  # missing, as its key is misspelt
    assert set(others) <= set(allowed)


def test_a_missing_key_is_told_where_it_belongs(tmp_path):
    text = SCENARIO.read_text(encoding="utf-8")
    without = text.replace("half_life: {value: 45 days", "half: {value: 45 days")
    found = {m.path: m for m in mistakes(load, file(tmp_path, without))}
    assert set(found) == {
        "therapies.pamidronate.exposure.half_life",
        "therapies.pamidronate.exposure.half",
    }
    assert found["therapies.pamidronate.exposure.half_life"].message == "is missing"
    at = place(found["therapies.pamidronate.exposure.half"])
    assert at[:2] == ("case.yaml", line_of(without, "half: {value: 45 days"))


@pytest.mark.parametrize(
    ("text", "path", "line", "part"),
    [
        ("seed: 1\ntitle: x\nseed: 2\n", "seed", 4, "already on line 2"),
        ("cohort:\n  patients: 5\n  patients: 6\n", "cohort.patients", 4, "on line 3"),
        ("seed: &it 1\n", "seed", 2, "anchors (&name)"),
        ("title: *it\n", "title", 2, "aliases (*name)"),
        ("seed: !!int 1\n", "seed", 2, "tags (!name)"),
        ("seed: !python/name:os.system 1\n", "seed", 2, "tags (!name)"),
        ("cohort: !!map {patients: 5}\n", "cohort", 2, "tags (!name)"),
        ("seed: 1\n---\nseed: 2\n", "the document", 3, "a second document"),
        ("? [a, b]\n: 1\n", "the document", 2, "a key should be a word"),
    ],
)
def test_clever_yaml_is_refused(tmp_path, text, path, line, part):
    found = [m for m in mistakes(load, over_base(tmp_path, text)) if part in m.message]
    assert [(m.path, place(m)[:2]) for m in found] == [(path, ("case.yaml", line))]


def test_aliases_are_refused_before_anything_is_expanded(tmp_path):
    """The billion laughs: ten lines that a YAML loader would turn into a billion words."""
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    found = mistakes(load, over_base(tmp_path, "\n".join(lines)))
    assert sum("aliases" in m.message for m in found) == 90
    assert sum("anchors" in m.message for m in found) == 10


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
@pytest.mark.parametrize("depth", [40, 5000])
def test_deep_nesting_is_refused(tmp_path, opening, closing, depth):
    text = f"title: {opening * depth}x{closing * depth}\n"
    mistake = only_mistake(load, over_base(tmp_path, text))
    assert "nested deeper than 32 levels" in mistake.message
    assert place(mistake)[:2] == ("case.yaml", 2)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"title: [1, 2\n", "not YAML"),
        (b"cohort:\n\tpatients: 5\n", "not YAML"),
        (b"title: \xff\xfe\n", "is not UTF-8"),
        (b"- a\n- b\n", "should be a mapping"),
        (b"just a text\n", "should be a mapping"),
        (b"#" * 1_000_001, "over 1 MB"),
        (b"title: \x00\n", "not YAML"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path, content, part):
    (tmp_path / "case.yaml").write_bytes(content)
    assert part in str(only_mistake(load, tmp_path / "case.yaml"))


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "there is no such file" in str(only_mistake(load, tmp_path / "absent.yaml"))
    assert "there is no such file" in str(only_mistake(load, tmp_path))


def test_an_empty_file_lacks_everything(tmp_path):
    (tmp_path / "case.yaml").write_text("")
    paths = {m.path for m in mistakes(load, tmp_path / "case.yaml")}
    assert {"cohort", "arms", "effects", "horizon", "mastosim"} <= paths


# --- many mistakes ----------------------------------------------------------------------------


def test_all_mistakes_of_all_files_stand_in_one_report(tmp_path):
    text = SCENARIO.read_text(encoding="utf-8")
    broken = text.replace("cohort:\n  patients: 1000", "cohort:\n  patients: many")
    broken = broken.replace("source: wilson_dxa_precision}", "source: wilson}", 1)
    assert broken != text
    case = (
        "horizon: 5 yaers\n"
        "cohort:\n"
        "  hip_t: {normal: {sd: -1}}\n"
        "  femal: 40 %\n"
        "therapies:\n"
        "  interferon:\n"
        "    times_per_week: three\n"
        "    times_per_week: 3\n"
        "arms:\n"
        "  third: [zoledronate]\n"
    )
    path = over_base(tmp_path, case, base_text=broken)
    setting = "markers.ctx.half_effect=1 mg"
    found = mistakes(load, path, [setting])
    assert [(m.path, *place(m)[:2]) for m in found if not m.mark.file.startswith("--set")] == [
        ("horizon", "case.yaml", 2),
        ("cohort.hip_t.normal.sd", "case.yaml", 4),
        ("cohort.femal", "case.yaml", 5),
        ("therapies.interferon.times_per_week", "case.yaml", 9),
        ("arms.third[0]", "case.yaml", 11),
        ("cohort.patients", BASE, line_of(broken, "patients: many")),
        ("measurement.spine.source", BASE, line_of(broken, "source: wilson}")),
    ]
    (set_here,) = [m for m in found if m.mark.file.startswith("--set")]
    assert set_here.path == "markers.ctx.half_effect"
    assert set_here.mark.file == f"--set {setting}"
    with pytest.raises(ScenarioError) as caught:
        load(path, [setting])
    report = str(caught.value)
    assert "8 mistakes" in report
    for m in found:
        assert m.message in report
    assert f"{path}:5:3: cohort.femal" in report


# --- regimens ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regimen", "arms", "how"),
    [
        ("interferon", ["combination"], "the action of pamidronate changes between doses"),
        (
            "pamidronate",
            ["combination", "pamidronate"],
            "interferon is stopped or reduced for intolerance",
        ),
        ("none", ["combination", "pamidronate"], "between doses"),
        ("interferon + pamidronate", ["combination"], "as planned"),
    ],
)
def test_an_arm_that_can_reach_a_regimen_without_a_row_is_refused(tmp_path, regimen, arms, how):
    found = mistakes(load, over_base(tmp_path, f"effects:\n  {regimen}:\n"))
    of_rate = ["fractures.base_rate.on"] if regimen == "pamidronate" else []
    assert [m.path for m in found] == [*(f"arms.{arm}" for arm in arms), *of_rate]
    text = SCENARIO.read_text(encoding="utf-8")
    for mistake, arm in zip(found[: len(arms)], arms, strict=True):
        assert f"'{regimen}'" in mistake.message
        wanted = "as planned" if regimen == "pamidronate" == arm else how
        assert wanted in mistake.message
        assert place(mistake)[0] == BASE
        assert place(mistake)[1] == line_of(text, f"  {arm}: [")


def test_the_rows_that_an_arm_needs_are_those_it_can_reach():
    found = reachable(base().scenario, "combination")
    assert set(found) == {"interferon + pamidronate", "pamidronate", "interferon", "none"}
    assert found["interferon + pamidronate"] == "as planned"
    assert "interferon is stopped" in found["pamidronate"]
    assert "pamidronate changes between doses" in found["interferon"]
    assert "interferon is stopped" in found["none"]
    assert "pamidronate changes between doses" in found["none"]
    assert set(reachable(base().scenario, "pamidronate")) == {"pamidronate", "none"}


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"therapies__interferon__start": "3 months"}, "begins after enrolment"),
        ({"therapies__interferon__for": "24 months"}, "ends by plan"),
        ({"therapies__interferon__course": "3 MU"}, "differs from its `action_1`"),
    ],
)
def test_a_course_may_be_absent_by_plan(changes, how):
    lonely = {"arms": {"alone": ["interferon"]}, "therapies__interferon__intolerance": None}
    study = from_document(document(**lonely, **changes), ())
    assert how in reachable(study.scenario, "alone")["none"]
    without = {**lonely, **changes, "effects__none": None}
    mistake = only_mistake(from_document, document(**without), ())
    assert mistake.path == "arms.alone"
    assert "'none'" in mistake.message
    assert how in mistake.message


def test_a_regimen_has_one_name_whatever_the_order_and_the_spaces(tmp_path):
    row = "{ctx: -70 %}"
    for name in ("pamidronate + interferon", "pamidronate+interferon", "interferon +pamidronate"):
        study = load(over_base(tmp_path, f"effects:\n  {name}: {row}\n"))
        effects = study.scenario.effects
        assert effects["interferon + pamidronate"].ctx == -0.7
        assert effects["interferon + pamidronate"].spine.mean == 12.6
        assert set(effects) == {"interferon + pamidronate", "pamidronate", "interferon", "none"}


def test_a_regimen_under_two_names_is_refused(tmp_path):
    text = (
        "effects:\n  pamidronate + interferon: {ctx: 0 %}\n  interferon+pamidronate: {ctx: 1 %}\n"
    )
    mistake = only_mistake(load, over_base(tmp_path, text))
    assert "are the same regimen" in mistake.message
    assert place(mistake)[:2] == ("case.yaml", 4)


# --- files over files -------------------------------------------------------------------------


def test_a_what_if_changes_what_it_names_and_nothing_else(tmp_path):
    text = "name: case\ncohort:\n  age: {normal: {mean: 60 years}}\nvisits: {dxa: [6 months]}\n"
    study = load(over_base(tmp_path, text))
    scenario: Any = study.scenario
    assert (scenario.cohort.age.normal.mean, scenario.cohort.age.normal.sd) == (60, 10)
    assert scenario.visits.dxa == [VisitTime("6 months", 182.625, repeats=False)]
    changed = {"name": "case", "cohort__age__normal__mean": "60 years", "visits__dxa": ["6 months"]}
    assert study.document == document(**changed)
    assert scenario == from_document(document(**changed), ()).scenario
    assert scenario != base().scenario


def test_a_list_is_replaced_and_not_joined(tmp_path):
    text = "therapies: {pamidronate: {schedule: [{every: 2 months}]}}\n"
    phases = scenario_of(over_base(tmp_path, text)).therapies["pamidronate"].schedule.phases
    assert [(phase.every, phase.duration) for phase in phases] == [(2 * 365.25 / 12, None)]


@pytest.mark.parametrize("empty", ["", " ~", " null"])
def test_an_empty_value_removes_what_the_base_says(tmp_path, empty):
    text = f"cohort:\n  correlations:{empty}\ntherapies:\n  interferon:\n    intolerance:{empty}\n"
    scenario = scenario_of(over_base(tmp_path, text))
    assert scenario.cohort.correlations == {}
    assert scenario.therapies["interferon"].intolerance is None
    mistake = only_mistake(load, over_base(tmp_path, "horizon:\n"))
    assert (mistake.path, mistake.message) == ("horizon", "is missing (left empty)")


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("cohort: {ctx: {normal: {mean: 357 pg/mL, sd: 50 pg/mL}}}", "cohort.ctx.lognormal"),
        ("cohort: {age: {lognormal: {mean: 52 years, sd: 9 years}}}", "cohort.age.normal"),
    ],
)
def test_an_alternative_drops_the_one_of_the_base(tmp_path, text, dropped):
    scenario = scenario_of(over_base(tmp_path, text))
    place = scenario
    for key in dropped.split("."):
        place = getattr(place, key)
    assert place is None


def test_readings_and_families_replace_one_another_through_three_files(tmp_path):
    middle = (
        f"extends: {BASE}\naccrual: {{plateau: {{months: 24 months}}}}\n"
        "therapies:\n  interferon:\n    intolerance: {weibull: {shape: 2, scale: 9 months}}\n"
    )
    (tmp_path / "middle.yaml").write_text(middle)
    top = (
        "extends: middle.yaml\n"
        "accrual: {saturating: {time_constant: 9 months, window: 12 months}}\n"
        "therapies:\n  interferon:\n    intolerance: {loglogistic: {shape: 3, median: 1 year}}\n"
    )
    scenario = scenario_of(file(tmp_path, top))
    assert scenario.accrual.name == "saturating"
    assert scenario.accrual.plateau is None
    intolerance = scenario.therapies["interferon"].intolerance
    assert intolerance.family == "loglogistic"
    assert intolerance.weibull is None
    assert intolerance.steps is None
    back = scenario_of(file(tmp_path, "extends: middle.yaml\naccrual: linear\n"))
    assert (back.accrual.name, back.accrual.plateau) == ("linear", None)
    assert back.therapies["interferon"].intolerance.family == "weibull"


def test_a_step_given_as_a_rate_drops_the_probability():
    setting = "therapies.interferon.intolerance[0].rate=1 per year"
    (step,) = scenario_of(SCENARIO, [setting]).therapies["interferon"].intolerance.steps
    assert (step.rate, step.probability) == (1.0, None)


@pytest.mark.parametrize(
    "name", ["../outside.yaml", "/etc/passwd", "sub/../../outside.yaml", "[a]", "", "a b.yaml"]
)
def test_a_base_outside_the_folder_is_refused(tmp_path, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    shutil.copy(SCENARIO, tmp_path / "outside.yaml")
    (inside / "case.yaml").write_text(f"title: x\nextends: {name}\n")
    mistake = only_mistake(load, inside / "case.yaml")
    assert mistake.path == "extends"
    assert "in the same folder" in mistake.message
    assert place(mistake)[:2] == ("case.yaml", 2)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    shutil.copy(SCENARIO, tmp_path / "outside.yaml")
    (inside / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (inside / "case.yaml").write_text("extends: link.yaml\n")
    assert "in the same folder" in only_mistake(load, inside / "case.yaml").message


def test_a_base_that_is_absent_is_told(tmp_path):
    (tmp_path / "case.yaml").write_text("extends: absent.yaml\n")
    mistake = only_mistake(load, tmp_path / "case.yaml")
    assert "there is no file 'absent.yaml'" in mistake.message


def test_files_that_extend_one_another_in_a_circle_are_refused(tmp_path):
    (tmp_path / "self.yaml").write_text("extends: self.yaml\n")
    assert (
        "extends this file; two files cannot extend each other"
        in only_mistake(load, tmp_path / "self.yaml").message
    )
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.yaml").write_text(f"extends: {other}.yaml\n")
    mistake = only_mistake(load, tmp_path / "a.yaml")
    assert "extends this file; two files cannot extend each other" in mistake.message
    assert place(mistake)[:2] == ("c.yaml", 1)


def test_a_base_in_a_folder_below_is_found(tmp_path):
    (tmp_path / "sub").mkdir()
    shutil.copy(SCENARIO, tmp_path / "sub" / BASE)
    (tmp_path / "case.yaml").write_text(f"extends: sub/{BASE}\nseed: 9\nhorizon: x\n")
    mistake = only_mistake(load, tmp_path / "case.yaml")
    assert mistake.path == "horizon"
    (tmp_path / "case.yaml").write_text(f"extends: sub/{BASE}\nseed: 9\n")
    assert load(tmp_path / "case.yaml").scenario.seed == 9


# --- settings ---------------------------------------------------------------------------------


def test_settings_are_laid_over_the_file_one_after_the_other():
    settings = [
        "seed=5",
        "therapies.pamidronate.given = 80 %",
        "therapies.pamidronate.given=75 %",
        "therapies.pamidronate.schedule[0].every=2 months",
        "visits.dxa[0]=every 6 months",
        "effects.pamidronate + interferon.spine.mean=10 %/year",
        "therapies.pamidronate.delay={probability: 10 %, mean: 3 days}",
        "accrual={plateau: {months: 24 months}}",
    ]
    scenario = scenario_of(SCENARIO, settings)
    pamidronate = scenario.therapies["pamidronate"]
    assert scenario.seed == 5
    assert pamidronate.given == 0.75
    assert [phase.every for phase in pamidronate.schedule.phases] == [60.875, 91.3125]
    assert pamidronate.schedule.phases[0].duration == 730.5
    assert scenario.visits.dxa == [VisitTime("every 6 months", 182.625, repeats=True)]
    spine = scenario.effects["interferon + pamidronate"].spine
    assert (spine.mean, spine.sd) == (10.0, 5.6)
    assert (pamidronate.delay.probability, pamidronate.delay.mean) == (0.1, 3.0)
    assert scenario.accrual.name == "plateau"


@pytest.mark.parametrize("empty", ["", " ", "~", "null"])
def test_an_empty_setting_removes_what_the_file_says(empty):
    settings = [f"cohort.correlations={empty}", f"therapies.interferon.intolerance={empty}"]
    scenario = scenario_of(SCENARIO, settings)
    assert scenario.cohort.correlations == {}
    assert scenario.therapies["interferon"].intolerance is None


@pytest.mark.parametrize(
    ("setting", "path", "part"),
    [
        ("cohort.patiens=5", "cohort.patiens", "did you mean 'patients'?"),
        ("patients=5", "patients", "'patients' is not a key here"),
        ("cohort.age.mean=5 years", "cohort.age.mean", "'mean' is not a key here"),
        ("therapies.zoledronate.given=5 %", "therapies.zoledronate", "`injection` or `course`"),
        ("therapies.pamidronate.schedule[7].every=1 day", "--set", "has 2 items"),
        ("therapies[0].given=5 %", "--set", "no list at [0]"),
        ("therapies.pamidronate.given", "--set", "path=value"),
        ("=5", "--set", "path=value"),
        ("seed=five", "seed", "five"),
        ("seed=[1, 2", "", "not YAML"),
        ("seed=&a 1", "", "anchors"),
    ],
)
def test_a_setting_that_fits_nowhere_is_refused(setting, path, part):
    found = mistakes(load, SCENARIO, [setting])
    (mistake,) = [m for m in found if part in m.message]
    assert mistake.path == path or (mistake.path, path) == ("the document", "")
    assert "--set" in str(mistake)


# --- sources ----------------------------------------------------------------------------------


def vouched(study):
    return {number.path: number for number in study.numbers}


def test_the_source_of_a_number_is_the_nearest_around_it():
    numbers = vouched(base())
    assert numbers["cohort.age.normal.mean"].sources == ("laroche2011",)
    assert numbers["cohort.age.normal.sd"].sources == ("assumption",)
    assert numbers["cohort.age.normal.sd"].note == "no SD is printed"
    assert numbers["cohort.age.within[1]"].is_assumption
    assert numbers["effects.pamidronate.spine.mean"].sources == ("laroche2011",)
    assert numbers["effects.pamidronate.ctx"].is_assumption
    assert numbers["fractures.base_rate.free_of_fracture"].sources == ("onnes2020",)
    assert not numbers["fractures.base_rate.free_of_fracture"].is_assumption
    assert numbers["fractures.frailty_variance"].sources == ("onnes2020", "vanderveer2014")
    assert numbers["reference_bmd.hip.male.sd"].sources == ("hologic_reference",)
    assert numbers["visits.markers[2]"].text == "every 12 months"
    assert set(base().assumptions) == {n for n in base().numbers if n.is_assumption}
    text = SCENARIO.read_text(encoding="utf-8").splitlines()
    for number in base().numbers:
        line = text[number.mark.line - 1]
        assert line[number.mark.column - 1 :].startswith(number.text)


def test_choices_of_the_user_are_no_numbers_that_need_a_source():
    paths = vouched(base())
    for choice in ("seed", "cohort.patients", "mastosim", "name"):
        assert choice not in paths
    assert "horizon" in paths


def test_a_number_that_a_what_if_changes_does_not_inherit_the_source_of_its_base(tmp_path):
    text = (
        "effects:\n"
        "  interferon + pamidronate:\n"
        "    spine: {mean: 8 %/year}\n"
        "  pamidronate:\n"
        "    hip: {mean: {value: 1 %/year, source: heijckmann2009}}\n"
    )
    numbers = vouched(load(over_base(tmp_path, text)))
    row = "effects.interferon + pamidronate"
    assert numbers[f"{row}.spine.mean"].sources == ()
    assert numbers[f"{row}.spine.mean"].is_assumption
    assert numbers[f"{row}.spine.sd"].sources == ("laroche2011",)  # as in the base
    assert numbers["effects.pamidronate.hip.mean"].sources == ("heijckmann2009",)
    assert numbers["effects.pamidronate.hip.sd"].sources == ("laroche2011",)


def test_assumptions_without_a_number_are_listed_and_change_no_digest(tmp_path):
    paths = [premise.path for premise in base().premises]
    assert paths == [
        "horizon",
        "cohort.correlations",
        "therapies.interferon",
        "therapies.interferon.action_1",
        "effects",
        "accrual",
        "visits.markers",
    ]
    assert "goes on beyond two years" in dict(base().premises)["therapies.interferon"]
    bare = tmp_path / "bare.yaml"
    lines = SCENARIO.read_text(encoding="utf-8").splitlines()
    bare.write_text("\n".join(li for li in lines if not li.strip().startswith("assumption:")))
    assert load(bare).premises == ()
    assert load(bare).digest == base().digest
    assert load(bare).scenario == base().scenario
    assert base().with_(patients=50).premises == base().premises


def test_an_assumption_without_a_number_goes_with_the_value_that_a_what_if_replaces(tmp_path):
    changed = load(
        over_base(tmp_path, "horizon: 48 months\naccrual: {plateau: {months: 24 months}}")
    )
    assert {"horizon", "accrual"}.isdisjoint(premise.path for premise in changed.premises)
    assert changed.scenario.accrual.plateau is not None
    ended = load(SCENARIO.with_name("interferon-two-years.yaml"))
    assert "therapies.interferon" not in dict(ended.premises)
    several = load(over_base(tmp_path, "mortality: {assumption: [one, two]}")).premises
    assert [p.text for p in several if p.path == "mortality"] == ["one", "two"]


@pytest.mark.parametrize("wrong", ["{a: b}", "[one, {a: b}]", "['']"])
def test_an_assumption_without_a_number_is_a_sentence(tmp_path, wrong):
    with pytest.raises(ScenarioError, match="should be a sentence, or a list of sentences"):
        load(over_base(tmp_path, f"mortality: {{assumption: {wrong}}}"))


def test_a_source_of_a_what_if_does_not_vouch_for_the_numbers_of_its_base(tmp_path):
    text = "reference_bmd:\n  spine: {source: khan1997, female: {mean: 1.05 g/cm2}}\n"
    numbers = vouched(load(over_base(tmp_path, text)))
    assert numbers["reference_bmd.spine.female.mean"].sources == ("khan1997",)
    for still in ("female.sd", "male.mean", "male.sd"):
        assert numbers[f"reference_bmd.spine.{still}"].sources == ("hologic_reference",)
    assert numbers["reference_bmd.hip.female.mean"].sources == ("hologic_reference",)


def test_a_number_set_on_the_command_line_is_vouched_for_by_nobody():
    settings = ["fractures.base_rate=5 per 100 person-years", "cohort.spine_t.normal.mean=-2.5"]
    numbers = vouched(load(SCENARIO, settings))
    assert numbers["fractures.base_rate"].sources == ()
    assert numbers["cohort.spine_t.normal.mean"].sources == ()
    assert numbers["cohort.spine_t.normal.sd"].sources == ("laroche2011",)
    with_source = ["fractures.base_rate={value: 4 per 100 person-years, source: onnes2020}"]
    sourced = vouched(load(SCENARIO, with_source))["fractures.base_rate"]
    assert sourced.sources == ("onnes2020",)


# --- rules ------------------------------------------------------------------------------------

INFUSION, COURSE = "therapies__pamidronate", "therapies__interferon"
WEEKLY = {"every": "1 week", "for": "2 weeks"}
RULES = [
    ({"mastosim": "2"}, "mastosim", "format 2 is not known"),
    ({"name": "Bad Name"}, "name", "cannot name a folder"),
    ({"name": "../up"}, "name", "cannot name a folder"),
    ({"seed": "-1"}, "seed", "0 or more"),
    ({"seed": "1.5"}, "seed", "whole number"),
    ({"horizon": "0 days"}, "horizon", "1 day to 36525 days"),
    ({"horizon": "101 years"}, "horizon", "1 day to 36525 days"),
    ({"arms": {}}, "arms", "at least one arm"),
    ({"cohort__patients": "0"}, "cohort.patients", "allowed: 1 to"),
    ({"cohort__female": "-1 %"}, "cohort.female", "0 % to 100 %"),
    ({"cohort__age": {"normal": {"mean": "52 years", "sd": "1 years"},
                      "lognormal": {"mean": "52 years", "sd": "1 years"}}},
     "cohort.age", "exactly one of"),
    ({"cohort__age__within": ["60 years", "50 years"]}, "cohort.age", "the lower first"),
    ({"cohort__age__within": ["60 years", "70 years"]}, "cohort.age", "outside `within`"),
    ({"cohort__balp__within": None, "cohort__balp__normal__sd": "5 IU"},
     "cohort.balp", "could fall below 0"),
    ({"cohort__spine_t": {"lognormal": {"mean": "1", "sd": "1"}}}, "cohort.spine_t", "`normal`"),
    ({"cohort__vertebral_fractures__at_least": "4"}, "cohort.vertebral_fractures", "must exceed"),
    ({"cohort__vertebral_fractures__negative_binomial__sd": "1"},
     "cohort.vertebral_fractures", "SD squared"),
    ({"cohort__correlations": {"spine_t ~ hip_t": "1"}}, "cohort.correlations", "above -1 and"),
    ({"cohort__correlations": {"spine_t": "0.5"}}, "cohort.correlations", "two variables"),
    ({"cohort__correlations": {"hip_t ~ hip_t": "0.5"}}, "cohort.correlations", "two variables"),
    ({"cohort__correlations": {"spine_t ~ hipt": "0.5"}}, "cohort.correlations", "'hip_t'"),
    ({"cohort__correlations": {"age ~ ctx": "0.5", "ctx ~ age": "0.5"}},
     "cohort.correlations", "twice"),
    ({f"{INFUSION}__course": "1 MU"}, "therapies.pamidronate", "`injection` or `course`"),
    ({f"{COURSE}__course": None}, "therapies.interferon", "`injection` or `course`"),
    ({f"{INFUSION}__schedule": []}, "therapies.pamidronate.schedule", "0 phases"),
    ({f"{INFUSION}__schedule": [{"every": "1 month"}, {"every": "2 months"}]},
     "therapies.pamidronate.schedule", "only the last phase"),
    ({f"{INFUSION}__schedule": [{"every": "0 days"}]},
     "therapies.pamidronate.schedule[0]", "1 day apart"),
    ({f"{INFUSION}__schedule": [{"every": "3 weeks", "for": "2 weeks"}]},
     "therapies.pamidronate.schedule[0]", "shorter than `every`"),
    ({f"{INFUSION}__exposure__half_life": "0 days"},
     "therapies.pamidronate.exposure.half_life", "0.01 days to"),
    ({f"{INFUSION}__infusion": "0 mg/kg"}, "therapies.pamidronate.infusion", "0.0001 mg/kg to"),
    ({f"{INFUSION}__reactions": {f"r{i}": {"first": "1 %", "later": "1 %"} for i in range(9)}},
     "therapies", "9 reactions"),
    ({f"{COURSE}__action_1__course": "1 mg"}, "therapies.interferon", "in the same unit"),
    ({f"{COURSE}__times_per_week": "0"}, "therapies.interferon.times_per_week", "0.01 to 1000"),
    ({f"{COURSE}__on_intolerance": ["stop", "halve"]}, "therapies.interferon", "is the last"),
    ({f"{COURSE}__on_intolerance": ["quarter"]}, "therapies.interferon.on_intolerance[0]", "halve"),
    ({f"{COURSE}__intolerance": [{"probability": "100 %", "until": "1 year"}]},
     "therapies.interferon.intolerance[0]", "99.99 %"),
    ({f"{COURSE}__intolerance": [{"until": "1 year"}]},
     "therapies.interferon.intolerance[0]", "exactly one of probability, rate"),
    ({f"{COURSE}__intolerance": [{"rate": "1 per year", "until": "2 months"},
                                 {"rate": "1 per year", "until": "2 months"}]},
     "therapies.interferon.intolerance", "later than the one before"),
    ({f"{COURSE}__intolerance": {"weibull": {"shape": "2"}}},
     "therapies.interferon.intolerance", "weibull needs scale, shape or by, probability, shape"),
    ({f"{COURSE}__intolerance": {"weibull": {"shape": "0", "scale": "1 year"}}},
     "therapies.interferon.intolerance.weibull.shape", "0.1 to 20"),
    ({f"{COURSE}__intolerance": {"weibull": {"shape": "1", "scale": "1 year"},
                                 "exponential": {"rate": "1 per year"}}},
     "therapies.interferon.intolerance", "exactly one of"),
    ({"accrual": "logistic"}, "accrual", "linear, compound"),
    ({"accrual": "plateau"}, "accrual", "plateau needs its times"),
    ({"accrual": {}}, "accrual", "accrual is linear, compound"),
    ({"markers__ctx__half_effect": "0"}, "markers.ctx.half_effect", "0.0001 to 10000"),
    ({"fractures__sites__hip__share": "2 %"}, "fractures.sites", "101 %"),
    ({"fractures__review_every": "1.5 days"}, "fractures", "whole number of days"),
    ({"fractures__sites__hip__gradient": "0"}, "fractures.sites.hip", "0"),
    ({"effects__none__ctx": "-100 %"}, "effects.none.ctx", "-99.9 %"),
    ({"visits__dxa": ["every 0 days"]}, "visits.dxa[0]", "at least a day"),
    ({"visits__dxa": ["12"]}, "visits.dxa[0]", "has no unit"),
    ({"measurement__ctx": "101 %"}, "measurement.ctx", "100 %"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "path", "part"), RULES, ids=[f"{path} {part}" for _, path, part in RULES]
)
def test_a_rule_of_the_form_is_kept(changes, path, part):
    found = mistakes(from_document, document(**changes), ())
    told = [m.path for m in found if part in m.message]
    assert told, [(m.path, m.message) for m in found]
    assert told[0].startswith(path)


def test_more_than_four_therapies_are_refused():
    therapies = {f"t{i}": base().document["therapies"]["pamidronate"] for i in range(5)}
    found = mistakes(from_document, document(therapies=therapies, arms={"none": []}), ())
    assert any("5 therapies" in m.message for m in found)


@pytest.mark.parametrize("name", ["none", "a b", "1st", "a.b", "a+b"])
def test_a_name_that_would_confuse_the_regimens_cannot_name_a_therapy(name):
    therapies = {**base().document["therapies"], name: base().document["therapies"]["pamidronate"]}
    found = mistakes(from_document, document(therapies=therapies), ())
    assert any("cannot name a therapy" in m.message for m in found)


def test_correlations_are_refused_exactly_where_no_distribution_has_them():
    """Against the eigenvalues of the whole matrix."""
    rng = np.random.default_rng(4)
    names = ["age", "ctx", "spine_t", "hip_response"]
    seen = {True: 0, False: 0}
    for _ in range(60):
        matrix = np.eye(4)
        given = {}
        for i, j in itertools.combinations(range(4), 2):
            if rng.random() < 0.8:
                matrix[i, j] = matrix[j, i] = round(rng.uniform(-0.95, 0.95), 3)
                given[f"{names[j]} ~ {names[i]}"] = str(matrix[i, j])
        possible = bool(np.linalg.eigvalsh(matrix).min() > 1e-9)
        seen[possible] += 1
        whole = document(cohort__correlations=given)
        if possible:
            from_document(whole, ())
        else:
            mistake = only_mistake(from_document, whole, ())
            assert "not positive definite" in mistake.message
    assert min(seen.values()) > 10


@pytest.mark.parametrize(
    ("uncertainty", "part"),
    [
        ("{normal: {se: 1 %/year}, beta: {events: 2, of: 10}}", "exactly one of"),
        ("{}", "exactly one of"),
        ("{lognormal: {ci95: [3, 2]}}", "the lower first"),
        ("{lognormal: {ci95: [0, 2]}}", "above 0"),
        ("{beta: {events: -1, of: 10}}", "allowed: 0 to"),
        ("{beta: {events: 1}}", "needs events and of, or se alone; given: events"),
        ("{beta: {events: 1, of: 10, se: 1 month}}", "given: events and of and se"),
        ("{beta: {}}", "needs events and of, or se alone; given: none"),
        ("{beta: {events: 11, of: 10}}", "more events than patients observed"),
        ("{gamma: {events: 8}}", "needs events and person_years, or se alone; given: events"),
        ("{gamma: {events: 0, person_years: 9}}", "events and person_years are above 0"),
        ("{gamma: {events: 9, person_years: 0}}", "events and person_years are above 0"),
        ("{lognormal: {}}", "needs ci95, or se alone; given: none"),
        ("{lognormal: {ci95: [1, 2], se: 1 month}}", "given: ci95 and se"),
        ("{lognormal: {ci95: [1]}}", "two values above 0"),
        ("{uniform: {low: 1 month}}", "is missing"),
        ("{normal: {}}", "is missing"),
    ],
)
def test_an_uncertainty_is_one_distribution(tmp_path, uncertainty, part):
    text = f"horizon:\n  value: 60 months\n  uncertainty: {uncertainty}\n"
    found = mistakes(load, over_base(tmp_path, text))
    assert any(part in m.message for m in found)
    for mistake in found:
        assert mistake.path.startswith("horizon.uncertainty")
        assert place(mistake)[:2] == ("case.yaml", 4)


# --- whatever is typed ------------------------------------------------------------------------


def every_path(tree, path=()):
    yield path
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, item in parts if isinstance(tree, (dict, list)) else ():
        yield from every_path(item, (*path, key))


ODDITIES = [None, "", "x", "-1", "1e300", [], ["x"], [["x"]], [{"a": "1"}], {}, {"a": "1"}, [None]]


def refused(whole):
    """The mistakes that a document is refused with, None if it is valid."""
    try:
        from_document(whole, ())
    except ScenarioError as error:
        return error.mistakes
    return None


def test_whatever_stands_anywhere_is_read_or_refused_and_never_breaks_the_reader():
    """Each value of the base case in turn replaced by something odd."""
    whole = base().document
    found, broken = [], []
    for number, path in enumerate(p for p in every_path(whole) if p):
        for odd in (ODDITIES[number % 12], ODDITIES[(7 * number + 3) % 12]):
            changed = copy.deepcopy(whole)
            inside = changed
            for key in path[:-1]:
                inside = inside[key]
            inside[path[-1]] = odd
            try:
                found.append(refused(changed))
            except Exception as error:
                broken.append((path, odd, repr(error)))
    assert not broken
    assert sum(mistakes is not None for mistakes in found) > 200
    assert all(m.message for mistakes in found if mistakes is not None for m in mistakes)
    assert [] not in found


@pytest.mark.parametrize("odd", ODDITIES, ids=str)
@pytest.mark.parametrize("key", ["arms", "therapies", "effects", "cohort", "visits", "accrual"])
def test_odd_values_of_the_large_parts_are_refused(key, odd):
    assert refused({**document(), key: odd})
    if (key, odd) != ("arms", []):  # an arm without therapies is an arm
        assert refused({**document(), key: {"combination": odd}})


@pytest.mark.parametrize(
    ("times", "days"),
    [
        ([], [0]),
        (["5 months"], [0, 152]),
        (["every 5 months"], [0, 152, 304, 457, 609]),
        (["100 days", "every 1 year", "50 months"], [0, 100, 365, 730]),
        (["12 months", "365 days", "52 weeks"], [0, 365]),
        (["52 weeks", "12 months"], [0, 364]),  # the one that stands first
        (["every 12 months", "every 364 days", "733 days"], [0, 365, 730]),
        (["1 month", "4 weeks"], [0, 28, 30]),  # 7 % apart
        (["100 days", "101 days", "103 days"], [0, 100, 103]),
        (["every 1 day"], [*range(731)]),
    ],
)
def test_visits_are_on_days_up_to_the_horizon(times, days):
    assert Visits.days([VisitTime.read(time) for time in times], 730.5) == days
