"""The workload in blocks: patients through every arm by the batch engine, each log dropped.

As a program, `python -m benchmarks.blocks PATIENTS` does so once and prints the most memory that
the process had, in bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim import cohort, engine_batch, evidence
from sim.draws import CHUNK
from sim.scenario import Scenario, load
from sim.schema import Inputs, Log, OutOfDraws

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "laroche2011.yaml"


def scenario(*settings: str) -> Scenario:
    """The scenario of all measurements: two arms, five years; with settings laid over it."""
    return load(SCENARIO, settings).scenario


def lowered(
    study: Scenario, first: int, count: int, fractures: int = cohort.FRACTURES_PREPARED
) -> list[Inputs]:
    """Inputs of each arm for `count` patients from number `first` on."""
    life_table = evidence.life_table(study.mortality.life_table)
    return [*cohort.lower(study, life_table, first, count, fractures).values()]


def simulated(inputs: list[Inputs]) -> list[Log]:
    """The log of each arm by the batch engine."""
    return [engine_batch.simulate(arm) for arm in inputs]


def sufficient(study: Scenario, first: int, count: int) -> tuple[list[Inputs], list[Log]]:
    """Inputs with random numbers enough for every fracture, and their logs."""
    fractures = cohort.FRACTURES_PREPARED
    while True:
        inputs = lowered(study, first, count, fractures)
        try:
            return inputs, simulated(inputs)
        except OutOfDraws:
            fractures *= 4


def follow(study: Scenario, patients: int) -> None:
    """All patients in blocks; nothing is kept of a block when the next one begins."""
    for first in range(0, patients, CHUNK):
        sufficient(study, first, min(CHUNK, patients - first))


def most_memory() -> int | None:
    """The most memory that this process had so far, in bytes; None where it is not told."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return 1024 * int(peak)


if __name__ == "__main__":
    follow(scenario(), int(sys.argv[1]))
    print(most_memory() or "")
