"""Limits of every scenario, kinds of event, laws, and streams of random numbers, as numbers.

The numbers of the kinds give the order of events on one day. Measurements come before changes of
treatment, and death comes after its causes.
"""

from __future__ import annotations

from sim import vocabulary
from sim.vocabulary import BONES, MARKERS, SITES

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
TABLED = 400  # days of a table by days: a year, and a dose that is a month late

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
    OTHERS,         # uniform, uses: days of the clinic divided by its patients; read by the clinic
    FAILS,          # uniform, uses as of the others: whether a breakdown begins on a day
    URGENT,         # uniform, uses as of the others: urgent patients of a day
) = range(21)  # fmt: skip
FIRST_OF = (0, *((subset & -subset).bit_length() - 1 for subset in range(1, SUBSETS)))
"""First therapy of each subset of therapies; the empty subset has none."""

STREAMS, SLOTS = 21, max(THERAPIES, REACTIONS)
