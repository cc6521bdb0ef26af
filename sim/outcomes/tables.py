"""The log of an engine as tidy tables, one row an event, a measurement or a patient.

| table | a row | columns |
|---|---|---|
| patients | a patient | patient, sex, age_years, weight_kg, vertebral_fractures |
| events | an event | arm, patient, day, event, what, value |
| measurements | a measured value | arm, patient, day, quantity, value |
| latent | a patient | what no trial sees: true values at entry |

`event` is infusion (or injection), missed infusion, schedule ended (where another therapy waits for
that), course, intolerance, reaction, fracture, death or end; `what` the therapy, reaction, fracture
site or cause; `value` the dose in mg, the new action of a course, 1 for a reaction that ended the
course, the running number of a fracture. Quantities carry their unit in the name; T-scores are
those that the densitometer prints with the measured density.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.outcomes.events import CODES, codes, meanings
from sim.simulation.records import DEATH, MEASURE, NEVER, Inputs, Log, Names
from sim.vocabulary import BONES, QUANTITIES, SEXES, SITES

if TYPE_CHECKING:
    import pandas as pd

CAUSES = ("background", *SITES)


class Tables(NamedTuple):
    """The data frames of a run."""

    patients: pd.DataFrame
    events: pd.DataFrame
    measurements: pd.DataFrame
    latent: pd.DataFrame


def _of_arm(arm: str, inputs: Inputs, log: Log, names: Names, first: int = 0) -> Tables:
    """The tables of one arm and one block of patients, the first of whom has number `first`."""
    measured = log.kind < MEASURE + len(QUANTITIES)
    return Tables(
        _patients(inputs, first),
        _events(arm, inputs, log, ~measured, names, first),
        _measurements(arm, inputs, log, measured, first),
        _latent(inputs, first),
    )


def of_block(arms: Mapping[str, tuple[Inputs, Log]], names: Names, first: int = 0) -> Tables:
    """The tables of a block of patients: by patient, then by arm, then in order of time.

    The first patient has number `first`; patients, the same in all arms, stand there once.
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
    """Tables of several blocks as one."""
    import pandas as pd

    return Tables(*(pd.concat(part, ignore_index=True) for part in zip(*parts, strict=True)))


def _patients(inputs: Inputs, first: int) -> pd.DataFrame:
    import pandas as pd

    people = inputs.patients
    return pd.DataFrame(
        {
            "patient": np.arange(first, first + len(people)),
            "sex": np.array(SEXES)[people["sex"]],
            "age_years": people["age"],
            "weight_kg": people["weight"],
            "vertebral_fractures": people["vertebral_fractures"],
        }
    )


def _latent(inputs: Inputs, first: int) -> pd.DataFrame:
    import pandas as pd

    people = inputs.patients
    columns = {"patient": np.arange(first, first + len(people))}
    for i, bone in enumerate(BONES):
        mean, sd = people["reference_mean"][:, i], people["reference_sd"][:, i]
        columns[f"{bone}_t"] = (people["bmd"][:, i] - mean) / sd
        columns[QUANTITIES[i]] = people["bmd"][:, i]
    for slot in range(len(BONES), len(QUANTITIES)):
        if inputs.params["visit_days"][slot][0] != NEVER:
            columns[QUANTITIES[slot]] = people["marker"][:, slot - len(BONES)]
    return pd.DataFrame(columns)


def _events(
    arm: str, inputs: Inputs, log: Log, rows: np.ndarray, names: Names, first: int
) -> pd.DataFrame:
    import pandas as pd

    names_of_events, subjects = (np.full(CODES, "", dtype=object) for _ in range(2))
    for at, meaning in meanings(inputs, names).items():
        names_of_events[at], subjects[at] = meaning.event.value, meaning.subject
    code, value = codes(log)[rows], log.value[rows]
    died, subject = code == DEATH, subjects[code]
    subject[died] = np.array(CAUSES, dtype=object)[value[died].astype(int)]
    return pd.DataFrame(
        {
            "arm": arm,
            "patient": log.patient[rows] + first,
            "day": log.day[rows],
            "event": names_of_events[code].astype(str),
            "what": subject.astype(str),
            "value": np.where(died, np.nan, value),
        }
    )


def _measurements(arm: str, inputs: Inputs, log: Log, rows: np.ndarray, first: int) -> pd.DataFrame:
    import pandas as pd

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
    return pd.DataFrame(
        {
            "arm": arm,
            "patient": who[order] + first,
            "day": when[order],
            "quantity": quantity[order].astype(str),
            "value": measured[order],
        }
    )
