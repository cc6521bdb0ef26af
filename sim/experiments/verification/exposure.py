"""The action of each therapy day by day, calculated from the logged doses by numerical integration.

The model has closed forms for the same quantities.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.signal import lfilter

from sim.experiments.verification import logs
from sim.experiments.verification.doses import planned_days
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import INFUSION, Floats

NODES = 8
"""Nodes of Gauss-Legendre quadrature per day: errors below 1e-8 for half-lives from 0.1 day."""

_nodes, _weights = np.polynomial.legendre.leggauss(NODES)
POINTS, WEIGHTS = (_nodes + 1) / 2, _weights / 2


class Action(NamedTuple):
    """The action of a therapy after the events of each day, days x patients, and its decay per day.

    The decay of a course is 0.
    """

    level: Floats
    decay: float

    def at_nodes(self) -> Floats:
        """The action at the nodes of every day: nodes x days x patients."""
        return np.exp(-self.decay * POINTS)[:, None, None] * self.level


def actions(arm: logs.Arm) -> dict[str, Action]:
    """The actions of the therapies of an arm, from the doses in its log."""
    acting = {}
    for slot, name, infusions in arm.infusions:
        given, doses = arm.of(INFUSION + slot), np.zeros((arm.last + 1, arm.people))
        doses[given.day, given.patient] = given.value
        exposure = _accumulated(doses[:-1], _decay(infusions))
        reference = infusions.exposure.action_1.dose
        per_kg = arm.inputs.patients["weight"] if reference.unit == "mg/kg" else 1.0
        level = exposure / action_1(infusions) / (reference.amount * per_kg)
        acting[name] = Action(level, _decay(infusions))
    for slot, name, _ in arm.courses:
        acting[name] = Action(np.zeros((arm.last, arm.people)), 0.0)
        for patient, day, _, step in logs.rows(arm.course_steps(slot)):
            acting[name].level[day:, patient] = step  # the later event of a day counts
    return acting


def _decay(therapy: Infusions) -> float:
    return math.log(2) / therapy.exposure.half_life


def _accumulated(doses: Floats, decay: float) -> Floats:
    """Exposure after the dose of each day, from all doses so far."""
    return np.asarray(lfilter([1.0], [1.0, -math.exp(-decay)], doses, axis=0))


def action_1(therapy: Infusions) -> float:
    """Mean exposure over the plan that defines action 1, in units of its dose."""
    of_a_day = float(WEIGHTS @ np.exp(-_decay(therapy) * POINTS))
    return float(np.mean(_reference_exposure(therapy) * of_a_day))


def _reference_exposure(therapy: Infusions) -> Floats:
    """Exposure after each day of the plan that defines action 1, with every dose given."""
    plan = therapy.exposure.action_1
    doses = np.zeros(round(plan.over))
    for day in planned_days(plan.schedule.phases, 0.0, plan.over):
        doses[day] += 1.0
    return _accumulated(doses, _decay(therapy))


def lowest_action(therapy: Any) -> float:
    """Lowest action under the plan that defines action 1, at the end of a day; 1 for a course."""
    if not isinstance(therapy, Infusions):
        return 1.0
    ends = _reference_exposure(therapy) * math.exp(-_decay(therapy))
    return float(ends.min()) / action_1(therapy)


def approached(target: Floats, rate: float) -> Floats:
    """The solution of A' = rate (target - A) with A = 0 on day 0, at the beginning of every day.

    `target` is nodes x days x patients, the solution (days + 1) x patients.
    """
    arriving = rate * np.exp(-rate * (1 - POINTS)) * WEIGHTS
    added = np.tensordot(arriving, target, axes=1)
    after = lfilter([1.0], [1.0, -math.exp(-rate)], added, axis=0)
    return np.concatenate([np.zeros_like(added[:1]), after])


def full_effect(therapy: Any, onset: float, half_effect: float) -> float:
    """Saturated marker effect at the end of the plan that defines action 1; 1 for a course."""
    if not isinstance(therapy, Infusions):
        return 1.0
    level = _reference_exposure(therapy)[:, None] / action_1(therapy)
    action = np.exp(-_decay(therapy) * POINTS)[:, None, None] * level
    reached = approached(action, onset)[-1, 0]
    return float(reached / (half_effect + reached))


def between_rows(acting: dict[str, Floats], effect_of: Callable[[str], Any]) -> Any:
    """The effect of therapies that act in part: linear in the action of every therapy.

    `acting` holds the action of each therapy; `effect_of` gives the effect of a regimen by name.
    """
    total: Any = 0.0
    names = sorted(acting)
    for subset in range(2 ** len(names)):
        inside = [name for i, name in enumerate(names) if subset >> i & 1]
        weight: Any = 1.0
        for name in names:
            weight = weight * (acting[name] if name in inside else 1 - acting[name])
        total = total + weight * effect_of(" + ".join(inside) or "none")
    return total
