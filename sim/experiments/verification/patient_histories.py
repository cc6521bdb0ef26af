"""Patients' histories: order of events, independence, shorter follow-up, and identical starts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from sim.experiments.verification import settings
from sim.experiments.verification.logs import Arm, Rows, number_of_rows, rows, same, selected
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, each, exact, not_applicable
from sim.simulation import batch_engine
from sim.simulation.records import DEATH, END, FRACTURE, INFUSION, PLAN, REVIEW, Inputs, Log
from sim.vocabulary import SITES


@each("facts on the order of events")
def order_of_events(subject: Subject) -> Iterator[Case]:
    """Days never decrease; each patient has one end, by the last day, and no later event."""
    strained = subject.arms(subject.some, subject.strain, settings.mortality_ratio("10"))
    for arm in (*subject.arms(subject.some).values(), *strained.values()):
        yield from (case._replace(what=f"{case.what} in {arm.name}") for case in _order(arm))


def _order(arm: Arm) -> Iterator[Case]:
    log, last, patient = arm.log, arm.last, arm.log.patient
    follows, same_day = patient[1:] == patient[:-1], log.day[1:] == log.day[:-1]
    later = (log.day[1:] > log.day[:-1]) | (same_day & (log.kind[1:] >= log.kind[:-1]))
    yield Case("events in order", later | ~follows, patient[1:])
    ends = (log.kind == DEATH) | (log.kind == END)
    yield Case("no event after the end", ~(ends[:-1] & follows), patient[:-1])
    yield Case("one end", number_of_rows(selected(log, ends), arm.people) == 1)
    yield Case("follow-up to the last day", (log.kind != END) | (log.day == last), patient)
    yield Case("days within follow-up", (log.day >= 0) & (log.day <= last), patient)
    for slot, site in enumerate(SITES):
        broke = arm.of(FRACTURE + slot)
        number = 1 + np.arange(len(broke.day)) - np.searchsorted(broke.patient, broke.patient)
        yield Case(f"{site} fractures numbered", broke.value == number, broke.patient)


def independent(subject: Subject) -> Verdict:
    """Patients in another order have the same events: no patient affects another."""
    cases = []
    for arm in subject.arms(subject.some).values():
        params, patients, draws = arm.inputs
        order = np.random.default_rng(subject.scenario.seed).permutation(arm.people)
        mixed = batch_engine.simulate(Inputs(params, patients[order], draws[order]))
        back = mixed._replace(patient=order[mixed.patient])
        in_order = np.argsort(back.patient, kind="stable")
        cases.append(Case(arm.name, same(arm.log, selected(back, in_order))))
    return exact("arms with patients in another order", cases, f"{subject.some} patients in each")


def shorter_follow_up(subject: Subject) -> Verdict:
    """Follow-up of two thirds of the time reproduces the same events up to its end."""
    horizon = round(subject.scenario.horizon)
    cut = round(subject.scenario.horizon * 2 / 3)
    if cut < 2:
        return not_applicable("follow-up is too short to be shortened")
    whole = subject.arms(subject.some)
    short = subject.arms(subject.some, {("horizon",): f"{cut} days"})
    cases = [Case(arm, same(*_until(cut, whole[arm].log, short[arm].log))) for arm in whole]
    return exact("arms with shorter follow-up", cases, f"{cut} of {horizon} days")


def _until(cut: int, whole: Log, short: Log) -> tuple[Log, Log]:
    """Both logs up to the last day of the short one, when no infusion is given, without its end."""
    treated = (whole.kind >= INFUSION) & (whole.kind < REVIEW)
    kept = ((whole.day < cut) | ((whole.day == cut) & ~treated)) & (whole.kind != END)
    return selected(whole, kept), selected(short, short.kind != END)


def before_treatment(subject: Subject) -> Verdict:
    """The first event that differs between two arms is one of treatment.

    Once as in the file, once with therapies that begin later, which leaves time before treatment.
    """
    if len(subject.scenario.arms) < 2:
        return not_applicable("one arm only")
    later = {
        ("therapies", name, "start"): f"{round(subject.scenario.horizon / 3)} days"
        for name, therapy in subject.scenario.therapies.items()
        if therapy.start.after is None
    }
    both = subject.arms(subject.some), subject.arms(subject.some, later)
    differences = [list(_first_differences(arms)) for arms in both]
    cases = (Case(what, PLAN <= kind < REVIEW) for some in differences for what, _, kind in some)
    days = [str(min((day for _, day, _ in some), default="none")) for some in differences]
    note = f"first on day {days[0]}, with therapies begun later on day {days[1]}"
    return exact("first differences between two arms", cases, note)


def _first_differences(arms: dict[str, Arm]) -> Iterator[tuple[str, int, int]]:
    """Patient and arms, day, and kind of the first event that differs between two arms."""
    histories = {name: _by_patient(rows(arm.log)) for name, arm in arms.items()}
    for first, second in itertools.combinations(arms, 2):
        for patient, history in histories[first].items():
            pairs = zip(history, histories[second][patient], strict=False)
            differing = next((pair for pair in pairs if pair[0] != pair[1]), None)
            if differing is not None:
                _, day, kind, _ = min(differing)
                yield f"patient {patient} in {first} and {second}, day {day}", day, kind


def _by_patient(every: Rows) -> dict[int, Rows]:
    return {who: list(group) for who, group in itertools.groupby(every, lambda row: row[0])}
