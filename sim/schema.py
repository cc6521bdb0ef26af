"""The words that all stages share: kinds of event, states, parameters, draws and the log.

A patient's future is a vector `due` of whole days, one slot for each kind of event below. The
value of a kind is its place in the order of events on one day: measurements see the day before
treatment does, and death comes after what led to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

THERAPIES = 4
REACTIONS = 8
SUBSETS = 2**THERAPIES

SPINE, HIP = 0, 1
BONES = ("spine", "hip")
MARKERS = ("ctx", "balp", "tryptase")
SITES = ("vertebral", "hip", "other")
BONE_OF_SITE = (SPINE, HIP, HIP)
SEXES = ("female", "male")

# Kinds of event; where a kind has several slots (a quantity, a therapy, a site) they follow on.
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

NEVER = 1_000_000_000

# Readings of "mean annual increase".
LINEAR, COMPOUND, PLATEAU, SATURATING = range(4)
READINGS = ("linear", "compound", "plateau", "saturating")

# Time to intolerance.
NO_INTOLERANCE, STEPS, WEIBULL, GOMPERTZ, LOGNORMAL_TIME, LOGLOGISTIC = range(6)

# Measured quantities in the order of their slots, with the unit in the name.
QUANTITIES = ("spine_g_cm2", "hip_g_cm2", "ctx_pg_ml", "balp_iu", "tryptase_ug_l")


class OutOfDraws(Exception):
    """A patient needed more random numbers of one kind than were prepared."""


STATE = np.dtype([
    ("since", "i8"),                          # day that the continuous state below stands for
    ("bmd", "f8", len(BONES)),                # g/cm2
    ("action", "f8", THERAPIES),              # action of each therapy
    ("site_action", "f8", (len(MARKERS), THERAPIES)),  # action at the effect site of each marker
    ("product", "f8", SUBSETS),               # product of the actions of each subset of therapies
    ("visit", "i8", len(QUANTITIES)),         # next visit of each quantity
    ("plateau_day", "i8"),
    ("infusion", "i8", THERAPIES),            # next planned infusion
    ("infused", "i8", THERAPIES),             # infusions received
    ("begun", "i8", THERAPIES),               # day that the therapy's plan counts from
    ("ended", "i8", THERAPIES),               # 1 once the therapy is over
    ("rung", "i8", THERAPIES),                # intolerance events so far
    ("tolerance_since", "i8", THERAPIES),
    ("tolerance_left", "f8", THERAPIES),      # hazard left until the next intolerance event
    ("hazard_since", "i8"),                   # day that the fracture hazards below start from
    ("log_hazard", "f8", len(SITES)),         # log hazard per day on that day
    ("hazard_slope", "f8", len(SITES)),       # its change per day
    ("score", "f8", len(BONES)),              # T-score on score_day, the next review
    ("score_day", "i8"),
    ("hazard_left", "f8", len(SITES)),        # hazard left until the next fracture
    ("fractures", "i8", len(SITES)),
    ("imminent_until", "i8", len(SITES)),
    ("death_cause", "i8"),                    # 0 background, else 1 + site of the fatal fracture
])  # fmt: skip

PATIENT = np.dtype([
    ("sex", "i8"),                            # index into SEXES
    ("age", "f8"),                            # years
    ("weight", "f8"),                         # kg
    ("vertebral_fractures", "i8"),            # at entry
    ("log_prior", "f8"),                      # log rate ratio of earlier vertebral fractures
    ("bmd", "f8", len(BONES)),                # g/cm2 at entry
    ("reference_mean", "f8", len(BONES)),     # g/cm2, young adults of the sex
    ("reference_sd", "f8", len(BONES)),
    ("bone_effect", "f8", (len(BONES), SUBSETS)),      # fraction of entry a day, by subset
    ("marker", "f8", len(MARKERS)),           # entry values
    ("marker_effect", "f8", (len(MARKERS), SUBSETS)),  # log ratio to entry, by subset
    ("dose", "f8", THERAPIES),                # of one infusion, mg
    ("dose_action", "f8", THERAPIES),         # what one infusion adds to the action
    ("frailty", "f8", THERAPIES),             # factor on the hazard of intolerance
])  # fmt: skip


class Params(NamedTuple):
    """What all patients of an arm share; times in days, rates per day, therapies by slot."""

    horizon: int
    subsets: int
    in_arm: Integers  # 1 for a therapy of the arm
    subset_decay: Floats  # rate at which the product of a subset's actions decays
    # one therapy after another
    follows: Integers  # therapy whose end begins this one, -1 for none
    is_followed: Integers  # 1 where another therapy waits for the end of this one
    wait: Integers  # days from that end
    # infusions
    is_infusion: Integers
    decay: Floats  # of the exposure
    plan_days: Integers  # therapies x infusions since the therapy began, padded with NEVER
    plan_end: Integers  # end of the last phase, NEVER where it is open
    given: Floats
    late: Floats  # probability
    lateness: Floats  # mean, days
    ends_course: Floats
    reaction_therapy: Integers  # therapy of each reaction, -1 for none
    reaction_first: Floats
    reaction_later: Floats
    reaction_ends_course: Floats
    # courses
    course_start: Integers
    course_length: Integers  # NEVER where only intolerance ends it
    relative_dose: Floats
    dose_exponent: Floats
    ladder: Floats  # therapies x rungs: factor on the step
    family: Integers
    family_a: Floats
    family_b: Floats
    step_end: Floats  # therapies x steps, padded with the last
    step_hazard: Floats  # accumulated by the end of each step
    # bone
    reading: int
    plateau_after: int
    plateau_rate: float
    gain: float
    relaxation: float
    evidence_day: int
    beyond_rate: float
    # markers
    onset: Floats  # by marker
    half_effect: Floats
    full_effect: Floats  # markers x therapies: effect where y is 1
    # fractures
    review_every: int
    log_base: Floats  # log hazard per day at T-score 0, by site
    log_gradient: Floats
    log_imminent: Floats
    imminent_days: Integers
    has_ratio: Integers  # 1 where any regimen acts on the site directly
    log_ratio: Floats  # sites x subsets
    case_fatality: Floats
    # death
    death_hazard: Floats  # sexes x ages, per year
    mortality_ratio: float
    # measurement
    visit_days: Integers  # quantities x visits, padded with NEVER
    bone_cv: Floats
    marker_log_sd: Floats


class Draws(NamedTuple):
    """Random numbers, patients first; what a scenario does not need has no columns."""

    given: Floats  # uniform, patients x therapies x planned infusions
    late: Floats  # uniform
    lateness: Floats  # unit exponential
    ends_course: Floats  # uniform
    reaction: Floats  # uniform, patients x reactions x planned infusions
    reaction_ends: Floats  # uniform
    tolerance: Floats  # unit exponential, patients x therapies x rungs
    fracture: Floats  # unit exponential, patients x sites x occurrences
    fatal: Floats  # uniform
    fatal_delay: Floats  # uniform
    death: Floats  # unit exponential, patients x 1
    noise: Floats  # standard normal, patients x quantities x visits


class Inputs(NamedTuple):
    """Everything an engine needs for one arm and a block of patients."""

    params: Params
    patients: npt.NDArray[np.void]  # PATIENT
    draws: Draws


class Log(NamedTuple):
    """What happened: one row an event, by patient, then in order."""

    patient: Integers  # position in the block
    day: Integers
    kind: Integers
    value: Floats  # mg given, new dose step, cause of death, measured value
