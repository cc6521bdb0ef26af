"""The figure of two days of a clinic: chairs, nurses and waits are those of the log."""

import itertools

import numpy as np
import pandas as pd
import pytest

from sim.display.figures import clinic_day
from sim.display.figures.caption import caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled
from sim.experiments import runs
from sim.outcomes.clinic_day import BUSIEST, MEDIAN, days_of_clinic
from sim.scenario import load
from sim.simulation.clinic.lowered import enrolled
from sim.simulation.simulate import inputs_of, protocol_of

NINE = "clinic-nine-places"
EACH = 40
CHAIRS = (
    "clinic.chairs={number: 3, hours: '8:00 to 16:00', visits: {pamidronate: {mean: 150 minutes, "
    "sd: 60 minutes}}, nurses: {number: 1, busy: 20 minutes}, arrival: {sd: 15 minutes}, "
    "after_closing: overtime}"
)
SMALL = [
    "clinics.number=2", f"clinics.patients_each={EACH}", "clinic.places=null", CHAIRS,
    "clinic.open=[Monday, Thursday]", "clinic.closed=[]", "clinic.enrolment=6 months",
    "horizon=24 months", "clinic.not_coming=10 %",
]  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return load(NINE, SMALL)


@pytest.fixture(scope="module")
def days(study):
    return days_of_clinic(study, "pamidronate")


def test_nobody_shares_a_chair_or_the_nurse(days):
    assert set(days["chair"]) == {1, 2, 3}
    for _, own in days.groupby("which"):
        for _, chair in own.groupby("chair"):
            rows = chair.sort_values("begins")
            assert (rows["ends"].to_numpy()[:-1] <= rows["begins"].to_numpy()[1:]).all()
        begins = np.sort(own["begins"].to_numpy())
        assert (np.diff(begins) >= 20).all(), "one nurse, busy for 20 minutes"
        assert (own["nurse_until"] == own["begins"] + 20).all()
        assert (own["begins"] >= own["arrives"]).all()
        assert (own["arrives"] >= 480).all()


def test_waits_and_visits_are_those_of_the_log(study, days):
    events = runs.follow(study, range(EACH)).events
    own = events[(events["arm"] == "pamidronate") & (events["what"] == "pamidronate")]
    inputs = inputs_of(protocol_of(study), range(EACH))["pamidronate"]
    begun = np.array(enrolled(study.scenario, inputs))
    at = begun[own["patient"].to_numpy()] + own["day"].to_numpy()
    rooms = own.assign(at=at)[own["event"] == "waited in the clinic"]
    full = study.scenario.clinic.full(study.scenario.horizon)
    of_day = rooms[(rooms["at"] >= full.start) & (rooms["at"] < full.stop)].groupby("at").size()
    for which, size in ((BUSIEST, of_day.max()), (MEDIAN, of_day.sort_values().iloc[::-1].iloc[
            len(of_day) // 2])):  # fmt: skip
        shown = days[days["which"] == which]
        assert len(shown) == size
        (day,) = shown["day"].unique()
        waits = rooms[rooms["at"] == day].set_index("patient")["value"]
        found = shown.set_index("patient").eval("begins - arrives")
        assert found.to_dict() == waits.to_dict()


def test_no_chair_stands_empty_while_someone_waits_and_the_nurse_is_free(days):
    """Minute by minute: who waits has no empty chair, or the nurse is busy."""
    for _, own in days.groupby("which"):
        rows = own.to_dict("records")
        for visit, minute in itertools.product(rows, range(480, 1100)):
            if visit["arrives"] <= minute < visit["begins"]:
                seated = sum(other["begins"] <= minute < other["ends"] for other in rows)
                is_busy = any(o["begins"] <= minute < o["nurse_until"] for o in rows)
                assert seated == 3 or is_busy


def test_the_figure_needs_chairs_and_a_clinic(study):
    for one, has in ((study, True), (load(NINE, ["clinics.number=2"]), False),
                     (load("laroche2011", ["cohort.patients=2"]), False)):  # fmt: skip
        tables = runs.follow(one, range(one.scenario.together))
        saved = Saved(tables, pd.DataFrame(), None, study=one)
        with styled():
            drawn = clinic_day.figure(saved, caption_of(one))
        assert (drawn is not None) is has


def test_a_clinic_that_is_never_full_has_no_day():
    study = load(NINE, [*SMALL, "clinic.enrolment=24 months"])
    assert days_of_clinic(study, "pamidronate").empty


def test_patients_of_many_fractures_get_more_random_numbers(study):
    many = load(NINE, [*SMALL, "fractures.base_rate=4000 per 100 person-years"])
    found = days_of_clinic(many, "pamidronate")
    assert len(found) > 3
