"""The workload of all measurements: virtual patients through every arm, by the batch engine.

The steps of `sim.experiments.blocks.do`, which simulates a block and reduces it, each to be had
alone.
"""

from __future__ import annotations

from pathlib import Path

from sim import outcomes
from sim.experiments import runs
from sim.experiments.blocks import Work
from sim.outcomes import ArmKey, ArmRecords, SumTable
from sim.scenario import Study, load
from sim.simulation import batch_engine, lowering
from sim.simulation.records import Inputs, Log
from sim.simulation.simulate import inputs_of, names_of, simulate_arms

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "laroche2011.yaml"
"""The base case of today."""

FROZEN = ROOT / "benchmarks" / "base-case-0.2.0.yaml"
"""The base case of version 0.2.0, which never changes."""


def study(*settings: str, scenario: Path = FROZEN) -> Study:
    """The published study, two arms over five years; with settings laid over it."""
    return load(scenario, settings)


def work_on(study: Study) -> Work:
    """What is done with a block where only outcomes are wanted, as a run asks for it."""
    return Work([study], "batch", runs.differences_from_comparator(study))


def drawn(study: Study, patients: int) -> list[Inputs]:
    """Inputs of each arm, drawn now."""
    return [*inputs_of(lowering.protocol(study.scenario), range(patients)).values()]


def followed(study: Study, patients: int) -> tuple[list[Inputs], list[Log]]:
    """Inputs of each arm, with random numbers enough for every fracture, and the logs."""
    arms = simulate_arms(lowering.protocol(study.scenario), range(patients), "batch")
    return [inputs for inputs, _ in arms.values()], [log for _, log in arms.values()]


def simulated(inputs: list[Inputs]) -> list[Log]:
    """The log of each arm."""
    return [batch_engine.simulate(arm) for arm in inputs]


def records(study: Study, inputs: list[Inputs], logs: list[Log]) -> dict[ArmKey, ArmRecords]:
    """The records of the patients of each arm, from the logs."""
    names = names_of(study)
    arms = zip(study.scenario.arms, inputs, logs, strict=True)
    return {(0, arm): outcomes.arm_records(given, log, names) for arm, given, log in arms}


def summed(work: Work, records: dict[ArmKey, ArmRecords]) -> SumTable:
    """The sums over all patients from which the outcomes are computed."""
    plan = outcomes.analysis_plan(work.studies[0])
    lines = [line for arm in records for line in outcomes.lines_of(arm, records[arm], plan)]
    lines += outcomes.alive_in_every_arm(lines)
    return outcomes.compared(lines, work.contrasts)


def reduced(work: Work, inputs: list[Inputs]) -> SumTable:
    """Every arm of a block simulated and reduced to sums; each log is dropped before the next."""
    (study,) = work.studies
    names, by_arm = names_of(study), {}
    for arm, given in zip(study.scenario.arms, inputs, strict=True):
        by_arm[0, arm] = outcomes.arm_records(given, batch_engine.simulate(given), names)
    return summed(work, by_arm)
