"""All patients of a study, block by block, and which engine follows them.

On a new computer the batch engine must be compiled first. SimPy then follows the first patients of
a large run, while another process compiles: the first numbers are there after seconds, and the
batch engine follows the rest as soon as its code is there. The sums are the same to the last bit.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial

from sim.experiments import blocks, sizes
from sim.experiments.engine import SECONDS
from sim.experiments.forecast import forecast
from sim.experiments.sharing import shared
from sim.scenario import Study
from sim.simulation import compiled_loop
from sim.simulation.compiling import in_another_process
from sim.vocabulary import Engine, Progress
from sim.workers import memory
from sim.workers.pieces import available

THREADS_A_TURN = 2
"""Threads of which one at a time draws random numbers or reduces a block, which takes half of the
time of a block. Measured with two; with more cores as many may do so as half of the threads."""


def in_blocks(
    work: blocks.Work,
    progress: Progress | None = None,
    workers: int | None = 1,
    first: int = 0,
    size: int | None = None,
    are_alike: bool = False,
) -> Generator[blocks.Block]:
    """Simulate the patients of the first study from number `first`, in every arm of all studies.

    Parameters
    ----------
    work : Work
        What every block simulates.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    workers : int, optional
        Number of workers; as many as save time if None.
    first : int
        Number of the first patient.
    size : int, optional
        Patients of a block; as many as `sizes.block_of` says if None.
    are_alike : bool
        Whether no block but the last may be smaller. Otherwise those are smaller that are followed
        while the batch engine is compiled.

    Yields
    ------
    Block
        The blocks in the order of their patients.
    """
    size = sizes.whole(size or sizes.block_of(work.engine), work.together)
    patients = range(first, work.studies[0].scenario.cohort.patients)
    if workers is None:
        workers = sizes.workers_for(patients.stop, work.engine)
    work = replace(work, turns=threading.Semaphore(max(1, workers // THREADS_A_TURN)))
    arms = sum(len(study.scenario.arms) for study in work.studies)
    made = _of_one_size if are_alike else _smaller_at_first
    with memory.kept_for_blocks():
        for block in made(work, patients, size, workers):
            if progress is not None:
                progress(arms * (block.patients.stop - first), arms * len(patients))
            yield block


def _of_one_size(
    work: blocks.Work, patients: range, size: int, workers: int
) -> Iterator[blocks.Block]:
    return shared(partial(blocks.do, work), sizes.split(patients, size), work.engine, workers)


def _smaller_at_first(
    work: blocks.Work, patients: range, size: int, workers: int
) -> Iterator[blocks.Block]:
    at = patients.start
    if is_compiled_meanwhile(work.studies, work.engine, first=at):
        for block in _while_compiling(work, patients):
            at = block.patients.stop
            yield block
    pieces = sizes.split_from(at, patients, size)
    yield from shared(partial(blocks.do, work), pieces, work.engine, workers)


def is_compiled_meanwhile(studies: Sequence[Study], engine: Engine, first: int = 0) -> bool:
    """Whether SimPy follows the first patients while another process compiles the batch engine.

    Parameters
    ----------
    studies : sequence of Study
        Studies with the same number of patients.
    engine : Engine
        The engine that was asked for, or chosen.
    first : int
        Number of patients that need not be simulated.

    Returns
    -------
    bool
        False if the code is there. False if SimPy would have followed all patients before the code
        is there. False on a single core: the compiler would share it with SimPy, and take twice as
        long.
    """
    if engine != "batch" or available() < 2 or compiled_loop.is_ready():
        return False
    return forecast(studies, "simpy", first=first).seconds > SECONDS


def _while_compiling(work: blocks.Work, patients: range) -> Iterator[blocks.Block]:
    """Small blocks by SimPy, until the compiled code is there or no patient is left."""
    by_simpy = replace(work, engine="simpy")
    with in_another_process() as is_at_work:
        for some in sizes.split(patients, sizes.BLOCK["simpy"]):
            if not is_at_work():
                return
            yield blocks.do(by_simpy, some)
