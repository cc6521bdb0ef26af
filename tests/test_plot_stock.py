"""The figure of a stock: its numbers are those of the clinics that were simulated."""

import numpy as np
import pandas as pd
import pytest

from sim.display.figures import stock
from sim.display.figures.caption import caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled
from sim.experiments import runs
from sim.outcomes.stock import of_clinics, stocks
from sim.scenario import load
from sim.simulation.clinic import Clinic

NINE = "clinic-nine-places"
EACH, NUMBER = 12, 3
SMALL = [
    f"clinics.number={NUMBER}", f"clinics.patients_each={EACH}", "clinic.enrolment=6 months",
    "horizon=18 months", "clinic.not_coming=10 %", "clinic.already_enrolled=5",
    "clinic.closed=[{from: 200 days, for: 30 days}]",
    "clinic.supply={pamidronate: {vials: [30 mg, 90 mg], stock: 1200 mg, deliveries: {every: "
    "20 days, up_to: 1200 mg, after: 5 days}, shortages: [{from: 5 months, for: 3 months, "
    "delivered: 20 %}], when_short: half doses, half_below: 300 mg}}",
]  # fmt: skip


def drawn(study, tables):
    saved = Saved(tables, pd.DataFrame(), None, study=study)
    with styled():
        return stock.figure(saved, caption_of(study))


def test_the_stock_is_that_which_the_clinics_had(monkeypatch):
    """The stock on each day on which a clinic acted, noted while patients are followed."""
    study, seen, act = load(NINE, SMALL), [], Clinic.act

    def noting(self, day):
        booked = act(self, day)
        store = self.stores.by_therapy[0]
        if day >= self.calendar.begins and self.calendar.is_open(day):
            seen.append((id(self), day - self.calendar.begins, store.on_hand))
        return booked

    monkeypatch.setattr(Clinic, "act", noting)
    tables = runs.follow(study)
    monkeypatch.undo()
    known = pd.DataFrame(seen, columns=["clinic", "day", "left"])
    order = {clinic: i for i, clinic in enumerate(dict.fromkeys(known["clinic"]))}
    assert len(order) == 2 * NUMBER
    for at, arm in enumerate(study.scenario.arms):
        found = of_clinics(tables, study, arm, "pamidronate")
        assert found.shape == (NUMBER, 183 + 548 + 1)
        for number in range(NUMBER):
            own = known[known["clinic"].map(order) == at * NUMBER + number]
            assert len(own) > 90
            np.testing.assert_allclose(found[number, own["day"]], own["left"], atol=1e-9)


def test_the_stock_of_one_clinic_is_its_orders_less_its_doses():
    study = load(NINE, SMALL)
    found = stocks(runs.follow(study), study)
    assert found["day"].max() == 183 + 548
    assert (found["lowest"] >= 0).all()
    assert (found["lowest"] <= found["median"]).all()
    assert (found["median"] <= found["highest"]).all()
    assert found["highest"].max() <= 1200
    short = found[(found["day"] >= 170) & (found["day"] < 200)]
    assert short["median"].max() < 500


def test_the_figure_is_drawn_and_needs_a_stock():
    study = load(NINE, SMALL)
    figure = drawn(study, runs.follow(study))
    assert figure is not None
    assert [*figure[1]] == ["therapy", "arm", "day", "months", "lowest", "median", "highest"]
    plain = load(NINE, [*SMALL[:-1]])
    assert drawn(plain, runs.follow(plain, range(EACH))) is None


@pytest.mark.parametrize("scenario", ["laroche2011"])
def test_without_a_clinic_there_is_no_stock(scenario):
    study = load(scenario, ["cohort.patients=2"])
    assert drawn(study, runs.follow(study)) is None
