"""Bone density and markers calculated again from the doses in the log, by quadrature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.signal import lfilter

from sim.experiments.verification.exposure import (
    POINTS,
    WEIGHTS,
    Actions,
    actions,
    at_site,
    between_rows,
    full_effect,
)
from sim.experiments.verification.subject import Changes, Lives, Subject
from sim.experiments.verification.verdict import Verdict, exact, not_applicable, together
from sim.scenario.form.study import Scenario
from sim.simulation import lowering
from sim.simulation.biology.bone import LOWEST_BMD
from sim.simulation.biology.markers import MOST_LOG_RATIO
from sim.simulation.records import MEASURE, PLAN, REVIEW, Floats, Inputs, Log
from sim.vocabulary import BONES, DAYS_PER_YEAR, MARKERS

CLOSE = 1e-6
"""The quadrature errs by less; the smallest fault worth the name is a thousand times as large."""


def bone_density(subject: Subject) -> Verdict:
    """Bone density from doses, rates and reading, in every reading, as written and under strain."""
    verdicts = []
    for changes in _readings(subject):
        study = subject.changed(changes, subject.no_noise)
        lives = subject.lives(subject.few, changes, subject.no_noise)
        verdicts.append(_bones(study.scenario, lives))
    told = together(verdicts)
    return told._replace(evidence=f"furthest from quadrature: {told.evidence}")


def _readings(subject: Subject) -> list[Changes]:
    """The file as it is; then every reading under strain, evidence ending before follow-up does."""
    third = f"{round(subject.scenario.horizon / 3)} days"
    ends = {
        ("beyond_evidence",): {
            "after": f"{round(subject.scenario.horizon * 0.8)} days",
            "rate": "-1 %/year",
        }
    }
    readings: list[Any] = [
        "linear",
        "compound",
        {"plateau": {"months": third, "then": "-1 %/year"}},
        {"saturating": {"time_constant": "10 months", "window": "14 months"}},
    ]
    return [{}, *({**subject.strain, **ends, ("accrual",): reading} for reading in readings)]


def _bones(scenario: Scenario, lives: Lives) -> Verdict:
    wrong, furthest = [], 0.0
    for arm, (inputs, log) in lives.items():
        for kind, bone in enumerate(BONES):
            expected = course(scenario, arm, inputs, log, bone)
            inside = log.kind == MEASURE + kind
            found = log.value[inside]
            wanted = expected[log.day[inside], log.patient[inside]]
            apart = np.abs(found / np.maximum(wanted, LOWEST_BMD) - 1)
            apart[expected.min(axis=0)[log.patient[inside]] < LOWEST_BMD] = 0.0  # bone at its floor
            furthest = max(furthest, float(apart.max()))
            wrong += _told(arm, bone, log, inside, apart)
    return Verdict(not wrong, f"{scenario.accrual.name} {furthest:.0e}", tuple(wrong[:2]))


def _told(arm: str, what: str, log: Log, inside: Any, apart: Floats) -> list[str]:
    places = np.flatnonzero(inside)[~(apart <= CLOSE)]
    return [f"{what} of patient {log.patient[i]} in {arm}, day {log.day[i]}" for i in places]


def course(scenario: Scenario, arm: str, inputs: Inputs, log: Log, bone: str) -> Floats:
    """Bone density at the beginning of every day, days x patients, g/cm2."""
    people = len(inputs.patients)
    z = lowering.enrol(scenario.cohort, scenario.seed, 0, people).responses[bone]
    acting = actions(scenario, scenario.arms[arm], inputs, log)
    rate = between_rows(
        {name: acting.at_nodes(name) for name in acting.levels},
        lambda regimen: _row(scenario, regimen, bone, z),
    )
    days = round(scenario.horizon)
    rate = np.broadcast_to(rate, (len(POINTS), days, people))
    entry = inputs.patients["bmd"][:, BONES.index(bone)]
    return entry * _of_entry(scenario, rate, _plateau_day(scenario, log, people))


def _row(scenario: Scenario, regimen: str, bone: str, z: Floats) -> Any:
    """Rate of a regimen in each patient, as a share of entry a day."""
    if regimen not in scenario.effects:
        return np.zeros_like(z)
    effect = getattr(scenario.effects[regimen], bone)
    yearly = (effect.mean + effect.sd * z) / 100
    if scenario.accrual.name == "compound":
        yearly = np.log(1 + np.maximum(yearly, -0.99))
    return yearly / DAYS_PER_YEAR


def _plateau_day(scenario: Scenario, log: Log, people: int) -> Floats:
    """The day on which each patient's bone stops following treatment."""
    turn = np.full(people, np.inf)
    plateau = scenario.accrual.plateau
    if plateau is not None:
        began = (log.kind >= PLAN) & (log.kind < REVIEW) & (log.value > 0)
        first = np.full(people, np.inf)
        np.minimum.at(first, log.patient[began], log.day[began])
        turn = first + round(plateau.months)
    return turn


