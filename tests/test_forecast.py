"""What a run would cost is told before it begins, and refused where no machine could hold it."""

import dataclasses
import os
import tracemalloc
from pathlib import Path

import pytest

from sim.experiments import forecast as forecasting
from sim.experiments import runs
from sim.experiments.forecast import forecast, refuse_too_large
from sim.scenario import ScenarioError, load

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
GIGABYTE = 1e9


def study(patients=1000, *settings):
    """The base case with so many patients, more than its form may allow."""
    held = load(BASE, settings)
    cohort = held.scenario.cohort.model_copy(update={"patients": patients})
    return dataclasses.replace(held, scenario=held.scenario.model_copy(update={"cohort": cohort}))


def cost(patients=1000, *settings):
    """Time and memory beyond what the program takes to begin."""
    expected = forecast(study(patients, *settings))
    return (
        expected.seconds - forecasting.SECONDS_AT_START,
        expected.bytes - forecasting.BYTES_AT_START,
    )


@pytest.mark.parametrize("times", [2, 10, 10**6])
def test_cost_is_in_proportion_to_patients(times):
    assert cost(1000 * times) == pytest.approx([times * part for part in cost()])


def test_cost_is_in_proportion_to_equal_arms():
    none = ["arms.combination=", "arms.pamidronate="]
    single = cost(1000, *none, "arms.a=[pamidronate]")
    triple = cost(1000, *none, *(f"arms.{arm}=[pamidronate]" for arm in "abc"))
    assert triple == pytest.approx([3 * part for part in single])


@pytest.mark.parametrize(
    "more",
    [
        "horizon=120 months",
        "visits.dxa=[every 1 month]",
        "visits.markers=[every 1 month]",
        "therapies.pamidronate.schedule=[{every: 1 week}]",
        "therapies.pamidronate.reactions.acute_phase.later=90 %",
        "fractures.base_rate=1 per year",
    ],
)
def test_whatever_makes_more_rows_costs_more(more):
    seconds, memory = cost()
    seconds_more, memory_more = cost(1000, more)
    assert seconds_more > 1.01 * seconds
    assert memory_more > 1.01 * memory


def test_the_memory_forecast_is_not_too_low_and_not_absurd():
    """Against what the tables of a small run take at their peak; arrays allocate what they hold."""
    runs.follow(study(2))
    peaks = []
    for patients in (10, 30):
        tracemalloc.start()
        runs.follow(study(patients))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    between = cost(30)[1] - cost(10)[1]
    assert peaks[1] - peaks[0] < between < 6 * (peaks[1] - peaks[0])


def test_a_thousand_million_patients_are_refused_with_the_way_to_go_on():
    with pytest.raises(ScenarioError) as caught:
        refuse_too_large(study(10**9), most_bytes=12 * GIGABYTE)
    (mistake,) = caught.value.mistakes
    assert mistake.path == "cohort.patients"
    assert mistake.message.startswith("1000000000 patients in 2 arms would take about ")
    for part in ("days and", "GB of memory", "at most 12 GB are allowed",
                 "Lower cohort.patients", "10,000 patients", "Monte Carlo error"):  # fmt: skip
        assert part in mistake.message


def test_ten_thousand_patients_are_allowed():
    refuse_too_large(study(10**4), most_bytes=2 * GIGABYTE)


def test_the_limit_is_the_limit():
    needed = forecast(study(5000)).bytes
    refuse_too_large(study(5000), most_bytes=needed)
    with pytest.raises(ScenarioError):
        refuse_too_large(study(5000), most_bytes=needed - 1)


def test_the_memory_of_the_machine_is_the_limit_where_none_is_given(monkeypatch):
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 250_000}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__, raising=False)
    assert forecasting.memory_of_machine() == 1.024e9
    refuse_too_large(study(5000))
    with pytest.raises(ScenarioError, match=r"at most 510 MB are allowed \(this machine has 1"):
        refuse_too_large(study(50_000))


def test_a_machine_that_does_not_tell_its_memory_has_a_fixed_limit(monkeypatch):
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert forecasting.memory_of_machine() is None
    refuse_too_large(study(10**4))
    with pytest.raises(ScenarioError, match=r"at most 4.0 GB are allowed\. Lower"):
        refuse_too_large(study(10**6))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(4, "4.0 seconds"), (100, "100 seconds"), (1200, "20 min"), (9000, "2.5 hours"),
     (33 * 86400, "33 days"), (1e9, "32 years"), (1e30, "3.2e+22 years")],
)  # fmt: skip
def test_durations_are_said_in_the_unit_that_fits(seconds, said):
    assert forecasting.in_words(seconds) == said
