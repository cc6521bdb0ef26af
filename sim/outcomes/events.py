"""The log of an engine read once: what each kind of event is called, and what it concerns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.simulation import records
from sim.simulation.records import Inputs, Log, Names
from sim.vocabulary import SITES, Event

MISSED = records.KINDS
"""Code of a missed infusion of the first therapy; the other codes are the kinds of the log."""

CODES = records.KINDS + records.THERAPIES


class Meaning(NamedTuple):
    """An event and its subject: the therapy, the reaction, or the site of the fracture.

    `can_happen` is False for an event of a therapy that the arm does not have.
    """

    event: Event
    subject: str
    can_happen: bool


def codes(log: Log) -> npt.NDArray[np.uint8]:
    """Give missed infusions a code of their own.

    The log has one kind for infusions that a patient received or missed; their dose tells them
    apart.

    Parameters
    ----------
    log
        Log of one arm.

    Returns
    -------
    numpy.ndarray of uint8, shape (rows of the log,)
        The kind of each row, or `MISSED` plus the slot of the therapy.
    """
    kinds = log.kind.astype(np.uint8)  # a sort of few values takes one pass over them
    is_infusion = (kinds >= records.INFUSION) & (kinds < records.INFUSION + records.THERAPIES)
    kinds[is_infusion & (log.value == 0)] += np.uint8(MISSED - records.INFUSION)
    return kinds


def meanings(inputs: Inputs, names: Names) -> dict[int, Meaning]:
    """Name the events of one arm by their code, in the order of the codes.

    Parameters
    ----------
    inputs
        Inputs of the arm, which say whether a therapy is infused and whether the arm has it.
    names
        Names of the therapies and reactions, from `sim.simulation.simulate.names_of`.

    Returns
    -------
    dict
        For each code of an event its meaning. Measurements and reviews are not among them.
    """
    params, meaning = inputs.params, {}
    for slot, therapy in enumerate(names.therapies):
        in_arm, infused = bool(params["in_arm"][slot]), bool(params["is_infusion"][slot])
        plan = Event.SCHEDULE_ENDED if infused else Event.COURSE
        is_course = in_arm and not infused
        meaning[records.PLAN + slot] = Meaning(plan, therapy, in_arm)
        meaning[records.INTOLERANCE + slot] = Meaning(Event.INTOLERANCE, therapy, is_course)
        meaning[records.INFUSION + slot] = Meaning(Event.INFUSION, therapy, in_arm and infused)
        meaning[MISSED + slot] = Meaning(Event.MISSED_INFUSION, therapy, in_arm and infused)
    for slot, reaction in enumerate(names.reactions):
        in_arm = bool(params["in_arm"][params["reaction_therapy"][slot]])
        meaning[records.REACTION + slot] = Meaning(Event.REACTION, reaction, in_arm)
    for slot, site in enumerate(SITES):
        meaning[records.FRACTURE + slot] = Meaning(Event.FRACTURE, site, True)
    meaning[records.DEATH] = Meaning(Event.DEATH, "", True)
    meaning[records.END] = Meaning(Event.END, "", True)
    return dict(sorted(meaning.items()))
