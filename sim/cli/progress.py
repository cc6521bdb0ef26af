"""Progress: a bar with the time left on a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sim.cli.terminal import say
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
) -> Iterator[Progress | None]:
    """A function that shows progress during work; None where progress is not wanted.

    `what` is counted. `is_compiled_meanwhile` says that nobody waits for the compiler.
    """
    if engine == "batch" and not quiet:
        _say_if_compiling(is_compiled_meanwhile)
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(what) as progress:
            yield progress
    else:
        yield _lines(what, tells_time=not is_compiled_meanwhile)


def _say_if_compiling(meanwhile: bool) -> None:
    from sim.simulation import compiled_loop

    if not compiled_loop.is_ready():
        answers = "; SimPy follows the first patients meanwhile" if meanwhile else ""
        say(f"Compiling the model: once, about 12 seconds{answers}", to_stderr=True)


@contextmanager
def _bar(what: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    done = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    left = (TimeRemainingColumn(), TextColumn("left"))
    with Bar(*done, *left, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(what: str, tells_time: bool) -> Progress:
    """Lines of text. The time left is that of the work since the first report.

    Before this, libraries are loaded, the model is compiled and workers start: all of this happens
    once, and a short part of the work would be forecast to take many times as long. Where another
    engine takes over, which is faster, no line has a time left.
    """
    began = last = time.monotonic()
    first: tuple[float, int] | None = None

    def tell(done: int, total: int) -> None:
        nonlocal first, last
        now = time.monotonic()
        if first is None:
            first = now, done
        is_first = first[1] == done
        since, before = (began, 0) if is_first else first
        wait = SECONDS_BETWEEN_LINES if is_first or last > began else SECONDS_BEFORE_A_LINE
        if now - max(last, since) >= wait:
            last = now
            seconds = (now - since) / (done - before) * (total - done)
            left = f", about {seconds:.0f} s left" if tells_time else ""
            say(f"{done} of {total} {what}{left}", to_stderr=True)

    return tell
