"""Infusions that are given, late or missed, and the reactions to them."""

from __future__ import annotations

from sim import vocabulary
from sim.simulation import records
from sim.simulation.model.action import advance, happens, set_action
from sim.simulation.model.hazards import set_hazards, use_up_hazards
from sim.simulation.model.planning import begin_plateau_clock, end_therapy, plan_next_infusion
from sim.simulation.model.stopping import end_stopping, plan_stopping_after_last_dose
from sim.simulation.records import Draws, Due, Params, Patient, State


def on_infusion(
    therapy: int, day: int, state: State, due: Due, patient: Patient, params: Params, draws: Draws
) -> float:
    """Give or miss a planned infusion. A given infusion adds to the action and may cause reactions.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Returns
    -------
    float
        Dose, mg, of which a clinic may hold a share back; for an infusion that is not given the
        reason, as in `sim.vocabulary`: 0 if the patient cancelled, below 0 if a clinic did not give
        it.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, section "Action"; docs/decisions.md, section "Time and schedules".
    """
    k = state.infusion[therapy]
    state.infusion[therapy] = k + 1
    withheld = answer_of_clinic(therapy, state, params)
    share = 1.0 - state.cut[therapy]
    state.cut[therapy] = 0.0
    plan_next_infusion(therapy, k + 1, day, state, due, params, draws)
    if not happens(params.given[therapy], draws, params, records.GIVEN, therapy, k):
        plan_stopping_after_last_dose(therapy, k, day, state, due, params)
        return vocabulary.CANCELLED
    if withheld < 0.0:
        plan_stopping_after_last_dose(therapy, k, day, state, due, params)
        return withheld
    use_up_hazards(day, state, patient, params)
    advance(day, state, patient, params)
    action = state.action[therapy] + patient.dose_action[therapy] * share
    set_action(therapy, action, day, state, params)
    begin_plateau_clock(day, state, params)
    end_stopping(day, state, params)
    set_hazards(day, state, due, patient, params)
    draw_reactions(therapy, k, day, state, due, params, draws)
    state.infused[therapy] += 1
    plan_stopping_after_last_dose(therapy, k, day, state, due, params)
    if happens(params.ends_course[therapy], draws, params, records.COURSE_ENDS, therapy, k):
        end_therapy(therapy, day, state, due, params, draws)
    return patient.dose[therapy] * share


def answer_of_clinic(therapy: int, state: State, params: Params) -> float:
    """Take the answer of a clinic on the dose of today; without a clinic there is none.

    If the next dose counts from the last one given, the days of waiting move the rest of the plan.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    state
        The patient's state; changed in place.
    params
        The parameters of the arm.

    Returns
    -------
    float
        Reason why the dose is not given (`vocabulary.NOT_COMING`, `vocabulary.SKIPPED`), else 0.

    References
    ----------
    docs/architecture.md, section "Where patients meet".
    """
    withheld = state.withheld[therapy]
    if params.next_dose == vocabulary.FROM_LAST and withheld == 0.0:
        state.begun[therapy] += state.waited[therapy]
    state.waited[therapy] = 0
    state.withheld[therapy] = 0.0
    return withheld


def draw_reactions(
    therapy: int, k: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """Draw the reactions to infusion k, which follow on the same day.

    The first infusion that a patient receives has its own, usually higher, probability.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    k : int
        Number of the planned infusion, from 0.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    params, draws
        The parameters of the arm and the patient's random numbers.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/decisions.md, section "Time and schedules". Probabilities: Hernandez 2010
    (sim/evidence/hernandez2010.yaml) in the shipped scenarios.
    """
    for reaction in range(records.REACTIONS):
        if params.reaction_therapy[reaction] == therapy:
            probability = params.reaction_later[reaction]
            if state.infused[therapy] == 0:
                probability = params.reaction_first[reaction]
            if happens(probability, draws, params, records.REACTS, reaction, k):
                due[records.REACTION + reaction] = day


def on_reaction(
    reaction: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> float:
    """Record a reaction, which may end the infusions.

    Parameters
    ----------
    reaction : int
        Slot of the reaction.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    params, draws
        The parameters of the arm and the patient's random numbers.

    Returns
    -------
    float
        1 if the reaction ends the therapy, else 0.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/decisions.md, section "One therapy after another".
    """
    due[records.REACTION + reaction] = records.NEVER
    therapy = params.reaction_therapy[reaction]
    k = state.infusion[therapy] - 1
    ends = params.reaction_ends_course[reaction]
    if happens(ends, draws, params, records.REACTION_ENDS, reaction, k):
        end_therapy(therapy, day, state, due, params, draws)
        return 1.0
    return 0.0
