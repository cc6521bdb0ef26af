"""The protocol: how one patient starts, what comes next, and how the patient reacts.

No clock, no randomness, no I/O. A patient is a `state`, a vector `due` of the day on which each
kind of event is next due, fixed facts (`patient`), the arm's `params` and the patient's own
`draws`; an engine asks for the next kind, waits for its day, lets the patient react, and logs the
value. Written with scalars and `math` alone, so that the same functions can be compiled.
"""

from __future__ import annotations

from sim.simulation.biology.bone import LOWEST_BMD
from sim.simulation.biology.mortality import death_day
from sim.simulation.model.action import Draws, Due, Params, Patient, State, take
from sim.simulation.model.dosing import on_infusion, on_reaction
from sim.simulation.model.fracture import on_fracture, on_review
from sim.simulation.model.measuring import on_measurement
from sim.simulation.model.planning import begin_therapy
from sim.simulation.model.tolerance import on_intolerance, on_plan
from sim.simulation.records import (
    BREAKS,
    DEATH,
    DIES,
    END,
    FRACTURE,
    INFUSION,
    INTOLERANCE,
    KINDS,
    MEASURE,
    NEVER,
    PLAN,
    REACTION,
    REVIEW,
    THERAPIES,
)
from sim.vocabulary import BONES, MARKERS, QUANTITIES, SITES

__all__ = ["next_kind", "react", "runs_out", "start"]


def start(state: State, due: Due, patient: Patient, params: Params, draws: Draws) -> None:
    """A patient enrols on day 0: entry values are set and the first of every event is planned.

    Fills `state` and `due`, which the engine hands over filled with zeros.
    """
    for kind in range(KINDS):
        due[kind] = NEVER
    for bone in range(len(BONES)):
        state.bmd[bone] = max(patient.bmd[bone], LOWEST_BMD)
    state.product[0] = 1.0
    state.reached_day = -1
    state.plateau_day = NEVER
    state.score_day = NEVER
    for quantity in range(len(QUANTITIES)):
        due[MEASURE + quantity] = params.visit_days[quantity][0]
    for therapy in range(THERAPIES):
        if params.in_arm[therapy] and params.follows[therapy] < 0:
            begin_therapy(therapy, 0, state, due, params, draws)
    for site in range(len(SITES)):
        state.hazard_left[site] = take(draws, params, BREAKS, site, 0)
    due[REVIEW] = 0
    hazards = params.death_hazard[patient.sex]
    threshold = take(draws, params, DIES, 0, 0)
    due[DEATH] = death_day(threshold, patient.age, hazards, params.mortality_ratio, params.horizon)
    due[END] = params.horizon


def next_kind(due: Due) -> int:
    """The kind of event that is due first; on one day the order of kinds decides."""
    first, earliest = 0, due[0]
    for kind in range(1, KINDS):
        if due[kind] < earliest:
            first, earliest = kind, due[kind]
    return first


def runs_out(kind: int, state: State, params: Params) -> bool:
    """Whether the event needs random numbers that were not prepared: only fractures can."""
    if kind < FRACTURE or kind >= FRACTURE + len(SITES):
        return False
    site = kind - FRACTURE
    return state.fractures[site] + 1 >= params.draws[BREAKS][site]


def react(
    kind: int, day: int, state: State, due: Due, patient: Patient, params: Params, draws: Draws
) -> float:
    """What the event does to the patient; returns the value to log with it."""
    if kind < MEASURE + len(QUANTITIES):
        return on_measurement(kind - MEASURE, day, state, due, patient, params, draws)
    if kind < PLAN + THERAPIES:
        return on_plan(kind - PLAN, day, state, due, patient, params, draws)
    if kind < INTOLERANCE + THERAPIES:
        return on_intolerance(kind - INTOLERANCE, day, state, due, patient, params, draws)
    if kind < INFUSION + THERAPIES:
        return on_infusion(kind - INFUSION, day, state, due, patient, params, draws)
    if kind < REVIEW:
        return on_reaction(kind - REACTION, day, state, due, params, draws)
    if kind == REVIEW:
        return on_review(day, state, due, patient, params)
    if kind < FRACTURE + len(SITES):
        return on_fracture(kind - FRACTURE, day, state, due, patient, params, draws)
    if kind == DEATH:
        return float(state.death_cause)
    return 0.0


assert len(BONES) + len(MARKERS) == len(QUANTITIES)
