"""Some patients of a study in every arm: their inputs and the log of what happened."""

from __future__ import annotations

from collections.abc import Collection

from sim import evidence
from sim.scenario import Mistake, ScenarioError, Study
from sim.simulation import batch_engine, lowering, simpy_engine
from sim.simulation.records import Inputs, Log, Names, OutOfDraws
from sim.vocabulary import Engine

MOST_FRACTURES = 4096
"""Fractures per patient and site for which random numbers are prepared at most."""


def simulate_arms(
    study: Study, patients: range, engine: Engine, arms: Collection[str] | None = None
) -> dict[str, tuple[Inputs, Log]]:
    """Every arm of one block, or some; where fractures outrun the random numbers, again with more.

    Random numbers have addresses, so the second attempt repeats the first and goes on.
    """
    follow = {"simpy": simpy_engine.simulate, "batch": batch_engine.simulate}[engine]
    fractures = lowering.FRACTURES_PREPARED
    life_table = evidence.life_table(study.scenario.mortality.life_table)
    first, count = patients.start, len(patients)
    while True:
        lowered = lowering.lower(study.scenario, life_table, first, count, fractures)
        try:
            return {
                arm: (inputs, follow(inputs))
                for arm, inputs in lowered.items()
                if arms is None or arm in arms
            }
        except OutOfDraws:
            if fractures >= MOST_FRACTURES:
                message = (
                    f"a patient has more than {fractures} fractures at one site; lower the rates"
                )
                raise ScenarioError([Mistake("fractures", message)]) from None
            fractures *= 4


def names_of(study: Study) -> Names:
    """What the slots of a study's therapies and reactions are called."""
    return Names(tuple(study.scenario.therapies), lowering.reaction_names(study.scenario))
