"""The rules of a clinic, in days and minutes, and the order in which patients are booked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from sim.simulation.clinic.calendar import Calendar
from sim.simulation.clinic.chairs import Chairs
from sim.simulation.clinic.clinic import NO_SUPPLIES
from sim.simulation.clinic.places import Places
from sim.simulation.clinic.supply import Supply
from sim.simulation.records import NEVER, SPINE, Params, Patient, State
from sim.vocabulary import (
    EARLIEST_DUE,
    LONGEST_SINCE_LAST,
    LOWEST_T_SCORE,
    SHORTEST_INTERVAL,
    SITES,
)

ALL_DAYS = range(NEVER)

VERTEBRAL = SITES.index("vertebral")


class Minutes(NamedTuple):
    """Minutes that differ between visits, from a standard normal number.

    Attributes
    ----------
    centre, spread : float
        Mean and SD; of the logarithm if `is_log`.
    is_log : bool
        Whether the minutes are log-normal, and 1 or more.
    """

    centre: float
    spread: float
    is_log: bool = False

    def drawn(self, z: float) -> int:
        """The minutes of a visit.

        >>> Minutes(0.0, 12.0).drawn(-0.5), Minutes(math.log(60), 0.5, True).drawn(1.0)
        (-6, 99)
        """
        value = self.centre + self.spread * z
        return max(1, round(math.exp(value))) if self.is_log else round(value)


ON_TIME = Minutes(0.0, 0.0)


class Rules(NamedTuple):
    """The rules of a clinic.

    Attributes
    ----------
    calendar : Calendar
        The days on which the clinic is open.
    capacity : Places or Chairs
        What an open day has room for.
    serves : tuple of int
        Slots of the therapies that need a place.
    at_most_late : int
        Days after which a dose is skipped; `NEVER` for no limit. Under `FROM_PLAN` a dose is
        skipped as well when the next one is planned.
    order : int
        Who is booked first, as `sim.vocabulary` numbers it.
    visits : mapping of int to Minutes
        Minutes in a chair, by slot; empty for a clinic with places.
    arrival : Minutes
        Minutes between appointment and arrival.
    supplies : mapping of int to Supply
        Drugs with a stock, by slot.
    full : range
        Days on which the use of the clinic counts: everyone is enrolled and nobody has ended.
    """

    calendar: Calendar
    capacity: Places | Chairs
    serves: tuple[int, ...]
    at_most_late: int = NEVER
    order: int = EARLIEST_DUE
    visits: Mapping[int, Minutes] = {}
    arrival: Minutes = ON_TIME
    supplies: Mapping[int, Supply] = NO_SUPPLIES
    full: range = ALL_DAYS


def severity(state: State, patient: Patient) -> tuple[float, float]:
    """Who is more severe has a lower one: more vertebral fractures so far, then a lower T-score.

    Parameters
    ----------
    state, patient
        State of a patient, and the facts at entry.

    Returns
    -------
    tuple of float
        Vertebral fractures until today below 0, and the T-score of the spine at entry.
    """
    return -float(patient.vertebral_fractures + state.fractures[VERTEBRAL]), _spine_t(patient)


def _spine_t(patient: Patient) -> float:
    """T-score of the spine at entry."""
    below = patient.bmd[SPINE] - patient.reference_mean[SPINE]
    return float(below / patient.reference_sd[SPINE])


def rank(
    order: int, therapy: int, k: int, last_given: int, patient: Patient, params: Params
) -> float:
    """Who has the lower rank is booked first.

    Parameters
    ----------
    order : int
        Order of booking, as `sim.vocabulary` numbers it.
    therapy, k : int
        Slot of the therapy, and number of the planned dose, from 0.
    last_given : int
        Day of the clinic of the last dose; below 0 before the first one.
    patient, params
        The patient, and the parameters of the arm.

    Returns
    -------
    float
        0 for all under `EARLIEST_DUE`; the day of the last dose, the days between this planned dose
        and the next, or the T-score of the spine at entry.
    """
    if order == LONGEST_SINCE_LAST:
        return float(last_given)
    if order == SHORTEST_INTERVAL:
        planned = params.plan_days[therapy]
        return float(planned[min(k + 1, len(planned) - 1)] - planned[k])
    if order == LOWEST_T_SCORE:
        return _spine_t(patient)
    return 0.0
