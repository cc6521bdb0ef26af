"""What one rare event changes an outcome of economics by: the dearest that can happen."""

import pytest

from sim.economics.measures import measures_of, sites_of
from sim.economics.quantities import economics_of
from sim.scenario import load

WORTH, BOONEN = "scenarios/laroche2011-worth.yaml", "scenarios/boonen2012-worth.yaml"
REACTION = "economics.costs.reactions.acute_phase"


def events(path, *settings):
    """What an event changes at most, by the name of the outcome."""
    scenario = load(path, settings).scenario
    day, sites = round(scenario.horizon), sites_of(scenario)
    measures = measures_of(economics_of(scenario), day, sites)
    return {measure.name: measure.event for measure in measures}


def test_a_cost_changes_by_the_dearest_fracture():
    found = events(WORTH)
    assert found["cost"] == found["cost, undiscounted"] == found["cost of fractures"] == 9907
    assert found["cost of pamidronate"] == found["cost of measurements"] == 0
    assert found["cost of reactions"] == found["life-years"] == 0


def test_a_reaction_can_be_the_dearest_event():
    found = events(WORTH, f"{REACTION}=20000 EUR")
    assert found["cost"] == found["cost of reactions"] == 20_000
    assert found["cost of fractures"] == 9907


def test_qalys_change_by_the_loss_of_the_first_year_at_the_highest_utility():
    """A vertebral fracture leaves 59 %, a hip fracture 70 % and costs more."""
    found = events(WORTH)
    assert found["QALYs"] == pytest.approx(0.41 * 0.915)
    assert found["net benefit at 20000 EUR"] == pytest.approx(9907 + 20_000 * 0.3 * 0.915)
    assert found["net benefit at 50000 EUR"] == pytest.approx(9907 + 50_000 * 0.3 * 0.915)
    assert found["net benefit at 147093 EUR"] == pytest.approx(2476 + 147_093 * 0.41 * 0.915)


def test_a_fracture_that_cannot_occur_is_no_event():
    assert sites_of(load(BOONEN).scenario) == ["vertebral"]
    assert events(BOONEN)["cost"] == 782
    nobody = load(WORTH, ["fractures.base_rate=0 per 100 person-years"]).scenario
    assert sites_of(nobody) == []
