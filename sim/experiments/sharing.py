"""How the pieces of a computation are shared between workers: by threads or by processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sim.simulation import compiled_loop, lives
from sim.vocabulary import Engine
from sim.workers.pieces import Workers, in_order

Piece = TypeVar("Piece")
Done = TypeVar("Done")


def shared(
    do: Callable[[Piece], Done], pieces: Iterable[Piece], engine: Engine, workers: Workers = 1
) -> Iterator[Done]:
    """Simulate pieces one after another, or by several workers at a time; results are in order.

    Parameters
    ----------
    do, pieces, workers
        As of `sim.workers.pieces.in_order`.
    engine : "simpy" or "batch"
        The engine that the pieces are simulated with, which decides what workers are.

    Returns
    -------
    iterator
        Result of each piece, in the order of the pieces.
    """
    several = isinstance(workers, int) and workers > 1
    return in_order(do, pieces, workers, in_threads=several and are_threads(engine))


def are_threads(engine: Engine) -> bool:
    """Whether workers are threads, because the loop over patients leaves the interpreter free.

    The loop is compiled here, before threads share it. SimPy holds the interpreter, as does the
    batch engine where it is not compiled: their workers are processes.
    """
    return engine == "batch" and compiled_loop.loop() is not lives.follow_plainly
