"""Measured against true values: each error is the stated one, drawn for its own visit."""

from __future__ import annotations

import math

import numpy as np

from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Verdict, exact
from sim.simulation.records import MEASURE, NEVER, NOISE, Floats, Inputs, Log
from sim.vocabulary import BONES, QUANTITIES


def measurement(subject: Subject) -> Verdict:
    """Bone density is off by CV x z, a marker by a log-normal factor of mean 1 and that CV."""
    exactly = subject.lives(subject.some, subject.no_noise)
    wrong, count = [], 0
    for arm, (inputs, log) in subject.lives(subject.some).items():
        true = exactly[arm][1]
        for kind, name in enumerate(QUANTITIES):
            if name in BONES or name in subject.scenario.cohort.markers:
                cv = getattr(subject.scenario.measurement, name)
                bad, seen = _errors(kind, cv, inputs, log, true)
                wrong += [f"{name} of patient {who} in {arm}" for who in bad]
                count += seen
    return exact(wrong, count, "measured values from true value, CV and draw")


def _errors(kind: int, cv: float, inputs: Inputs, log: Log, true: Log) -> tuple[list[int], int]:
    here, there = log.kind == MEASURE + kind, true.kind == MEASURE + kind
    if here.sum() != there.sum():
        return [-1], int(here.sum())
    expected = true.value[there] * _factor(kind, cv, _draws(kind, inputs, log, here))
    off = ~np.isclose(log.value[here], expected, rtol=1e-9)
    return log.patient[here][off].tolist(), int(here.sum())


def _draws(kind: int, inputs: Inputs, log: Log, here: Floats) -> Floats:
    """The draw of each measurement: that of its visit."""
    days = inputs.params["visit_days"][kind]
    visit = np.searchsorted(days[days != NEVER], log.day[here])
    return np.asarray(inputs.numbers(NOISE, kind)[log.patient[here], visit])


def _factor(kind: int, cv: float, z: Floats) -> Floats:
    if kind < len(BONES):
        return 1 + cv * z
    sd = math.sqrt(math.log(1 + cv * cv))
    return np.exp(sd * z - sd * sd / 2)


def visits(subject: Subject) -> Verdict:
    """Everyone who lives is measured on every visit day of the file, from entry to the last day."""
    wrong, count = [], 0
    for arm, (inputs, log) in subject.lives(subject.some).items():
        end = np.zeros(len(inputs.patients), int)
        np.maximum.at(end, log.patient, log.day)
        for kind, name in enumerate(QUANTITIES):
            days = np.array(_visit_days(subject, name))
            inside = log.kind == MEASURE + kind
            for who in range(len(end)):
                found = log.day[inside & (log.patient == who)]
                wanted = days[days <= end[who]]
                count += len(wanted)
                if not np.array_equal(found, wanted):
                    wrong.append(f"{name} of patient {who} in {arm}")
    return exact(wrong, count, "visits")


def _visit_days(subject: Subject, name: str) -> list[int]:
    from sim.experiments.verification.units import in_days

    scenario = subject.scenario
    texts = scenario.visits.dxa if name in BONES else scenario.visits.markers
    if name not in (*BONES, *scenario.cohort.markers):
        return []
    last, days = round(scenario.horizon), {0}
    for text in texts:
        every = in_days(text.removeprefix("every "))
        times = range(1, int(last / every) + 2) if text.startswith("every ") else (1,)
        days |= {round(k * every) for k in times}
    return sorted(day for day in days if day <= last)
