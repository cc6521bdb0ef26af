"""The patients of one arm, clinic by clinic."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from sim.scenario.form.study import Scenario
from sim.simulation.clinic.by_chance import outside_of
from sim.simulation.clinic.engine import simulate
from sim.simulation.clinic.lowered import enrolled, rules_of
from sim.simulation.clinic.rules import Rules
from sim.simulation.records import Inputs, Log


def whole_clinics(scenario: Scenario, patients: range) -> range:
    """Return the patients of every clinic in which one of some patients is.

    >>> from sim.scenario import load
    >>> whole_clinics(load("scenarios/clinic-nine-places.yaml").scenario, range(250, 260))
    range(200, 400)
    """
    each = scenario.together
    return range(patients.start // each * each, -(-patients.stop // each) * each)


def follow(scenario: Scenario, inputs: Inputs) -> Log:
    """Follow whole clinics of patients, one clinic after another.

    Parameters
    ----------
    scenario : Scenario
        A scenario with a clinic.
    inputs : Inputs
        Parameters of one arm, and the patients of its clinics with their random numbers.

    Returns
    -------
    Log
        One row per event, by patient, then in order of time.

    Raises
    ------
    OutOfDraws
        If a patient has more fractures than random numbers were prepared for.
    """
    rules = rules_of(scenario)
    logs = []
    for first, of_clinic in _clinics(scenario.together, inputs):
        with _no_search_for_garbage():
            log = _log(scenario, rules, of_clinic)
        logs.append(log._replace(patient=log.patient + first))
    patient, day, kind = (
        np.concatenate([getattr(log, name) for log in logs]) for name in ("patient", "day", "kind")
    )
    return Log(patient, day, kind, np.concatenate([log.value for log in logs]))


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Keep Python from searching for objects that refer to each other and are of no use any more.

    A clinic keeps hundreds of thousands of objects to its end, and leaves none behind. The search
    goes through all of them again and again, which takes a fifth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def only(inputs: Inputs, log: Log, inside: range) -> tuple[Inputs, Log]:
    """Return the inputs and the log of some patients, by their positions."""
    rows = (log.patient >= inside.start) & (log.patient < inside.stop)
    cut = slice(inside.start, inside.stop)
    own = Log(log.patient[rows] - inside.start, log.day[rows], log.kind[rows], log.value[rows])
    return inputs._replace(patients=inputs.patients[cut], draws=inputs.draws[cut]), own


def _log(scenario: Scenario, rules: Rules, of_clinic: Inputs) -> Log:
    """The log of the patients of one clinic."""
    days, outside = enrolled(scenario, of_clinic), outside_of(scenario, of_clinic)
    return simulate(of_clinic, rules, days, outside)[0]


def _clinics(each: int, inputs: Inputs) -> Iterator[tuple[int, Inputs]]:
    """Position of the first patient of each clinic, and the inputs of its patients."""
    for first in range(0, len(inputs.patients), each):
        cut = slice(first, first + each)
        yield first, inputs._replace(patients=inputs.patients[cut], draws=inputs.draws[cut])
