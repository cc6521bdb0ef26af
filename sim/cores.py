"""Work in pieces on one core or several, its results in the order of the pieces."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")

AHEAD = 2
"""Pieces a worker that are under way or done and not yet asked for; what waits takes memory."""

TRIES = 3
"""A piece whose worker dies so often would kill the next one too."""


def in_order(
    do: Callable[[Piece], Done], pieces: Iterable[Piece], workers: int = 1
) -> Iterator[Done]:
    """What `do` makes of each piece, one after another; by so many processes if more than one.

    `do` and the pieces must be such that another process can be handed them. Work of a process
    that was killed is done again. Raises OSError where the same piece kills process after process.
    """
    if workers <= 1:
        yield from map(do, pieces)
        return
    team = _Team(do, workers)
    try:
        for piece in pieces:
            team.begin(piece)
            if len(team.waiting) >= AHEAD * workers:
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

    def __init__(self, do: Callable[[Piece], Done], workers: int) -> None:
        self.do, self.workers = do, workers
        self.pool = self._started()
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
        self.pool = self._started()
        pieces = [piece for piece, _ in self.waiting]
        self.waiting.clear()
        for piece in pieces:
            self.begin(piece)

    def _started(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # forks inherit locks that others hold
        return ProcessPoolExecutor(self.workers, context, _leave_interrupts_to_the_first)


def _leave_interrupts_to_the_first() -> None:
    """Ctrl-C reaches every process of a terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
