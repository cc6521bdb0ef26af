"""Rows of `effects` with an accrual of their own, against closed forms."""

from __future__ import annotations

import math

import pytest

from sim.scenario import ScenarioError
from sim.scenario.protocol import accrual as in_words
from tests.test_model import ACCRUALS, CERTAIN, NOTHING, follow, measured, study

YEAR = 365.25
BEGIN = 200  # day on which the course begins
STILL = {
    f"effects.{regimen}.{bone}": NOTHING
    for regimen in ("none", "pamidronate", "interferon", "interferon + pamidronate")
    for bone in ("spine", "hip")
}
COURSE = {
    "arms": {"interferon": ["interferon"]},
    "therapies.interferon.start": f"{BEGIN} days",
    "therapies.interferon.for": "600 days",
    "effects.interferon.spine.mean": "10 %/year",
    "horizon": "36 months",
    "visits": {"dxa": ["every 1 months"], "markers": ["every 100 years"]},
}


def gained(changes, by):
    """Change of measured spine density from entry to a month, as a share."""
    _, log = follow(CERTAIN, STILL, COURSE, changes)
    course = measured(log, 0)
    return course[round(by * YEAR / 12)] / course[0] - 1


@pytest.mark.parametrize("reading", ["linear", "compound", "plateau", "saturating"])
@pytest.mark.parametrize("of_scenario", ["linear", "saturating", "compound"])
def test_a_row_of_its_own_gains_as_under_its_reading_alone(reading, of_scenario):
    """No other row gains, so the accrual of the others has no effect."""
    own = {"effects.interferon.accrual": ACCRUALS[reading], "accrual": ACCRUALS[of_scenario]}
    for months in (6, 12, 20, 26, 30, 36):
        alone = gained({"accrual": ACCRUALS[reading]}, months)
        if reading == "plateau":
            alone = plateau_while_it_acts(months)
        assert gained(own, months) == pytest.approx(alone, abs=1e-9)


def plateau_while_it_acts(months):
    """250 days at 10 % a year, then 0.7 % a year up to the end of the course on day 800."""
    days = min(max(round(months * YEAR / 12) - BEGIN, 0), 600)
    return (10 * min(days, 250) + 0.7 * max(days - 250, 0)) / 100 / YEAR


def test_the_rest_follows_the_accrual_of_the_scenario():
    """Without therapy -1 % of entry a year; under the course a saturating 10 % and nothing else."""
    tau, window = 300, 500
    own = {"saturating": {"time_constant": f"{tau} days", "window": f"{window} days"}}
    changes = {"effects.interferon.accrual": own, "effects.none.spine.mean": "-1 %/year"}
    reach = 0.10 / YEAR * window / (1 - math.exp(-window / tau))
    for months in (6, 14, 26, 36):
        day = round(months * YEAR / 12)
        without = min(day, BEGIN) + max(day - 800, 0)
        expected = -0.01 * without / YEAR
        if day > BEGIN:
            on = reach * (1 - math.exp(-(min(day, 800) - BEGIN) / tau))
            expected += on * math.exp(-max(day - 800, 0) / tau)
        assert gained(changes, months) == pytest.approx(expected, abs=1e-9)


def test_a_plateau_of_the_scenario_does_not_add_to_a_row_of_its_own():
    changes = {
        "accrual": {"plateau": {"months": "100 days", "then": "-2 %/year"}},
        "effects.interferon.accrual": "linear",
    }
    on, off = 600 / YEAR * 0.10, (round(3 * YEAR) - 800) / YEAR * -0.02
    assert gained(changes, 36) == pytest.approx(on + off, abs=1e-9)


def test_equal_accruals_are_one_accrual():
    mean = {"effects.none.spine.mean": "-0.6 %/year"}
    for months in (12, 36):
        own = gained({**mean, "effects.interferon.accrual": "linear"}, months)
        assert own == pytest.approx(gained({**mean, "accrual": "linear"}, months), abs=1e-12)


def test_the_protocol_names_the_readings_of_rows():
    scenario = study(COURSE, {"effects.interferon.accrual": "compound"}).scenario
    assert in_words(scenario).endswith(
        "entry value; interferon: compound, a constant share of the current value"
    )


def test_no_therapy_has_no_accrual_of_its_own():
    with pytest.raises(ScenarioError, match="`none` has the `accrual` of the scenario"):
        study({"effects.none.accrual": "compound"})
