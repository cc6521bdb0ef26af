"""A process that does one sweep.

Called as `python -m benchmarks.sweep_child DRAWS PATIENTS WORKERS ENGINE KEPT [fresh]`, with the
bytes of random numbers that may be kept, and `fresh` for other patients at each draw. The sweep is
the probabilistic analysis of the base case, into a folder that is dropped afterwards. Printed are
its seconds, the share of them spent simulating and the CPU seconds until the last block was written
(of one worker), and the most memory.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.child import most_memory
from benchmarks.workload import ROOT
from sim.experiments import sweeps
from sim.experiments.sweeps import running
from sim.simulation import batch_engine, lowering, simpy_engine, simulate
from sim.simulation.simulate import simulate_arms

SWEEP = ROOT / "scenarios" / "sweeps" / "base-case-psa.yaml"


def main() -> None:
    """Do the sweep that the command line asks for."""
    draws, patients, workers = map(int, sys.argv[1:4])
    study = sweeps.load_sweep(SWEEP, 10, 1).varied[0].study
    simulate_arms(lowering.protocol(study.scenario), range(10), "batch")
    helpers: list[int | None] = []

    def look(done: int, total: int) -> None:
        if done == total:
            helpers.extend(most_memory(child.pid) for child in multiprocessing.active_children())

    with tempfile.TemporaryDirectory() as root:
        engine: Any = sys.argv[4]
        vars(running)["KEPT"] = int(sys.argv[5])
        simulating = _timed(simulate, "inputs_of", time.perf_counter)
        following = _timed({"batch": batch_engine, "simpy": simpy_engine}[engine], "simulate",
                           time.perf_counter)  # fmt: skip
        to_blocks = _timed(running, "simulate", time.process_time)
        begun = time.perf_counter()
        sweep = sweeps.load_sweep(SWEEP, patients, draws)
        if "fresh" in sys.argv:
            sweep = sweep._replace(varied=[one._replace(fresh=True) for one in sweep.varied])
        swept = sweeps.run(sweep, Path(root), engine, workers, look)
        seconds = time.perf_counter() - begun
        written = sum(path.stat().st_size for path in Path(root).rglob("*") if path.is_file())
    memory = [size for size in (most_memory(), *helpers) if size is not None]
    found = {
        "points": sum(len(one.points) for one in swept.sweep.varied),
        "seconds": seconds,
        "share": (sum(simulating) + sum(following)) / seconds,
        "cpu": sum(to_blocks),
        "memory": sum(memory) or None,
        "bytes": written,
    }
    print(json.dumps(found))


def _timed(module: Any, name: str, clock: Callable[[], float]) -> list[float]:
    """The seconds of every call of a function from now on."""
    done: Callable[..., Any] = getattr(module, name)
    times: list[float] = []

    def timed(*given: Any, **named: Any) -> Any:
        begun = clock()
        try:
            return done(*given, **named)
        finally:
            times.append(clock() - begun)

    setattr(module, name, timed)
    return times


if __name__ == "__main__":
    main()
