"""Work in pieces by threads of this process, for functions that leave the interpreter free."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")


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
    try:
        for piece in pieces:
            waiting.append(pool.submit(do, piece))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
