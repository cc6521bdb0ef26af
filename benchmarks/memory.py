"""Where the memory of a run that keeps outcomes is: libraries, the compiled engine, blocks."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from benchmarks.page import Table, Target, number
from benchmarks.sizes import Sizes
from benchmarks.workload import ROOT

FLAT, MOST = 1.1, 300.0
"""What was meant to be reached: memory of the largest run in times that of one a tenth as large,
and in MB, at most."""

NOTE = """\
The most memory of fresh processes (`VmHWM` of Linux). The first lines load one thing after another:
the command line reads and checks the scenario, the compiled engine is LLVM with the code of the
loop, and pandas, which loads pyarrow, has the tables of outcomes. Runs are `mastosim run --keep
outcomes` with the batch engine and one worker. Beyond the libraries they have one block of patients
and what is computed from it. That goes back to the system before the tables are made, which need
pandas. Nothing of it grows with the patients; a block whose patients break more bones than random
numbers were prepared for takes more, and is met sooner or later."""

LOADED = {
    "Python, numpy, modules of a run": "import numpy",
    "command line, scenario read": (
        "import sim.cli.main, sim.scenario; sim.scenario.load('scenarios/laroche2011.yaml')"
    ),
    "compiled engine": "from sim.simulation import compiled_loop; compiled_loop.loop()",
    "pandas and pyarrow": "import pandas",
}
TELL = """
import sys
from benchmarks.child import most_memory
{}
print(most_memory() or 0, file=sys.stderr)
"""
RUN = """
import sys
from importlib import import_module
main = import_module("sim.cli.main").main
sys.argv = ["mastosim", *sys.argv[1:]]
main()
"""


def by_part(sizes: Sizes) -> Table:
    """Memory after each library, and of whole runs by their patients."""
    steps = [*LOADED.values()]
    loaded = [_most(TELL.format("\n".join(steps[: n + 1]))) for n in range(len(steps))]
    runs = {patients: _run(patients) for patients in sizes.memory}
    rows = [
        [what, number(most / 1e6), number((most - before) / 1e6)]
        for what, most, before in zip(LOADED, loaded, [0, *loaded], strict=False)
    ]
    rows += [
        [f"run of {patients:,} patients", number(most / 1e6), number((most - loaded[-1]) / 1e6)]
        for patients, most in runs.items()
    ]
    *_, fewer, largest = runs.values()
    what = f"run of {max(runs):,} patients from the command line: memory"
    targets = [
        Target(f"{what} in times that of {sorted(runs)[-2]:,}", "at most", FLAT, largest / fewer),
        Target(f"{what} in MB", "at most", MOST, largest / 1e6),
    ]
    columns = ["what", "MB at most", "more than the line above; of runs, than the libraries"]
    return Table("Where is the memory of a run?", columns, rows, NOTE, targets)


def _run(patients: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", "laroche2011", "--keep", "outcomes", "--engine", "batch", "--workers", "1"]
        asked = [*words, "--patients", str(patients), "--quiet", "--out", folder]
        return _most(TELL.format(RUN), *asked)


def _most(program: str, *words: str) -> int:
    """The most memory of a process in bytes, which is the last line that it writes."""
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stderr.splitlines()[-1])
