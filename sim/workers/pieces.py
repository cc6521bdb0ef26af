"""Work in pieces on one core, several cores or a cluster, with results in order."""

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
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from sim.errors import RequestError
from sim.workers import cluster
from sim.workers.cluster import Cluster
from sim.workers.threads import by_threads

Piece = TypeVar("Piece")
Done = TypeVar("Done")

AHEAD = 2
"""Pieces per worker that may be in work or finished and not yet taken. More would cost memory."""

TRIES = 3
"""Attempts at a piece whose worker dies each time."""

UNGUARDED = 78
"""Exit code of a process that runs a script which starts processes wherever it runs."""

NO_GUARD = (
    "each worker process runs the script again; put what the script does under "
    "`if __name__ == '__main__':`, or ask for workers=1"
)

Workers = int | str | Cluster
"""Number of workers on this machine, or the address of a scheduler, `tcp://HOST:PORT`."""


def in_order(
    do: Callable[[Piece], Done],
    pieces: Iterable[Piece],
    workers: Workers = 1,
    in_threads: bool = False,
) -> Iterator[Done]:
    """Apply a function to every piece, in parallel, and yield the results in order.

    If a process is killed, the other processes repeat its pieces.

    Parameters
    ----------
    do : callable
        Function of one piece. Unless threads call the function, the function and the pieces must be
        picklable.
    pieces : iterable
        The pieces; taken only as fast as the workers need them.
    workers : int, str or Cluster
        Number of workers, or the address of a scheduler. 0 and 1 work in this thread.
    in_threads : bool
        Whether workers of this machine are threads of this process, and not processes: faster where
        the function leaves the interpreter free for most of its time.

    Yields
    ------
    object
        Result of each piece, in the order of the pieces.

    Raises
    ------
    OSError
        If a piece kills its process `TRIES` times, or if the scheduler does not answer.
    RequestError
        For a number of workers below 0, or a script without the guard of its main module.

    References
    ----------
    docs/architecture.md, section "Blocks, sums and workers".

    Examples
    --------
    >>> list(in_order(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    if workers in (0, 1):
        yield from map(do, pieces)
        return
    if isinstance(workers, int) and workers < 0:
        raise RequestError(f"{workers} workers are asked for; allowed: 0 or more")
    if not isinstance(workers, int):
        with cluster.connected(workers) as (pool, cores):
            yield from _by_team(_Team(do, cores, lambda: pool), pieces)
    elif in_threads:
        yield from by_threads(do, pieces, workers, AHEAD * workers)
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
    """Count the cores that this process may use.

    Returns
    -------
    int
        Number of cores, at least 1.

    Examples
    --------
    >>> available() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Team(Generic[Piece, Done]):
    """Worker processes, and the pieces that were sent to them, in order."""

    def __init__(
        self, do: Callable[[Piece], Done], workers: int, start: Callable[[], Executor]
    ) -> None:
        self.do = functools.partial(_do_packed, pickle.dumps(do))
        self.workers, self.start = workers, start
        self.pool = start()
        self.waiting: deque[tuple[Piece, Future[Done]]] = deque()
        self.processes: set[BaseProcess] = set()

    def begin(self, piece: Piece) -> None:
        """Send a piece to the next free worker."""
        try:
            self.waiting.append((piece, self.pool.submit(self.do, piece)))
            self.processes.update(multiprocessing.active_children())
        except BrokenProcessPool:
            self._start_again()
            self.begin(piece)

    def first_done(self) -> Done:
        """Wait for the first piece and return its result."""
        for _ in range(TRIES):
            try:
                done = self.waiting[0][1].result()
            except BrokenProcessPool:
                self._start_again()
            else:
                self.waiting.popleft()
                return done
        message = f"a worker process was killed {TRIES} times, perhaps for lack of memory"
        raise OSError(errno.ENOMEM, message)

    def _start_again(self) -> None:
        """Start new processes and send all waiting pieces again: one death ends the whole pool."""
        self.pool.shutdown(cancel_futures=True)
        if any(process.exitcode == UNGUARDED for process in self.processes):
            raise RequestError(NO_GUARD) from None
        self.processes.clear()
        self.pool = self.start()
        pieces = [piece for piece, _ in self.waiting]
        self.waiting.clear()
        for piece in pieces:
            self.begin(piece)


def _do_packed(packed: bytes, piece: Any) -> Any:
    return _unpacked(packed)(piece)


@functools.lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Callable[..., Any]:
    """A function that a process unpickles once: all its pieces share what the function caches."""
    do: Callable[..., Any] = pickle.loads(packed)
    return do


def _processes(workers: int) -> ProcessPoolExecutor:
    if hasattr(multiprocessing.current_process(), "_inheriting"):
        os._exit(UNGUARDED)  # this is a worker that has begun to run the script
    context = multiprocessing.get_context("spawn")  # a fork would inherit locks that others hold
    return ProcessPoolExecutor(workers, context, _follow_main_process)


def _follow_main_process() -> None:
    """Leave Ctrl-C, which the terminal sends to all processes, to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_main_process, daemon=True).start()


def _end_with_main_process() -> None:
    """End this worker when the main process ends. A killed main process cannot end its workers."""
    main = multiprocessing.parent_process()
    if main is not None:
        main.join()
        os._exit(1)
