"""What only a fresh process shows: the most memory it had, and the time until it has a result."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile

from benchmarks.blocks import ROOT, SCENARIO
from benchmarks.page import Table, number
from benchmarks.rounds import median, seconds, take_turns
from benchmarks.sizes import Sizes
from sim.draws import CHUNK

BLOCKS = ("-m", "benchmarks.blocks")
HELP, CHECK = ("-m", "sim.cli", "--help"), ("-m", "sim.cli", "check", str(SCENARIO))


def memory(sizes: Sizes) -> Table:
    """The most memory of a process that follows so many patients in blocks, logs dropped."""
    rows = []
    for patients in sizes.memory:
        told = _python(*BLOCKS, str(patients)).strip()
        rows.append([f"{patients:,}", number(int(told) / 1e6) if told else "not told"])
    note = (
        f"A fresh process, both arms, blocks of {CHUNK:,}, logs dropped (`VmHWM` of Linux). One\n"
        "patient stands for Python, its libraries and the compiled engine."
    )
    return Table("How much memory does it take?", ["patients", "MB at most"], rows, note)


def beginnings(sizes: Sizes) -> Table:
    """Seconds from the start of a process to its end."""
    warm = functools.partial(_python, *BLOCKS, "1")
    times = take_turns(
        {
            "batch engine, 1 patient, cache filled": warm,
            "`mastosim --help`": functools.partial(_python, *HELP),
            "`mastosim check`": functools.partial(_python, *CHECK),
        },
        sizes.few_rounds,
    )
    if sizes.compiles:
        times = {"batch engine, 1 patient, cache empty": [_cold()], **times}
    rows = [[name, str(len(turns)), number(median(turns))] for name, turns in times.items()]
    note = "The whole life of a fresh process, Python and its libraries included."
    columns = ["what", "rounds", "seconds"]
    return Table("How long until the first result?", columns, rows, note)


def _cold() -> float:
    """Once with a cache folder that holds nothing: all is compiled."""
    with tempfile.TemporaryDirectory() as folder:
        return seconds(functools.partial(_python, *BLOCKS, "1", cache=folder))


def _python(*words: str, cache: str | None = None) -> str:
    """What a fresh Python prints; `cache` is another folder for compiled code."""
    names = {**os.environ, **({"XDG_CACHE_HOME": cache} if cache else {})}
    command = [sys.executable, *words]
    done = subprocess.run(
        command, cwd=ROOT, env=names, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout
