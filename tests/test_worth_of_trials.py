"""EVSI of a sweep: trials with patients of their own, sizes in order, a conjugate case."""

import functools
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from sim import results
from sim.cli.information import information as command
from sim.economics.information.perfect import evpi
from sim.errors import RequestError
from sim.experiments.information import information
from sim.experiments.kinds import sweep as of_sweep
from sim.experiments.sweeps import load_sweep, running
from sim.experiments.sweeps.varied import seed_of
from sim.experiments.worth_of_trials import (
    Asked,
    Task,
    asked_for,
    decision_asked,
    patients_of,
    statistics,
    trial_at,
    valued,
)
from sim.results import draws as draws_of
from sim.scenario import ScenarioError
from tests.tiny_sweeps import BASE, wrote

ARMS = ["combination", "pamidronate"]
RATE = "fractures.base_rate"
FRACTURES = "vertebral fractures"
MEAN, SE = 6.0, 4.0
"""Of the base rate per 100 person-years, which has a gamma distribution."""

SCENARIO = f"""extends: laroche2011-worth.yaml
name: tiny
answers:
horizon: {{horizon}}
fractures:
  base_rate:
    value: {MEAN} per 100 person-years
    uncertainty: {{{{gamma: {{{{se: {SE} per 100 person-years}}}}}}}}
"""
THRESHOLD = 50000.0
DRAWS = 50
"""As many as a regression needs at least."""


def swept(folder, draws, patients, horizon):
    """A kept sweep over the base rate, with fresh patients at each draw."""
    worth = BASE.with_name("laroche2011-worth.yaml").read_text(encoding="utf-8")
    (folder / "laroche2011-worth.yaml").write_text(worth, encoding="utf-8")
    text = (
        f"patients_by_draw: fresh\ndesign: {{probabilistic: {{draws: {draws}}}}}\n"
        f"parameters:\n  {RATE}:\n"
    )
    scenario = {"tiny.yaml": SCENARIO.format(horizon=horizon)}
    path = wrote(folder, text, others=scenario, patients=str(patients))
    return results.open(running.run(load_sweep(path), folder / "out").folder)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("tiny"), DRAWS, 20, "6 months")


@pytest.fixture
def few_draws(monkeypatch):
    monkeypatch.setattr(draws_of, "FEWEST", DRAWS)


def task_of(kept, sizes=(5, 20), outcome=FRACTURES):
    varied = of_sweep.read(kept).varied[0]
    points = [varied.points[number] for number in draws_of.read(kept).numbers]
    return Task(varied, points, Asked(outcome, sizes))


def test_patients_of_trials_are_never_those_behind_the_net_benefit(kept):
    task = task_of(kept)
    base = task.varied.scenario.seed
    behind = {seed_of(base, point.number) for point in task.varied.points}
    trials = [trial_at(task, point).scenario for point in task.points]
    assert len({own.seed for own in trials}) == len(task.points)
    assert not {own.seed for own in trials} & (behind | {base})
    for own, point in zip(trials, task.points, strict=True):
        of_draw = task.varied.study_at(point).scenario
        assert own.fractures.base_rate == of_draw.fractures.base_rate
        assert own.seed != of_draw.seed


def test_each_arm_of_a_trial_has_its_own_patients(kept):
    first, second = (patients_of(task_of(kept), arm) for arm in ARMS)
    assert (first, second) == (range(20), range(20, 40))


def test_a_smaller_trial_is_the_first_patients_of_a_larger_one(kept):
    both = statistics(task_of(kept, (5, 20), "balp change"))
    alone = statistics(task_of(kept, (20,), "balp change"))
    np.testing.assert_array_equal(both[20], alone[20])
    assert (both[5] != both[20]).all()
    assert both[5].shape == (DRAWS, 2)
    assert both[5].std(axis=0) == pytest.approx(2 * both[20].std(axis=0), rel=0.6)


def test_trials_repeat_and_are_counted_and_sizes_are_in_order(kept):
    own, told = statistics(task_of(kept)), []
    other = statistics(task_of(kept), lambda *done: told.append(done))
    assert told[-1] == (DRAWS, DRAWS)
    for size, values in own.items():
        np.testing.assert_array_equal(values, other[size])
    asked = asked_for(FRACTURES, (20, 5, 20), None, None, None, None, None)
    assert asked is not None
    assert asked.sizes == (5, 20)


