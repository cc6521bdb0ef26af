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
from sim.experiments.verification.logs import of_kind
from sim.experiments.verification.subject import Subject, baseline_of
from sim.experiments.verification.verdict import Gap, Verdict, near
from sim.scenario.form.study import Scenario
from sim.simulation.biology.markers import MOST_LOG_RATIO
from sim.simulation.records import MEASURE, Floats, Inputs
from sim.vocabulary import BONES, MARKERS


def markers(subject: Subject) -> Verdict:
    """Markers follow from doses, onset and saturation, as in the file and with missed doses."""
    return near("marker values", _gaps(subject))


def _gaps(subject: Subject) -> Iterator[Gap]:
    for changes in ({}, subject.strain):
        scenario = subject.changed(changes, subject.no_noise).scenario
        for arm, (inputs, log) in subject.lives(subject.few, changes, subject.no_noise).items():
            acting = actions(scenario, arm, inputs, log)
            for name in scenario.cohort.markers:
                measured = of_kind(log, MEASURE + len(BONES) + MARKERS.index(name))
                expected = marker_by_day(scenario, acting, inputs, name)
                gaps = np.abs(measured.value / expected[measured.day, measured.patient] - 1)
                yield Gap(f"{name} in {arm}", gaps, measured.patient)


def marker_by_day(scenario: Scenario, acting: Actions, inputs: Inputs, name: str) -> Floats:
    """A marker at the beginning of every day from the actions of the therapies.

    Parameters
    ----------
    scenario, acting, inputs
        The scenario that was simulated, the actions in one of its arms, and the arm's inputs.
    name
        `ctx`, `balp` or `tryptase`.

    Returns
    -------
    array, (days + 1) x patients
        Values in the marker's unit, without measurement error.

    References
    ----------
    docs/model.md, "Markers": an effect site with a half-life of onset; infusions saturate.
    """
    form, people = getattr(scenario.markers, name), len(inputs.patients)
    onset = math.log(2) / form.onset_half_life
    z = baseline_of(scenario, people).responses[name]
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

    total = np.broadcast_to(between_rows(effects, log_ratio), (round(scenario.horizon) + 1, people))
    entry = inputs.patients["marker"][:, MARKERS.index(name)]
    return np.asarray(entry * np.exp(np.minimum(total, MOST_LOG_RATIO)))
