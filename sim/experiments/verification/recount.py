"""Outcomes recounted from the event log, row by row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiments.verification.logs import Arm, last_day, rows
from sim.experiments.verification.subject import Subject, patient_outcomes
from sim.experiments.verification.verdict import Case, each
from sim.simulation.records import DEATH, FRACTURE, MEASURE, Log
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES


@each("outcomes recounted")
def outcomes(subject: Subject) -> Iterator[Case]:
    """Deaths, fractures, doses, stopped courses and gains of bone match a recount of the log."""
    for changes in ({}, subject.strain):
        for arm in subject.arms(subject.some, changes).values():
            found = {}
            for outcome in patient_outcomes(subject.study, arm):
                top, bottom = float(outcome.numerator.sum()), float(outcome.denominator.sum())
                found[outcome.name] = outcome.scale * top / bottom if bottom else np.nan
            for name, expected in _recounted(arm):
                right = np.isclose(found[name], expected, rtol=1e-9, equal_nan=True)
                yield Case(f"{name} in {arm.name}: {found[name]:g}, not {expected:g}", right)


def _recounted(arm: Arm) -> Iterator[tuple[str, float]]:
    years = float(last_day(arm.log, arm.people).sum()) / DAYS_PER_YEAR
    yield "deaths", 100 * len(arm.of(DEATH).day) / arm.people
    for slot, site in enumerate(SITES):
        yield f"{site} fractures", 100 * len(arm.of(FRACTURE + slot).day) / years
    broke = {*arm.of(FRACTURE, len(SITES)).patient.tolist()}
    yield "any fracture", 100 * len(broke) / arm.people
    for slot, name, _ in arm.infusions:
        yield f"{name} doses received", len(arm.doses_given(slot).day) / arm.people
    for slot, name, _ in arm.courses:
        last = {patient: step for patient, _, _, step in rows(arm.course_steps(slot))}
        taking = sum(1 for step in last.values() if step > 0)
        yield f"off {name}", 100 * (arm.people - taking) / arm.people
    for kind, bone in enumerate(BONES):
        yield f"{bone} annual increase", _annual_increase(arm.of(MEASURE + kind))


def _annual_increase(measured: Log) -> float:
    """Mean over patients of the last value against the first, per cent per year."""
    values: dict[int, list[tuple[int, float]]] = {}
    for patient, day, _, value in rows(measured):
        values.setdefault(patient, []).append((day, value))
    gains = [
        100 * (series[-1][1] - series[0][1]) / series[0][1] / (series[-1][0] / DAYS_PER_YEAR)
        for series in values.values()
        if len(series) > 1
    ]
    return float(np.mean(gains)) if gains else np.nan
