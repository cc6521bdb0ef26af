"""Some patients of a study in every arm: their inputs and the log of what happened to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

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
    with four times as many. Random numbers have addresses, so the second attempt repeats the first.

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
    follow = _in_clinics if protocol.scenario.clinic is not None else _each_alone
    while True:
        try:
            return follow(protocol, patients, engine, arms, columns)
        except OutOfDraws:
            protocol = _with_more_fractures(protocol)


def _each_alone(
    protocol: Protocol, patients: range, engine: Engine, arms: Collection[str] | None,
    columns: Columns,
) -> dict[str, tuple[Inputs, Log]]:  # fmt: skip
    """Follow patients who do not meet."""
    follow = {"simpy": simpy_engine.simulate, "batch": batch_engine.simulate}[engine]
    return {
        arm: (inputs, follow(inputs))
        for arm, inputs in inputs_of(protocol, patients, columns).items()
        if arms is None or arm in arms
    }


def _in_clinics(
    protocol: Protocol, patients: range, engine: Engine, arms: Collection[str] | None,
    columns: Columns,
) -> dict[str, tuple[Inputs, Log]]:  # fmt: skip
    """Follow all patients of their clinics, and return those who were asked for."""
    if engine != "simpy":
        raise ScenarioError([Mistake("clinic", NEEDS_SIMPY)])
    scenario = protocol.scenario
    whole = clinic.whole_clinics(scenario, patients)
    inside = range(patients.start - whole.start, patients.stop - whole.start)
    return {
        arm: clinic.only(inputs, clinic.follow(scenario, inputs), inside)
        for arm, inputs in inputs_of(protocol, whole, columns).items()
        if arms is None or arm in arms
    }


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
    return lowering.protocol(protocol.scenario, min(4 * protocol.fractures, MOST_FRACTURES))


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
