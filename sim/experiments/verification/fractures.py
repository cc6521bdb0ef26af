"""Fractures against closed forms where bone is left out, and deaths of fractures by their draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from sim.experiments.verification.subject import (
    NO_FATAL_FRACTURES,
    NO_GRADIENT,
    NOBODY_DIES,
    Changes,
    Subject,
)
from sim.experiments.verification.verdict import (
    Verdict,
    exact,
    number,
    share,
    together,
    within_chance,
)
from sim.simulation.records import BREAKS, DEATH, FATAL, FATAL_DELAY, FRACTURE, Inputs, Log
from sim.vocabulary import DAYS_PER_YEAR, SITES

FRACTURES = len(SITES)
SLACK = 1e-9


def fractures(subject: Subject) -> Verdict:
    """With the gradient off fractures fall where a constant hazard uses up the draws: Poisson.

    Once as rare as in the file, once as frequent as once a year, with its imminent risk.
    """
    plain = {("fractures", "per_further_vertebral_fracture"): "1", **NOBODY_DIES, **NO_GRADIENT}
    no_imminent = {("fractures", "sites", site, "imminent"): None for site in SITES}
    often = {("fractures", "base_rate"): "1 per year"}
    verdicts = [_poisson(subject, plain, no_imminent)]
    for changes in ({}, often):
        study = subject.changed(plain, subject.no_ratio, changes)
        lives = subject.lives(subject.some, plain, subject.no_ratio, changes)
        inputs, log = next(iter(lives.values()))
        verdicts.append(_days_of_fractures(study.scenario.fractures, inputs, log))
    return together(verdicts)


def _poisson(subject: Subject, *changes: Changes) -> Verdict:
    """How many fractures there are at each site, and of how many patients."""
    study = subject.changed(*changes, subject.no_ratio)
    log = next(iter(subject.lives(subject.many, *changes, subject.no_ratio).values()))[1]
    years, form = round(study.scenario.horizon) / DAYS_PER_YEAR, study.scenario.fractures
    compared = []
    for slot, site in enumerate(SITES):
        each = form.base_rate * getattr(form.sites, site).share * years
        if each > 0:
            who = log.patient[log.kind == FRACTURE + slot]
            compared.append(number(f"{site} fractures", len(who), each * subject.many))
            compared.append(
                share(f"with {site} fractures", len(set(who)), subject.many, -math.expm1(-each))
            )
    return within_chance(compared)


def _days_of_fractures(form: Any, inputs: Inputs, log: Log) -> Verdict:
    wrong, count = [], 0
    by_site = {slot: _by_patient(broken(log, [slot])) for slot in range(FRACTURES)}
    for slot, site in enumerate(SITES):
        draws = inputs.numbers(BREAKS, slot)
        for who in range(len(inputs.patients)):
            days = by_site[slot].get(who, [])
            expected = list(
                _expected_days(form, site, draws[who].tolist(), int(inputs.params["horizon"]))
            )
            count += max(len(days), len(expected))
            if days != expected:
                wrong.append(f"{site} fractures of patient {who}: days {days}, not {expected}")
    return exact(wrong, count, "days of fractures")


def _expected_days(form: Any, site: str, draws: list[float], last: int) -> Iterator[int]:
    """Each fracture on the day by which the hazard of that day has used up its draw."""
    of_site = getattr(form.sites, site)
    hazard = form.base_rate * of_site.share / DAYS_PER_YEAR
    factor, long = (
        (of_site.imminent.factor, round(of_site.imminent.duration))
        if of_site.imminent
        else (1.0, 0)
    )
    left, today, until = draws[0], 0, 0
    for draw in draws[1:]:
        raised = hazard * factor * (until - today)
        if hazard == 0:
            return
        exactly = (
            today + left / hazard / factor if raised >= left else until + (left - raised) / hazard
        )
        day = max(math.ceil(exactly - SLACK), today)
        if day > last:
            return
        yield day
        left += (
            draw
            - hazard * factor * (min(day, until) - today)
            - hazard * max(day - max(until, today), 0)
        )
        today, until = day, day + long


def broken(log: Log, sites: Iterable[int]) -> list[tuple[int, int, int]]:
    """Patient, day and site of the fractures at some sites, in order."""
    kinds = [FRACTURE + slot for slot in sites]
    inside = np.isin(log.kind, kinds)
    columns = (log.patient[inside], log.day[inside], log.kind[inside] - FRACTURE)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _by_patient(found: list[tuple[int, int, int]]) -> dict[int, list[int]]:
    days: dict[int, list[int]] = {}
    for who, day, _ in found:
        days.setdefault(who, []).append(day)
    return days


def deaths_of_fractures(subject: Subject) -> Verdict:
    """Who dies of a fracture, when, and of which, follows from the draws of each fracture."""
    often = {
        ("fractures", "base_rate"): "1.5 per year",
        ("mortality", "standardised_mortality_ratio"): "0",
    }
    fatal = dict.fromkeys(NO_FATAL_FRACTURES, "50 %")
    wrong, count = [], 0
    for changes in ({}, fatal):
        study = subject.changed(often, changes)
        inputs, log = next(iter(subject.lives(subject.some, often, changes).values()))
        ends = {w: (d, v) for w, d, v in _ends(log)}
        for who, (day, cause) in _expected_ends(study.scenario, inputs, log).items():
            count += 1
            if ends.get(who) != (day, cause):
                wrong.append(f"patient {who}: {ends.get(who)}, not day {day} of cause {cause:g}")
    return exact(wrong, count, "deaths of fractures")


def _ends(log: Log) -> Iterator[tuple[int, int, float]]:
    dead = log.kind == DEATH
    yield from zip(
        log.patient[dead].tolist(), log.day[dead].tolist(), log.value[dead].tolist(), strict=True
    )


def _expected_ends(scenario: Any, inputs: Inputs, log: Log) -> dict[int, tuple[int, float]]:
    """The earliest death that a fracture brings, for who has one by the last day; nobody else."""
    ends: dict[int, tuple[int, float]] = {}
    seen: dict[tuple[int, int], int] = {}
    for who, day, slot in broken(log, range(FRACTURES)):
        k = seen.get((who, slot), 0)
        seen[who, slot] = k + 1
        if (
            inputs.numbers(FATAL, slot)[who, k]
            < getattr(scenario.fractures.sites, SITES[slot]).case_fatality
        ):
            dies = day + 1 + int(365 * inputs.numbers(FATAL_DELAY, slot)[who, k])
            if dies <= int(inputs.params["horizon"]) and dies < ends.get(who, (math.inf, 0))[0]:
                ends[who] = (dies, 1.0 + slot)
    for who, day, cause in _ends(log):
        ends.setdefault(who, (-1, cause) if day > 0 else (day, cause))
    return ends
