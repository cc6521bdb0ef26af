"""What the doses in a log come to day by day, calculated by quadrature instead of closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.signal import lfilter

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import INFUSION, INTOLERANCE, PLAN, Floats, Inputs, Log

NODES = 8
"""Points of Gauss and Legendre within a day: below 1e-8 of error for half-lives from 0.1 day."""

_points, _weights = np.polynomial.legendre.leggauss(NODES)
POINTS, WEIGHTS = (_points + 1) / 2, _weights / 2

Row = Callable[[Any], Any]


@dataclass(frozen=True)
class Actions:
    """The actions of the therapies of an arm: each an array of nodes x days x patients.

    `levels` is the action of each therapy right after the events of each day (days x patients).
    """

    levels: dict[str, Floats]
    decays: dict[str, float]

    def at_nodes(self, name: str) -> Floats:
        """The action of a therapy at the points of quadrature of every day."""
        left = np.exp(-self.decays[name] * POINTS)
        return left[:, None, None] * self.levels[name]


def actions(scenario: Scenario, therapies: list[str], inputs: Inputs, log: Log) -> Actions:
    """The actions of an arm's therapies, from what its log says was given."""
    people, days = len(inputs.patients), round(scenario.horizon)
    weight = inputs.patients["weight"]
    levels, decays = {}, {}
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if name in therapies and isinstance(therapy, Infusions):
            decays[name] = math.log(2) / therapy.exposure.half_life
            added = _by_day(log, INFUSION + slot, people, days)
            levels[name] = (
                _piled(added, decays[name]) / action_1(therapy) / _dose_of_1(therapy, weight)
            )
        elif name in therapies:
            decays[name] = 0.0
            levels[name] = _steps(log, slot, people, days)
    return Actions(levels, decays)


def _by_day(log: Log, kind: int, people: int, days: int) -> Floats:
    """What was given on each day: days x patients."""
    given = np.zeros((days + 1, people))
    inside = log.kind == kind
    given[log.day[inside], log.patient[inside]] = log.value[inside]
    return given[:days]


def _piled(added: Floats, decay: float) -> Floats:
    """What is there after each day's dose, of all doses so far."""
    return np.asarray(lfilter([1.0], [1.0, -math.exp(-decay)], added, axis=0))


def _dose_of_1(therapy: Infusions, weight: Floats) -> Floats:
    """The dose of the plan that defines action 1, mg for each patient."""
    dose = therapy.exposure.action_1.dose
    return dose.amount * (weight if dose.unit == "mg/kg" else np.ones(len(weight)))


def action_1(therapy: Infusions) -> float:
    """Mean exposure over the plan that defines action 1, in units of its dose."""
    decay = math.log(2) / therapy.exposure.half_life
    left = np.exp(-decay * POINTS)
    return float(np.mean(_of_plan(therapy) * float(WEIGHTS @ left)))


def _of_plan(therapy: Infusions) -> Floats:
    """Exposure after each day of that plan, every dose given."""
    plan = therapy.exposure.action_1
    added = np.zeros(round(plan.over))
    for day in planned_days(plan.schedule.phases, 0.0, plan.over):
        added[day] += 1.0
    return _piled(added, math.log(2) / therapy.exposure.half_life)


def planned_days(phases: list[Any], start: float, before: float) -> list[int]:
    """Days of the doses of a schedule: in each phase every so often from its own beginning."""
    planned: list[int] = []
    for phase in phases:
        end = math.inf if phase.duration is None else start + phase.duration
        count = math.ceil((min(end, before) - start) / phase.every - 1e-9)
        planned += [round(start + k * phase.every) for k in range(max(count, 0))]
        start = end
    return [day for day in planned if day < round(before)]


def _steps(log: Log, slot: int, people: int, days: int) -> Floats:
    """The step that a course stands on after each day; the later event of a day counts."""
    level = np.zeros((days, people))
    inside = (log.kind == PLAN + slot) | (log.kind == INTOLERANCE + slot)
    for who, day, value in zip(
        *(c[inside].tolist() for c in (log.patient, log.day, log.value)), strict=True
    ):
        level[day:, who] = value
    return level


def at_site(there: Actions, name: str, onset: float) -> Floats:
    """Action at a marker's effect site at the beginning of every day: days x patients."""
    return _reached(there.at_nodes(name), onset)


def _reached(action: Floats, onset: float) -> Floats:
    """A' = onset (action - A), from 0, at the beginning of every day."""
    arriving = onset * np.exp(-onset * (1 - POINTS)) * WEIGHTS
    added = np.tensordot(arriving, action, axes=1)
    after = lfilter([1.0], [1.0, -math.exp(-onset)], added, axis=0)
    return np.concatenate([np.zeros_like(added[:1]), after])


def full_effect(therapy: Any, onset: float, half_effect: float) -> float:
    """Saturated effect at the end of the plan that defines action 1; 1 for a course."""
    if not isinstance(therapy, Infusions):
        return 1.0
    decay = math.log(2) / therapy.exposure.half_life
    level = _of_plan(therapy)[:, None] / action_1(therapy)
    reached = _reached(np.exp(-decay * POINTS)[:, None, None] * level, onset)[-1, 0]
    return float(reached / (half_effect + reached))


def between_rows(acting: dict[str, Floats], row: Row) -> Any:
    """The rows of the regimens, weighed by how far each therapy acts: linear in every action.

    `row` is handed the name of a regimen.
    """
    total: Any = 0.0
    names = sorted(acting)
    for subset in range(2 ** len(names)):
        inside = [name for i, name in enumerate(names) if subset >> i & 1]
        weight: Any = 1.0
        for name in names:
            weight = weight * (acting[name] if name in inside else 1 - acting[name])
        total = total + weight * row(" + ".join(inside) or "none")
    return total
