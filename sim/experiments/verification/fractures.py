"""Fractures where bone density has no effect, and the deaths that fractures cause."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.experiments.verification import chance, settings
from sim.experiments.verification.logs import Arm, number_of_rows, rows
from sim.experiments.verification.settings import Changes
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, each, exact, together
from sim.simulation.records import BREAKS, DEATH, FATAL, FATAL_DELAY, FRACTURE
from sim.vocabulary import DAYS_PER_YEAR, SITES

SLACK = 1e-9
CONSTANT: Changes = {
    ("fractures", "per_further_vertebral_fracture"): "1",
    **settings.NO_DEATHS,
    **settings.NO_GRADIENT,
}
"""A constant hazard of fractures."""


def poisson(subject: Subject) -> Verdict:
    """Without effects of bone density, fractures fall where a constant hazard uses up the draws.

    The number of fractures is that of a Poisson process. Once as frequent as in the file, once one
    per year, with the imminent risk of the file.
    """
    constant = {**CONSTANT, **subject.no_ratio}
    no_imminent, often = settings.each_site("imminent", None), settings.base_rate("1 per year")
    as_many = _as_many_as_expected(subject, {**constant, **no_imminent})
    days = exact("series of fractures", _days(subject, constant))
    frequent = exact("series of frequent fractures", _days(subject, {**constant, **often}))
    return together([as_many, days, frequent])


def _as_many_as_expected(subject: Subject, changes: Changes) -> Verdict:
    arm = next(iter(subject.arms(subject.many, changes).values()))
    form, compared = arm.scenario.fractures, []
    for slot, site in enumerate(SITES):
        each = form.base_rate * getattr(form.sites, site).share * arm.last / DAYS_PER_YEAR
        if each > 0:
            numbers = number_of_rows(arm.of(FRACTURE + slot), arm.people)
            compared += [
                chance.number(f"{site} fractures", float(numbers.sum()), each * arm.people),
                chance.share(f"patients with {site} fractures", numbers > 0, -math.expm1(-each)),
            ]
    return chance.within(compared)


def _days(subject: Subject, changes: Changes) -> Iterator[Case]:
    arm = next(iter(subject.arms(subject.some, changes).values()))
    for slot, site in enumerate(SITES):
        draws = arm.inputs.numbers(BREAKS, slot).tolist()
        for patient, days in enumerate(arm.days(FRACTURE + slot)):
            expected = list(_expected_days(arm, site, draws[patient]))
            what = f"{site} fractures of patient {patient}: days {days}, not {expected}"
            yield Case(what, days == expected)


def _expected_days(arm: Arm, site: str, draws: list[float]) -> Iterator[int]:
    """Each fracture on the day by which the hazard of that day has used up its draw."""
    of_site = getattr(arm.scenario.fractures.sites, site)
    hazard = arm.scenario.fractures.base_rate * of_site.share / DAYS_PER_YEAR
    if hazard == 0:
        return
    imminent = of_site.imminent
    factor, duration = (imminent.factor, round(imminent.duration)) if imminent else (1.0, 0)
    left, today, until = draws[0], 0, 0
    for draw in draws[1:]:
        raised = hazard * factor * (until - today)
        exactly = (
            today + left / hazard / factor if raised >= left else until + (left - raised) / hazard
        )
        day = max(math.ceil(exactly - SLACK), today)
        if day > arm.last:
            return
        yield day
        used = factor * (min(day, until) - today) + max(day - max(until, today), 0)
        left += draw - hazard * used
        today, until = day, day + duration


@each("deaths of fractures")
def fatal(subject: Subject) -> Iterator[Case]:
    """Which patients die of a fracture, when, and of which fracture, follows from the draws."""
    often = {**settings.base_rate("1.5 per year"), **settings.mortality_ratio("0")}
    for changes in (often, {**often, **settings.each_site("case_fatality", "50 %")}):
        arm = next(iter(subject.arms(subject.some, changes).values()))
        expected = _expected_deaths(arm)
        found = {who: (day, cause) for who, day, _, cause in rows(arm.of(DEATH))}
        for who in sorted({*expected, *found}):
            death, wanted = found.get(who), expected.get(who)
            yield Case(f"patient {who}: (day, cause) {death}, not {wanted}", death == wanted)


def _expected_deaths(arm: Arm) -> dict[int, tuple[int, float]]:
    """Day and cause of the earliest death that a fracture brings, by patient who dies in time."""
    deaths: dict[int, tuple[int, float]] = {}
    seen: dict[tuple[int, int], int] = {}
    for who, day, kind, _ in rows(arm.of(FRACTURE, len(SITES))):
        slot = kind - FRACTURE
        k = seen[who, slot] = seen.get((who, slot), -1) + 1
        fatality = getattr(arm.scenario.fractures.sites, SITES[slot]).case_fatality
        if arm.inputs.numbers(FATAL, slot)[who, k] < fatality:
            dies = day + 1 + int(365 * arm.inputs.numbers(FATAL_DELAY, slot)[who, k])
            if dies <= arm.last and dies < deaths.get(who, (math.inf, 0.0))[0]:
                deaths[who] = (dies, 1.0 + slot)
    return deaths
