"""Outcomes recounted from the event log, row by row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiments.verification.logs import course_steps, doses_given, last_day, of_kind, rows
from sim.experiments.verification.subject import Subject, patient_outcomes, therapies_of
from sim.experiments.verification.verdict import Case, each
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import DEATH, FRACTURE, MEASURE, Inputs, Log
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES


@each("outcomes recounted")
def outcomes(subject: Subject) -> Iterator[Case]:
    """Deaths, fractures, doses, stopped courses and gains of bone match a recount of the log."""
    for changes in ({}, subject.strain):
        for arm, (inputs, log) in subject.lives(subject.some, changes).items():
            found = {}
            for outcome in patient_outcomes(subject.study, inputs, log):
                top, bottom = float(outcome.numerator.sum()), float(outcome.denominator.sum())
                found[outcome.name] = outcome.scale * top / bottom if bottom else np.nan
            for name, expected in _recounted(subject, arm, inputs, log):
                right = np.isclose(found[name], expected, rtol=1e-9, equal_nan=True)
                yield Case(f"{name} in {arm}: {found[name]:g}, not {expected:g}", right)


def _recounted(subject: Subject, arm: str, inputs: Inputs, log: Log) -> Iterator[tuple[str, float]]:
    people = len(inputs.patients)
    years = float(last_day(log, people).sum()) / DAYS_PER_YEAR
    yield "deaths", 100 * len(of_kind(log, DEATH).day) / people
    for slot, site in enumerate(SITES):
        yield f"{site} fractures", 100 * len(of_kind(log, FRACTURE + slot).day) / years
    broke = {*of_kind(log, FRACTURE, len(SITES)).patient.tolist()}
    yield "any fracture", 100 * len(broke) / people
    for slot, name, therapy in therapies_of(subject.scenario, arm):
        if isinstance(therapy, Infusions):
            yield f"{name} doses received", len(doses_given(log, slot).day) / people
        else:
            last = {patient: step for patient, _, _, step in rows(course_steps(log, slot))}
            taking = sum(1 for step in last.values() if step > 0)
            yield f"off {name}", 100 * (people - taking) / people
    for kind, bone in enumerate(BONES):
        yield f"{bone} annual increase", _annual_increase(of_kind(log, MEASURE + kind))


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
