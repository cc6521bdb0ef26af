"""The table of visits: against the events one by one, the visits of the clinics, the summary."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sim import results
from sim.cli.show import show as command
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.experiments.patient_history import explain
from sim.outcomes.visits import COLUMNS, visits
from sim.python.kept import open_result
from sim.scenario import load
from sim.simulation.clinic import enrolled, outside_of, rules_of, simulate
from sim.simulation.simulate import inputs_of, protocol_of
from tests.conftest import without_pictures
from tests.test_plot_stock import EACH, NINE, NUMBER, SMALL

PLACES = [
    *SMALL[:-1], "clinic.places=1", "clinic.overbook=100 %", "therapies.pamidronate.given=80 %",
]  # fmt: skip
CHAIRS = [
    *SMALL, "clinic.places=null", "clinic.chairs={number: 1, hours: '8:00 to 13:00', visits: "
    "{pamidronate: {mean: 100 minutes, sd: 60 minutes}}, arrival: {sd: 12 minutes}, after_closing: "
    "sent home}",
]  # fmt: skip
OF_KIND = {"places": PLACES, "chairs": CHAIRS}


@pytest.fixture(scope="module", params=[*OF_KIND])
def made(request):
    """A run with its visits."""
    result = runs.run(load(NINE, OF_KIND[request.param]))
    return result, result.visits


def by_hand(events, first, each):
    """The visits row by row: a dose, then what is told of the dose; days in vain come before."""
    found, open_doses, home = [], {}, Counter[tuple[str, int, str]]()
    for row in events.itertuples():
        who = (row.arm, row.patient, row.what)
        day = first[row.patient] + row.day
        visit = {"arm": row.arm, "clinic": row.patient // each, "patient": row.patient,
                 "therapy": row.what, "due_day": None, "day": day, "waited_days": None,
                 "dose_mg": 0.0, "minutes_waited": None, "minutes_in_chair": None}  # fmt: skip
        if row.event == "sent home":
            home[who] += 1
        elif row.event in ("infusion", "missed infusion"):
            open_doses[who] = visit
            visit["times_sent_home"] = home.pop(who, 0)
            if row.event == "infusion":
                visit |= {"due_day": day, "waited_days": 0, "dose_mg": row.value}
            if row.event == "infusion" or row.value < 0:
                found.append(visit)
        elif row.event == "waited for a place":
            open_doses[who] |= {"due_day": day - row.value, "waited_days": row.value}
        elif row.event == "waited in the clinic":
            open_doses[who]["minutes_waited"] = row.value
        elif row.event == "place taken" and open_doses[who]["minutes_waited"] is not None:
            open_doses[who]["minutes_in_chair"] = row.value
    return pd.DataFrame(found)


def test_rows_are_the_events_one_by_one(made):
    result, found = made
    study = result.study
    protocol = protocol_of(study)
    own = [inputs_of(protocol, range(i * EACH, (i + 1) * EACH)) for i in range(NUMBER)]
    begins = rules_of(study.scenario).calendar.begins
    days = [np.array(enrolled(study.scenario, arms["combination"])) - begins for arms in own]
    wanted = by_hand(result.events, np.concatenate(days), EACH)
    assert [*found] == COLUMNS
    same = [name for name in COLUMNS if name != "ended"]
    pd.testing.assert_frame_equal(found[same], wanted[same], check_dtype=False)


def ended(visit, begins):
    """The day of the clinic on which a visit ended, the day that was due, and how."""
    if visit.served is None:
        return visit.skipped - begins, None, "skipped"
    if not visit.comes:
        return visit.served - begins, None, "did not come"
    words = "given" if visit.part == 1 else "half dose"
    return visit.served - begins, visit.due - begins, words


def test_rows_are_the_visits_that_the_clinics_had(made):
    """Simulated again clinic by clinic; who left the list without an answer has no row."""
    result, found = made
    scenario, protocol = result.study.scenario, protocol_of(result.study)
    rules = rules_of(scenario)
    for number in range(NUMBER):
        for arm, inputs in inputs_of(protocol, range(number * EACH, (number + 1) * EACH)).items():
            had = simulate(inputs, rules, enrolled(scenario, inputs), outside_of(scenario, inputs))
            wanted = Counter(
                (number * EACH + visit.patient, *ended(visit, rules.calendar.begins))
                for visit in had[1]
                if visit.left is None
            )
            own = found[(found["arm"] == arm) & (found["clinic"] == number)]
            due = [None if pd.isna(one) else one for one in own["due_day"]]
            assert (
                Counter(zip(own["patient"], own["day"], due, own["ended"], strict=True)) == wanted
            )


def test_days_are_open_days_of_the_clinic_with_as_many_visits_as_were_booked(made):
    result, found = made
    clinic, had = result.study.scenario.clinic, found[found["ended"] != "skipped"]
    limited = had[had["day"] >= 0]
    assert len(limited) > 500
    assert all(clinic.is_open(day) for day in limited["day"])
    if clinic.chairs is None:
        assert limited.groupby(["arm", "clinic", "day"]).size().max() == 2
    assert set(found["ended"]) == {"given", "did not come", "skipped", *["half dose"] * bool(
        clinic.supply)}  # fmt: skip


def test_waits_skips_and_days_in_vain_add_up_to_the_summary(made):
    result, found = made
    summary = result.summary[
        (result.summary["against_arm"] == "") & (result.summary["subgroup"] == "all")
    ].set_index(["arm", "outcome"])["estimate"]
    for arm, own in found.groupby("arm"):
        given = own[own["dose_mg"] > 0]
        sums = {
            "wait for a place": own["waited_days"].sum() / len(given),
            "doses skipped by the clinic": (own["ended"] == "skipped").sum() / (EACH * NUMBER),
            "visits lost": (own["ended"] == "did not come").sum() / (EACH * NUMBER),
        }
        if own["minutes_waited"].notna().any():
            sums["minutes in the waiting room"] = own["minutes_waited"].mean()
        for outcome, value in sums.items():
            assert value == pytest.approx(summary[arm, f"pamidronate {outcome}"]), outcome
    assert found["times_sent_home"].sum() > 0
    assert (found["minutes_in_chair"].notna() <= found["minutes_waited"].notna()).all()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    with without_pictures():
        result = runs.run(load(NINE, PLACES))
        return results.open(kept_run.keep(result, tmp_path_factory.mktemp("kept"), drawn=False))


def test_the_command_writes_the_table_of_a_kept_run(kept, tmp_path):
    into = tmp_path / "new" / "folder"
    shown = CliRunner().invoke(command, [str(kept.folder), "--visits", "--into", str(into)])
    assert shown.exit_code == 0, shown.output
    (file,) = into.iterdir()
    assert str(file) in shown.stdout
    found = open_result(kept.folder).visits
    written = pd.read_csv(file, dtype={"due_day": "Int64", "waited_days": "Int64"})
    same = [name for name in COLUMNS if not name.startswith("minutes")]
    pd.testing.assert_frame_equal(written[same], found[same], check_dtype=False, rtol=1e-5)
    assert written["minutes_waited"].isna().all()


@pytest.mark.parametrize("options", [["--visits"], ["--into", "somewhere"]])
def test_the_table_and_its_folder_are_given_together(kept, options):
    found = CliRunner().invoke(command, [str(kept.folder), *options])
    assert found.exit_code == 2
    assert "give both" in found.stderr


def test_without_a_clinic_or_tables_of_patients_it_is_refused(tmp_path):
    plain = runs.run("scenarios/laroche2011.yaml", 4)
    with pytest.raises(RequestError, match="this run has no visits: its scenario has no `clinic`"):
        _ = plain.visits
    with pytest.raises(ValueError, match="no clinic"):
        visits(plain.tables, plain.study)
    few = runs.run(load(NINE, SMALL), outcomes_only=True)
    with pytest.raises(RequestError, match="were not kept, as `mastosim run --keep tables` keeps"):
        _ = open_result(few.save(tmp_path)).visits


def test_a_run_in_which_nobody_waited_has_visits():
    study = load(NINE, PLACES)
    tables = runs.follow(study, range(EACH))
    events = tables.events[tables.events["event"] == "infusion"]
    found = visits(tables._replace(events=events), study)
    assert len(found) == len(events)
    assert (found["waited_days"] == 0).all()
    assert len(visits(tables._replace(events=events[:0]), study)) == 0


@pytest.mark.parametrize("patient", [0, 7])
def test_the_life_of_a_patient_has_the_same_days(patient):
    """Of patient 0, who enrolled before the limits began, and of one who enrolled later."""
    study = load(NINE, PLACES)
    found = visits(runs.follow(study, range(EACH)), study)
    own = found[(found["arm"] == "pamidronate") & (found["patient"] == patient)]
    life = explain(NINE, patient, PLACES).attendance
    asked = [dose for dose in life.doses["pamidronate"]["pamidronate"] if dose.value != 0]
    assert [*own["day"]] == [life.enrolled + dose.day for dose in asked]
    assert (life.enrolled < 0) == (patient == 0)