def _of_entry(scenario: Scenario, rate: Floats, plateau_day: Floats) -> Floats:
    """Bone density as a share of entry at the beginning of every day, by the reading."""
    days = np.arange(rate.shape[1])[:, None]
    gained = np.tensordot(WEIGHTS, rate, axes=1)
    accrual, after = scenario.accrual, round(scenario.beyond_evidence.after)
    if accrual.plateau is not None:
        held = accrual.plateau.then / 100 / DAYS_PER_YEAR
        gained = np.where(days >= plateau_day, held, gained)
    if accrual.saturating is not None:
        share = _relaxed(accrual.saturating, rate)
    else:
        share = np.concatenate([np.zeros_like(gained[:1]), np.cumsum(gained, axis=0)])
    of_entry = np.exp(share) if accrual.name == "compound" else 1 + share
    if after < len(of_entry):
        beyond = np.arange(len(of_entry) - after)[:, None] / DAYS_PER_YEAR
        of_entry[after:] = of_entry[after] + scenario.beyond_evidence.rate / 100 * beyond
    return np.asarray(of_entry)


def _relaxed(saturating: Any, rate: Floats) -> Floats:
    """Share gained where bone relaxes with a time constant towards what treatment asks for."""
    tau, window = saturating.time_constant, saturating.window
    gain = window / (1 - math.exp(-window / tau))
    arriving = gain / tau * np.exp(-(1 - POINTS) / tau) * WEIGHTS
    added = np.tensordot(arriving, rate, axes=1)
    after = lfilter([1.0], [1.0, -math.exp(-1 / tau)], added, axis=0)
    return np.concatenate([np.zeros_like(added[:1]), after])


def markers(subject: Subject) -> Verdict:
    """Markers from doses, onset and saturation, as written and under strain."""
    if not subject.scenario.cohort.markers:
        return not_applicable("the cohort has no markers")
    wrong, furthest, count = [], 0.0, 0
    for changes in ({}, subject.strain):
        study = subject.changed(changes, subject.no_noise)
        for arm, (inputs, log) in subject.lives(subject.few, changes, subject.no_noise).items():
            acting = actions(study.scenario, study.scenario.arms[arm], inputs, log)
            for name in study.scenario.cohort.markers:
                inside = log.kind == MEASURE + len(BONES) + MARKERS.index(name)
                expected = marker_course(study.scenario, acting, inputs, name)
                wanted = expected[log.day[inside], log.patient[inside]]
                apart = np.abs(log.value[inside] / wanted - 1)
                furthest, count = max(furthest, float(apart.max())), count + len(apart)
                wrong += _told(arm, name, log, inside, apart)
    told = exact(wrong, count, "marker values from quadrature")
    return told._replace(evidence=f"{told.evidence}, furthest {furthest:.0e}")


def marker_course(scenario: Scenario, acting: Actions, inputs: Inputs, name: str) -> Floats:
    """True values of a marker at the beginning of every day, days x patients."""
    form, people = getattr(scenario.markers, name), len(inputs.patients)
    onset = math.log(2) / form.onset_half_life
    z = lowering.enrol(scenario.cohort, scenario.seed, 0, people).responses[name]
    felt: dict[str, Floats] = {}
    for therapy in acting.levels:
        felt[therapy] = at_site(acting, therapy, onset)
        if acting.decays[therapy] > 0:
            of_1 = full_effect(scenario.therapies[therapy], onset, form.half_effect)
            felt[therapy] = felt[therapy] / (form.half_effect + felt[therapy]) / of_1

    def row(regimen: str) -> Any:
        change = getattr(scenario.effects[regimen], name) if regimen in scenario.effects else 0.0
        moved = form.spread * z - form.spread**2 / 2 if change != 0 else 0 * z
        return math.log(1 + change) + moved

    total = np.broadcast_to(between_rows(felt, row), (round(scenario.horizon) + 1, people))
    entry = inputs.patients["marker"][:, MARKERS.index(name)]
    return np.asarray(entry * np.exp(np.minimum(total, MOST_LOG_RATIO)))
