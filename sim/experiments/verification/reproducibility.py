"""The machinery around the model: engines, workers and blocks give the same bytes."""

from __future__ import annotations

import functools

from sim import outcomes
from sim.experiments import blocks, runs
from sim.experiments.blocks import Work
from sim.experiments.verification.subject import Subject, same
from sim.experiments.verification.verdict import Verdict, exact
from sim.outcomes import CELL, Tally
from sim.simulation import batch_engine, simpy_engine
from sim.simulation.records import Log
from sim.simulation.simulate import simulate_arms
from sim.workers.pieces import available, in_order

PIECES = 4


def engines(subject: Subject) -> Verdict:
    """SimPy, the reference, and the compiled loop write the same logs, bit for bit."""
    wrong, events = [], 0
    for changes in ((), (subject.strain,)):
        for arm, (inputs, log) in subject.lives(subject.fewest, *changes).items():
            if not same(simpy_engine.simulate(inputs), log):
                wrong.append(arm)
            events += len(log.day)
    told = exact(wrong, 2 * len(subject.scenario.arms), "arms by two engines")
    return told._replace(evidence=f"{told.evidence}, {events} events of {subject.fewest} patients")


def sizes_of_blocks(subject: Subject) -> Verdict:
    """Patients simulated in blocks of any size are the same patients, with the same outcomes."""
    work, patients = _work(subject), range((PIECES - 1) * CELL + 17)
    whole = _tally([blocks.do(work, patients).tally])
    in_parts = _tally(blocks.do(work, part).tally for part in runs.split(patients, CELL))
    wrong = [] if _same(whole, in_parts) else ["outcomes of one block and of several"]
    late = batch_engine.simulate(
        simulate_arms(subject.study, range(9, 12), "batch")[_arm(subject)][0]
    )
    early = subject.lives(12)[_arm(subject)][1]
    shifted = early._replace(patient=early.patient - 9)
    wrong += [] if same(late, _from(shifted)) else ["patients 9 to 11 alone and among others"]
    return exact(wrong, 2, "ways to cut the cohort into blocks")


def workers(subject: Subject) -> Verdict:
    """One process, two, and more give the same sums, byte for byte."""
    work = _work(subject)
    pieces = runs.split(range((PIECES - 1) * CELL + 17), CELL)
    numbers = sorted({1, 2, min(max(available(), 3), PIECES)})
    found = {}
    for number in numbers:
        done = in_order(functools.partial(blocks.do, work), pieces, number)
        found[number] = _tally(block.tally for block in done)
    wrong = [f"{number} workers" for number in numbers if not _same(found[1], found[number])]
    told = exact(wrong, len(numbers), "numbers of workers")
    return told._replace(evidence=f"{told.evidence}: {', '.join(map(str, numbers))} workers")


def _work(subject: Subject) -> Work:
    arms = list(subject.scenario.arms)
    against = {(0, arm): (0, arms[-1]) for arm in arms[:-1]}
    return Work([subject.study], "batch", against, False)


_tally = outcomes.added


def _same(one: Tally, other: Tally) -> bool:
    bytes_of = [
        (tally.labels, tally.own.tobytes(), tally.paired.tobytes()) for tally in (one, other)
    ]
    return bytes_of[0] == bytes_of[1]


def _arm(subject: Subject) -> str:
    return next(iter(subject.scenario.arms))


def _from(log: Log) -> Log:
    """The rows of patients from number 0 on."""
    return Log._make(column[log.patient >= 0] for column in log)
