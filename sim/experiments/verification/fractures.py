"""Fractures where bone density has no effect, and the deaths that fractures cause."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from sim.experiments.verification import chance, settings
from sim.experiments.verification.logs import days_by_patient, number_of_rows, of_kind, rows
from sim.experiments.verification.settings import Changes
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, each, exact, together
from sim.scenario.form.study import Scenario
from sim.simulation.records import BREAKS, DEATH, FATAL, FATAL_DELAY, FRACTURE, Inputs, Log
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
    no_imminent = settings.each_site("imminent", None)
    return together([
        _as_many_as_expected(subject, {**CONSTANT, **subject.no_ratio, **no_imminent}),
        exact("series of fractures", _days(subject, {**CONSTANT, **subject.no_ratio})),
        exact(
            "series of frequent fractures",
            _days(subject, {**CONSTANT, **subject.no_ratio, **settings.base_rate("1 per year")}),
        ),
    ])  # fmt: skip


def _as_many_as_expected(subject: Subject, changes: Changes) -> Verdict:
    scenario = subject.changed(changes).scenario
    log = next(iter(subject.lives(subject.many, changes).values()))[1]
    years, compared = round(scenario.horizon) / DAYS_PER_YEAR, []
    for slot, site in enumerate(SITES):
        each = scenario.fractures.base_rate * getattr(scenario.fractures.sites, site).share * years
        if each > 0:
            numbers = number_of_rows(of_kind(log, FRACTURE + slot), subject.many)
            compared += [
                chance.number(f"{site} fractures", float(numbers.sum()), each * subject.many),
                chance.share(f"patients with {site} fractures", numbers > 0, -math.expm1(-each)),
            ]
    return chance.within(compared)


def _days(subject: Subject, changes: Changes) -> Iterator[Case]:
    form = subject.changed(changes).scenario.fractures
    inputs, log = next(iter(subject.lives(subject.some, changes).values()))
    last = int(inputs.params["horizon"])
    for slot, site in enumerate(SITES):
        by_patient = days_by_patient(of_kind(log, FRACTURE + slot), len(inputs.patients))
        for patient, days in enumerate(by_patient):
            draws = inputs.numbers(BREAKS, slot)[patient].tolist()
            expected = list(_expected_days(form, site, draws, last))
            what = f"{site} fractures of patient {patient}: days {days}, not {expected}"
            yield Case(what, days == expected)


def _expected_days(form: Any, site: str, draws: list[float], last: int) -> Iterator[int]:
    """Each fracture on the day by which the hazard of that day has used up its draw."""
    of_site = getattr(form.sites, site)
    hazard = form.base_rate * of_site.share / DAYS_PER_YEAR
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
        if day > last:
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
        scenario = subject.changed(changes).scenario
        inputs, log = next(iter(subject.lives(subject.some, changes).values()))
        expected = _expected_deaths(scenario, inputs, log)
        found = {who: (day, cause) for who, day, _, cause in rows(of_kind(log, DEATH))}
        for who in sorted({*expected, *found}):
            death, wanted = found.get(who), expected.get(who)
            yield Case(f"patient {who}: (day, cause) {death}, not {wanted}", death == wanted)


def _expected_deaths(scenario: Scenario, inputs: Inputs, log: Log) -> dict[int, tuple[int, float]]:
    """Day and cause of the earliest death that a fracture brings, by patient who dies in time."""
    deaths: dict[int, tuple[int, float]] = {}
    seen: dict[tuple[int, int], int] = {}
    for who, day, kind, _ in rows(of_kind(log, FRACTURE, len(SITES))):
        slot = kind - FRACTURE
        k = seen[who, slot] = seen.get((who, slot), -1) + 1
        fatality = getattr(scenario.fractures.sites, SITES[slot]).case_fatality
        if inputs.numbers(FATAL, slot)[who, k] < fatality:
            dies = day + 1 + int(365 * inputs.numbers(FATAL_DELAY, slot)[who, k])
            in_time = dies <= int(inputs.params["horizon"])
            if in_time and dies < deaths.get(who, (math.inf, 0.0))[0]:
                deaths[who] = (dies, 1.0 + slot)
    return deaths
