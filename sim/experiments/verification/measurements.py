"""Measurements: the stated error, drawn anew for each visit, at every visit of the file."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sim.experiments.verification import logs
from sim.experiments.verification.inputs import in_days
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, each
from sim.simulation.records import MEASURE, NEVER, NOISE
from sim.vocabulary import BONES, MARKERS, UNCHANGED

KINDS = (*BONES, *MARKERS)
"""What is measured, in the order of the kinds of event."""


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
        days |= {round(k * interval) for k in times}
    return sorted(day for day in days if day <= last)
