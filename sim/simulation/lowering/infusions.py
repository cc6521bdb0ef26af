"""Infusions and their reactions, and therapies that begin at the end of another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import InfusionReference, Infusions
from sim.scenario.form.units import Dose
from sim.simulation.biology.decay import time_under
from sim.simulation.lowering.padding import padded
from sim.simulation.records import NEVER, PLANNED, REACTIONS, THERAPIES, Floats


def mean_exposure(plan: InfusionReference, decay: float) -> float:
    """Compute the mean exposure over a plan with every infusion given.

    Parameters
    ----------
    plan : InfusionReference
        The plan `action_1` of an exposure.
    decay : float
        Decay rate of the exposure, per day.

    Returns
    -------
    float
        Mean exposure, in units of the plan's own dose.

    References
    ----------
    docs/model.md, section "Action".
    """
    over, days = round(plan.over), plan.schedule.days(0.0, plan.over)
    return math.fsum(time_under(decay, over - day) for day in days) / over


def decay_rate(half_life: float) -> float:
    """Convert a half-life to a rate.

    Parameters
    ----------
    half_life : float
        Half-life, days.

    Returns
    -------
    float
        Rate per day.

    Examples
    --------
    >>> round(decay_rate(45.0), 6)
    0.015403
    """
    return math.log(2.0) / half_life


def dose_mg(dose: Dose, weight: Floats) -> Floats:
    """Convert a dose to milligrams per patient.

    Parameters
    ----------
    dose : Dose
        Amount in mg or in mg/kg.
    weight : array, shape (patients,)
        Body weight, kg.

    Returns
    -------
    array, shape (patients,)
        Dose, mg.
    """
    return dose.amount * weight if dose.unit == "mg/kg" else np.full(len(weight), dose.amount)


def sequence_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "one therapy after another".

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.
    """
    names = list(scenario.therapies)
    fields: dict[str, Any] = {
        "follows": np.full(THERAPIES, -1, np.int64),
        "is_followed": np.zeros(THERAPIES, np.int64),
        "wait": np.zeros(THERAPIES, np.int64),
    }
    for slot, therapy in enumerate(scenario.therapies.values()):
        if therapy.start.after is not None:
            fields["follows"][slot] = names.index(therapy.start.after)
            fields["is_followed"][names.index(therapy.start.after)] = 1
        fields["wait"][slot] = round(therapy.start.wait)
    return fields


def infusion_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "infusions".

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.

    Raises
    ------
    ScenarioError
        If a therapy has more planned doses than a record has room for.

    References
    ----------
    docs/model.md, section "Action".
    """
    days: list[list[int]] = [[] for _ in range(THERAPIES)]
    numbers = ("is_infusion", "decay", "given", "late", "lateness", "ends_course")
    fields: dict[str, Any] = {name: np.zeros(THERAPIES) for name in numbers}
    fields["plan_end"] = np.full(THERAPIES, NEVER, np.int64)
    for slot, therapy in enumerate(scenario.therapies.values()):
        if isinstance(therapy, Infusions):
            days[slot] = therapy.schedule.days(therapy.start.day, scenario.horizon)
            if therapy.schedule.duration is not None:
                fields["plan_end"][slot] = round(therapy.start.day + therapy.schedule.duration)
            fields["is_infusion"][slot] = 1
            fields["decay"][slot] = decay_rate(therapy.exposure.half_life)
            fields["given"][slot] = therapy.given
            if therapy.delay:
                fields["late"][slot] = therapy.delay.probability
                fields["lateness"][slot] = therapy.delay.mean
            fields["ends_course"][slot] = therapy.ends_course
    fields["plan_days"] = padded(days, PLANNED, NEVER, "planned doses of a therapy")
    return {**fields, **_reaction_fields(scenario)}


def _reaction_fields(scenario: Scenario) -> dict[str, Any]:
    reactions = reactions_of(scenario)
    absent = REACTIONS - len(reactions)
    fields = {"reaction_therapy": [slot for slot, *_ in reactions] + [-1] * absent}
    for name in ("first", "later", "ends_course"):
        fields[f"reaction_{name}"] = [getattr(r, name) for *_, r in reactions] + [0.0] * absent
    return fields


def reactions_of(scenario: Scenario) -> list[tuple[int, str, str, Any]]:
    """List the reactions to all infusions, in the order of their slots.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    list of tuple
        Slot and name of the therapy, name of the reaction, and its values.
    """
    return [
        (slot, therapy_name, name, reaction)
        for slot, (therapy_name, therapy) in enumerate(scenario.therapies.items())
        if isinstance(therapy, Infusions)
        for name, reaction in therapy.reactions.items()
    ]


def reaction_names(scenario: Scenario) -> tuple[str, ...]:
    """Name the slots of the reactions.

    Reactions that share a name carry that of their therapy too, and so does a reaction that is
    called like one of these.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    tuple of str
        Name of each reaction.
    """
    names = [name for _, _, name, _ in reactions_of(scenario)]
    long = [f"{therapy} {name}" for _, therapy, name, _ in reactions_of(scenario)]
    return tuple(
        name if names.count(name) == 1 and name not in long else full
        for name, full in zip(names, long, strict=True)
    )
