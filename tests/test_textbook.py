"""The textbook program of the benchmarks simulates the same model as mastosim."""

import pytest

from benchmarks import textbook, workload
from benchmarks.textbook import under_miscore
from sim.experiments import runs
from sim.simulation.lowering.base_rate import solved
from tests.test_reference import distances, of_program, of_result

MOST_ERRORS = 4.0
SCENARIOS = {"today": workload.SCENARIO, "version 0.2.0": workload.FROZEN}


@pytest.mark.share(2)
@pytest.mark.parametrize("which", SCENARIOS)
def test_the_textbook_program_agrees_with_the_model(which):
    study = workload.study("cohort.patients=6000", scenario=SCENARIOS[which])
    tables = runs.follow(study, engine="batch")
    for arm in study.scenario.arms:
        result = textbook.simulate(solved(study.scenario), arm, 600, seed=11)
        ours, theirs = of_program(tables, arm, study.scenario), of_result(study.scenario, result)
        apart = distances(ours, theirs)
        assert len(apart) > 30
        assert apart.abs().max() < MOST_ERRORS, apart[apart.abs() > MOST_ERRORS]


@pytest.mark.parametrize("settings", ["horizon=10 years", "accrual=compound"])
def test_the_textbook_program_refuses_what_it_does_not_know(settings):
    study = workload.study(settings)
    with pytest.raises(ValueError, match="The textbook program"):
        textbook.simulate(solved(study.scenario), "combination", 1, seed=1)


def test_miscore_follows_the_same_rules():
    pytest.importorskip("miscore")
    scenario = solved(workload.study().scenario)
    happened = under_miscore.follow(scenario, "combination", 200, seed=1)
    result = textbook.simulate(scenario, "combination", 200, seed=1)
    given = [event for event in happened if event[2] == "infusion"]
    assert len(given) == pytest.approx((result.events["event"] == "infusion").sum(), rel=0.03)
    ends = [number for number, _, event, *_ in happened if event in {"death", "end"}]
    assert ends == [*range(200)]
