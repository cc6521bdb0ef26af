"""Runs of scenarios with clinics: from the file to the outcomes, with the clinic as the unit."""

from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import RequestError
from sim.experiments import blocks, runs
from sim.experiments.all_blocks import in_blocks
from sim.experiments.blocks import Work
from sim.outcomes import arm_records, lines_of
from sim.outcomes.plan import analysis_plan
from sim.outcomes.sums import sum_table
from sim.reports.forms.answers import components
from sim.scenario import ScenarioError, load
from sim.simulation.clinic.lowered import enrolled, rules_of
from sim.simulation.records import (
    ARRIVES,
    COMES,
    ENROLS,
    HOME,
    INFUSION,
    LASTS,
    NO_DRUG,
    OF_CLINICS,
    OVERTIME,
    ROOM,
    TAKEN,
    WAITED,
    WASTED,
)
from sim.simulation.simulate import inputs_of, names_of, protocol_of, simulate_arms
from sim.vocabulary import NOT_COMING, SKIPPED

BASE = "scenarios/laroche2011.yaml"
NINE = "scenarios/clinic-nine-places.yaml"
PLACE = "therapies.pamidronate.schedule=[{every: 1 month}]"


def small(*settings):
    """Clinics of 20 patients on one place a day, on the plan of a month."""
    few = ["clinics.number=3", "clinics.patients_each=20", "clinic.places=1", "clinic.closed=[]",
           "horizon=12 months", "clinic.enrolment=6 months"]  # fmt: skip
    return load(NINE, [*few, PLACE, *settings])


def logs(study, patients=None):
    patients = patients or range(study.scenario.cohort.patients)
    return {
        arm: log for arm, (_, log) in simulate_arms(protocol_of(study), patients, "simpy").items()
    }


def slot_of(study):
    return list(study.scenario.therapies).index("pamidronate")


@pytest.mark.share(3)
@pytest.mark.parametrize("rule", ["from plan", "from last", "owed"])
def test_a_file_with_unlimited_places_gives_the_log_of_no_clinic(rule):
    every_day = "[Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]"
    study = small("clinic.places=unlimited", f"clinic.open={every_day}", f"clinic.next={rule}",
                  *(["clinic.at_least_apart=1 day"] if rule == "owed" else []))  # fmt: skip
    alone = load(BASE, ["cohort.patients=60", "horizon=12 months", PLACE])
    for one, other in zip(logs(study).values(), logs(alone).values(), strict=True):
        assert [a.tobytes() for a in one] == [b.tobytes() for b in other]


def test_some_patients_of_a_clinic_are_those_of_the_whole_clinic():
    study, arm = small(), "pamidronate"
    whole, part = logs(study)[arm], logs(study, range(25, 45))[arm]
    inside = (whole.patient >= 25) & (whole.patient < 45)
    for one, other in zip(whole, part, strict=True):
        shifted = one[inside] - 25 if one is whole.patient else one[inside]
        assert shifted.tobytes() == other.astype(one.dtype).tobytes()


@pytest.mark.parametrize("workers", [1, 2])
def test_clinics_are_never_divided_between_blocks(workers, workers_here):
    once = blocks.do(Work([small()], "simpy"), range(60)).sums
    parts = [block.sums for block in
             in_blocks(Work([small()], "simpy"), size=30, workers=workers)]  # fmt: skip
    assert [len(part.own) for part in parts] == [1, 1, 1], "30 patients: one clinic of 20"
    assert np.concatenate([part.own for part in parts]).tobytes() == once.own.tobytes()


def test_what_waits_is_in_the_log_and_in_the_outcomes():
    study = small("clinic.not_coming=20 %", "clinic.at_most_late=9 days")
    log, found = logs(study)["pamidronate"], runs.run(study, engine="simpy").summary
    slot = slot_of(study)
    doses = log.value[log.kind == INFUSION + slot]
    waits = log.value[log.kind == WAITED + slot]
    row = found[(found["arm"] == "pamidronate") & (found["against_arm"] == "")].set_index(
        "outcome"
    )["estimate"]
    given = (doses > 0).sum()
    assert row["pamidronate wait for a place"] == pytest.approx(waits.sum() / given)
    assert row["pamidronate doses late"] == pytest.approx(100 * (waits > 7).sum() / given)
    for name, reason in (("doses skipped by the clinic", SKIPPED), ("visits lost", NOT_COMING)):
        assert row[f"pamidronate {name}"] == pytest.approx((doses == reason).sum() / 60)
    assert (doses == NOT_COMING).sum() > 0 < (doses == SKIPPED).sum()


