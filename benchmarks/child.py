"""A process that does whole runs: `python -m benchmarks.child WORKERS PATIENTS [PATIENTS ...]`.

Each run is of outcomes only, by the batch engine, whose workers are threads. With several numbers
of workers, as in `1,2`, each cohort is followed by each of them in turn. Of each run it prints a
line: the seconds it took, and the most memory of this process so far, in bytes.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path

from benchmarks import workload
from sim.experiments import runs


def main() -> None:
    """Do the runs that the command line asks for, one after another."""
    numbers, *cohorts = sys.argv[1:]
    for patients, workers in itertools.product(cohorts, numbers.split(",")):
        print(json.dumps(whole_run(int(patients), int(workers))))


def whole_run(patients: int, workers: int) -> tuple[float, int | None]:
    """A run from the scenario to its outcomes: its seconds, and the most memory so far."""
    study = workload.study(f"cohort.patients={patients}")
    begun = time.perf_counter()
    runs.run(study, engine="batch", workers=workers, outcomes_only=True)
    return time.perf_counter() - begun, most_memory()


def most_memory(process: int | None = None) -> int | None:
    """The most memory that a process, or this one, had so far in bytes; None where untold."""
    try:
        lines = Path(f"/proc/{process or 'self'}/status").read_text().splitlines()
    except OSError:
        return None
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return 1024 * int(peak)


if __name__ == "__main__":
    main()
