"""The time from a command to what it prints: with compiled code in the cache, and without."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.page import Table, number
from benchmarks.rounds import faster, median
from benchmarks.sizes import Sizes
from benchmarks.workload import ROOT, SCENARIO
from sim.simulation.draws import CHUNK

NUMPY = "`import numpy`"
FEW = 100
"""Patients of a first answer."""

FIRST = "First "
"""What the line begins with that has the first numbers of a run whose engine is being compiled."""

NOTE = """\
The whole life of a fresh process, Python and its libraries included. CPU seconds are those of the
process and of those that it starts, and the last column is their ratio to the CPU seconds of a
process that imports numpy, in the same round. A first answer is `mastosim run --keep outcomes`.
With an empty cache another process compiles the batch engine while SimPy follows the first
patients."""


class Spent(NamedTuple):
    """What a process took: seconds of the clock, and of the processor."""

    seconds: float
    processor: float


def beginnings(sizes: Sizes) -> Table:
    """Seconds from the start of a command to its end, and to the first numbers."""
    with tempfile.TemporaryDirectory() as folder:
        out = ("--out", folder)
        few = _run(FEW, *out)
        turns = _in_turns(
            {
                NUMPY: ("-c", "import numpy"),
                "`mastosim --help`": _mastosim("--help"),
                f"first answer, {FEW} patients": few,
                "`mastosim list`": _mastosim("list", *out),
                "`mastosim check`": _mastosim("check", str(SCENARIO)),
                "`mastosim show`": _mastosim("show", "latest", *out),
                "batch engine, 1 patient, cache filled": ("-m", "benchmarks.child", "1", "1"),
            },
            sizes.few_rounds,
        )
    rows = [_row(name, spent, turns[NUMPY]) for name, spent in turns.items()]
    if sizes.compiles:
        rows += _with_an_empty_cache(median([spent.processor for spent in turns[NUMPY]]))
    columns = ["what", "rounds", "seconds", "CPU seconds", "times numpy"]
    return Table("How long until the first result?", columns, rows, NOTE)


def _in_turns(things: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Spent]]:
    """What each process took in each round; a first round, which fills caches, is left out."""
    turns = [{name: _spent(words) for name, words in things.items()} for _ in range(rounds + 1)]
    return {name: [turn[name] for turn in turns[1:]] for name in things}


def _row(name: str, turns: Sequence[Spent], of_numpy: Sequence[Spent]) -> list[str]:
    processor, numpy = ([spent.processor for spent in one] for one in (turns, of_numpy))
    seconds = median([spent.seconds for spent in turns])
    ratio = number(faster(processor, numpy))
    return [name, str(len(turns)), number(seconds), number(median(processor)), ratio]


def _with_an_empty_cache(of_numpy: float) -> list[list[str]]:
    """Once with cache folders that hold nothing: seconds to the first numbers, and to the end."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {"XDG_CACHE_HOME": folder}
        words = _run(CHUNK, "--engine", "batch", "--out", str(Path(folder, "results")))
        begun, before = time.perf_counter(), _of_children()
        process = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env={**os.environ, **cache}, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        told = [time.perf_counter() - begun for line in process.stderr if line.startswith(FIRST)]
        process.communicate()
        whole = Spent(time.perf_counter() - begun, _of_children() - before)
    name = f"{CHUNK:,} patients, cache empty"
    first = number(told[0]) if told else "with all"
    ends = [number(whole.seconds), number(whole.processor), number(whole.processor / of_numpy)]
    return [[f"{name}: first numbers", "1", first, "", ""], [f"{name}: all", "1", *ends]]


def _spent(words: Sequence[str]) -> Spent:
    """Let a fresh Python do something once."""
    begun, before = time.perf_counter(), _of_children()
    subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=True)
    return Spent(time.perf_counter() - begun, _of_children() - before)


def _of_children() -> float:
    """CPU seconds of all processes that this one started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _mastosim(*words: str) -> tuple[str, ...]:
    return ("-m", "sim.cli", *words)


def _run(patients: int, *words: str) -> tuple[str, ...]:
    """The words of a run without tables."""
    asked = ("--patients", str(patients), "--keep", "outcomes", *words)
    return _mastosim("run", str(SCENARIO), *asked)
