"""Hazards of fracture on a regimen that all patients take exactly as published from enrolment.

The actions of the therapies are then the same for all patients, and BMD is linear in the effects of
the subsets of therapies (its logarithm, under the compound reading). The model follows one patient
for each subset; the courses of all other patients are sums of these.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.scenario.form.outcome import BaseRate
from sim.scenario.form.regimen import regimen_of
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import AT_ENROLMENT, Course, Infusions
from sim.simulation import records
from sim.simulation.biology.bone import HIGHEST_BMD, LOWEST_BMD, MOST_LOG_GAIN
from sim.simulation.lowering.cohort import Records, patients
from sim.simulation.lowering.lattice import POINTS, Lattice
from sim.simulation.lowering.parameters import Record, protocol_at_rate
from sim.simulation.model import next_kind, react, start
from sim.simulation.model.bone import bmd_on
from sim.simulation.model.ratio import log_ratio_on
from sim.simulation.plain import plain
from sim.simulation.records import BONE_OF_SITE, Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, QUANTITIES, SITES

ARM = "as planned"

NEVER_USED_UP = 1e12
"""In place of every random number: nothing happens that is left to chance."""

SMALL_EFFECT = 1e-4
"""Effect of one subset of therapies on the patient that the model follows, share per day."""

NEARLY_CONSTANT = 1e-6
"""Two hazards whose logarithms differ by less have their mean in the middle."""


MOST_LOG_HAZARD = 300.0
"""Logarithms of hazards are held at this or below, and at its negative or above."""


class Life(NamedTuple):
    """A patient with a BMD of 1 g/cm2 at entry, on the days of events.

    Attributes
    ----------
    days : array, shape (times,)
        Days since enrolment, from 0 to the end.
    bmd : array, shape (times,)
        True BMD, g/cm2.
    log_ratio : array, shape (times - 1, 2, sites)
        Direct log rate ratio at the begin and at the end of each stretch between two days.
    """

    days: Floats
    bmd: Floats
    log_ratio: Floats


class Courses(NamedTuple):
    """The courses of bone on a regimen, for patients with any effects.

    Attributes
    ----------
    growth : array, shape (times, subsets)
        Change of BMD, or of its logarithm, as a share of entry per unit of effect, days.
    own : array, shape (times, rows)
        As `growth`, per unit of the rate of each row with an accrual of its own.
    drift : array, shape (times,)
        Change that does not depend on effects, share of entry.
    compound : tuple of bool
        True where effects add up in the logarithm: in the scenario, and in each row of its own.
    """

    growth: Floats
    own: Floats
    drift: Floats
    compound: tuple[bool, ...]


def accumulated_as_planned(scenario: Scenario, regimen: str, by: float) -> Floats:
    """Compute the hazard of a fracture that accumulates for each point of the cohort.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    regimen : str
        Name of a row of `effects`. All its therapies are taken from enrolment by the plan of
        their `action_1`. No dose is missed or late, nobody stops or dies.
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
    planned = _as_planned(scenario, regimen, by)
    params = protocol_at_rate(planned).arms[ARM]
    people = patients(planned, range(POINTS), Lattice())
    person = people[np.argsort(people["weight"])[POINTS // 2]]
    without, courses = _of_plan(_standard(person).tobytes(), _without_hazards(params).tobytes())
    scores = [_t_scores(bone, people, person, courses) for bone in range(len(BONES))]
    sites = range(len(SITES))
    each = [_accumulated(s, scores[BONE_OF_SITE[s]], people, params, without) for s in sites]
    return np.stack(each, axis=1)


def _as_planned(scenario: Scenario, regimen: str, by: float) -> Scenario:
    """The study with one arm, in which chance has no part."""
    names = [name for name in scenario.therapies if name in regimen_of(regimen)]
    therapies = {name: _as_published(therapy) for name, therapy in scenario.therapies.items()}
    fractures = scenario.fractures.model_copy(
        update={"base_rate": BaseRate.model_construct(rate=1.0), "frailty_variance": 0.0}
    )  # fmt: skip
    update = {"therapies": therapies, "arms": {ARM: names}, "horizon": by, "fractures": fractures}
    update["loss"] = None
    return scenario.model_copy(update=update)


def _as_published(therapy: Infusions | Course) -> Infusions | Course:
    """A therapy from enrolment on by the plan that is an action of 1, without any chance in it.

    The patients of a source had the published doses, whatever a what-if does to the plan.
    """
    update: dict[str, Any] = {"start": AT_ENROLMENT, "after_stopping": None}
    if isinstance(therapy, Course):
        plan = therapy.action_1
        update |= {"course": plan.course, "times_per_week": plan.times_per_week}
        return therapy.model_copy(update={**update, "duration": None, "intolerance": None})
    published = therapy.exposure.action_1
    update |= {"infusion": published.dose, "injection": None, "schedule": published.schedule}
    update |= {"given": 1.0, "delay": None, "ends_course": 0.0, "reactions": {}}
    return therapy.model_copy(update=update)


def _standard(person: Record) -> Record:
    """A patient with a BMD of 1 g/cm2, on whom nothing acts."""
    person = person.copy()
    person["bmd"] = 1.0
    for name in ("bone_effect", "own_rate"):
        person[name] = 0.0
    return person


def _without_hazards(params: Record) -> Record:
    """Parameters of an arm in which nothing but the fracture hazards is left out."""
    params = params.copy()
    for name in ("log_base", "log_gradient", "log_age"):
        params[name] = 0.0
    return params


@lru_cache(maxsize=8)
def _of_plan(person: bytes, params: bytes) -> tuple[Life, Courses]:
    """The life and the courses on a plan, kept because most points of a sweep have the same."""
    who = np.frombuffer(person, records.PATIENT)[0]
    arm = plain(np.frombuffer(params, records.PARAMS)[0])
    without = _followed(who, arm)
    return without, _courses(who, arm, without)


def _followed(
    person: Record, params: Any, subset: int | None = None, row: int | None = None
) -> Life:
    """A patient on whom a subset of therapies, or a row of its own, has a small effect, or none."""
    patient = plain(person)
    patient.bone_effect = [_small_at(subset, records.SUBSETS)] * len(BONES)
    patient.own_rate = [_small_at(row, records.OWN)] * len(BONES)
    return _life(patient, params)


def _small_at(place: int | None, places: int) -> list[float]:
    return [SMALL_EFFECT if i == place else 0.0 for i in range(places)]


def _life(patient: Any, params: Any) -> Life:
    """Follow a patient with the model, and note BMD and direct ratios on the days of events."""
    state, due = plain(np.zeros((), records.STATE)), [0] * records.KINDS
    draws = [NEVER_USED_UP] * sum(map(sum, params.draws))
    start(state, due, patient, params, draws)
    due[records.MEASURE : records.PLAN] = [records.NEVER] * len(QUANTITIES)
    days, bmd, log_ratio, kind, begin = [0], [1.0], [], -1, [0.0] * len(SITES)
    while kind != records.END:
        kind = next_kind(due)
        day = due[kind]
        if day > days[-1]:
            log_ratio.append([begin, _log_ratios(day, state, params)])
            bmd.append(bmd_on(day, 0, state, patient, params))
            days.append(day)
        react(kind, day, state, due, patient, params, draws)
        begin = _log_ratios(day, state, params)
    return Life(np.array(days, dtype=float), np.array(bmd), np.array(log_ratio))


def _log_ratios(day: int, state: Any, params: Any) -> list[float]:
    """Direct log rate ratio of each site on a day."""
    return [log_ratio_on(day, site, state, params) for site in range(len(SITES))]


def _courses(person: Record, params: Any, without: Life) -> Courses:
    """The courses of patients, from one life for each subset of therapies that act, and own row."""
    absent = sum(1 << slot for slot, is_in in enumerate(params.in_arm) if not is_in)
    growth = np.zeros((len(without.days), params.subsets))
    for subset in range(params.subsets):
        if not subset & absent:
            growth[:, subset] = _followed(person, params, subset).bmd - without.bmd
    own = np.zeros((len(without.days), params.own_rows))
    for row in range(params.own_rows):
        own[:, row] = _followed(person, params, row=row).bmd - without.bmd
    readings = (params.reading, *params.own_reading[: params.own_rows])
    compound = tuple(reading == records.COMPOUND for reading in readings)
    growth = np.log1p(growth) if compound[0] else growth
    own[:, compound[1:]] = np.log1p(own[:, compound[1:]])
    return Courses(growth / SMALL_EFFECT, own / SMALL_EFFECT, without.bmd - 1, compound)


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
    log_begin, log_end = (
        np.clip(part + life.log_ratio[:, i, site, None], -MOST_LOG_HAZARD, MOST_LOG_HAZARD)
        for i, part in enumerate((log_hazard[:-1], log_hazard[1:]))
    )
    begin, end, rise = np.exp(log_begin), np.exp(log_end), log_end - log_begin
    constant = np.abs(rise) < NEARLY_CONSTANT
    mean = np.where(constant, (begin + end) / 2, (end - begin) / np.where(constant, 1.0, rise))
    return np.asarray((np.diff(life.days)[:, None] * mean).sum(axis=0))
