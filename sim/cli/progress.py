"""Progress: a bar with the time left on a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sim.cli.terminal import say
from sim.cli.time_left import TimeLeft
from sim.experiments.endings import PRINTED_ONLY, Ending
from sim.vocabulary import Progress

SECONDS_BETWEEN_LINES = 30.0

SECONDS_BEFORE_A_LINE = 2.0
"""Seconds after which work is worth a line."""


@contextmanager
def watching(
    quiet: bool,
    engine: str = "simpy",
    what: str = "patient courses",
    is_compiled_meanwhile: bool = False,
    ending: Ending = PRINTED_ONLY,
) -> Iterator[Progress | None]:
    """A function that shows progress during work; None where progress is not wanted.

    `what` is counted. `is_compiled_meanwhile` says that nobody waits for the compiler. `ending` is
    what follows the counted work.
    """
    if engine == "batch" and not quiet:
        _say_if_compiling(is_compiled_meanwhile)
    left = TimeLeft(ending, _is_compiled if is_compiled_meanwhile else lambda: True)
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(what, left) as progress:
            yield progress
    else:
        yield _lines(what, left)


def _is_compiled() -> bool:
    from sim.simulation import compiled_loop

    return compiled_loop.is_ready()


def _say_if_compiling(meanwhile: bool) -> None:
    if not _is_compiled():
        answers = "; SimPy follows the first patients meanwhile" if meanwhile else ""
        say(f"Compiling the model: once, about 12 seconds{answers}", to_stderr=True)


@contextmanager
def _bar(what: str, left: TimeLeft) -> Iterator[Progress]:
    """A bar, whose time left goes on to be told during the ending."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    done = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    time_left = TextColumn("{task.fields[left]}")
    with Bar(*done, time_left, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, left=left)

        def tell(done: int, total: int) -> None:
            left.tell(done, total)
            bar.update(task, completed=done, total=total)

        yield tell


def _lines(what: str, left: TimeLeft) -> Progress:
    """Lines of text, the first after two seconds, or half a minute where that is one piece."""
    began = last = time.monotonic()
    first: tuple[float, int] | None = None

    def tell(done: int, total: int) -> None:
        nonlocal first, last
        left.tell(done, total)
        now = time.monotonic()
        first = first or (now, done)
        is_first = first[1] == done
        since = began if is_first else first[0]
        wait = SECONDS_BETWEEN_LINES if is_first or last > began else SECONDS_BEFORE_A_LINE
        if now - max(last, since) >= wait:
            last = now
            told = f", {left}" if str(left) else ""
            say(f"{done} of {total} {what}{told}", to_stderr=True)

    return tell
