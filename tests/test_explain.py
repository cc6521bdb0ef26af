"""One life told in words: the patient of a whole run, every arm, and why the arms diverge."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from sim.cli.explain import explain as command
from sim.cli.explain import to_text
from sim.experiments import runs
from sim.experiments.patient_history import NoSuchPatient, explain
from sim.experiments.patient_history.lines import lines_of
from sim.experiments.patient_history.words import happened, in_sequence, measured, ordinal
from sim.scenario import load

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BASE = SCENARIOS / "laroche2011.yaml"
UNTREATED = "arms.untreated=[]"
SMALL = ["cohort.patients=20"]


def mastosim(*words, columns=120):
    return CliRunner().invoke(command, [*map(str, words)], env={"COLUMNS": str(columns)})


@pytest.fixture(scope="module")
def life():
    return explain(BASE, 10, ["cohort.patients=20", UNTREATED])


@pytest.fixture(scope="module")
def whole():
    return runs.follow(load(BASE, ["cohort.patients=20", UNTREATED]))


def test_the_patient_is_the_one_of_a_whole_run_whatever_its_size(life, whole):
    (person,) = whole.patients[whole.patients["patient"] == 10].to_dict("records")
    assert life.person == {name: person[name] for name in person if name != "patient"}
    larger = explain(BASE, 10, ["cohort.patients=700", UNTREATED])
    pd.testing.assert_frame_equal(larger.events, life.events)


def test_every_event_and_every_visit_has_its_cell(life, whole):
    for arm in life.arms:
        lived = whole.events[(whole.events["patient"] == 10) & (whole.events["arm"] == arm)]
        seen = whole.measurements
        visits = seen[(seen["patient"] == 10) & (seen["arm"] == arm)]["day"].nunique()
        filled = life.events[life.events[arm] != ""]
        assert len(filled) == len(lived) + visits
        told = filled[~filled[arm].str.contains("CTX|spine ")]["day"]
        assert sorted(told) == sorted(lived["day"])


def test_what_is_the_same_event_stands_on_one_line(life):
    shared = life.events[life.events["day"] == 30]
    assert shared[["combination", "pamidronate"]].nunique(axis=1).tolist() == [1]
    assert shared["untreated"].tolist() == [""]
    assert life.events["day"].is_monotonic_increasing
    first_day = life.events[life.events["day"] == 0]["combination"].tolist()
    assert first_day[0].startswith("spine ")
    assert first_day[1:] == ["interferon begins (full dose)", "pamidronate 58 mg"]


def test_the_same_event_twice_a_day_has_two_lines(whole):
    one = whole.events[(whole.events["patient"] == 10) & (whole.events["event"] == "fracture")]
    twice = whole._replace(events=pd.concat([one, one]))
    lines = lines_of(twice, {}, load(BASE, [*SMALL, UNTREATED]).scenario)
    assert sum(len(entries) for entries in lines.values()) == 2 * len(one) > 0


def test_the_arms_diverge_where_a_therapy_begins_that_not_all_have(life):
    assert life.divergence.day == 0
    assert life.divergence.reason == (
        "the combination arm begins interferon, which the pamidronate and untreated arms do not "
        "receive; the combination and pamidronate arms begin pamidronate, which the untreated arm "
        "does not receive"
    )
    assert life.divergence.events["untreated"] == ""


def test_arms_diverge_later_with_a_later_start():
    later = explain(BASE, 3, [*SMALL, "therapies.interferon.start=12 months"])
    assert later.divergence.day == 365
    assert (
        "begins interferon, which the pamidronate arm does not receive" in later.divergence.reason
    )
    before = later.events[later.events["day"] < 365]
    assert (before["combination"] == before["pamidronate"]).all()


def first_unshared_outcome(tables, patient, arms):
    """The first day with a fracture or a death that not every arm has, straight off the table."""
    events = tables.events[tables.events["patient"] == patient]
    events = events[events["event"].isin(["fracture", "death"])]
    counts = events.groupby(["day", "event", "what", "value"], dropna=False)["arm"].nunique()
    unshared = counts[counts < len(arms)]
    return None if unshared.empty else unshared.index[0][0]


def test_the_first_fracture_or_death_that_differs_is_the_one_in_the_table(whole, life):
    found = {
        patient: explain(BASE, patient, [*SMALL, UNTREATED]).outcome for patient in (1, 2, 9, 10)
    }
    expected = {p: first_unshared_outcome(whole, p, life.arms) for p in found}
    assert {p: outcome and outcome.day for p, outcome in found.items()} == expected
    assert len({day is None for day in expected.values()}) == 2


def test_a_fracture_in_some_arms_is_put_down_to_bone_density(life, whole):
    seen = whole.measurements
    before = seen[(seen["patient"] == 10) & (seen["quantity"] == "spine_t")]
    before = before[before["day"] <= life.outcome.day].groupby("arm")["value"].last()
    assert life.outcome.events["untreated"] == "1st vertebral fracture"
    assert life.outcome.events["combination"] == ""
    for arm, score in before.items():
        assert f"{score:.1f} in {arm}" in life.outcome.reason
    assert "the random numbers are the same in every arm" in life.outcome.reason
    assert "directly" not in life.outcome.reason


def test_a_direct_effect_on_fractures_is_named():
    ratio = "effects.pamidronate.fracture_ratio.vertebral=0.9"
    told = explain(BASE, 10, [*SMALL, UNTREATED, ratio]).outcome.reason
    assert "regimens also act directly on vertebral fractures" in told


def test_arms_that_do_not_diverge_are_the_same():
    same = explain(BASE, 5, [*SMALL, "arms.combination=[pamidronate]"])
    assert same.divergence is None
    assert same.outcome is None
    assert "do not diverge" in " ".join(same.comparison)
    assert (same.events["combination"] == same.events["pamidronate"]).all()


def test_one_arm_has_nothing_to_be_compared_with():
    alone = explain(SCENARIOS / "heijckmann2001.yaml", 0)
    assert alone.comparison == ("The scenario has one arm; there is no comparison.",)


def test_a_life_ends_with_its_death():
    settings = ["cohort.patients=4", "mortality.standardised_mortality_ratio=400"]
    dead = explain(BASE, 2, settings)
    for arm in dead.arms:
        told = dead.events[dead.events[arm] != ""][arm]
        assert told.iloc[-1] == "died (background mortality)"
        assert "end of follow-up" not in set(told)
    assert dead.comparison[1] == "Fractures and death are the same in every arm."


def test_the_steps_of_intolerance_are_told_as_doses():
    settings = [*SMALL, "therapies.interferon.on_intolerance=[halve, stop]",
                "therapies.interferon.intolerance={exponential: {rate: 3 per year}}"]  # fmt: skip
    told = explain(BASE, 4, settings).events["combination"]
    course = [text for text in told if text.startswith("interferon")]
    assert course == [
        "interferon begins (full dose)",
        "interferon at half dose (poor tolerance)",
        "interferon stopped for poor tolerance",
    ]


def test_a_course_ends_as_planned():
    told = explain(SCENARIOS / "interferon-two-years.yaml", 3)
    (row,) = [row for row in told.rows if "interferon ends as planned" in row]
    assert row == ("730", "24.0", "interferon ends as planned", "")


def test_a_therapy_that_follows_another_begins_when_that_ends():
    plan = ["therapies.pamidronate.schedule=[{every: 1 month, for: 6 months}]",
            "therapies.interferon.start={after: pamidronate, wait: 1 month}"]  # fmt: skip
    told = explain(BASE, 2, [*SMALL, *plan])
    rows = [row for row in told.rows if "ends as planned" in row[2] or "begins" in row[2]]
    assert [row[2] for row in rows] == [
        "pamidronate ends as planned", "interferon begins (full dose)"
    ]  # fmt: skip
    assert int(rows[1][0]) - int(rows[0][0]) == 30
    assert told.divergence.reason.startswith("the combination arm begins interferon")


@pytest.mark.parametrize(
    ("event", "what", "value", "text"),
    [
        ("infusion", "pamidronate", 63.6, "pamidronate 64 mg"),
        ("infusion", "zoledronate", 4.0, "zoledronate 4 mg"),
        ("missed infusion", "pamidronate", 0.0, "pamidronate missed"),
        ("intolerance", "interferon", 0.0, "interferon stopped for poor tolerance"),
        ("intolerance", "interferon", 0.25, "interferon at a quarter of the dose (poor tolerance)"),
        ("intolerance", "interferon", 0.125, "interferon at 12.5 % of the dose (poor tolerance)"),
        ("reaction", "acute_phase", 0.0, "acute_phase after pamidronate"),
        ("reaction", "acute_phase", 1.0, "acute_phase after pamidronate; pamidronate ends"),
        ("fracture", "vertebral", 2.0, "2nd vertebral fracture"),
        ("death", "hip", 0.0, "died (hip fracture)"),
        ("death", "background", 0.0, "died (background mortality)"),
        ("end", "", 0.0, "end of follow-up"),
    ],
)
def test_events_in_words(event, what, value, text):
    assert happened(event, what, value, load(BASE).scenario, begins=False) == text


def test_half_a_dose_is_half_of_what_the_arm_takes():
    scenario = load(BASE, ["therapies.interferon.course=3 MU"]).scenario
    told = happened("intolerance", "interferon", 1.0, scenario, begins=False)
    assert told == "interferon at half dose (poor tolerance)"


def test_numbers_in_words():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"
    ]  # fmt: skip
    assert in_sequence(["a"]) == "a"
    assert in_sequence(["a", "b", "c"]) == "a, b and c"
    values = {"spine_g_cm2": 0.7123, "spine_t": -0.04, "ctx_pg_ml": 1234.4, "balp_iu": 20.44}
    assert measured(values) == "spine 0.712 g/cm2 T 0.0; CTX 1234 pg/mL; BALP 20.4 IU"


@pytest.mark.parametrize("patient", [-1, 20])
def test_a_patient_whom_the_study_does_not_have_is_refused(patient):
    with pytest.raises(NoSuchPatient, match="0 to 19"):
        explain(BASE, patient, SMALL)


def test_the_command_tells_head_table_and_divergence():
    told = mastosim(BASE, "--patient", 17)
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "Patient 17 of laroche2011, seed 1"
    assert "a trial cannot observe them" in lines[2]
    head = next(line for line in lines if line.split()[:2] == ["day", "month"])
    assert head.split() == ["day", "month", "combination", "pamidronate"]
    assert max(map(len, lines[4:-3])) <= 120
    assert any(line.startswith("The arms diverge on day 0.") for line in lines[-5:])


def test_arms_that_do_not_fit_stand_below_each_other(life):
    wide, narrow = (
        mastosim(BASE, "--patient", 10, "--set", UNTREATED, columns=columns)
        for columns in (120, 60)
    )
    heads = [line.split()[2:] for line in narrow.stdout.splitlines() if " month " in line]
    assert heads == [["combination"], ["pamidronate"], ["untreated"]]
    assert sum(" month " in line for line in wide.stdout.splitlines()) == 1
    told = [" ".join(one.stdout.split()).count("vertebral fracture") for one in (narrow, wide)]
    assert told[0] >= told[1]


def test_the_command_refuses_a_number_beyond_the_cohort():
    told = mastosim(BASE, "--patient", 1000)
    assert isinstance(told.exception, NoSuchPatient)  # which the program prints, with exit code 2
    assert "0 to 999" in str(told.exception)


def test_equal_events_in_a_row_are_one_line_with_their_number():
    same = explain(BASE, 17)
    assert ("365 to 670", "12.0 to 22.0") in [row[:2] for row in same.rows]
    (row,) = (row for row in same.rows if row[0] == "365 to 670")
    assert row[2:] == ("pamidronate 54 mg, 11 times",) * 2
    shown = sum(int(row[2].split(", ")[1].split()[0]) if "times" in row[2] else
                row[2].startswith("pamidronate") for row in same.rows)  # fmt: skip
    assert shown == sum(same.events["combination"].str.startswith("pamidronate"))


def test_json_holds_the_whole_life():
    told = mastosim(BASE, "--patient", 3, "--seed", 5, "--json")
    held = json.loads(told.stdout)
    same = explain(BASE, 3, seed=5)
    assert held["patient"] == 3
    assert held["seed"] == 5
    assert held["person"] == same.person
    events = same.events.drop(columns=["day", "month"]).itertuples(index=False, name=None)
    assert [tuple(e["arms"].values()) for e in held["events"]] == [*events]
    assert held["divergence"]["reason"] == same.divergence.reason
    assert explain(BASE, 3, seed=6).person != same.person


def test_arms_may_be_called_like_columns_and_like_markup(tmp_path):
    text = BASE.read_text().replace("  combination: [inter", "  '<b>': [inter")
    path = tmp_path / "odd.yaml"
    path.write_text(text.replace("  pamidronate: [pamidronate]", "  day: [pamidronate]")
                    .replace("\nname: laroche2011", "\nname: odd")
                    .replace("answers: laroche2011 ", "#"))  # fmt: skip
    odd = explain(path, 0)
    assert (
        "the <b> arm begins interferon, which the day arm does not receive" in odd.divergence.reason
    )
    assert len(odd.rows[0]) == 4
    assert "<b>" in to_text(odd)
    html = odd._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_a_notebook_shows_head_lines_and_divergence(life):
    html = life._repr_html_()
    assert html.count("<tr>") == len(life.rows) + 1
    assert "Patient 10 of laroche2011" in html
    assert "The arms diverge on day 0." in html
