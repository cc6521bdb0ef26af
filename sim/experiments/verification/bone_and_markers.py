"""Bone density and markers: recalculated from the logged doses, and measured at every visit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification import exposure, logs, settings
from sim.experiments.verification.inputs import in_days
from sim.experiments.verification.subject import Subject, baseline_of
from sim.experiments.verification.verdict import Case, Gap, Verdict, each, near, together
from sim.scenario.form.study import Scenario
from sim.simulation.biology.bone import LOWEST_BMD
from sim.simulation.biology.markers import MOST_LOG_RATIO
from sim.simulation.records import MEASURE, NEVER, NOISE, PLAN, REVIEW, Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, MARKERS, UNCHANGED

KINDS = (*BONES, *MARKERS)
"""What is measured, in the order of the kinds of event."""


@together
def bone_density(subject: Subject) -> Iterator[Verdict]:
    """Bone density follows from doses, rates and accrual, for every reading of the annual increase.

    Once as in the file; then for each reading with missed doses and intolerance, and with evidence
    that ends before follow-up does.
    """
    subject = subject.plain
    for changes in ({}, *_readings(subject)):
        arms = [*subject.arms(subject.few, changes, subject.no_noise).values()]
        gaps = (gap for arm in arms for gap in _gaps_of_bones(arm))
        yield near(f"densities ({arms[0].scenario.accrual.name})", gaps)


def _readings(subject: Subject) -> Iterator[settings.Changes]:
    """Every reading of the annual increase under strain."""
    horizon = subject.scenario.horizon
    ends = {"after": f"{round(horizon * 0.8)} days", "rate": "-1 %/year"}
    for accrual in (
        "linear",
        "compound",
        {"plateau": {"months": f"{round(horizon / 3)} days", "then": "-1 %/year"}},
        {"saturating": {"time_constant": "10 months", "window": "14 months"}},
    ):
        yield {**subject.strain, ("beyond_evidence",): ends, ("accrual",): accrual}


def _gaps_of_bones(arm: logs.Arm) -> Iterator[Gap]:
    for kind, bone in enumerate(BONES):
        expected, measured = bone_density_by_day(arm, bone), arm.of(MEASURE + kind)
        recalculated = expected[measured.day, measured.patient]
        gaps = np.abs(measured.value / np.maximum(recalculated, LOWEST_BMD) - 1)
        gaps[(expected.min(axis=0) < LOWEST_BMD)[measured.patient]] = 0.0  # bone at its floor
        yield f"{bone} in {arm.name}", gaps, measured.patient


def bone_density_by_day(arm: logs.Arm, bone: str) -> Floats:
    """Bone density at the beginning of every day from the doses in the log of an arm.

    Parameters
    ----------
    arm
        The simulated patients of an arm.
    bone
        `spine` or `hip`.

    Returns
    -------
    array, (days + 1) x patients
        Bone mineral density in g/cm2, without measurement error.

    References
    ----------
    Rate of a regimen per patient, mean + SD x z: docs/model.md, section "Bone". The mean annual
    increase of Laroche et al. (2011) has four readings.
    """
    z = baseline_of(arm.scenario, arm.people).responses[bone]
    rate = exposure.between_rows(
        {name: action.at_nodes() for name, action in exposure.actions(arm).items()},
        lambda regimen: _rate_of(arm.scenario, regimen, bone, z),
    )
    rate = np.broadcast_to(rate, (len(exposure.POINTS), arm.last, arm.people))
    entry = arm.inputs.patients["bmd"][:, BONES.index(bone)]
    return entry * _share_of_entry(arm.scenario, rate, _plateau_day(arm))


def _rate_of(scenario: Scenario, regimen: str, bone: str, z: Floats) -> Floats:
    """Rate of a regimen in each patient, as a share of entry per day."""
    if regimen not in scenario.effects:
        return np.zeros_like(z)
    effect = getattr(scenario.effects[regimen], bone)
    yearly = (effect.mean + effect.sd * z) / 100
    if scenario.accrual.name == "compound":
        yearly = np.log(1 + np.maximum(yearly, -0.99))
    return np.asarray(yearly / DAYS_PER_YEAR)


def _plateau_day(arm: logs.Arm) -> Floats:
    """The day from which the bone of each patient changes at the rate of the plateau."""
    plateau = arm.scenario.accrual.plateau
    if plateau is None:
        return np.full(arm.people, np.inf)
    return logs.first_day(arm.given(PLAN, REVIEW - PLAN), arm.people) + round(plateau.months)


def _share_of_entry(scenario: Scenario, rate: Floats, plateau_day: Floats) -> Floats:
    """Bone density as a share of entry at the beginning of every day."""
    days = np.arange(rate.shape[1])[:, None]
    accrual, after = scenario.accrual, round(scenario.beyond_evidence.after)
    if accrual.saturating is not None:
        tau, window = accrual.saturating.time_constant, accrual.saturating.window
        gained = window / (1 - math.exp(-window / tau)) * exposure.approached(rate, 1 / tau)
    else:
        daily = np.tensordot(exposure.WEIGHTS, rate, axes=1)
        if accrual.plateau is not None:
            plateau = accrual.plateau.then / 100 / DAYS_PER_YEAR
            daily = np.where(days >= plateau_day, plateau, daily)
        gained = np.concatenate([np.zeros_like(daily[:1]), np.cumsum(daily, axis=0)])
    share = np.exp(gained) if accrual.name == "compound" else 1 + gained
    if after < len(share):
        beyond = np.arange(len(share) - after)[:, None] / DAYS_PER_YEAR
        share[after:] = share[after] + scenario.beyond_evidence.rate / 100 * beyond
    return np.asarray(share)


def markers(subject: Subject) -> Verdict:
    """Markers follow from doses, onset and saturation, as in the file and with missed doses."""
    return near("marker values", _gaps_of_markers(subject))


def _gaps_of_markers(subject: Subject) -> Iterator[Gap]:
    for changes in ({}, subject.strain):
        for arm in subject.arms(subject.few, changes, subject.no_noise).values():
            acting = exposure.actions(arm)
            for name in arm.scenario.cohort.markers:
                measured = arm.of(MEASURE + len(BONES) + MARKERS.index(name))
                expected = marker_by_day(arm, acting, name)[measured.day, measured.patient]
                gaps = np.abs(measured.value / expected - 1)
                yield f"{name} in {arm.name}", gaps, measured.patient


def marker_by_day(arm: logs.Arm, acting: dict[str, exposure.Action], name: str) -> Floats:
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
    for therapy, action in acting.items():
        at_site = exposure.approached(action.at_nodes(), onset)
        if action.decay > 0:
            full = exposure.full_effect(scenario.therapies[therapy], onset, form.half_effect)
            at_site = at_site / (form.half_effect + at_site) / full
        effects[therapy] = at_site

    def log_ratio(regimen: str) -> Any:
        change = getattr(scenario.effects[regimen], name) if regimen in scenario.effects else 0.0
        spread = form.spread if change != 0 else 0.0
        return math.log(1 + change) + spread * z - spread**2 / 2

    total = np.broadcast_to(exposure.between_rows(effects, log_ratio), (arm.last + 1, arm.people))
    entry = arm.inputs.patients["marker"][:, MARKERS.index(name)]
    return np.asarray(entry * np.exp(np.minimum(total, MOST_LOG_RATIO)))


@each("measured values")
def measurement_error(subject: Subject) -> Iterator[Case]:
    """A measured bone density is true x (1 + CV z); a marker has a log-normal error of mean 1."""
    exactly = subject.arms(subject.some, subject.no_noise)
    for arm in subject.arms(subject.some).values():
        for kind, name in enumerate(KINDS):
            measured, true = arm.of(MEASURE + kind), exactly[arm.name].of(MEASURE + kind)
            if len(measured.day) != len(true.day):
                yield Case(f"the number of {name} values in {arm.name}", False)
            elif len(measured.day):
                cv = getattr(subject.scenario.measurement, name)
                visits = arm.inputs.params["visit_days"][kind]
                visit = np.searchsorted(visits[visits != NEVER], measured.day)
                z = arm.inputs.numbers(NOISE, kind)[measured.patient, visit]
                sd = math.sqrt(math.log(1 + cv * cv))
                factor = 1 + cv * z if name in BONES else np.exp(sd * z - sd * sd / 2)
                right = np.isclose(measured.value, true.value * factor, rtol=UNCHANGED)
                yield Case(f"{name} in {arm.name}", right, measured.patient)


@each("series of visits")
def visits(subject: Subject) -> Iterator[Case]:
    """Living patients are measured on each visit day of the file, from entry to the last day."""
    for arm in subject.arms(subject.some).values():
        ends = logs.last_day(arm.log, arm.people).tolist()
        for kind, name in enumerate(KINDS):
            planned = _visit_days(subject, name)
            for patient, days in enumerate(arm.days(MEASURE + kind)):
                expected = [day for day in planned if day <= ends[patient]]
                yield Case(f"{name} of patient {patient} in {arm.name}", days == expected)


def _visit_days(subject: Subject, name: str) -> list[int]:
    scenario = subject.scenario
    if name not in (*BONES, *scenario.cohort.markers):
        return []
    last, days = round(scenario.horizon), {0}
    visits = scenario.visits.dxa if name in BONES else scenario.visits.markers
    for text in (visit.text for visit in visits):
        interval = in_days(text.removeprefix("every "))
        times = range(1, int(last / interval) + 2) if text.startswith("every ") else (1,)
        own = (round(k * interval) for k in times)
        days |= {day for day in own if day <= last and not _is_one_of(days, day)}
    return sorted(days)


def _is_one_of(days: set[int], day: int) -> bool:
    """A visit written in two units is one: at most 3 days, and 1 % of the time, are between."""
    return any(abs(day - other) <= min(3, 0.01 * day) for other in days)
