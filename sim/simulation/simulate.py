"""Some patients of a study in every arm: their inputs and the log of what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from sim.scenario import Mistake, ScenarioError, Study
from sim.simulation import batch_engine, clinic, lowering, simpy_engine
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.lowering import Protocol
from sim.simulation.records import Inputs, Log, Names, OutOfDraws
from sim.vocabulary import Engine

NEEDS_SIMPY = (
    "the batch engine follows each patient alone, and here patients wait for each other: take "
    '--engine simpy (engine="simpy")'
)

Read = TypeVar("Read")

MOST_FRACTURES = 4096
"""Fractures per patient and site for which random numbers are prepared at most. The limits of the
hazard, `lowering.fractures.MOST_EXPECTED`, are ten standard deviations below it."""


def simulate_arms(
    protocol: Protocol,
    patients: range,
    engine: Engine,
    arms: Collection[str] | None = None,
    columns: Columns = DRAWN_ANEW,
) -> dict[str, tuple[Inputs, Log]]:
    """Follow patients in every arm of a study, or in some arms.

    If a patient has more fractures than random numbers were prepared for, all are followed again
    with twice as many. Random numbers have addresses, so the second attempt repeats the first.

    Parameters
    ----------
    protocol : Protocol
        Values that all patients share, from `lowering.protocol`.
    patients : range
        Numbers of the patients.
    engine : "simpy" or "batch"
        SimPy as the clock, or the compiled loop. The logs are equal to the last bit.
    arms : collection of str, optional
        Names of the arms to follow; all arms if None.
    columns : Columns
        Source of random numbers, which may keep columns for the next use.

    Returns
    -------
    dict
        Inputs and log of each arm by name, in the order of the study.

    Raises
    ------
    ScenarioError
        If a patient has more than `MOST_FRACTURES` fractures at one site.

    References
    ----------
    docs/architecture.md, sections "One patient" and "Random numbers".

    Examples
    --------
    >>> from sim.scenario import load
    >>> protocol = lowering.protocol(load("scenarios/laroche2011.yaml").scenario)
    >>> arms = simulate_arms(protocol, range(2), "simpy")
    >>> {arm: sorted(set(log.patient.tolist())) for arm, (inputs, log) in arms.items()}
    {'combination': [0, 1], 'pamidronate': [0, 1]}
    """
    return read_arms(protocol, patients, engine, _as_they_are, arms, columns)


def read_arms(
    protocol: Protocol,
    patients: range,
    engine: Engine,
    read: Callable[[Inputs, Log], Read],
    arms: Collection[str] | None = None,
    columns: Columns = DRAWN_ANEW,
) -> dict[str, Read]:
    """Follow patients arm by arm, and keep of each arm what is read from its log.

    The log of an arm, which takes most of the memory, is dropped before the next arm is followed:
    nothing here holds the log but the call that reads from it.

    Parameters
    ----------
    protocol, patients, engine, arms, columns
        As of `simulate_arms`.
    read : callable
        Function of the inputs and the log of an arm.

    Returns
    -------
    dict
        What was read of each arm by name, in the order of the study.

    Raises
    ------
    ScenarioError
        As `simulate_arms`.
    """
    follow = _in_clinics if protocol.scenario.clinic is not None else _each_alone
    while True:
        try:
            return dict(follow(protocol, patients, engine, read, arms, columns))
        except OutOfDraws:
            protocol = _with_more_fractures(protocol)


def _as_they_are(inputs: Inputs, log: Log) -> tuple[Inputs, Log]:
    return inputs, log


def _each_alone(
    protocol: Protocol, patients: range, engine: Engine, read: Callable[[Inputs, Log], Read],
    arms: Collection[str] | None, columns: Columns,
) -> Iterator[tuple[str, Read]]:  # fmt: skip
    """Follow patients who do not meet, and read the log of each arm."""
    follow = {"simpy": simpy_engine.simulate, "batch": batch_engine.simulate}[engine]
    for arm, inputs in inputs_of(protocol, patients, columns).items():
        if arms is None or arm in arms:
            yield arm, read(inputs, follow(inputs))


def _in_clinics(
    protocol: Protocol, patients: range, engine: Engine, read: Callable[[Inputs, Log], Read],
    arms: Collection[str] | None, columns: Columns,
) -> Iterator[tuple[str, Read]]:  # fmt: skip
    """Follow all patients of their clinics, and read the logs of those who were asked for."""
    if engine != "simpy":
        raise ScenarioError([Mistake("clinic", NEEDS_SIMPY)])
    scenario = protocol.scenario
    whole = clinic.whole_clinics(scenario, patients)
    inside = range(patients.start - whole.start, patients.stop - whole.start)
    for arm, inputs in inputs_of(protocol, whole, columns).items():
        if arms is None or arm in arms:
            yield arm, read(*clinic.only(inputs, clinic.follow(scenario, inputs), inside))


def inputs_of(
    protocol: Protocol, patients: range, columns: Columns = DRAWN_ANEW
) -> dict[str, Inputs]:
    """Put together the inputs of an engine for every arm.

    Parameters
    ----------
    protocol : Protocol
        Values that all patients share, from `lowering.protocol`.
    patients : range
        Numbers of the patients.
    columns : Columns
        Source of random numbers, which may keep columns for the next use.

    Returns
    -------
    dict
        Inputs of each arm by name: the same patients and random numbers in every arm.
    """
    people = lowering.patients(protocol.scenario, patients, columns)
    numbers = lowering.numbers(protocol.needs, protocol.scenario.seed, patients, columns)
    return {arm: Inputs(params, people, numbers) for arm, params in protocol.arms.items()}


def _with_more_fractures(protocol: Protocol) -> Protocol:
    if protocol.fractures >= MOST_FRACTURES:
        message = (
            f"a patient has more than {protocol.fractures} fractures at one site; lower "
            "fractures.base_rate, the gradients, or the ratios and factors of fracture rates, or "
            "shorten the horizon"
        )
        raise ScenarioError([Mistake("fractures.base_rate", message)])
    return lowering.protocol(protocol.scenario, min(2 * protocol.fractures, MOST_FRACTURES))


def protocol_of(study: Study) -> Protocol:
    """Compute the values that all patients of a study share.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    Protocol
        As of `lowering.protocol`.

    Raises
    ------
    ScenarioError
        For what no engine can follow, with file and line.
    """
    with placing(study):
        return lowering.protocol(study.scenario)


@contextmanager
def placing(study: Study) -> Iterator[None]:
    """Give the mistakes of a study that no engine can follow their file and line."""
    try:
        yield
    except ScenarioError as error:
        raise ScenarioError([_placed(mistake, study) for mistake in error.mistakes]) from None


def _placed(mistake: Mistake, study: Study) -> Mistake:
    """A mistake with the position of the first number at its path or below."""
    marks = (n.mark for n in study.numbers if _is_within(n.path, mistake.path))
    return replace(mistake, mark=mistake.mark or next(marks, None))


def _is_within(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))


def names_of(study: Study) -> Names:
    """Name the slots of the therapies and reactions of a study.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    Names
        Names of therapies and reactions, in the order of their slots.
    """
    return Names(tuple(study.scenario.therapies), lowering.reaction_names(study.scenario))
