"""Budget impact of a study: its patients are simulated again, for the cost of each year."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.economics.budget import Budget, spending
from sim.economics.by_year import costs_by_year, years_of
from sim.economics.groups import Groups
from sim.errors import RequestError
from sim.experiments import sizes
from sim.experiments.engine import chosen
from sim.experiments.sharing import shared
from sim.outcomes import records_by_arm
from sim.scenario import Scenario, Study
from sim.scenario.mistakes import nearest
from sim.simulation.records import Floats
from sim.vocabulary import Engine, Progress

WHOLE = 100.0
"""Shares are given in percent."""


Percents = Mapping[str, float | Sequence[float]]
"""The share of each arm in percent, or one for each calendar year; the last one goes on."""


class Asked(NamedTuple):
    """What a budget impact is about.

    `patients_a_year` enter in each of `years` calendar years; `share` is the share of each arm
    among them in percent, `share_today` the same of today. The comparator has the rest.
    """

    patients_a_year: float
    years: int
    share: Mapping[str, float | Sequence[float]] = {}
    share_today: Mapping[str, float | Sequence[float]] = {}


def asked_for(
    patients_a_year: float | None, years: int | None,
    share: Percents | None, share_today: Percents | None,
) -> Asked | None:  # fmt: skip
    """Return the request on the budget; None without a request.

    Raises RequestError if patients per year or years are missing or not above 0.
    """
    if patients_a_year is None and years is None and not share and not share_today:
        return None
    if patients_a_year is None or years is None:
        raise RequestError(
            "a budget needs both numbers, which mastosim cannot know: --patients-a-year and --years"
        )
    if not (0 < patients_a_year < math.inf and years >= 1):
        raise RequestError(
            f"{patients_a_year:g} patients per year in {years} years; both must be above 0"
        )
    return Asked(patients_a_year, years, share or {}, share_today or {})


def budget(study: Study, asked: Asked, progress: Progress | None = None) -> Budget:
    """Compute what payers spend in each calendar year.

    The kept quantities are totals of the whole follow-up, so the patients are simulated again.

    Parameters
    ----------
    study : Study
        A study with economics.
    asked : Asked
        Patients, years and shares.
    progress : callable, optional
        Called with the number of patient courses done and to do.

    Returns
    -------
    Budget
        Spending in money of the scenario, undiscounted.

    Raises
    ------
    RequestError
        For shares that are not those of arms, or do not add up to 100 %.
    """
    scenario = study.scenario
    today = _by_year(scenario, asked.share_today or {scenario.compared_with: WHOLE}, asked.years)
    new = _by_year(scenario, asked.share or _other_arm(scenario), asked.years)
    costs, patients = _costs(study, progress)
    per_year, arms = asked.patients_a_year, [*scenario.arms]
    spent = spending(costs, patients, arms, per_year, today, new)
    return Budget(per_year, today, new, spent, costs.shape[-1])


def _other_arm(scenario: Scenario) -> dict[str, float]:
    """Everybody gets the other of two arms. Raises RequestError for more arms."""
    others = [arm for arm in scenario.arms if arm != scenario.compared_with]
    if len(others) != 1:
        raise RequestError(
            f"the scenario has {len(scenario.arms)} arms; say the new share of each but one: "
            f"--share '{scenario.compared_with}=60%'"
        )
    return {others[0]: WHOLE}


def _by_year(scenario: Scenario, given: Percents, years: int) -> list[dict[str, float]]:
    """Shares of all arms in each calendar year, of 1. Raises RequestError for others."""
    listed = {arm: [of] if isinstance(of, (int, float)) else [*of] for arm, of in given.items()}
    for arm, shares in listed.items():
        if not 1 <= len(shares) <= years:
            raise RequestError(
                f"'{arm}' has {len(shares)} shares; allowed: one, or one for each calendar year, "
                f"{years} at most"
            )
    return [
        _shares(scenario, {arm: of[min(year, len(of) - 1)] for arm, of in listed.items()})
        for year in range(years)
    ]


def _shares(scenario: Scenario, given: Mapping[str, float]) -> dict[str, float]:
    """Shares of all arms, of 1. Raises RequestError for others."""
    for arm, share in given.items():
        if arm not in scenario.arms:
            raise RequestError(f"the scenario has no arm '{arm}'; {nearest(arm, scenario.arms)}")
        if not 0 <= share <= WHOLE:
            raise RequestError(f"the share of '{arm}' is {share:g} %; allowed: 0 % to 100 %")
    total, rest = math.fsum(given.values()), scenario.compared_with
    is_whole = math.isclose(total, WHOLE, abs_tol=1e-9)
    if not is_whole and (total > WHOLE or rest in given):
        raise RequestError(f"the shares add up to {total:g} %; they must add up to 100 %")
    left = 0.0 if is_whole else WHOLE - total
    percent = {arm: given.get(arm, left if arm == rest else 0.0) for arm in scenario.arms}
    return {arm: share / WHOLE for arm, share in percent.items()}


def _costs(study: Study, progress: Progress | None) -> tuple[Floats, Floats]:
    """Costs by group, arm and year since entry, and the patients of each group."""
    engine, arms = chosen("auto", [study], None), [*study.scenario.arms]
    patients = study.scenario.cohort.patients
    total, years = patients * len(arms), len(years_of(round(study.scenario.horizon)))
    empty = np.zeros((0, len(arms), years))
    together = study.scenario.together
    groups = Groups(arms, [str(year) for year in range(1, years + 1)], empty, empty, unit=together)
    pieces = sizes.split(range(patients), sizes.whole(sizes.block_of(engine), together))
    workers = sizes.workers_for(patients, engine)
    for costs in shared(functools.partial(_of_patients, study, engine), pieces, engine, workers):
        groups = groups.plus(costs)
        if progress is not None:
            progress(groups.count * len(arms), total)
    by_group = groups.quantities()
    return by_group.sums, by_group.patients


def _of_patients(study: Study, engine: Engine, patients: range) -> Floats:
    """Costs of some patients: patients x arms x years since entry."""
    records = records_by_arm(study, patients, engine)
    return np.stack([costs_by_year(own, study.scenario) for own in records.values()], axis=1)
