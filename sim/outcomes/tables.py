"""The logs of a block as tidy tables: one row per patient, event or measured value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.outcomes.entry import at_entry
from sim.outcomes.events import CODES, codes, meanings
from sim.simulation.records import DEATH, MEASURE, NEVER, Inputs, Log, Names
from sim.vocabulary import BONES, QUANTITIES, SITES

if TYPE_CHECKING:
    import pandas as pd

CAUSES = ("background", *SITES)
"""Causes of death in the order of their codes in the log."""


class Tables(NamedTuple):
    """The tables of a run.

    Attributes
    ----------
    patients : pandas.DataFrame
        One row per patient: patient (number, from 0), sex, age_years, weight_kg,
        vertebral_fractures (before entry).
    events : pandas.DataFrame
        One row per event: arm, patient, day (since enrolment), event, what, value. `event` is one
        of `sim.vocabulary.Event`; an injection is an infusion, and a schedule ends as an event
        where another therapy waits for that. `what` is the therapy, the reaction, the fracture site
        or the cause of death. `value` is the dose (mg), the new action of a course, 1 for a
        reaction that ended the course, or the running number of a fracture.
    measurements : pandas.DataFrame
        One row per measured value: arm, patient, day, quantity (with its unit in the name), value.
        T-scores are those that the densitometer prints.
    latent : pandas.DataFrame
        One row per patient: true values at entry, which no trial can observe.
    """

    patients: pd.DataFrame
    events: pd.DataFrame
    measurements: pd.DataFrame
    latent: pd.DataFrame


Columns = dict[str, Any]


def _of_arm(arm: str, inputs: Inputs, log: Log, names: Names, first: int) -> Tables:
    """The tables of one arm of a block whose first patient has number `first`."""
    import pandas as pd

    measured = log.kind < MEASURE + len(QUANTITIES)
    patient = {"patient": np.arange(first, first + len(inputs.patients))}
    return Tables(
        pd.DataFrame({**patient, **at_entry(inputs)}),
        pd.DataFrame({"arm": arm, **_events(inputs, log, ~measured, names, first)}),
        pd.DataFrame({"arm": arm, **_measurements(inputs, log, measured, first)}),
        pd.DataFrame({**patient, **_latent(inputs)}),
    )


def of_block(arms: Mapping[str, tuple[Inputs, Log]], names: Names, first: int = 0) -> Tables:
    """Make the tables of a block of patients.

    Parameters
    ----------
    arms
        Inputs and log of each arm.
    names
        Names of the therapies and reactions, from `sim.simulation.simulate.names_of`.
    first
        Number of the first patient.

    Returns
    -------
    Tables
        Rows by patient, then by arm, then by day; patients are the same in all arms and stand there
        once.

    Examples
    --------
    >>> from sim.scenario import load
    >>> from sim.simulation import lowering
    >>> from sim.simulation.simulate import names_of, simulate_arms
    >>> study = load("scenarios/laroche2011.yaml")
    >>> arms = simulate_arms(lowering.protocol(study.scenario), range(2), "simpy")
    >>> [*of_block(arms, names_of(study)).events["event"].unique()][:2]
    ['course', 'infusion']
    """
    import pandas as pd

    parts = [_of_arm(arm, inputs, log, names, first) for arm, (inputs, log) in arms.items()]
    patients, _, _, latent = parts[0]
    events, measurements = (
        pd.concat(part, ignore_index=True).sort_values("patient", kind="stable", ignore_index=True)
        for part in list(zip(*parts, strict=True))[1:3]
    )
    return Tables(patients, events, measurements, latent)


def join(parts: Sequence[Tables]) -> Tables:
    """Join the tables of blocks, in the order of their patients."""
    import pandas as pd

    return Tables(*(pd.concat(part, ignore_index=True) for part in zip(*parts, strict=True)))


def _latent(inputs: Inputs) -> Columns:
    people, columns = inputs.patients, {}
    for i, bone in enumerate(BONES):
        mean, sd = people["reference_mean"][:, i], people["reference_sd"][:, i]
        columns[f"{bone}_t"] = (people["bmd"][:, i] - mean) / sd
        columns[QUANTITIES[i]] = people["bmd"][:, i]
    for slot in range(len(BONES), len(QUANTITIES)):
        if inputs.params["visit_days"][slot][0] != NEVER:
            columns[QUANTITIES[slot]] = people["marker"][:, slot - len(BONES)]
    return columns


def _events(inputs: Inputs, log: Log, rows: np.ndarray, names: Names, first: int) -> Columns:
    names_of_events, subjects = (np.full(CODES, "", dtype=object) for _ in range(2))
    for at, meaning in meanings(inputs, names).items():
        names_of_events[at], subjects[at] = meaning.event.value, meaning.subject
    code, value = codes(log)[rows], log.value[rows]
    died, subject = code == DEATH, subjects[code]
    subject[died] = np.array(CAUSES, dtype=object)[value[died].astype(int)]
    return {
        "patient": log.patient[rows] + first,
        "day": log.day[rows],
        "event": names_of_events[code].astype(str),
        "what": subject.astype(str),
        "value": np.where(died, np.nan, value),
    }


def _measurements(inputs: Inputs, log: Log, rows: np.ndarray, first: int) -> Columns:
    patient, day = log.patient[rows], log.day[rows]
    slot, value = log.kind[rows] - MEASURE, log.value[rows]
    parts = [(patient, day, np.array(QUANTITIES, dtype=object)[slot], value)]
    for bone, name in enumerate(BONES):
        at = slot == bone
        mean = inputs.patients["reference_mean"][patient[at], bone]
        sd = inputs.patients["reference_sd"][patient[at], bone]
        quantity = np.full(at.sum(), f"{name}_t", dtype=object)
        parts.append((patient[at], day[at], quantity, (value[at] - mean) / sd))
    who, when, quantity, measured = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((when, who))
    return {
        "patient": who[order] + first,
        "day": when[order],
        "quantity": quantity[order].astype(str),
        "value": measured[order],
    }
