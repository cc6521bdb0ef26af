"""Work in pieces by threads of this process, for functions that leave the interpreter free."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")

TURN = 0.0005
"""Seconds for which a thread keeps the interpreter while another waits for it. Numpy takes it back
after each of many short calls; with Python's 5 milliseconds two threads saved a third less."""


def by_threads(
    do: Callable[[Piece], Done], pieces: Iterable[Piece], threads: int, most: int
) -> Iterator[Done]:
    """Apply a function to every piece in several threads, and yield the results in order.

    An interrupt or an error ends the work when the pieces that are in work are done.

    Parameters
    ----------
    do : callable
        Function of one piece; several threads call the function at a time.
    pieces : iterable
        The pieces; taken only as fast as the threads need them.
    threads : int
        Number of threads.
    most : int
        Most pieces that are in work, or finished and not yet taken.

    Yields
    ------
    object
        Result of each piece, in the order of the pieces.

    Examples
    --------
    >>> list(by_threads(abs, [-1, 2, -3], threads=2, most=4))
    [1, 2, 3]
    """
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[Done]] = deque()
    with _short_turns():
        try:
            for piece in pieces:
                waiting.append(pool.submit(do, piece))
                if len(waiting) >= most:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let threads take the interpreter in short turns, for the time of a `with` block."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
