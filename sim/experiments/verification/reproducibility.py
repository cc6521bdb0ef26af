"""The same results from either engine, any block size, and any number of worker processes."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from sim.experiments import blocks, runs
from sim.experiments.verification.logs import same, selected
from sim.experiments.verification.subject import Subject, simulated, sums_of, work_of
from sim.experiments.verification.verdict import Case, Verdict, exact
from sim.outcomes import CELL, SumTable, added
from sim.simulation import simpy_engine
from sim.simulation.draws import CHUNK
from sim.workers.pieces import available, in_order

PIECES = 4
PATIENTS = range((PIECES - 1) * CELL + 17)
"""Several cells of patients, the last one incomplete."""


def engines(subject: Subject) -> Verdict:
    """SimPy and the compiled loop write identical logs, to the last bit."""
    cases, events = [], 0
    for changes in ({}, subject.strain):
        for arm in subject.arms(subject.fewest, changes).values():
            cases.append(Case(arm.name, same(simpy_engine.simulate(arm.inputs), arm.log)))
            events += len(arm.log.day)
    return exact("arms by two engines", cases, f"{events} events of {subject.fewest} patients")


def block_sizes(subject: Subject) -> Verdict:
    """Patients have the same events and outcomes in blocks of any size."""
    whole = _in_bytes([sums_of(subject.study, PATIENTS)])
    in_parts = _in_bytes(sums_of(subject.study, p) for p in runs.split(PATIENTS, CELL))
    cases = [Case("outcomes of one block and of several", whole == in_parts)]
    for first, cut, end in ((0, 9, 12), (CHUNK - 3, CHUNK - 1, CHUNK + 3)):
        together, late = (simulated(subject.study, range(n, end)) for n in (first, cut))
        for name, arm in together.items():
            others = selected(arm.log, arm.log.patient >= cut - first)
            shifted = others._replace(patient=others.patient - (cut - first))
            what = f"patients {cut} to {end - 1} in {name}"
            cases.append(Case(what, same(shifted, late[name].log)))
    return exact("ways to divide the cohort into blocks", cases)


def workers(subject: Subject) -> Verdict:
    """One, two and more processes give the same sums, to the last bit."""
    work, pieces = functools.partial(blocks.do, work_of(subject.study)), runs.split(PATIENTS, CELL)
    numbers = sorted({1, 2, min(max(available(), 3), PIECES)})
    sums = {n: _in_bytes(block.sums for block in in_order(work, pieces, n)) for n in numbers}
    cases = [Case(f"{n} workers", sums[n] == sums[1]) for n in numbers]
    return exact("numbers of workers", cases, ", ".join(map(str, numbers)))


def _in_bytes(tables: Iterable[SumTable]) -> tuple[object, ...]:
    """The sums over all blocks, comparable to the last bit."""
    sums = added(tables)
    return (*sums.labels, *(part.tobytes() for part in (sums.own, sums.paired, sums.signed)))
