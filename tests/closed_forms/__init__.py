"""Outcomes whose expected value follows from mathematics alone, scenario by scenario.

Each scenario combines mechanisms that do not touch one another. Expected values are closed forms,
integrals over the cohort, and sums over whole days where the protocol counts in whole days.
Nothing of the program is used, so that a wrong formula of the model is not repeated here.
"""

from tests.closed_forms import bone, cohort, fractures, infusions, tolerance

RUNS = {
    "at entry": cohort.at_entry,
    "stopping": tolerance.stopping,
    "stopping otherwise": tolerance.stopping_otherwise,
    "attending": infusions.attending,
    "breaking": fractures.breaking,
    "fatal": fractures.fatal,
    "published": bone.published,
    "compound": bone.compound,
}
