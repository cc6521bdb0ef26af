"""Courses that patients do not tolerate: each distribution of the time, frailty, and the ladder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import optimize, stats

from tests.closed_forms.days import MONTH, YEAR, day
from tests.closed_forms.form import Case, Fact, Run
from tests.closed_forms.laws import OF_Z, Z
from tests.closed_forms.together import ARM, LAST, arm_of, gains

COURSE = "times_per_week: 3, action_1: {course: 1 MU, times_per_week: 3}"
TWO_YEARS = 24 * MONTH
DAYS = np.arange(LAST + 1)

Hazard = Callable[[Any], Any]
"""What has accumulated so many days after a course began."""


def stopping() -> Run:
    """Four distributions; the third course ends by plan before anything more can happen."""
    rates = {"stepwise": (4.0, 1.0), "even": (3.0, 2.0), "early": (2.0, 5.0), "rising": (1.0, 3.0)}
    therapies = {
        "stepwise": "intolerance: [{probability: 20 %, until: 3 months}, "
        "{rate: 0.1 per year, until: 24 months}]",
        "even": "intolerance: {exponential: {rate: 0.3 per year}}",
        "early": "for: 18 months, "
        "intolerance: {weibull: {shape: 0.7, probability: 40 %, by: 24 months}}",
        "rising": "intolerance: "
        "{gompertz: {growth: 0.5 per year, probability: 30 %, by: 24 months}}",
    }
    courses = {name: f"course: 1 MU, {COURSE}, {how}" for name, how in therapies.items()}
    growth = 0.5 / YEAR
    on = {
        "stepwise": np.exp(-steps((3, behind(0.2)), (24, 0.1 * 21 * MONTH / YEAR))(DAYS)),
        "even": np.exp(-0.3 * DAYS / YEAR),
        "early": np.exp(-behind(0.4) * (DAYS / TWO_YEARS) ** 0.7)[: day(18)],
        "rising": np.exp(-behind(0.3) * np.expm1(growth * DAYS) / np.expm1(growth * TWO_YEARS)),
    }
    so_long = gains(
        "Bone by the time on a course", rates, lambda name, until: on[name][:until].sum()
    )
    return Run(arm_of(courses, rates), [*stopped(on), *so_long])


def stopped(on: dict[str, Any]) -> list[Case]:
    """Who stopped by the last day on which it counts, from the share still on after each day."""
    return [
        Case("Intolerance by a date", Fact(ARM, "share_stopped", name), 100 * (1 - share[-1]))
        for name, share in on.items()
    ]


def behind(chance: float) -> float:
    """The accumulated hazard behind a probability."""
    return float(-np.log1p(-chance))


def steps(*ends: tuple[float, float]) -> Hazard:
    """Hazard that grows evenly within steps: the end of each in months, and what it adds."""
    days = np.append(0.0, [end * MONTH for end, _ in ends])
    reached = np.append(0.0, np.cumsum([added for _, added in ends]))
    return lambda d: np.interp(d, days, reached)


def stopping_otherwise() -> Run:
    """Two more distributions, frailty, and a ladder of doses; bone levels off with the time."""
    rates = {"late": (2.0, 1.0), "humped": (1.0, 3.0), "frail": (3.0, 2.0), "ladder": (1.5, 4.0)}
    therapies = {
        "late": "intolerance: {lognormal_time: {median: 30 months, sigma: 1.1}}",
        "humped": "intolerance: {loglogistic: {shape: 1.5, probability: 50 %, by: 24 months}}",
        "frail": "frailty_sd: 1.5, intolerance: {exponential: {rate: 0.5 per year}}",
        "ladder": "hazard_by_dose: 2, on_intolerance: [halve, stop], "
        "intolerance: {weibull: {shape: 1.3, scale: 50 months}}",
    }  # fmt: skip
    courses = {
        name: f"course: {2 if name == 'ladder' else 1} MU, {COURSE}, {how}"
        for name, how in therapies.items()
    }
    at_full, at_half = on_a_ladder((DAYS / (50 * MONTH)) ** 1.3, full=2.0**2, halved=1.0)
    on = {
        "late": stats.norm.sf(np.log(np.maximum(DAYS, 1e-9) / (30 * MONTH)) / 1.1),
        "humped": 1 / (1 + (DAYS / TWO_YEARS) ** 1.5),
        "frail": on_if_frail(0.5 * DAYS / YEAR, 1.5),
        "ladder": at_full + at_half,
    }
    doses = {**on, "ladder": 2 * at_full + at_half}
    levelling = "accrual={saturating: {time_constant: 9 months, window: 12 months}}"
    so_long = gains(
        "Bone by the time on a course, saturating",
        rates,
        lambda name, until: levelled_off(doses[name][:until], 9 * MONTH, 12 * MONTH),
    )
    return Run([*arm_of(courses, rates), levelling], [*stopped(on), *so_long])


def on_a_ladder(hazard: Any, full: float, halved: float) -> tuple[Any, Any]:
    """Shares on the full and on the halved dose after each day, by their ratios of hazards.

    Each step begins on the whole day of the intolerance before, and hazard counts from there.
    """
    at_full = np.exp(-full * hazard)
    came_down = (at_full[:-1] - at_full[1:]) * np.exp(halved * hazard[1:])
    return at_full, np.exp(-halved * hazard) * np.append(0.0, np.cumsum(came_down))


def on_if_frail(hazard: Any, sd: float) -> Any:
    """Share still on a course, where the hazard is that of a frailty of 1.

    Frailty is log-normal with mean 1.
    """
    variance = np.log1p(sd**2)
    frailty = np.exp(variance**0.5 * Z - variance / 2)
    return OF_Z @ np.exp(-np.outer(frailty, hazard))


def behind_in_all(chance: float, sd: float) -> float:
    """The hazard of a frailty of 1 behind a probability in the population."""
    free = 1 - chance
    return float(optimize.brentq(lambda hazard: on_if_frail(hazard, sd)[0] - free, 0, 10))


def levelled_off(dose: Any, constant: float, window: float) -> float:
    """Days that a course acted, those long gone forgotten: bone goes back with a time constant.

    Scaled so that bone at an even rate gains that rate, in the mean over the window.
    """
    left = np.exp(-np.arange(len(dose), -1, -1) / constant)
    return float(dose @ np.diff(left) * window / -np.expm1(-window / constant))
