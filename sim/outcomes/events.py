"""The log of an engine read once: what each kind of event is called, and what it concerns."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.simulation import records
from sim.simulation.lowering.fractures import NO_RATE
from sim.simulation.records import Inputs, Log, Names
from sim.vocabulary import SITES, Event

MISSED = records.WASTED + records.THERAPIES
"""Code of a missed infusion of the first therapy; the other codes are the kinds of the log."""

LOST = MISSED + records.THERAPIES
"""Code of an end of follow-up by loss."""

CODES = LOST + 1


class Meaning(NamedTuple):
    """An event and its subject: the therapy, the reaction, or the site of the fracture.

    `can_happen` is False for an event of a therapy that the arm does not have. `most` is the number
    of times that it can happen to one patient: 0 where its probability is 0.
    """

    event: Event
    subject: str
    can_happen: bool
    most: float = math.inf


def codes(log: Log) -> npt.NDArray[np.uint8]:
    """Give missed infusions, and patients who are lost, a code of their own.

    The log has one kind for infusions that a patient received or missed, and one for every end of
    follow-up but death; their value tells them apart.

    Parameters
    ----------
    log
        Log of one arm.

    Returns
    -------
    numpy.ndarray of uint8, shape (rows of the log,)
        The kind of each row, or `MISSED` plus the slot of the therapy, or `LOST`.
    """
    kinds = log.kind.astype(np.uint8)  # a sort of few values takes one pass over them
    is_infusion = (kinds >= records.INFUSION) & (kinds < records.INFUSION + records.THERAPIES)
    kinds[is_infusion & (log.value <= 0)] += np.uint8(MISSED - records.INFUSION)
    kinds[(kinds == records.END) & (log.value == 1)] = LOST
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
        is_course, is_infusion = in_arm and not infused, in_arm and infused
        planned, given = _planned(params, slot), params["given"][slot]
        stops = math.inf if params["family"][slot] != records.NO_INTOLERANCE else 0.0
        is_served = bool(params["served"][slot])
        received = planned if given > 0 else 0.0
        missed = planned if given < 1 or is_served else 0.0
        meaning[records.PLAN + slot] = Meaning(plan, therapy, in_arm)
        meaning[records.INTOLERANCE + slot] = Meaning(Event.INTOLERANCE, therapy, is_course, stops)
        meaning[records.INFUSION + slot] = Meaning(Event.INFUSION, therapy, is_infusion, received)
        meaning[MISSED + slot] = Meaning(Event.MISSED_INFUSION, therapy, is_infusion, missed)
        if in_arm and is_served:
            meaning |= _of_clinic(params, slot, therapy, planned)
    for slot, reaction in enumerate(names.reactions):
        of = params["reaction_therapy"][slot]
        often = max(params["reaction_first"][slot], params["reaction_later"][slot]) > 0
        in_arm, most = bool(params["in_arm"][of]), _planned(params, of) if often else 0.0
        meaning[records.REACTION + slot] = Meaning(Event.REACTION, reaction, in_arm, most)
    for slot, site in enumerate(SITES):
        most = _fractures(params, slot)
        meaning[records.FRACTURE + slot] = Meaning(Event.FRACTURE, site, True, most)
    meaning[records.DEATH] = Meaning(Event.DEATH, "", True, _deaths(params))
    meaning[records.END] = Meaning(Event.END, "", True)
    meaning[LOST] = Meaning(Event.LOST, "", bool(params["loss_hazard"] > 0))
    return dict(sorted(meaning.items()))


def _of_clinic(
    params: npt.NDArray[np.void], slot: int, therapy: str, planned: float
) -> dict[int, Meaning]:
    """What a clinic says of the doses of a therapy, as far as it can happen there."""
    in_chairs = bool(params["has_chairs"])
    can_happen = {
        Event.WAITED: True,
        Event.ROOM: in_chairs,
        Event.TAKEN: bool(params["room"] > 0),
        Event.OVERTIME: in_chairs,
        Event.SENT_HOME: bool(params["sends_home"]),
        Event.NO_DRUG: bool(params["has_stock"][slot]),
        Event.WASTED: bool(params["has_stock"][slot]),
    }
    return {
        kind + slot: Meaning(event, therapy, can, planned)
        for kind, (event, can) in zip(records.OF_CLINICS, can_happen.items(), strict=True)
    }


def _planned(params: npt.NDArray[np.void], slot: int) -> float:
    """Infusions of a therapy that the plan has room for until the end of follow-up."""
    return float((params["plan_days"][slot] <= params["horizon"]).sum())


def _fractures(params: npt.NDArray[np.void], slot: int) -> float:
    return math.inf if params["log_base"][slot] > NO_RATE else 0.0


def _deaths(params: npt.NDArray[np.void]) -> float:
    """1 where patients can die: of other causes, or of a fracture that can happen."""
    fatal = any(
        _fractures(params, slot) and params["case_fatality"][slot] for slot in range(len(SITES))
    )
    others = params["mortality_ratio"] > 0 and params["death_hazard"].any()
    return 1.0 if fatal or others else 0.0
