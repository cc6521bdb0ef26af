"""Hazards of fracture on a regimen that all patients take exactly as published from enrolment.

The actions of the therapies are then the same for all patients (`planned_courses`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.scenario.form.outcome import BaseRate
from sim.scenario.form.regimen import regimen_of
from sim.scenario.form.rules import AT_ENROLMENT
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation import records
from sim.simulation.biology.bone import HIGHEST_BMD, LOWEST_BMD, MOST_LOG_GAIN
from sim.simulation.lowering.cohort import Records, patients
from sim.simulation.lowering.lattice import POINTS, Lattice
from sim.simulation.lowering.parameters import Record, protocol_at_rate
from sim.simulation.lowering.planned_courses import Courses, Life, on_plan
from sim.simulation.lowering.without_chance import therapy_without_chance
from sim.simulation.records import BONE_OF_SITE, Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES

ARM = "as planned"

WITHOUT: dict[str, Any] = {
    "name": "", "title": "", "question": "", "answers": None, "seed": 0, "comparator": None,
    "subgroups": {}, "loss": None,
}  # fmt: skip
"""Parts of a scenario on which the hazards do not depend."""

NEARLY_CONSTANT = 1e-6
"""Two hazards whose logarithms differ by less have their mean in the middle."""


MOST_LOG_HAZARD = 300.0
"""Logarithms of hazards are held at this or below, and at its negative or above."""

AT_ONCE, AT_LEAST = 256, 32
"""Points whose courses are computed at once: the numbers of so many, on all days, stay in the cache
of a core."""

MOST_PRODUCTS = 2**18
"""Multiplications in a product of matrices, up to which numpy's library uses one thread. With more,
each thread has a part, and the last digit of the numbers at its edge depends on how many cores the
machine has."""


def accumulated_as_planned(scenario: Scenario, regimen: str, by: float) -> Floats:
    """Compute the hazard of a fracture that accumulates for each point of the cohort.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    regimen : str
        Name of a row of `effects`. All its therapies are taken from enrolment by the plan of
        their `action_1`. No dose is missed or late, no patient stops or dies.
    by : float
        End of the time, days since enrolment.

    Returns
    -------
    array, shape (points, sites)
        Accumulated hazard at each site for a base rate of 1 per year and a frailty of 1. The points
        are those of `lattice`, all with the same weight. A direct ratio of fracture rates is that
        of the patient of median weight.

    References
    ----------
    docs/model.md, section "Base rate".
    """
    return _accumulated_in(Planned(_as_planned(scenario, regimen, by)))


@dataclass(frozen=True, eq=False)
class Planned:
    """A study with one arm and without chance; equal to others of the same values."""

    scenario: Scenario

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Planned) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


@lru_cache(maxsize=64)
def _accumulated_in(planned: Planned) -> Floats:
    """The hazards, kept because the commands of a session and arms of a comparison share them."""
    params = protocol_at_rate(planned.scenario).arms[ARM]
    people = patients(planned.scenario, range(POINTS), Lattice())
    person = people[np.argsort(people["weight"])[POINTS // 2]]
    without, courses = on_plan(person, params)
    hazards = np.empty((POINTS, len(SITES)))
    size = _points_at_once(courses)
    for first in range(0, POINTS, size):
        some = slice(first, first + size)
        scores = [_t_scores(bone, people[some], person, courses) for bone in range(len(BONES))]
        for site, bone in enumerate(BONE_OF_SITE):
            hazards[some, site] = _accumulated(site, scores[bone], people[some], params, without)
    hazards.flags.writeable = False
    return hazards


def _points_at_once(courses: Courses) -> int:
    """A power of two, so that no part of a product of matrices is narrower than the others."""
    most = MOST_PRODUCTS // courses.growth.size
    return min(AT_ONCE, max(AT_LEAST, 1 << most.bit_length() - 1))


def _as_planned(scenario: Scenario, regimen: str, by: float) -> Scenario:
    """The study with one arm and without chance."""
    names = [name for name in scenario.therapies if name in regimen_of(regimen)]
    therapies = {name: _as_published(therapy) for name, therapy in scenario.therapies.items()}
    fractures = scenario.fractures.model_copy(
        update={"base_rate": BaseRate.model_construct(rate=1.0), "frailty_variance": 0.0}
    )  # fmt: skip
    update = {"therapies": therapies, "arms": {ARM: names}, "horizon": by, "fractures": fractures}
    return scenario.model_copy(update={**update, **WITHOUT})


def _as_published(therapy: Infusions | Course) -> Infusions | Course:
    """A therapy from enrolment on by the plan that is an action of 1, without any chance in it.

    The patients of a source had the published doses, whatever a what-if does to the plan.
    """
    therapy = therapy_without_chance(therapy)
    update: dict[str, Any] = {"start": AT_ENROLMENT, "stop": None, "after_stopping": None}
    if isinstance(therapy, Course):
        plan = therapy.action_1
        update |= {"course": plan.course, "times_per_week": plan.times_per_week}
        return therapy.model_copy(update={**update, "duration": None})
    published = therapy.exposure.action_1
    update |= {"infusion": published.dose, "injection": None, "schedule": published.schedule}
    return therapy.model_copy(update=update)


def _t_scores(bone: int, people: Records, person: Record, courses: Courses) -> Floats:
    """T-score of each point on each day, shape (times, points)."""
    subsets = courses.growth.shape[1]
    effect = people["bone_effect"][:, bone, :subsets] * _relative_action(people, person, subsets)
    gained = _grown(courses.growth @ effect.T, courses.compound[0])
    for row, compound in enumerate(courses.compound[1:]):
        rate = people["own_rate"][:, bone, row]
        gained = gained + _grown(courses.own[:, row, None] * rate, compound)
    bmd = people["bmd"][:, bone] * (1 + gained + courses.drift[:, None])
    bmd = np.clip(bmd, LOWEST_BMD, HIGHEST_BMD)
    return np.asarray((bmd - people["reference_mean"][:, bone]) / people["reference_sd"][:, bone])


def _grown(gained: Floats, compound: bool) -> Floats:
    """Change as a share of entry, where the logarithm has grown under the compound reading."""
    return np.expm1(np.minimum(gained, MOST_LOG_GAIN)) if compound else gained


def _relative_action(people: Records, person: Record, subsets: int) -> Floats:
    """Product of the actions of each subset relative to a person, shape (points, subsets).

    An infusion of so many mg acts less on a heavy patient, if `action_1` is in mg/kg.
    """
    reference = np.where(person["dose_action"] > 0, person["dose_action"], 1.0)
    each = np.where(person["dose_action"] > 0, people["dose_action"] / reference, 1.0)
    of_subset = [
        each[:, [bool(subset >> slot & 1) for slot in range(records.THERAPIES)]].prod(axis=1)
        for subset in range(subsets)
    ]
    return np.stack(of_subset, axis=1)


def _accumulated(site: int, scores: Floats, people: Records, params: Record, life: Life) -> Floats:
    """Hazard of a site that accumulates for each point; its logarithm is linear between days."""
    years = people["age"] + life.days[:, None] / DAYS_PER_YEAR
    log_hazard = params["log_base"][site] + people["log_risk"] + params["log_age"][site] * years
    log_hazard = log_hazard - params["log_gradient"][site] * scores
    log_begin, log_end, begin, end = _of_stretches(log_hazard, life.log_ratio[:, :, site, None])
    rise = log_end - log_begin
    constant = np.abs(rise) < NEARLY_CONSTANT
    mean = np.where(constant, (begin + end) / 2, (end - begin) / np.where(constant, 1.0, rise))
    return np.asarray((np.diff(life.days)[:, None] * mean).sum(axis=0))


def _of_stretches(log_hazard: Floats, log_ratio: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Logarithms of hazards at the begins and ends of stretches between days, and the hazards.

    Where no direct ratio jumps between two stretches, the end of one is the begin of the next, and
    its exponential is computed once.
    """
    begins, ends = log_ratio[:, 0], log_ratio[:, 1]
    if np.array_equal(begins[1:], ends[:-1]):
        log = _held(log_hazard + np.concatenate([begins, ends[-1:]]))
        hazard = np.exp(log)
        return log[:-1], log[1:], hazard[:-1], hazard[1:]
    log_begin, log_end = _held(log_hazard[:-1] + begins), _held(log_hazard[1:] + ends)
    return log_begin, log_end, np.exp(log_begin), np.exp(log_end)


def _held(log_hazard: Floats) -> Floats:
    return np.clip(log_hazard, -MOST_LOG_HAZARD, MOST_LOG_HAZARD)
