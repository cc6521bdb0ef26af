"""Some patients of a study in every arm: their inputs and the log of what happened to them."""

from __future__ import annotations

from collections.abc import Collection

from sim.scenario import Mistake, ScenarioError, Study
from sim.simulation import batch_engine, lowering, simpy_engine
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.lowering import Protocol
from sim.simulation.records import Inputs, Log, Names, OutOfDraws
from sim.vocabulary import Engine

MOST_FRACTURES = 4096
"""Fractures per patient and site for which random numbers are prepared at most."""


def simulate_arms(
    protocol: Protocol,
    patients: range,
    engine: Engine,
    arms: Collection[str] | None = None,
    columns: Columns = DRAWN_ANEW,
) -> dict[str, tuple[Inputs, Log]]:
    """Follow patients in every arm of a study, or in some arms.

    A patient who has more fractures than random numbers were prepared for is followed again with
    four times as many. Random numbers have addresses, so the second attempt repeats the first.

    Parameters
    ----------
    protocol
        What all patients of the study share, from `lowering.protocol`.
    patients
        Numbers of the patients.
    engine
        SimPy as the clock, or the compiled loop; both give the same log to the bit.
    arms
        Names of the arms to follow; all where it is None.
    columns
        Columns of random numbers; those drawn before may be kept there.

    Returns
    -------
    dict
        For each arm its inputs and its log, in the order of the study.

    Raises
    ------
    ScenarioError
        Where a patient has more than `MOST_FRACTURES` fractures at one site.

    Examples
    --------
    >>> from sim.scenario import load
    >>> study = load("scenarios/laroche2011.yaml")
    >>> arms = simulate_arms(lowering.protocol(study.scenario), range(2), "simpy")
    >>> [(arm, len(inputs.patients)) for arm, (inputs, log) in arms.items()]
    [('combination', 2), ('pamidronate', 2)]
    """
    follow = {"simpy": simpy_engine.simulate, "batch": batch_engine.simulate}[engine]
    while True:
        try:
            return {
                arm: (inputs, follow(inputs))
                for arm, inputs in inputs_of(protocol, patients, columns).items()
                if arms is None or arm in arms
            }
        except OutOfDraws:
            protocol = _with_more_fractures(protocol)


def inputs_of(
    protocol: Protocol, patients: range, columns: Columns = DRAWN_ANEW
) -> dict[str, Inputs]:
    """The inputs of an engine per arm: the same patients and random numbers in every arm."""
    people = lowering.patients(protocol.scenario, patients, columns)
    numbers = lowering.numbers(protocol.needs, protocol.scenario.seed, patients, columns)
    return {arm: Inputs(params, people, numbers) for arm, params in protocol.arms.items()}


def _with_more_fractures(protocol: Protocol) -> Protocol:
    if protocol.fractures >= MOST_FRACTURES:
        message = (
            f"a patient has more than {protocol.fractures} fractures at one site; lower the rates"
        )
        raise ScenarioError([Mistake("fractures", message)])
    return lowering.protocol(protocol.scenario, 4 * protocol.fractures)


def names_of(study: Study) -> Names:
    """The names of the slots of a study's therapies and reactions."""
    return Names(tuple(study.scenario.therapies), lowering.reaction_names(study.scenario))
