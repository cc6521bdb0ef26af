"""Measurements: the stated error, drawn anew for each visit, at every visit of the file."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sim.experiments.verification.logs import days_by_patient, last_day, of_kind
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.units import in_days
from sim.experiments.verification.verdict import Case, each
from sim.simulation.records import MEASURE, NEVER, NOISE
from sim.vocabulary import BONES, MARKERS

KINDS = (*BONES, *MARKERS)
"""What is measured, in the order of the kinds of event."""


@each("measured values")
def measurement_error(subject: Subject) -> Iterator[Case]:
    """A measured bone density is true x (1 + CV z); a marker has a log-normal error of mean 1."""
    exactly = subject.lives(subject.some, subject.no_noise)
    for arm, (inputs, log) in subject.lives(subject.some).items():
        for kind, name in _measured(subject):
            measured, true = (of_kind(some, MEASURE + kind) for some in (log, exactly[arm][1]))
            if len(measured.day) != len(true.day):
                yield Case(f"the number of {name} values in {arm}", False)
                continue
            cv = getattr(subject.scenario.measurement, name)
            visits = inputs.params["visit_days"][kind]
            visit = np.searchsorted(visits[visits != NEVER], measured.day)
            z = inputs.numbers(NOISE, kind)[measured.patient, visit]
            sd = math.sqrt(math.log(1 + cv * cv))
            factor = 1 + cv * z if name in BONES else np.exp(sd * z - sd * sd / 2)
            right = np.isclose(measured.value, true.value * factor, rtol=1e-9)
            yield Case(f"{name} in {arm}", right, measured.patient)


def _measured(subject: Subject) -> list[tuple[int, str]]:
    """Number and name of each quantity that is measured in this cohort."""
    names = (*BONES, *subject.scenario.cohort.markers)
    return [(kind, name) for kind, name in enumerate(KINDS) if name in names]


@each("series of visits")
def visits(subject: Subject) -> Iterator[Case]:
    """Living patients are measured on each visit day of the file, from entry to the last day."""
    for arm, (inputs, log) in subject.lives(subject.some).items():
        ends = last_day(log, len(inputs.patients)).tolist()
        for kind, name in enumerate(KINDS):
            planned = _visit_days(subject, name)
            for patient, days in enumerate(
                days_by_patient(of_kind(log, MEASURE + kind), len(ends))
            ):
                expected = [day for day in planned if day <= ends[patient]]
                yield Case(f"{name} of patient {patient} in {arm}", days == expected)


def _visit_days(subject: Subject, name: str) -> list[int]:
    scenario = subject.scenario
    if name not in (*BONES, *scenario.cohort.markers):
        return []
    last, days = round(scenario.horizon), {0}
    for text in scenario.visits.dxa if name in BONES else scenario.visits.markers:
        interval = in_days(text.removeprefix("every "))
        times = range(1, int(last / interval) + 2) if text.startswith("every ") else (1,)
        days |= {round(k * interval) for k in times}
    return sorted(day for day in days if day <= last)
