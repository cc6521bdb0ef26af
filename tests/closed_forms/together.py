"""Several therapies in one arm whose effects on bone add up, so that none is in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

import numpy as np

from tests.closed_forms.days import YEAR, day
from tests.closed_forms.form import (
    NO_DEATHS,
    NO_ERROR,
    NO_FRACTURES,
    NO_MARKERS,
    NO_THERAPIES,
    Case,
    Outcome,
)

MONTHS = 36
LAST = day(MONTHS)
BONES = ("spine", "hip")
ARM = "together"

Rates = tuple[float, float]
"""Of spine and hip, % a year."""


def arm_of(
    therapies: Mapping[str, str], rates: Mapping[str, Rates], none: Rates = (0, 0)
) -> list[str]:
    """Settings of one arm with these therapies, in which nothing else happens for three years."""
    written = ", ".join(f"{name}: {{{how}}}" for name, how in therapies.items())
    return [
        NO_MARKERS,
        NO_ERROR,
        NO_DEATHS,
        NO_FRACTURES,
        *NO_THERAPIES,
        f"horizon={MONTHS} months",
        f"visits={{dxa: [12 months, {MONTHS} months]}}",
        f"therapies={{{written}}}",
        f"arms={{untreated: , {ARM}: [{', '.join(therapies)}]}}",
        *rows(rates, none),
    ]


def rows(rates: Mapping[str, Rates], none: Rates) -> list[str]:
    """The effects of every regimen: those of its therapies, added to what happens without any."""
    written = [f"effects.none={effect(none)}"]
    for size in range(1, len(rates) + 1):
        for names in combinations(sorted(rates), size):
            total = np.sum([none, *(rates[name] for name in names)], axis=0)
            written.append(f"effects.{' + '.join(names)}={effect(total)}")
    return written


def effect(rates: Iterable[float]) -> str:
    spine, hip = (f"{{mean: {rate:g} %/year, sd: 0 %/year}}" for rate in rates)
    return f"{{spine: {spine}, hip: {hip}}}"


def gains(
    mechanism: str,
    rates: Mapping[str, Rates],
    acted: Callable[[str, int], float],
    none: Rates = (0, 0),
) -> list[Case]:
    """What bone gains by a visit: the rate of each therapy times the days that it acted by then."""
    cases = []
    for bone, months in (("spine", 12), ("spine", MONTHS), ("hip", MONTHS)):
        at, until = BONES.index(bone), day(months)
        days = none[at] * until + sum(rates[name][at] * acted(name, until) for name in rates)
        cases.append(Case(mechanism, Outcome(ARM, f"{bone} change", months), days / YEAR))
    return cases
