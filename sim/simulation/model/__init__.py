"""The model: how one patient starts, which event comes next, and how the patient reacts.

The model has no clock, makes no random numbers and reads no files. Five values describe a patient:

- `state`: the quantities that change (`records.STATE`);
- `due`: the day on which each kind of event is next due, one slot per kind (`records.NEVER` if none
  is planned);
- `patient`: the facts that do not change (`records.PATIENT`);
- `params`: the parameters of the arm (`records.PARAMS`);
- `draws`: the patient's random numbers, one row.

An engine repeats four steps: it asks for the next kind of event, waits for the day, calls `react`,
and logs the returned value. The functions use scalars and `math` alone. Numba can therefore compile
them, and Python can run the same source.
"""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.bone import HIGHEST_BMD, LOWEST_BMD
from sim.simulation.model.action import take
from sim.simulation.model.dosing import on_infusion, on_reaction
from sim.simulation.model.fracture import on_fracture, on_review
from sim.simulation.model.measuring import on_measurement
from sim.simulation.model.mortality import begin_life
from sim.simulation.model.planning import begin_therapy
from sim.simulation.model.screening import stands
from sim.simulation.model.tolerance import on_intolerance, on_plan
from sim.simulation.records import Draws, Due, Params, Patient, State
from sim.vocabulary import BONES, MARKERS, QUANTITIES, SITES

__all__ = ["next_kind", "react", "runs_out", "stands", "start"]


def start(state: State, due: Due, patient: Patient, params: Params, draws: Draws) -> None:
    """Enrol a patient on day 0: set the entry values and plan the first event of each kind.

    Parameters
    ----------
    state, due
        The patient's state and the next day of each kind of event, both filled with zeros; both are
        changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, sections "Bone", "Fractures" and "Death".
    """
    for kind in range(records.KINDS):
        due[kind] = records.NEVER
    for bone in range(len(BONES)):
        state.bmd[bone] = max(patient.bmd[bone], LOWEST_BMD)
        state.least_bmd[bone] = HIGHEST_BMD
    state.product[0] = 1.0
    state.reached_day = -1
    state.plateau_day = records.NEVER
    for row in range(records.OWN):
        state.own_plateau_day[row] = records.NEVER
    state.score_day = records.NEVER
    for quantity in range(len(QUANTITIES)):
        due[records.MEASURE + quantity] = params.visit_days[quantity][0]
    for therapy in range(records.THERAPIES):
        waits = params.follows[therapy] >= 0 or params.starts_on[therapy] > 0
        if params.in_arm[therapy] and not waits:
            begin_therapy(therapy, 0, state, due, params, draws)
    for site in range(len(SITES)):
        state.hazard_left[site] = take(draws, params, records.BREAKS, site, 0)
        state.imminent_until[site] = patient.imminent_until[site]
    due[records.REVIEW] = 0
    begin_life(state, due, patient, params, draws)
    due[records.END] = last_day(params, draws)


def last_day(params: Params, draws: Draws) -> int:
    """Last day of follow-up: that of the study, or the day on which the patient is lost.

    Parameters
    ----------
    params, draws
        The parameters of the arm and the patient's random numbers.

    Returns
    -------
    int
        Day since enrolment: the first whole day by which the hazard of loss has reached the
        patient's threshold, at most the last day of the study.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, section "Loss to follow-up".
    """
    if params.loss_hazard == 0.0:
        return params.horizon
    days = take(draws, params, records.LOST, 0, 0) / params.loss_hazard
    return max(math.ceil(min(days, float(params.horizon))), 1)


def next_kind(due: Due, params: Params) -> int:
    """Kind of the event that is due first. On one day, the kind with the lower number comes first.

    Parameters
    ----------
    due : sequence of int, length `KINDS`
        Day on which each kind of event is next due.
    params
        The parameters of the arm, with the kinds of event that the arm can have.

    Returns
    -------
    int
        Kind of event, as numbered in `sim.simulation.records`.

    References
    ----------
    docs/architecture.md, section "One patient".
    """
    first = params.kind[0]
    earliest = due[first]
    for place in range(1, params.kinds):
        kind = params.kind[place]
        if due[kind] < earliest:
            first, earliest = kind, due[kind]
    return first


def runs_out(kind: int, state: State, params: Params) -> bool:
    """Whether an event needs random numbers beyond those that were prepared.

    Only fractures can, because their number has no limit.

    Parameters
    ----------
    kind : int
        Kind of event.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    bool
        True for a fracture after which no number is left for the next fracture.
    """
    if kind < records.FRACTURE or kind >= records.FRACTURE + len(SITES):
        return False
    site = kind - records.FRACTURE
    return state.fractures[site] + 1 >= params.draws[records.BREAKS][site]


def react(
    kind: int, day: int, state: State, due: Due, patient: Patient, params: Params, draws: Draws
) -> float:
    """Carry out one event: change the state and plan what follows.

    Parameters
    ----------
    kind : int
        Kind of event.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Returns
    -------
    float
        Value to log: measured value, action of a course, dose in mg, 1 if a reaction ends the
        therapy, number of fractures at the site, cause of death, 1 for an end of follow-up by
        loss, else 0.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md. Each function that is called here names its section.
    """
    if kind < records.MEASURE + len(QUANTITIES):
        return on_measurement(kind - records.MEASURE, day, state, due, patient, params, draws)
    if kind < records.PLAN + records.THERAPIES:
        return on_plan(kind - records.PLAN, day, state, due, patient, params, draws)
    if kind < records.INTOLERANCE + records.THERAPIES:
        return on_intolerance(kind - records.INTOLERANCE, day, state, due, patient, params, draws)
    if kind < records.INFUSION + records.THERAPIES:
        return on_infusion(kind - records.INFUSION, day, state, due, patient, params, draws)
    if kind < records.REVIEW:
        return on_reaction(kind - records.REACTION, day, state, due, params, draws)
    if kind == records.REVIEW:
        return on_review(day, state, due, patient, params)
    if kind < records.FRACTURE + len(SITES):
        return on_fracture(kind - records.FRACTURE, day, state, due, patient, params, draws)
    if kind == records.DEATH:
        return float(state.death_cause)
    return 1.0 if day < params.horizon else 0.0


assert len(BONES) + len(MARKERS) == len(QUANTITIES)
