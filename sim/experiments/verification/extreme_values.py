"""Probabilities of 0 and 1, no mortality, and mortality that no patient survives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiments.verification import settings
from sim.experiments.verification.logs import (
    doses_given,
    first_day,
    number_of_rows,
    of_kind,
    selected,
)
from sim.experiments.verification.settings import Changes
from sim.experiments.verification.subject import Subject, therapies_of
from sim.experiments.verification.verdict import Case, each
from sim.scenario.form.therapy import Course
from sim.simulation.records import DEATH, END, FRACTURE, INTOLERANCE, PLAN
from sim.vocabulary import SITES

SURELY = {"first": "100 %", "later": "100 %", "ends_course": "100 %"}


@each("courses with probability 0 or 1")
def intolerance(subject: Subject) -> Iterator[Case]:
    """With probability 0 no patient becomes intolerant; with probability 1 every patient does."""
    last = round(subject.scenario.horizon)
    days = max(1, last // 20)
    never, surely = (
        subject.lives(subject.some, settings.NO_DEATHS, _intolerant(subject, probability, days))
        for probability in ("0 %", "99.9999999 %")
    )
    for arm in subject.scenario.arms:
        for slot, name, form in therapies_of(subject.scenario, arm):
            if isinstance(form, Course):
                kind, log = INTOLERANCE + slot, surely[arm][1]
                never_stopped = first_day(of_kind(never[arm][1], kind), subject.some)
                yield Case(f"{name} in {arm} goes on", np.isinf(never_stopped))
                begun = first_day(of_kind(selected(log, log.value > 0), PLAN + slot), subject.some)
                in_time = first_day(of_kind(log, kind), subject.some) <= begun + days
                yield Case(f"{name} in {arm} stops", in_time | (begun + days > last))


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
        lives = subject.lives(subject.some, changes)
        for arm, (_, log) in lives.items():
            for slot, name, form in therapies_of(subject.scenario, arm):
                if not isinstance(form, Course):
                    number = number_of_rows(doses_given(log, slot), subject.some)
                    yield Case(f"{name} in {arm}, {what}", number <= most)


@each("patients with zero or enormous mortality")
def mortality(subject: Subject) -> Iterator[Case]:
    """Without mortality no patient dies; with an enormous one every patient dies on day 1."""
    never = subject.lives(subject.some, settings.NO_DEATHS)
    deadly = {**settings.NO_FATAL_FRACTURES, **settings.mortality_ratio("1000000000")}
    at_once = subject.lives(subject.some, deadly)
    for arm in never:
        survived = np.isinf(first_day(of_kind(never[arm][1], DEATH), subject.some))
        yield Case(f"survival without mortality in {arm}", survived)
        day, end = (
            first_day(of_kind(at_once[arm][1], kind), subject.some) for kind in (DEATH, END)
        )
        yield Case(f"death on day 1 in {arm}", (day == 1) & np.isinf(end))


@each("patients with case fatality 0 % or 100 %")
def fatal_fractures(subject: Subject) -> Iterator[Case]:
    """With case fatality 0 % no fracture kills; with 100 % the first one does within a year."""
    often = {**settings.NO_DEATHS, **settings.base_rate("1 per year")}
    last = round(subject.scenario.horizon)
    spared = subject.lives(subject.some, often)
    lost = subject.lives(subject.some, often, settings.each_site("case_fatality", "100 %"))
    for arm in lost:
        survived = np.isinf(first_day(of_kind(spared[arm][1], DEATH), subject.some))
        yield Case(f"survival of fractures in {arm}", survived)
        broke = first_day(of_kind(lost[arm][1], FRACTURE, len(SITES)), subject.some)
        died = first_day(of_kind(lost[arm][1], DEATH), subject.some)
        in_time = (died > broke) & (died <= broke + 365)
        due = (broke + 365 <= last) | np.isfinite(died)
        yield Case(f"death after the first fracture in {arm}", in_time | ~due)
