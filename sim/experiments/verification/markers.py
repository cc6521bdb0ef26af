"""Bone markers and tryptase recalculated from the logged doses by numerical integration."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification.exposure import (
    Actions,
    actions,
    approached,
    between_rows,
    full_effect,
)
from sim.experiments.verification.logs import Arm
from sim.experiments.verification.subject import Subject, baseline_of
from sim.experiments.verification.verdict import Gap, Verdict, near
from sim.simulation.biology.markers import MOST_LOG_RATIO
from sim.simulation.records import MEASURE, Floats
from sim.vocabulary import BONES, MARKERS


def markers(subject: Subject) -> Verdict:
    """Markers follow from doses, onset and saturation, as in the file and with missed doses."""
    return near("marker values", _gaps(subject))


def _gaps(subject: Subject) -> Iterator[Gap]:
    for changes in ({}, subject.strain):
        for arm in subject.arms(subject.few, changes, subject.no_noise).values():
            acting = actions(arm)
            for name in arm.scenario.cohort.markers:
                measured = arm.of(MEASURE + len(BONES) + MARKERS.index(name))
                expected = marker_by_day(arm, acting, name)[measured.day, measured.patient]
                gaps = np.abs(measured.value / expected - 1)
                yield Gap(f"{name} in {arm.name}", gaps, measured.patient)


def marker_by_day(arm: Arm, acting: Actions, name: str) -> Floats:
    """A marker at the beginning of every day from the actions of the therapies.

    Parameters
    ----------
    arm, acting
        The simulated patients of an arm, and the actions of its therapies.
    name
        `ctx`, `balp` or `tryptase`.

    Returns
    -------
    array, (days + 1) x patients
        Values in the marker's unit, without measurement error.

    References
    ----------
    An effect site with a half-life of onset, and saturation: docs/model.md, section "Markers".
    """
    scenario, form = arm.scenario, getattr(arm.scenario.markers, name)
    onset = math.log(2) / form.onset_half_life
    z = baseline_of(scenario, arm.people).responses[name]
    effects: dict[str, Floats] = {}
    for therapy, decay in acting.decays.items():
        at_site = approached(acting.at_nodes(therapy), onset)
        if decay > 0:
            full = full_effect(scenario.therapies[therapy], onset, form.half_effect)
            at_site = at_site / (form.half_effect + at_site) / full
        effects[therapy] = at_site

    def log_ratio(regimen: str) -> Any:
        change = getattr(scenario.effects[regimen], name) if regimen in scenario.effects else 0.0
        spread = form.spread if change != 0 else 0.0
        return math.log(1 + change) + spread * z - spread**2 / 2

    total = np.broadcast_to(between_rows(effects, log_ratio), (arm.last + 1, arm.people))
    entry = arm.inputs.patients["marker"][:, MARKERS.index(name)]
    return np.asarray(entry * np.exp(np.minimum(total, MOST_LOG_RATIO)))
