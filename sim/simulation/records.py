"""The records of the simulation: kinds of event, state, patient, parameters, inputs and log.

The numbers of the kinds give the order of events on one day. Measurements come before changes of
treatment, and death comes after its causes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim import vocabulary
from sim.vocabulary import BONES, MARKERS, QUANTITIES, SEXES, SITES

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Records of arrays when compiled, plain objects under SimPy; params.first_draw: see PARAMS.
State = Any
Patient = Any
Params = Any
Draws = Any
Due = Any

# Limits of every scenario, because records have a fixed shape.
THERAPIES = vocabulary.MOST_THERAPIES
REACTIONS = vocabulary.MOST_REACTIONS
SUBSETS = 2**THERAPIES
PLANNED = vocabulary.MOST_DOSES  # planned doses per therapy
VISITS = vocabulary.MOST_VISITS  # visits per quantity
OWN = vocabulary.MOST_OWN_ACCRUALS  # rows of effects with an accrual of their own
RUNGS = vocabulary.MOST_RUNGS  # steps of a ladder after intolerance
STEPS_OF_HAZARD = vocabulary.MOST_STEPS  # steps of a hazard of intolerance
AGES = 128  # years of a life table

SPINE, HIP = 0, 1
BONE_OF_SITE = (SPINE, HIP, HIP)  # bone whose T-score sets the hazard of each fracture site
MORTALITY = len(SITES)  # row of direct ratios after the sites: deaths from other causes

# Kinds of event. A kind with several slots (quantities, therapies, sites) takes several numbers.
MEASURE = 0
PLAN = MEASURE + len(BONES) + len(MARKERS)
INTOLERANCE = PLAN + THERAPIES
INFUSION = INTOLERANCE + THERAPIES
REACTION = INFUSION + THERAPIES
REVIEW = REACTION + REACTIONS
FRACTURE = REVIEW + 1
DEATH = FRACTURE + len(SITES)
END = DEATH + 1
KINDS = END + 1

# In logs only: what a clinic says of the dose of the row before, one number for each therapy.
(
    WAITED,    # days by which the dose was put off
    ROOM,      # minutes in the waiting room
    TAKEN,     # places, or minutes in a chair during opening hours; while the clinic is full
    OVERTIME,  # minutes after closing time, on the visit that ends last; while the clinic is full
    HOME,      # 1 for a day on which the patient came and was sent home
    NO_DRUG,   # 1 if the dose was put off for want of the drug
    WASTED,    # mg of opened vials that are thrown away
) = range(KINDS, KINDS + 7 * THERAPIES, THERAPIES)  # fmt: skip
OF_CLINICS = (WAITED, ROOM, TAKEN, OVERTIME, HOME, NO_DRUG, WASTED)

NEVER = 1_000_000_000  # the day of an event that is not planned

# Readings of "mean annual increase", in the order of vocabulary.READINGS.
LINEAR, COMPOUND, PLATEAU, SATURATING = range(4)

# Distributions of the time to intolerance.
NO_INTOLERANCE, STEPS, WEIBULL, GOMPERTZ, LOGNORMAL_TIME, LOGLOGISTIC = range(6)

# Streams of random numbers. Each has one slot per therapy, reaction, site or quantity.
(
    GIVEN,          # uniform, uses: planned infusions
    LATE,           # uniform
    LATENESS,       # unit exponential
    COURSE_ENDS,    # uniform
    REACTS,         # uniform
    REACTION_ENDS,  # uniform
    TOLERANCE,      # unit exponential, uses: rungs
    BREAKS,         # unit exponential, uses: fractures
    FATAL,          # uniform
    FATAL_DELAY,    # uniform
    DIES,           # unit exponential, one use
    NOISE,          # standard normal, uses: visits
    LOST,           # unit exponential, one use
    CLINICAL,       # uniform, uses: vertebral fractures; read by outcomes, not by the engines
    ENROLS,         # uniform, one use; read by the clinic
    COMES,          # uniform, uses: planned infusions; read by the clinic, as the next two
    LASTS,          # standard normal, uses: planned infusions
    ARRIVES,        # standard normal, uses: planned infusions
) = range(18)  # fmt: skip
STREAMS, SLOTS = 18, max(THERAPIES, REACTIONS)


class OutOfDraws(Exception):
    """A patient needs more random numbers of one stream than were prepared."""


STATE = np.dtype([
    ("since", "i8"),                          # day of bmd and action below
    ("bmd", "f8", len(BONES)),                # g/cm2
    ("action", "f8", THERAPIES),              # action of each therapy
    ("site_since", "i8", THERAPIES),          # day of the last change of a therapy's action
    ("site_input", "f8", THERAPIES),          # action on that day
    ("site_action", "f8", (len(MARKERS), THERAPIES)),  # action at the effect site on that day
    ("product", "f8", SUBSETS),               # product of the actions of each subset of therapies
    ("reached", "f8", SUBSETS),               # integral of each product by reached_day
    ("reached_day", "i8"),
    ("visit", "i8", len(QUANTITIES)),         # next visit of each quantity
    ("plateau_day", "i8"),
    ("own_bmd", "f8", (len(BONES), OWN)),     # g/cm2 gained under each row with its own accrual
    ("own_plateau_day", "i8", OWN),
    ("infusion", "i8", THERAPIES),            # next planned infusion
    ("infused", "i8", THERAPIES),             # infusions received
    ("begun", "i8", THERAPIES),               # day from which the plan is counted
    ("waited", "i8", THERAPIES), ("withheld", "f8", THERAPIES),  # by a clinic: days; reason or 0
    ("ended", "i8", THERAPIES),               # 1 once the therapy is over
    ("stopping_from", "i8", THERAPIES),       # first day of the time after stopping
    ("stopping_until", "i8", THERAPIES),      # day after the last one; 0 if none is planned
    ("rung", "i8", THERAPIES),                # intolerance events so far
    ("tolerance_since", "i8", THERAPIES),
    ("tolerance_left", "f8", THERAPIES),      # hazard left until the next intolerance event
    ("hazard_since", "i8"),                   # day of the fracture hazards below
    ("hazard", "f8", len(SITES)),             # hazard per day on that day
    ("hazard_slope", "f8", len(SITES)),       # change of its logarithm per day
    ("hazard_ahead", "f8", len(SITES)),       # hazard that accumulates until the next review
    ("score", "f8", len(BONES)),              # T-score on score_day, the next review
    ("score_day", "i8"),
    ("hazard_left", "f8", len(SITES)),        # hazard left until the next fracture
    ("fractures", "i8", len(SITES)),
    ("imminent_until", "i8", len(SITES)),
    ("death_cause", "i8"),                    # 0 background, else 1 + site of the fatal fracture
    ("death_left", "f8"),                     # hazard left until a death of other causes
    ("death_since", "i8"),                    # day of the direct ratio of mortality below
    ("death_line", "f8", 2),                  # its logarithm on that day, and its slope per day
    ("fatal_day", "i8"),                      # day of the first death that a fracture brings
    ("fatal_cause", "i8"),                    # 1 + site of that fracture
])  # fmt: skip

PATIENT = np.dtype([
    ("sex", "i8"),                            # index into SEXES
    ("age", "f8"),                            # years
    ("weight", "f8"),                         # kg
    ("vertebral_fractures", "i8"),            # at entry
    ("imminent_until", "i8", len(SITES)),     # day to which a fracture before entry raises risk
    ("log_risk", "f8"),                       # log rate ratio of earlier fractures and frailty
    ("bmd", "f8", len(BONES)),                # g/cm2 at entry
    ("reference_mean", "f8", len(BONES)),     # g/cm2, young adults of the sex
    ("reference_sd", "f8", len(BONES)),
    ("bone_effect", "f8", (len(BONES), SUBSETS)),      # share of entry per day, by subset
    ("own_rate", "f8", (len(BONES), OWN)),    # of rows with an accrual of their own, per day
    ("marker", "f8", len(MARKERS)),           # entry values
    ("marker_effect", "f8", (len(MARKERS), SUBSETS)),  # log ratio to entry, by subset
    ("dose", "f8", THERAPIES),                # of one infusion, mg
    ("dose_action", "f8", THERAPIES),         # increase of the action by one infusion
    ("frailty", "f8", THERAPIES),             # factor on the hazard of intolerance
])  # fmt: skip

# Parameters of an arm, in days and rates per day: one shape for all, so the loop is compiled once.
PARAMS = np.dtype([
    ("horizon", "i8"),
    ("subsets", "i8"),
    ("in_arm", "i8", THERAPIES),              # 1 for a therapy of the arm
    ("loss_hazard", "f8"),                    # of loss to follow-up, per day
    ("subset_decay", "f8", SUBSETS),          # rate at which a product of actions decays
    # random numbers
    ("first_draw", "i8", (STREAMS, SLOTS)),   # column of the first number of a stream and slot
    ("draws", "i8", (STREAMS, SLOTS)),        # how many there are
    # one therapy after another
    ("follows", "i8", THERAPIES),             # therapy whose end begins this one, -1 for none
    ("is_followed", "i8", THERAPIES),         # 1 if another therapy begins after this one
    ("wait", "i8", THERAPIES),                # days from that end, or the fracture, to the begin
    # rules
    ("starts_on", "i8", THERAPIES),           # sites whose first fracture begins it, one bit each
    ("stop_bone", "i8", THERAPIES),           # bone whose measured T-score ends it, -1 for none
    ("stop_side", "f8", THERAPIES),           # 1 for a T-score above that below, -1 for below it
    ("stop_t", "f8", THERAPIES),
    # infusions
    ("is_infusion", "i8", THERAPIES),
    ("decay", "f8", THERAPIES),               # of the exposure
    ("plan_days", "i8", (THERAPIES, PLANNED)),  # since the therapy began, padded with NEVER
    ("plan_end", "i8", THERAPIES),            # end of the last phase, NEVER where it is open
    ("given", "f8", THERAPIES),
    ("late", "f8", THERAPIES), ("lateness", "f8", THERAPIES),  # probability; mean, days
    ("ends_course", "f8", THERAPIES),
    ("reaction_therapy", "i8", REACTIONS),    # therapy of each reaction, -1 for none
    ("reaction_first", "f8", REACTIONS),
    ("reaction_later", "f8", REACTIONS),
    ("reaction_ends_course", "f8", REACTIONS),
    # clinic
    ("served", "i8", THERAPIES),              # 1 for a therapy whose doses need a place
    ("has_stock", "i8", THERAPIES), ("has_chairs", "i8"),  # 1 for yes
    ("not_coming", "f8"),                     # share of visits
    ("room", "f8"), ("nursing", "f8"),        # places or chair minutes, nurse minutes, open days:
    ("open_days", "f8"), ("busy", "f8"),      # per patient, of a full clinic; minutes of a start
    ("next_dose", "i8"), ("least_apart", "i8"),  # FROM_PLAN, FROM_LAST, OWED; days between doses
    # after stopping
    ("has_stopping", "i8"),                   # 1 if any therapy has a time after stopping
    ("stopping_wait", "i8", THERAPIES),       # days from the last dose
    ("stopping_days", "i8", THERAPIES),       # how long it lasts, 0 for none
    ("stopping_rate", "f8", (THERAPIES, len(BONES))),       # share of entry per day
    ("stopping_log_ratio", "f8", (THERAPIES, len(SITES))),  # on the fracture hazard
    ("plan_is_whole", "i8", THERAPIES),       # 1 if the last planned dose is that of the schedule
    # courses
    ("course_start", "i8", THERAPIES),
    ("course_length", "i8", THERAPIES),       # NEVER if only intolerance ends the course
    ("relative_dose", "f8", THERAPIES),
    ("dose_exponent", "f8", THERAPIES),
    ("ladder", "f8", (THERAPIES, RUNGS)),     # factor on the step, -1 past the last rung
    ("family", "i8", THERAPIES),
    ("family_a", "f8", THERAPIES),
    ("family_b", "f8", THERAPIES),
    ("step_end", "f8", (THERAPIES, STEPS_OF_HAZARD)),     # padded with the last
    ("step_hazard", "f8", (THERAPIES, STEPS_OF_HAZARD)),  # accumulated by the end of each step
    # bone
    ("reading", "i8"),
    ("plateau_after", "i8"),
    ("plateau_rate", "f8"),
    ("gain", "f8"),
    ("relaxation", "f8"),
    ("evidence_day", "i8"),
    ("beyond_rate", "f8"),
    # rows with an accrual of their own
    ("own_rows", "i8"),                       # how many there are
    ("own_subset", "i8", OWN),                # therapies of each row, one bit each
    ("own_corner", "f8", (OWN, SUBSETS)),     # weight of the row, by products of actions
    ("own_reading", "i8", OWN),
    ("own_plateau_after", "i8", OWN),
    ("own_plateau_rate", "f8", OWN),
    ("own_gain", "f8", OWN),
    ("own_relaxation", "f8", OWN),
    # markers
    ("onset", "f8", len(MARKERS)),
    ("half_effect", "f8", len(MARKERS)),
    ("full_effect", "f8", (len(MARKERS), THERAPIES)),  # saturated effect when the paper measured
    # fractures
    ("review_every", "i8"),
    ("log_base", "f8", len(SITES)),           # log hazard per day at T-score 0
    ("log_gradient", "f8", len(SITES)),
    ("log_age", "f8", len(SITES)),            # log rate ratio per year of age
    ("log_imminent", "f8", len(SITES)),
    ("imminent_days", "i8", len(SITES)),
    ("has_ratio", "i8", len(SITES) + 1),      # 1 if any regimen acts directly: sites, MORTALITY
    ("log_ratio", "f8", (len(SITES) + 1, SUBSETS)),
    ("ratio_in_full", "f8", THERAPIES),       # action from which a ratio acts in full, 0 for none
    ("ratio_wanes", "i8"),                    # days after the evidence, 0 if ratios hold
    ("case_fatality", "f8", len(SITES)),
    ("clinical", "f8"),                       # share of vertebral fractures, -1 if not given
    ("most_log_hazard", "f8"),                # limit of the log hazard of a site, per day
    # death
    ("death_hazard", "f8", (len(SEXES), AGES)),  # per year, by age; the last one continues
    ("mortality_ratio", "f8"),
    # measurement
    ("visit_days", "i8", (len(QUANTITIES), VISITS)),  # padded with NEVER
    ("bone_cv", "f8", len(BONES)),
    ("marker_log_sd", "f8", len(MARKERS)),
])  # fmt: skip


class Inputs(NamedTuple):
    """The inputs of an engine for one arm and a block of patients.

    Attributes
    ----------
    params : numpy.ndarray of PARAMS, a single record
        Parameters of the arm.
    patients : numpy.ndarray of PATIENT, shape (patients,)
        Facts of the patients.
    draws : numpy.ndarray of float, shape (patients, columns)
        Random numbers.
    """

    params: npt.NDArray[np.void]
    patients: npt.NDArray[np.void]
    draws: Floats

    def numbers(self, stream: int, slot: int) -> Floats:
        """Random numbers of one stream and slot.

        Parameters
        ----------
        stream, slot : int
            Stream (`GIVEN`, ...) and slot: therapy, reaction, site or quantity.

        Returns
        -------
        numpy.ndarray of float, shape (patients, uses)
            The random numbers; no columns if the scenario needs none.
        """
        first = self.params["first_draw"][stream, slot]
        return self.draws[:, first : first + self.params["draws"][stream, slot]]


class Log(NamedTuple):
    """The log of a simulation: one row per event, by patient, then in order of time.

    Attributes
    ----------
    patient : numpy.ndarray of int
        Position of the patient in the block, from 0.
    day : numpy.ndarray of int
        Day since enrolment.
    kind : numpy.ndarray of int
        Kind of event (`MEASURE`, ..., `END`) plus slot.
    value : numpy.ndarray of float
        Value of the event, as `model.react` returns it.
    """

    patient: Integers
    day: Integers
    kind: Integers
    value: Floats


class Names(NamedTuple):
    """Names of the therapies and reactions of a scenario, in the order of their slots."""

    therapies: tuple[str, ...]
    reactions: tuple[str, ...]
