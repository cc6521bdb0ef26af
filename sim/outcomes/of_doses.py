"""What is derived of the doses of a clinic: half doses, and days behind the plan."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.outcomes.rows import Rows
from sim.simulation.records import Inputs, Names
from sim.vocabulary import OWED, Event

Events = Mapping[tuple[str, str], Rows]


def of_doses(inputs: Inputs, events: Events, names: Names) -> dict[tuple[str, str], Rows]:
    """Derive what the log does not say of the doses of a clinic.

    Parameters
    ----------
    inputs
        Inputs of an arm.
    events
        Its events, by event and subject.
    names
        Names of the therapies.

    Returns
    -------
    dict
        Half doses with their mg, for drugs of which they may be given; and under `next: owed` each
        dose with its days behind the plan. No rows for other therapies.
    """
    params, found = inputs.params, dict[tuple[str, str], Rows]()
    for slot, therapy in enumerate(names.therapies):
        if (Event.WAITED, therapy) not in events:
            continue
        if params["may_halve"][slot]:
            found[Event.HALF_DOSE, therapy] = _halved(inputs, events[Event.INFUSION, therapy], slot)
        if params["next_dose"] == OWED:
            found[Event.BEHIND, therapy] = _behind(inputs, events, therapy, slot)
    return found


def _halved(inputs: Inputs, given: Rows, slot: int) -> Rows:
    """The doses that were less than the whole one of the patient."""
    is_half = given.value < inputs.patients["dose"][given.patient, slot]
    return Rows(given.patient[is_half], given.day[is_half], given.value[is_half])


def _behind(inputs: Inputs, events: Events, therapy: str, slot: int) -> Rows:
    """Days from the planned day of each dose that was given to the day on which it was given.

    The plan begins with the follow-up; of a therapy that follows another, or a fracture, with the
    day on which the first dose was asked for.
    """
    params = inputs.params
    given, missed = events[Event.INFUSION, therapy], events[Event.MISSED_INFUSION, therapy]
    patient, day = (np.concatenate([given[i], missed[i]]) for i in (0, 1))
    is_given = np.arange(len(patient)) < len(given.patient)
    order = np.lexsort((day, patient))
    patient, day, is_given = patient[order], day[order], is_given[order]
    first = np.flatnonzero(np.diff(patient, prepend=-1))
    number = np.arange(len(patient)) - np.repeat(first, np.diff([*first, len(patient)]))
    plan = params["plan_days"][slot]
    begun = np.zeros(len(inputs.patients), np.int64)
    if params["follows"][slot] >= 0 or params["starts_on"][slot]:
        begun[patient[first]] = day[first] - plan[0]
        waits = events[Event.WAITED, therapy]
        for who, when, waited in zip(*waits, strict=True):
            if when == begun[who] + plan[0]:
                begun[who] -= int(waited)
    late = day - begun[patient] - plan[number]
    return Rows(patient[is_given], day[is_given], late[is_given].astype(float))
