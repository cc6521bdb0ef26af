"""Work in pieces on one core, several, or a cluster, its results in the order of the pieces."""

from __future__ import annotations

import errno
import functools
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, TypeVar

from sim.workers import cluster

Piece = TypeVar("Piece")
Done = TypeVar("Done")

AHEAD = 2
"""Pieces a worker that are under way or done and not yet asked for; what waits takes memory."""

TRIES = 3
"""A piece whose worker dies so often would kill the next one too."""


Workers = int | str
"""So many processes here, or the address of the scheduler of a cluster, `tcp://...`."""


def in_order(
    do: Callable[[Piece], Done], pieces: Iterable[Piece], workers: Workers = 1
) -> Iterator[Done]:
    """What `do` makes of each piece, one after another; by so many processes if more than one.

    `do` and the pieces must be such that another process can be handed them. Work of a process
    that was killed is done again. Raises OSError where the same piece kills process after process,
    or where the scheduler of a cluster does not answer.
    """
    if workers in (0, 1):
        yield from map(do, pieces)
        return
    if isinstance(workers, str):
        with cluster.connected(workers) as (pool, cores):
            yield from _by_team(_Team(do, cores, lambda: pool), pieces)
    else:
        yield from _by_team(_Team(do, workers, functools.partial(_processes, workers)), pieces)


def _by_team(team: _Team[Piece, Done], pieces: Iterable[Piece]) -> Iterator[Done]:
    try:
        for piece in pieces:
            team.begin(piece)
            if len(team.waiting) >= AHEAD * team.workers:
                yield team.first_done()
        while team.waiting:
            yield team.first_done()
    finally:
        team.pool.shutdown(cancel_futures=True)


def available() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Team(Generic[Piece, Done]):
    """Worker processes and the pieces that were handed to them, in order."""

    def __init__(
        self, do: Callable[[Piece], Done], workers: int, start: Callable[[], Executor]
    ) -> None:
        self.do, self.workers, self.start = _Packed(do), workers, start
        self.pool = start()
        self.waiting: deque[tuple[Piece, Future[Done]]] = deque()

    def begin(self, piece: Piece) -> None:
        """Hand a piece to whoever is free next."""
        try:
            self.waiting.append((piece, self.pool.submit(self.do, piece)))
        except BrokenProcessPool:
            self._start_again()
            self.begin(piece)

    def first_done(self) -> Done:
        """Wait for the first of the pieces."""
        for _ in range(TRIES):
            try:
                done = self.waiting[0][1].result()
            except BrokenProcessPool:
                self._start_again()
            else:
                self.waiting.popleft()
                return done
        told = f"a process at work was killed {TRIES} times, perhaps for want of memory"
        raise OSError(errno.ENOMEM, told)

    def _start_again(self) -> None:
        """Other processes in place of those of which one died, which takes the others along."""
        self.pool.shutdown(cancel_futures=True)
        self.pool = self.start()
        pieces = [piece for piece, _ in self.waiting]
        self.waiting.clear()
        for piece in pieces:
            self.begin(piece)


class _Packed(Generic[Piece, Done]):
    """`do` for other processes: each unpacks it once, whatever the number of its pieces.

    So a process prepares once what its pieces share, and may keep what the next one needs too.
    """

    def __init__(self, do: Callable[[Piece], Done]) -> None:
        self.packed = pickle.dumps(do)

    def __call__(self, piece: Piece) -> Done:
        done: Done = _unpacked(self.packed)(piece)
        return done


@functools.lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Callable[..., Any]:
    do: Callable[..., Any] = pickle.loads(packed)
    return do


def _processes(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # forks inherit locks that others hold
    return ProcessPoolExecutor(workers, context, _leave_the_end_to_the_first)


def _leave_the_end_to_the_first() -> None:
    """Ctrl-C reaches every process of a terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    """A first process that is killed ends nobody: the others would wait for ever."""
    first = multiprocessing.parent_process()
    if first is not None:
        first.join()
        os._exit(1)