def test_a_visit_to_which_nobody_comes_takes_its_place():
    """Owed doses of a full clinic: as many visits a day whether patients come or not."""
    owed = ["clinic.next=owed", "clinic.at_least_apart=14 days", "clinic.at_most_late=never"]
    comes, stays = (small(*owed, f"clinic.not_coming={share}") for share in ("0 %", "30 %"))
    visits = [(log["pamidronate"].kind == INFUSION + slot_of(comes)).sum()
              for log in map(logs, (comes, stays))]  # fmt: skip
    assert visits[0] == visits[1]


def test_those_enrolled_already_begin_within_a_follow_up_before_the_limits():
    study = small("clinic.already_enrolled=12")
    inputs = inputs_of(protocol_of(study), range(20))["pamidronate"]
    days, calendar = np.array(enrolled(study.scenario, inputs)), rules_of(study.scenario).calendar
    follow_up = round(study.scenario.horizon)
    assert calendar.begins == pytest.approx(follow_up, abs=1)
    assert (days[:12] < calendar.begins).all()
    assert (days[12:] >= calendar.begins).all()
    assert (days[12:] < calendar.begins + round(study.scenario.clinic.enrolment)).all()
    assert calendar.is_open(calendar.begins), "the limits begin on a Monday"
    assert not calendar.is_open(calendar.begins + 5)


def test_one_patient_more_changes_nobodys_random_numbers():
    few, many = small(), small("clinics.patients_each=25")
    one, other = (inputs_of(protocol_of(study), range(20))["pamidronate"] for study in (few, many))
    assert one.draws.tobytes() == other.draws.tobytes()
    assert enrolled(few.scenario, one) == enrolled(many.scenario, other)


def test_intervals_of_patients_would_be_too_narrow_and_those_of_clinics_cover():
    """Five clinics each time: how often the interval holds the mean of all hundred."""
    study = small("clinics.number=100", "horizon=4 months", "clinic.enrolment=1 month")
    groups = [waits(study, range(100 * at, 100 * (at + 1))) for at in range(20)]
    true = np.mean([group[1].value for group in groups])
    held = {unit: sum(group[unit].low <= true <= group[unit].high for group in groups)
            for unit in (1, 20)}  # fmt: skip
    assert held[20] >= 17, "P(fewer of 20) at 95 % is 0.016"
    assert held[1] <= 14, "P(so few of 20) at 95 % is 0.0003"


