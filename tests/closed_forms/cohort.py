"""Patients at entry and left alone: what they bring, how their bone thins, when they die."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from tests.closed_forms.days import YEAR, day, follow_up, survival
from tests.closed_forms.form import (
    NO_FRACTURES,
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
from tests.closed_forms.laws import (
    law,
    lognormal,
    moments,
    negative_binomial,
    nodes,
    normal,
    of_logarithm,
    percent,
    truncated,
    two_readings,
)

OLD = "cohort.age={normal: {mean: 70 years, sd: 10 years}, within: [40 years, 95 years]}"
AGE = (70.0, 10.0, 40.0, 95.0)
YOUNG = {  # mean and SD in g/cm2, of young women and of young men
    "spine": ((1.047, 0.110), (1.091, 0.110)),
    "hip": ((0.942, 0.122), (1.041, 0.144)),
}
T_SCORES = {"spine": (-3.0, 1.0, 0.011), "hip": (-1.9, 0.7, 0.013)}  # mean, SD, CV of a reading
EARLIER = negative_binomial(2.5, 3.6)  # vertebral fractures beyond the first
LOSSES = {"spine": (-0.02, 0.015), "hip": (-0.005, 0.005)}  # mean and SD a year, share of entry
WOMEN = 0.6
MONTHS = 60


def at_entry() -> Run:
    settings = [
        OLD,
        "cohort.female=60 %",
        "measurement.ctx=40 %",
        "cohort.tryptase.within=[15 ug/L, 150 ug/L]",
        "effects.none.spine={mean: -2 %/year, sd: 1.5 %/year}",
        NO_FRACTURES,
        *NO_THERAPIES,
        "subgroups={women: {sex: female}, men: {sex: male}, old: {age: {at_least: 75 years}}, "
        "with one fracture: {vertebral_fractures: {below: 2}}}",
        "visits={dxa: [12 months, 60 months], markers: [60 months]}",
    ]
    return Run(settings, [*enrolled(), *left_alone(), *dying()])


def enrolled() -> list[Case]:
    more = np.arange(2000)
    laws = {
        "age": law(moments(*nodes(truncated(*AGE)))),
        "weight": law(moments(*nodes(truncated(68, 13, 40, 120)))),
        "vertebral_fractures": law(moments(1 + more, EARLIER.pmf(more))),
        "spine_t": measured_t("spine"),
        "hip_t": measured_t("hip"),
        **measured_markers(),
    }
    expected: dict[Place, float | Law] = {
        Fact("untreated", "entry", of): expected for of, expected in laws.items()
    }
    expected[Share("women")] = 100 * WOMEN
    expected[Share("old")] = 100 * truncated(*AGE).sf(75)
    expected[Share("with one fracture")] = 100 * EARLIER.pmf(0)
    return listed("Patients at entry", expected)


def measured_t(bone: str) -> Law:
    """A T-score as measured: a reading errs by a share of the bone density, not of the score."""
    mean, sd, cv = T_SCORES[bone]
    t, weight = nodes(stats.norm(mean, sd))
    women, men = (normal(t, cv * (young / spread + t)) @ weight for young, spread in YOUNG[bone])
    return law(mixed(women, men))


def mixed(women: Any, men: Any) -> Any:
    return WOMEN * women + (1 - WOMEN) * men


def measured_markers() -> dict[str, Law]:
    """Each with the error of one reading, log-normal with mean 1."""
    balp = moments(*nodes(truncated(20, 3.2, 5, 60)))
    mean, variance = of_logarithm(49, 36)
    logarithm, weight = nodes(truncated(mean, variance**0.5, np.log(15), np.log(150)))
    return {
        "ctx": law(lognormal(*of_logarithm(357, 258)) * reading(0.40)),
        "balp": law(balp * reading(0.07)),
        "tryptase": law(moments(np.exp(logarithm), weight) * reading(0.12)),
    }


def reading(cv: float) -> Any:
    return lognormal(*of_logarithm(1, cv))


def left_alone() -> list[Case]:
    """Bone loses so much of its entry value a year; who is still there is another matter."""
    expected: dict[Place, float | Law] = {}
    for bone, (mean, sd) in LOSSES.items():
        for months in (12, MONTHS):
            years = day(months) / YEAR
            kept = normal(1 + mean * years, sd * years) * two_readings(T_SCORES[bone][2])
            expected[Fact("untreated", "total_increase", bone, months)] = percent(kept)
    return listed("Bone without therapy", expected)


def dying() -> list[Case]:
    last = day(MONTHS)
    women, men = (survival(sex, truncated(*AGE), last) for sex in ("female", "male"))
    old = truncated(*AGE[:2], 75, AGE[3])
    alive = {
        "all": mixed(women, men),
        "women": women,
        "men": men,
        "old": mixed(*(survival(sex, old, last) for sex in ("female", "male"))),
    }
    expected: dict[Place, float | Law] = {
        Outcome("untreated", "deaths", MONTHS, group): 100 * (1 - share[last])
        for group, share in alive.items()
    }
    for months in (1, 12, 36):
        place = Fact("untreated", "share_died", None, months)
        expected[place] = 100 * (1 - alive["all"][day(months)])
    expected[Fact("untreated", "follow_up")] = follow_up(alive["all"])
    return listed("Death by the life table", expected)
