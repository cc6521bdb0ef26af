"""Direct fracture ratios: from which action on they act in full, and what a plan makes of them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.scenario.form.regimen import Regimen
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, InfusionReference, Infusions
from sim.simulation.biology.decay import decayed
from sim.simulation.lowering.effects import ratio_effects
from sim.simulation.lowering.infusions import decay_rate, dose_mg, mean_exposure
from sim.simulation.records import THERAPIES, Floats
from sim.vocabulary import SITES

MOMENTS = 5000
"""Equally long parts of a plan, over which the mean of a ratio is taken."""

LEAST_LEFT = 1e-100
"""Least exposure, in doses, that has to be left before the next dose of the plan `action_1`."""


def ratios_in_full(scenario: Scenario) -> Floats:
    """Compute the action from which each therapy carries a fracture ratio in full.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    array, shape (THERAPIES,)
        Lowest action under the plan `action_1`; 1 for a course. 0 for a therapy without a fracture
        ratio, and for one whose ratio goes with the action.

    Raises
    ------
    ScenarioError
        If hardly anything of a dose is left before the next one of the plan `action_1`.

    References
    ----------
    docs/model.md, section "Fracture ratios".
    """
    in_full = np.zeros(THERAPIES)
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if therapy.fracture_ratio_acts == "as printed" and has_ratio(scenario, name):
            in_full[slot] = 1.0 if isinstance(therapy, Course) else _lowest_action(name, therapy)
    return in_full


def has_ratio(scenario: Scenario, therapy: str) -> bool:
    """Tell whether a therapy changes a fracture rate directly, alone or beside other therapies.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    therapy : str
        Name of the therapy.

    Returns
    -------
    bool
        True where a row of `effects` with the therapy, or the row without it, has a ratio.
    """
    rows = scenario.regimens
    return any(
        getattr(row.fracture_ratio, site) != 1.0
        for regimen, row in rows.items()
        for site in SITES
        if therapy in regimen or regimen | {therapy} in rows
    )


def _lowest_action(name: str, therapy: Infusions) -> float:
    """The lowest action under the plan `action_1`, from its first dose to its end."""
    plan, decay = therapy.exposure.action_1, decay_rate(therapy.exposure.half_life)
    lowest = lowest_exposure(plan, decay)
    if lowest < LEAST_LEFT:
        message = (
            "nothing of a dose is left before the next one of this plan, so that no action can "
            "carry a fracture ratio from dose to dose. Lengthen exposure.half_life, or write "
            "fracture_ratio_acts: with the action"
        )
        raise ScenarioError([Mistake(f"therapies.{name}.exposure.action_1", message)])
    return lowest / mean_exposure(plan, decay)


def lowest_exposure(plan: InfusionReference, decay: float) -> float:
    """Compute the lowest exposure over a plan with every dose given.

    The exposure is lowest just before a dose, or at the end of the plan.

    Parameters
    ----------
    plan : InfusionReference
        The plan `action_1` of an exposure.
    decay : float
        Decay rate of the exposure, per day.

    Returns
    -------
    float
        Lowest exposure, in units of the plan's own dose.

    References
    ----------
    docs/model.md, section "Fracture ratios".

    Examples
    --------
    Two doses a half-life of 180 days apart leave a half before the second:

    >>> from sim.scenario.form.therapy import InfusionReference
    >>> schedule = [{"every": "180 days"}]
    >>> plan = InfusionReference.model_validate(
    ...     {"infusion": "1 mg", "schedule": schedule, "over": "360 days"}
    ... )
    >>> round(lowest_exposure(plan, decay_rate(180.0)), 3)
    0.5
    """
    days = [*plan.schedule.days(0.0, plan.over), round(plan.over)]
    exposure, lowest = 0.0, math.inf
    for day, then in pairwise(days):
        exposure = (exposure + 1.0) * decayed(decay, then - day)
        lowest = min(lowest, exposure)
    return lowest


def mean_ratio(scenario: Scenario, regimen: Regimen, site: str, as_published: bool) -> float:
    """Compute the mean over a plan of what the ratio of a regimen does to a fracture rate.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    regimen : set of str
        Therapies that act.
    site : str
        Fracture site, from `vocabulary.SITES`.
    as_published : bool
        Over the plans `action_1`; else over the schedules of the study, each from its first dose to
        its end or for the length of the follow-up. Every dose is given.

    Returns
    -------
    float
        Mean of the rate ratio. With several therapies, up to the end of the shortest plan.

    References
    ----------
    docs/model.md, section "Fracture ratios".
    """
    spans = [_span(scenario, name, as_published) for name in regimen]
    over = min(spans, default=scenario.horizon)
    times = (np.arange(MOMENTS) + 0.5) * over / MOMENTS
    shares = {name: _shares(scenario, name, as_published, times) for name in regimen}
    log_ratio = np.zeros(MOMENTS)
    for subset, coefficient in enumerate(ratio_effects(scenario)[SITES.index(site)]):
        names = [name for slot, name in enumerate(scenario.therapies) if subset >> slot & 1]
        if coefficient != 0 and regimen.issuperset(names):
            log_ratio += coefficient * np.prod([shares[n] for n in names], axis=0)
    return float(np.exp(log_ratio).mean())


def _span(scenario: Scenario, name: str, as_published: bool) -> float:
    """Length of a plan, in days."""
    therapy = scenario.therapies[name]
    if isinstance(therapy, Course):
        return therapy.duration or scenario.horizon
    if as_published:
        return therapy.exposure.action_1.over
    return min(therapy.schedule.duration or math.inf, scenario.horizon)


def _shares(scenario: Scenario, name: str, as_published: bool, times: Floats) -> Floats:
    """Share of a log ratio that a therapy carries at each time of a plan."""
    therapy = scenario.therapies[name]
    in_full = ratios_in_full(scenario)[list(scenario.therapies).index(name)]
    if isinstance(therapy, Course):
        action = np.full(len(times), 1.0 if as_published else therapy.relative_dose)
    else:
        decay, plan = decay_rate(therapy.exposure.half_life), therapy.exposure.action_1
        days = (plan if as_published else therapy).schedule.days(0.0, float(times[-1]) + 1)
        dose = 1.0 if as_published else _relative_dose(therapy, scenario)
        since = [np.where(times >= day, times - day, np.inf) for day in days]
        exposure = np.sum([np.exp(-decay * passed) for passed in since], axis=0)
        action = dose * exposure / mean_exposure(plan, decay)
    return np.minimum(action / in_full, 1.0) if in_full > 0 else action


def _relative_dose(therapy: Infusions, scenario: Scenario) -> float:
    """Dose over the dose of the plan `action_1`, at the mean weight of the cohort."""
    shape = scenario.cohort.weight.normal or scenario.cohort.weight.lognormal
    assert shape is not None
    weight = np.array([shape.mean])
    published = dose_mg(therapy.exposure.action_1.dose, weight)
    return float((dose_mg(therapy.dose, weight) / published)[0])
