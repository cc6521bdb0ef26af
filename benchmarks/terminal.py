"""A command in a terminal of its own, and the time left that its bar tells."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.workload import ROOT

LEFT = re.compile(rb"about ([\d.,]+) (s|min|hours) left")
SECONDS = {b"s": 1.0, b"min": 60.0, b"hours": 3600.0}
CODES = re.compile(rb"\x1b\[[\d;?]*[A-Za-z]")
"""What moves the cursor and colours the text."""


class Told(NamedTuple):
    """Seconds since the start of a command, and seconds that it said were left."""

    at: float
    left: float


class Course(NamedTuple):
    """What a command told of the time left, and the seconds that it took."""

    told: list[Told]
    seconds: float

    def forecast(self, since: float) -> float | None:
        """The first forecast from a time on, in times of the true seconds; None where none is."""
        first = next((told for told in self.told if told.at >= since), None)
        return None if first is None else (first.at + first.left) / self.seconds


def watched(words: Sequence[str]) -> Course:
    """Run a command of mastosim in a terminal. Raises RuntimeError where it fails."""
    import pty  # Linux and macOS have it

    main, terminal = pty.openpty()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *words], cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=terminal, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(terminal)
    told, last = [], b""
    for text in _read(main):
        last = CODES.sub(b"", text)
        at = time.monotonic() - began
        told += [Told(at, _seconds(*found)) for found in LEFT.findall(last)]
    os.close(main)
    if process.wait():
        raise RuntimeError(f"mastosim {' '.join(words)}: {last.decode(errors='replace')}")
    return Course(told, time.monotonic() - began)


def _read(terminal: int) -> Iterator[bytes]:
    """What is written to a terminal, until the last program that has it ends."""
    while True:
        try:
            text = os.read(terminal, 65536)
        except OSError:  # Linux says so at the end
            return
        if not text:
            return
        yield text


def _seconds(count: bytes, unit: bytes) -> float:
    return float(count.replace(b",", b"")) * SECONDS[unit]