def waits(study, patients):
    """The mean wait of some patients with its interval, by patients per unit."""
    arms = simulate_arms(protocol_of(study), patients, "simpy", ["pamidronate"])
    records = arm_records(*arms["pamidronate"], names_of(study))
    line = next(line for line in lines_of((0, "pamidronate"), records, analysis_plan(study))
                if line.label.name == "pamidronate wait for a place")  # fmt: skip
    return {unit: sum_table([line], part=len(patients) // unit, unit=unit).estimate(0)
            for unit in (1, study.scenario.together)}  # fmt: skip


@pytest.mark.parametrize("refused", [
    lambda study: runs.run(study, engine="batch"),
    lambda study: sim.run(study, engine="batch"),
    lambda study: sim.emulate(study, trials=3),
    lambda study: sim.power(study, sizes=[10], trials=3),
    lambda study: sim.verify(study),
    lambda study: sim.run(study, until={"deaths": 1}),
])  # fmt: skip
def test_the_batch_engine_and_what_takes_patients_one_by_one_refuse(refused):
    with pytest.raises((RequestError, ScenarioError), match="wait for each other"):
        refused(small())


IN_CHAIRS = (
    "clinic.places=null", "clinic.not_coming=5 %",
    "clinic.chairs={number: 1, hours: '8:00 to 13:00', visits: {pamidronate: {mean: 100 minutes, "
    "sd: 60 minutes}}, nurses: {number: 1, busy: 12 minutes}, arrival: {sd: 12 minutes}, "
    "after_closing: sent home}",
    "clinic.supply={pamidronate: {vials: [30 mg, 60 mg, 90 mg], stock: 2000 mg, deliveries: "
    "{every: 1 month, up_to: 2000 mg, after: 3 days}, shortages: [{from: 5 months, for: 2 months, "
    "delivered: 0 %}], when_short: full doses until gone}}",
)  # fmt: skip


def test_outcomes_of_chairs_and_drugs_are_those_of_the_log():
    study = small(*IN_CHAIRS)
    log, found = logs(study)["pamidronate"], runs.run(study, engine="simpy").summary
    rows = found[(found["arm"] == "pamidronate") & (found["against_arm"] == "")]
    row = rows.set_index("outcome")["estimate"]
    of = {kind: log.value[log.kind == kind + slot_of(study)] for kind in OF_CLINICS}
    open_days = 3 * study.scenario.clinic.open_days(study.scenario.horizon)
    assert row["chairs in use"] == pytest.approx(100 * of[TAKEN].sum() / (open_days * 300))
    assert row["nurses in use"] == pytest.approx(100 * 12 * len(of[TAKEN]) / (open_days * 300))
    assert row["overtime"] == pytest.approx(of[OVERTIME].sum() / open_days)
    assert row["pamidronate minutes in the waiting room"] == pytest.approx(of[ROOM].mean())
    assert row["pamidronate sent home"] == pytest.approx(len(of[HOME]) / 60)
    assert row["pamidronate doses without drug"] == pytest.approx(len(of[NO_DRUG]) / 60)
    assert row["pamidronate thrown away"] == pytest.approx(of[WASTED].sum() / 60)
    assert all(len(rows) for rows in of.values()), "everything happened"


def test_use_is_counted_while_the_clinic_is_full():
    study = small("clinic.enrolment=5 months", "clinic.already_enrolled=0")
    assert study.scenario.clinic.full(study.scenario.horizon) == range(152, 365)
    inputs = inputs_of(protocol_of(study), range(60))["pamidronate"]
    begins = np.array(enrolled(study.scenario, inputs))
    log = logs(study)["pamidronate"]
    taken = log.kind == TAKEN + slot_of(study)
    days = begins[log.patient[taken]] + log.day[taken]
    assert 152 <= days.min() <= days.max() < 365


def test_some_minutes_more_change_nobodys_random_numbers():
    """One chair more, another order and another rule: the same draws, visit by visit."""
    one = small(*IN_CHAIRS)
    other = small(*IN_CHAIRS, "clinic.chairs.number=2", "clinic.order=lowest T-score")
    few, many = (inputs_of(protocol_of(study), range(60))["pamidronate"] for study in (one, other))
    assert few.draws.tobytes() == many.draws.tobytes()
    for stream in (ENROLS, COMES, LASTS, ARRIVES):
        assert few.params["draws"][stream].sum() > 0


def test_the_lowest_t_score_waits_least():
    study = small("clinic.next=owed", "clinic.at_least_apart=14 days", "clinic.at_most_late=never",
                  "therapies.pamidronate.schedule=[{every: 2 weeks}]",
                  "clinic.order=lowest T-score", "clinics.number=2")  # fmt: skip
    (inputs, log) = simulate_arms(protocol_of(study), range(40), "simpy")["pamidronate"]
    rows = log.kind == WAITED + slot_of(study)
    waited = np.bincount(log.patient[rows], log.value[rows], minlength=40)
    low = inputs.patients["bmd"][:, 0] < np.median(inputs.patients["bmd"][:, 0])
    assert waited[low].mean() < waited[~low].mean() / 2


class Told:
    """What a reporting form asks of kept results: the scenario."""

    def __init__(self, *settings):
        self.scenario = small(*settings).scenario


def test_the_reporting_form_names_chairs_nurses_and_drugs():
    given: Any = Told(*IN_CHAIRS)
    for part in (
        "1 chair, 8:00 to 13:00",
        "1 nurse, each busy for 12 minutes",
        "sent home",
        "2000 mg at first, in vials of 30, 60, 90 mg",
        "0 % of them is delivered",
    ):
        assert part in components.resources(given)
    assert "chair" not in components.queues(given)
    bare: Any = Told()
    assert "no chairs, nurses or stock" in components.resources(bare)