def test_the_command_prints_value_cost_and_the_best_size(kept, few_draws):
    words = [str(kept.folder), "--trial", FRACTURES, "--sizes", "5,20", "--years", "5", "-q"]
    money = ["--patients-a-year", "40", "--cost-per-patient", "1000", "--fixed-cost", "50000"]
    shown = CliRunner().invoke(command, [*words, *money], catch_exceptions=False).stdout
    assert "ENBS" in shown
    assert "reports after its follow-up of 0.5 years" in shown
    assert "No trial of these sizes is worth its cost." in shown
    facts = json.loads(CliRunner().invoke(command, [*words, *money, "--json"]).stdout)["trials"]
    assert [trial["cost"] for trial in facts["trials"]] == [60000, 90000]
    assert facts["people"] == pytest.approx(
        sum(40 * min(1, 4.5 - i) * 1.025 ** -(0.5 + i) for i in range(5)), rel=1e-3
    )


def test_a_shorter_follow_up_reports_earlier(kept, few_draws):
    asked = Asked("spine change", (20,), "3 months")
    with pytest.raises(RequestError, match="measures no 'spine change'"):
        information(kept, trial=asked)
    found = information(kept, trial=asked._replace(outcome=FRACTURES)).trials
    assert found is not None
    assert found.follow_up == pytest.approx(0.25, abs=0.01)
    with pytest.raises(ScenarioError, match="horizon"):
        information(kept, trial=asked._replace(follow_up="soon"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((None, (5,), None, None, None, None, None), "not named .--trial"),
        ((None, None, None, 40.0, 5.0, None, 1.0), "not named .--trial"),
        ((FRACTURES, None, None, 40.0, 5.0, None, 1.0), "needs --cost-per-patient too"),
        ((FRACTURES, (1,), None, None, None, None, None), "1 patients per arm; allowed: 2"),
        ((FRACTURES, None, None, -1.0, 5.0, 1.0, 1.0), "none may be below 0"),
    ],
)
def test_half_a_request_is_refused(words, said):
    with pytest.raises(RequestError, match=said):
        asked_for(*words)
    assert asked_for(None, None, None, None, None, None, None) is None
    assert asked_for(None, None, None, 40.0, 5.0, None, None) is None


@pytest.mark.parametrize(("numbers", "said"), [
    ((40.0, None), "needs --years too; it has no default"),
    ((None, 5.0), "needs --patients-a-year too"),
    ((math.inf, 5.0), "none may be below 0 or without end"),
])  # fmt: skip
def test_half_a_decision_is_refused(numbers, said):
    with pytest.raises(RequestError, match=said):
        decision_asked(*numbers)
    assert decision_asked(None, None) is None


def test_an_unknown_outcome_and_trials_beyond_the_bounds_are_refused(kept, few_draws):
    with pytest.raises(RequestError, match="did you mean 'vertebral fractures'"):
        information(kept, trial=Asked("vertebral fracture", (5,)))
    with pytest.raises(RequestError, match="which is too much"):
        information(kept, trial=Asked(FRACTURES, (10_000_000,)))


def conjugate(mean, slope, per_rate, size, followed):
    """EVSI of a gamma rate of which a trial counts events, where net benefit is linear in it.

    Events are Poisson with mean `per_rate` x rate; their count is negative binomial over the draws.
    """
    shape, scale = (MEAN / SE) ** 2, SE**2 / MEAN
    exposure = per_rate * size * followed
    count = np.arange(5000)
    chance = stats.nbinom.pmf(count, shape, 1 / (1 + scale * exposure))
    rate = (shape + count) / (1 / scale + exposure)
    benefit = mean + slope * (rate - MEAN)
    return float(chance @ np.maximum(benefit, 0.0)) - max(0.0, mean)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("large"), 600, 200, "5 years")


@pytest.mark.validation
def test_counted_events_of_a_gamma_rate_have_their_conjugate_value(large):
    draws = draws_of.read(large)
    benefit, rates = draws.benefit(THRESHOLD), draws.parameters[:, 0]
    slope, at_0 = np.polyfit(rates, benefit[:, 0] - benefit[:, 1], 1)
    benefit[:, 0] -= at_0 + slope * MEAN  # as if the price were that of a toss-up
    known = evpi(benefit, draws.noise(THRESHOLD), draws.parameters).value
    assert known is not None
    sizes = (5, 20, 100)
    found = valued(large, Asked(FRACTURES, sizes), benefit, draws.numbers, known).values
    varied = of_sweep.read(large).varied[0]
    task = Task(varied, [varied.points[n] for n in draws.numbers], Asked(FRACTURES, (100,)))
    per_year = statistics(task)[100].sum(axis=1)
    of_rate = functools.partial(conjugate, 0.0, slope, float(per_year.mean() / rates.mean()))
    truths = [of_rate(size, 5.0) for size in sizes]
    assert truths == sorted(truths)
    for value, truth in zip(found.values(), truths, strict=True):
        assert abs(value.value - truth) <= 4 * value.se
