"""The shapes of the state, of a patient, and of the parameters of an arm."""

from __future__ import annotations

import numpy as np

from sim.simulation.records.kinds import (
    AGES,
    KINDS,
    OWN,
    PLANNED,
    REACTIONS,
    RUNGS,
    SLOTS,
    STEPS_OF_HAZARD,
    STREAMS,
    SUBSETS,
    TABLED,
    THERAPIES,
    VISITS,
)
from sim.vocabulary import BONES, MARKERS, QUANTITIES, SEXES, SITES

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
    ("cut", "f8", THERAPIES),                 # share of the next dose that a clinic holds back
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
    ("score", "f8", len(BONES)),              # T-score on hazard_since
    ("score_ahead", "f8", len(BONES)),        # T-score on score_day, the next review
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
    ("screened", "i8"),                       # 1 while a life is followed without fracture hazards
    ("may_break", "i8"),                      # 1 once a bound of a hazard has reached a threshold
    ("bounded_since", "i8"),                  # day up to which the bounds are used up
    ("least_bmd", "f8", len(BONES)),          # g/cm2, bound of BMD since that day
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
    ("screens", "i8"),                        # 1 if lives may be screened
    ("kinds", "i8"), ("kind", "i8", KINDS),   # how many kinds of event the arm has, and which
    # by days
    ("action_left", "f8", (THERAPIES, TABLED)),     # share of an action, after days below TABLED
    ("time_in_action", "f8", (SUBSETS, TABLED)),    # on bone, days, at a product of actions of 1
    ("site_left", "f8", (len(MARKERS), TABLED)),    # share of an action at the effect site
    ("site_response", "f8", (len(MARKERS), THERAPIES, TABLED)),  # to an action of 1, days
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
    ("sends_home", "i8"),                     # 1 if who came may be sent home
    ("may_halve", "i8", THERAPIES),           # 1 for a drug of which half doses are given
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
