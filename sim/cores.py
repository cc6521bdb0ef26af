"""Work in pieces on one core or several, its results in the order of the pieces."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")

AHEAD = 2
"""Pieces a worker that are under way or done and not yet asked for; what waits takes memory."""


def in_order(
    do: Callable[[Piece], Done], pieces: Iterable[Piece], workers: int = 1
) -> Iterator[Done]:
    """What `do` makes of each piece, one after another; by so many processes if more than one.

    `do` and the pieces must be such that another process can be handed them.
    """
    if workers <= 1:
        yield from map(do, pieces)
        return
    context = multiprocessing.get_context("spawn")  # what forks inherits locks that others hold
    pool = ProcessPoolExecutor(workers, context, initializer=_leave_interrupts_to_the_first)
    waiting: deque[Future[Done]] = deque()
    try:
        for piece in pieces:
            waiting.append(pool.submit(do, piece))
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def available() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _leave_interrupts_to_the_first() -> None:
    """Ctrl-C reaches every process of a terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
