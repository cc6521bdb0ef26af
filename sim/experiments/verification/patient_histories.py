"""Patients' histories: their order, their independence, and the same ones in any run.

The same from either engine, with shorter follow-up, in blocks of any size and any number of worker
processes, and in every arm until treatment differs.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator

import numpy as np

from sim.experiments import blocks, sizes
from sim.experiments.verification import logs, settings
from sim.experiments.verification.subject import Subject, simulated, sums_of, work_of
from sim.experiments.verification.verdict import Case, Verdict, each, exact, not_applicable
from sim.outcomes import CELL, SumTable, added
from sim.simulation import batch_engine, simpy_engine
from sim.simulation.draws import CHUNK
from sim.simulation.records import DEATH, END, FRACTURE, INFUSION, PLAN, REVIEW, Inputs, Log
from sim.vocabulary import SITES
from sim.workers.pieces import available, in_order

PIECES = 4
PATIENTS = range((PIECES - 1) * CELL + 17)
"""Several cells of patients, the last one incomplete."""


@each("facts on the order of events")
def order_of_events(subject: Subject) -> Iterator[Case]:
    """Days never decrease; each patient has one end, by the last day, and no later event."""
    strained = subject.arms(subject.some, subject.strain, settings.mortality_ratio("10"))
    for arm in (*subject.arms(subject.some).values(), *strained.values()):
        yield from (case._replace(what=f"{case.what} in {arm.name}") for case in _order(arm))


def _order(arm: logs.Arm) -> Iterator[Case]:
    log, last, patient = arm.log, arm.last, arm.log.patient
    follows, same_day = patient[1:] == patient[:-1], log.day[1:] == log.day[:-1]
    later = (log.day[1:] > log.day[:-1]) | (same_day & (log.kind[1:] >= log.kind[:-1]))
    yield Case("events in order", later | ~follows, patient[1:])
    ends = (log.kind == DEATH) | (log.kind == END)
    yield Case("no event after the end", ~(ends[:-1] & follows), patient[:-1])
    yield Case("one end", logs.number_of_rows(logs.selected(log, ends), arm.people) == 1)
    yield Case("follow-up to the last day", (log.kind != END) | (log.day == last), patient)
    yield Case("days within follow-up", (log.day >= 0) & (log.day <= last), patient)
    for slot, site in enumerate(SITES):
        broke = arm.of(FRACTURE + slot)
        right = broke.value == 1 + logs.number_within_patient(broke)
        yield Case(f"{site} fractures numbered", right, broke.patient)


def independent(subject: Subject) -> Verdict:
    """Patients in another order have the same events: no patient affects another."""
    cases = []
    for arm in subject.arms(subject.some).values():
        params, patients, draws = arm.inputs
        order = np.random.default_rng(subject.scenario.seed).permutation(arm.people)
        mixed = batch_engine.simulate(Inputs(params, patients[order], draws[order]))
        back = mixed._replace(patient=order[mixed.patient])
        in_order = np.argsort(back.patient, kind="stable")
        cases.append(Case(arm.name, logs.same(arm.log, logs.selected(back, in_order))))
    return exact("arms with patients in another order", cases, f"{subject.some} patients in each")


def shorter_follow_up(subject: Subject) -> Verdict:
    """Follow-up of two thirds of the time reproduces the same events up to its end."""
    horizon = round(subject.scenario.horizon)
    cut = round(subject.scenario.horizon * 2 / 3)
    if cut < 2:
        return not_applicable("follow-up is too short to be shortened")
    whole = subject.arms(subject.some)
    short = subject.arms(subject.some, {("horizon",): f"{cut} days"})
    cases = [Case(arm, logs.same(*_until(cut, whole[arm].log, short[arm].log))) for arm in whole]
    return exact("arms with shorter follow-up", cases, f"{cut} of {horizon} days")


def _until(cut: int, whole: Log, short: Log) -> tuple[Log, Log]:
    """Both logs up to the last day of the short one, when no infusion is given, without its end."""
    treated = (whole.kind >= INFUSION) & (whole.kind < REVIEW)
    kept = ((whole.day < cut) | ((whole.day == cut) & ~treated)) & (whole.kind != END)
    return logs.selected(whole, kept), logs.selected(short, short.kind != END)


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


def _first_differences(arms: logs.Arms) -> Iterator[tuple[str, int, int]]:
    """Patient and arms, day, and kind of the first event that differs between two arms."""
    histories = {name: _by_patient(logs.rows(arm.log)) for name, arm in arms.items()}
    for first, second in itertools.combinations(arms, 2):
        for patient, history in histories[first].items():
            pairs = zip(history, histories[second][patient], strict=False)
            differing = next((pair for pair in pairs if pair[0] != pair[1]), None)
            if differing is not None:
                _, day, kind, _ = min(differing)
                yield f"patient {patient} in {first} and {second}, day {day}", day, kind


def _by_patient(every: logs.Rows) -> dict[int, logs.Rows]:
    return {who: list(group) for who, group in itertools.groupby(every, lambda row: row[0])}


def engines(subject: Subject) -> Verdict:
    """SimPy and the compiled loop write identical logs, to the last bit."""
    cases, events = [], 0
    for changes in ({}, subject.strain):
        for arm in subject.arms(subject.fewest, changes).values():
            cases.append(Case(arm.name, logs.same(simpy_engine.simulate(arm.inputs), arm.log)))
            events += len(arm.log.day)
    return exact("arms by two engines", cases, f"{events} events of {subject.fewest} patients")


def block_sizes(subject: Subject) -> Verdict:
    """Patients have the same events and outcomes in blocks of any size."""
    whole = _in_bytes([sums_of(subject.study, PATIENTS)])
    in_parts = _in_bytes(sums_of(subject.study, p) for p in sizes.split(PATIENTS, CELL))
    cases = [Case("outcomes of one block and of several", whole == in_parts)]
    for first, cut, end in ((0, 9, 12), (CHUNK - 3, CHUNK - 1, CHUNK + 3)):
        together, late = (simulated(subject.study, range(n, end)) for n in (first, cut))
        for name, arm in together.items():
            others = logs.selected(arm.log, arm.log.patient >= cut - first)
            shifted = others._replace(patient=others.patient - (cut - first))
            what = f"patients {cut} to {end - 1} in {name}"
            cases.append(Case(what, logs.same(shifted, late[name].log)))
    return exact("ways to divide the cohort into blocks", cases)


def workers(subject: Subject) -> Verdict:
    """One, two and more processes give the same sums, to the last bit."""
    work = functools.partial(blocks.do, work_of(subject.study))
    pieces = [*sizes.split(PATIENTS, CELL)]
    numbers = sorted({1, 2, min(max(available(), 3), PIECES)})
    sums = {n: _in_bytes(block.sums for block in in_order(work, pieces, n)) for n in numbers}
    cases = [Case(f"{n} workers", sums[n] == sums[1]) for n in numbers]
    return exact("numbers of workers", cases, ", ".join(map(str, numbers)))


def _in_bytes(tables: Iterable[SumTable]) -> tuple[object, ...]:
    """The sums over all blocks, comparable to the last bit."""
    sums = added(tables)
    return (*sums.labels, *(part.tobytes() for part in (sums.own, sums.paired, sums.signed)))
