"""Probabilities of 0 and 1, no mortality, and mortality that no patient survives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiments.verification import logs, settings
from sim.experiments.verification.settings import Changes
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, each
from sim.simulation.records import DEATH, END, FRACTURE, INFUSION, INTOLERANCE, PLAN
from sim.vocabulary import SITES

SURELY = {"first": "100 %", "later": "100 %", "ends_course": "100 %"}


@each("courses with probability 0 or 1")
def intolerance(subject: Subject) -> Iterator[Case]:
    """With probability 0 no patient becomes intolerant; with probability 1 every patient does."""
    days = max(1, round(subject.scenario.horizon) // 20)
    never, surely = (
        subject.arms(subject.some, settings.NO_DEATHS, _intolerant(subject, probability, days))
        for probability in ("0 %", "99.9999999 %")
    )
    for arm in surely.values():
        for slot, name, _ in arm.courses:
            stopped = never[arm.name].first_day(INTOLERANCE + slot)
            yield Case(f"{name} in {arm.name} goes on", np.isinf(stopped))
            begun = logs.first_day(arm.given(PLAN + slot), arm.people)
            in_time = arm.first_day(INTOLERANCE + slot) <= begun + days
            yield Case(f"{name} in {arm.name} stops", in_time | (begun + days > arm.last))


def _intolerant(subject: Subject, probability: str, days: int) -> Changes:
    """Courses that end with a probability by a day, whatever the dose."""
    course = {
        "hazard_by_dose": "0",
        "frailty_sd": "0",
        "for": None,
        "on_intolerance": ["stop"],
        "intolerance": [{"probability": probability, "until": f"{days} days"}],
    }
    return settings.each_of(("therapies",), subject.courses, course)


@each("doses with probability 0 or 1")
def doses(subject: Subject) -> Iterator[Case]:
    """With attendance 0 % no patient gets a dose; if each dose ends the course, at most one."""
    for most, what, therapy in (
        (0, "never given", {"given": "0 %", "ends_course": "0 %"}),
        (1, "ended by each dose", {"given": "100 %", "ends_course": "100 %"}),
        (1, "ended by each reaction",
         {"given": "100 %", "ends_course": "0 %", "reactions": {"surely": SURELY}}),
    ):  # fmt: skip
        changes = settings.each_of(("therapies",), subject.infusions, therapy)
        for arm in subject.arms(subject.some, changes).values():
            for slot, name, _ in arm.infusions:
                number = logs.number_of_rows(arm.given(INFUSION + slot), arm.people)
                yield Case(f"{name} in {arm.name}, {what}", number <= most)


@each("patients with zero or enormous mortality")
def mortality(subject: Subject) -> Iterator[Case]:
    """Without mortality no patient dies; with an enormous one every patient dies on day 1."""
    deadly = {**settings.NO_FATAL_FRACTURES, **settings.mortality_ratio("1000000000")}
    for arm in subject.arms(subject.some, settings.NO_DEATHS).values():
        yield Case(f"survival without mortality in {arm.name}", np.isinf(arm.first_day(DEATH)))
    for arm in subject.arms(subject.some, deadly).values():
        right = (arm.first_day(DEATH) == 1) & np.isinf(arm.first_day(END))
        yield Case(f"death on day 1 in {arm.name}", right)


@each("patients with case fatality 0 % or 100 %")
def fatal_fractures(subject: Subject) -> Iterator[Case]:
    """With case fatality 0 % no fracture kills; with 100 % the first one does within a year."""
    often = {**settings.NO_DEATHS, **settings.base_rate("1 per year")}
    for arm in subject.arms(subject.some, often).values():
        yield Case(f"survival of fractures in {arm.name}", np.isinf(arm.first_day(DEATH)))
    fatal = settings.each_site("case_fatality", "100 %")
    for arm in subject.arms(subject.some, often, fatal).values():
        broke, died = arm.first_day(FRACTURE, len(SITES)), arm.first_day(DEATH)
        in_time = (died > broke) & (died <= broke + 365)
        due = (broke + 365 <= arm.last) | np.isfinite(died)
        yield Case(f"death after the first fracture in {arm.name}", in_time | ~due)
