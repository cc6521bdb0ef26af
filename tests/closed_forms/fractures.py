"""Fractures at rates that bone density and therapies change, what follows them, and who dies."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from tests.closed_forms import cohort
from tests.closed_forms.days import YEAR, day, follow_up, survival
from tests.closed_forms.form import (
    NO_DEATHS,
    NO_ERROR,
    NO_MARKERS,
    NO_THERAPIES,
    Case,
    Fact,
    Law,
    Outcome,
    Place,
    Run,
    Share,
    listed,
)
from tests.closed_forms.laws import nodes, normal, percent, poisson, truncated

MONTHS = 36
LAST = day(MONTHS)
COURSE = "course: 1 MU, times_per_week: 3, action_1: {course: 1 MU, times_per_week: 3}"
STILL = "spine: {mean: 0 %/year, sd: 0 %/year}, hip: {mean: 0 %/year, sd: 0 %/year}"
HIP_T = (-1.9, 0.7, -3.0, -1.0)
GRADIENT = 2.6
IMMINENT, IMMINENT_DAYS = 5.0, 300
RATIO = {"vertebral": 0.6, "hip": 0.8, "other": 1.0}
FATAL_DAYS = 365


def breaking() -> Run:
    """Bone that does not change: each site has a mechanism; with a direct ratio and without."""
    ratio = ", ".join(f"{site}: {ratio}" for site, ratio in RATIO.items())
    settings = [
        NO_MARKERS,
        NO_ERROR,
        NO_DEATHS,
        *NO_THERAPIES,
        f"therapies={{shield: {{{COURSE}}}}}",
        "arms={shielded: [shield], untreated: []}",
        f"effects={{none: {{{STILL}}}, shield: {{{STILL}, fracture_ratio: {{{ratio}}}}}}}",
        "cohort.hip_t={normal: {mean: -1.9, sd: 0.7}, within: [-3, -1]}",
        "fractures.base_rate=30 per 100 person-years",
        "fractures.frailty_variance=0",
        "fractures.sites.vertebral={share: 50 %, gradient: 1, case_fatality: 0 %, "
        "imminent: {factor: 5, for: 300 days}}",
        f"fractures.sites.hip={{share: 20 %, gradient: {GRADIENT}, case_fatality: 0 %}}",
        "fractures.sites.other={share: 30 %, gradient: 1}",
        "subgroups={thin: {spine_t: {below: -3}, hip_t: {below: -2}}, "
        "thin hip: {hip_t: {below: -2}}}",
        "visits={dxa: [36 months]}",
        f"horizon={MONTHS} months",
    ]
    cases = [both_thin(), *constant("untreated"), *by_density("untreated")]
    for arm in ("untreated", "shielded"):
        cases += [*imminent(arm), any_site(arm)]
    return Run(settings, [*cases, direct_ratio()])


def both_thin() -> Case:
    """Two T-scores with a correlation of 0.6 between their normal scores, one of them cut off."""
    thin_hip = truncated(*HIP_T).cdf(-2)
    score, weight = nodes(stats.truncnorm(-np.inf, stats.norm.ppf(thin_hip)))
    thin_spine_too = stats.norm.cdf(-0.6 * score / 0.8) @ weight
    return Case("Correlation at entry", Share("thin"), 100 * thin_hip * thin_spine_too)


def daily(site: str, arm: str) -> float:
    """Fractures a day, in the mean over the cohort."""
    share = {"vertebral": 0.5, "hip": 0.2, "other": 0.3}[site]
    return 0.3 * share / YEAR * (RATIO[site] if arm == "shielded" else 1.0)


def yearly(rate: float) -> float:
    """Per 100 person-years."""
    return 100 * YEAR * rate


def constant(arm: str) -> list[Case]:
    rate = daily("other", arm)
    expected: dict[Place, float | Law] = {
        Fact(arm, "fractures", "other"): poisson(rate * LAST),
        Fact(arm, "share_with_fracture", "other", 12): 100 * hit_by(rate * day(12)),
        Fact(arm, "share_with_fracture", "other"): 100 * hit_by(rate * LAST),
    }
    return listed("Fractures at a constant rate", expected)


def hit_by(hazard: Any) -> Any:
    """Share with an event by the time that this hazard has accumulated."""
    return -np.expm1(-hazard)


def by_density(arm: str) -> list[Case]:
    """A rate that rises with every SD of T-score below; its mean over the cohort is as stated."""
    t, weight = nodes(truncated(*HIP_T))
    thin, among_thin = nodes(truncated(*HIP_T[:3], -2))
    mean = GRADIENT**-t @ weight
    rate = daily("hip", arm)
    count = rate * LAST * GRADIENT**-t / mean
    in_thin = rate * (GRADIENT**-thin @ among_thin) / mean
    expected: dict[Place, float | Law] = {
        Outcome(arm, "hip fractures", MONTHS, "thin hip"): yearly(in_thin),
        Fact(arm, "fractures", "hip"): poisson(count, weight),
        Fact(arm, "share_with_fracture", "hip"): 100 * (hit_by(count) @ weight),
    }
    return listed("Fractures by bone density", expected)


def direct_ratio() -> Case:
    place = Outcome("shielded", "hip fractures", MONTHS)
    return Case("Direct ratio on fractures", place, yearly(daily("hip", "shielded")))


def imminent(arm: str) -> list[Case]:
    rate = daily("vertebral", arm)
    expected: dict[Place, float | Law] = {
        Outcome(arm, "vertebral fractures", MONTHS): yearly(after_another(rate) / LAST),
        Fact(arm, "share_with_fracture", "vertebral"): 100 * hit_by(rate * LAST),
    }
    return listed("Imminent risk after a fracture", expected)


def after_another(rate: float) -> float:
    """Expected fractures where each raises the rate of the days that follow it.

    Patients move day by day through the number of such days that they have left.
    """
    left = np.zeros(IMMINENT_DAYS + 1)
    left[0] = 1.0
    rates = np.full(IMMINENT_DAYS + 1, rate * IMMINENT)
    rates[0] = rate
    expected = 0.0
    for _ in range(LAST):
        expected += float(rates @ left)
        unbroken = left * np.exp(-rates)
        broke = 1.0 - unbroken.sum()
        left = np.append(unbroken[1:], broke)
        left[0] += unbroken[0]
    return expected


def any_site(arm: str) -> Case:
    t, weight = nodes(truncated(*HIP_T))
    hip = daily("hip", arm) * GRADIENT**-t / (GRADIENT**-t @ weight)
    free = np.exp(-LAST * (hip + daily("vertebral", arm) + daily("other", arm))) @ weight
    return Case("Any fracture", Outcome(arm, "any fracture", MONTHS), 100 * (1 - free))


def fatal() -> Run:
    """Old patients of twice the mortality, some of whose fractures are fatal; bone on a plateau."""
    settings = [
        NO_MARKERS,
        NO_ERROR,
        cohort.OLD,
        *NO_THERAPIES,
        f"therapies={{builder: {{{COURSE}}}}}",
        "arms={untreated: , treated: [builder]}",
        f"effects={{none: {{{STILL}}}, builder: {{{STILL}}}}}",
        "effects.builder.spine={mean: 5 %/year, sd: 2 %/year}",
        "accrual={plateau: {months: 18 months, then: 1 %/year}}",
        "fractures.base_rate=30 per 100 person-years",
        "fractures.frailty_variance=0",
        "fractures.sites.vertebral={share: 40 %, gradient: 1, case_fatality: 30 %, imminent: }",
        "fractures.sites.hip={share: 20 %, gradient: 1, case_fatality: 50 %}",
        "fractures.sites.other={share: 40 %, gradient: 1, case_fatality: 0 %}",
        "mortality.standardised_mortality_ratio=2",
        "visits={dxa: [12 months, 36 months]}",
        f"horizon={MONTHS} months",
    ]
    ages = truncated(*cohort.AGE)
    others = sum(survival(sex, ages, LAST, ratio=2) for sex in ("female", "male")) / 2
    alive = others * free_of_fatal(0.3 * (0.4 * 0.3 + 0.2 * 0.5) / YEAR)
    name = "Fatal fractures and a mortality ratio"
    cases = [
        Case(name, Fact("treated", "share_died", None, months), 100 * (1 - alive[day(months)]))
        for months in (3, 12, MONTHS)
    ]
    cases.append(Case(name, Fact("treated", "follow_up"), follow_up(alive)))
    cases += [
        Case(name, Outcome("treated", f"{site} fractures", MONTHS), expected)
        for site, expected in (("vertebral", 12.0), ("hip", 6.0), ("all", 30.0))
    ]
    return Run(settings, [*cases, *on_a_plateau()])


def free_of_fatal(rate: float) -> Any:
    """Share not dead of a fracture after each day; a fatal one kills on any of the next 365."""
    days = np.arange(LAST + 1)
    struck = np.append(0.0, np.cumsum(np.minimum(days[:-1], FATAL_DAYS) / FATAL_DAYS))
    return np.exp(-rate * struck)


def on_a_plateau() -> list[Case]:
    until = day(18)
    cases = []
    for months in (12, MONTHS):
        before, after = min(day(months), until) / YEAR, max(day(months) - until, 0) / YEAR
        change = percent(normal(1 + 0.05 * before + 0.01 * after, 0.02 * before))
        place = Fact("treated", "total_increase", "spine", months)
        cases.append(Case("Bone on a plateau", place, change))
    return cases
