"""Courses of bone on a plan, from patients that the model follows one by one.

BMD is linear in the effects of the subsets of therapies (its logarithm, under the compound
reading). The model follows one patient for each subset; the courses of all other patients are sums
of these.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.simulation import records
from sim.simulation.lowering.parameters import Record
from sim.simulation.model import next_kind, react, start
from sim.simulation.model.bone import bmd_on
from sim.simulation.model.ratio import log_ratio_on
from sim.simulation.plain import plain
from sim.simulation.records import Floats
from sim.vocabulary import BONES, QUANTITIES, SITES

NEVER_USED_UP = 1e12
"""In place of every random number: nothing happens that is left to chance."""

SMALL_EFFECT = 1e-4
"""Effect of one subset of therapies on the patient that the model follows, share per day."""


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


def on_plan(person: Record, params: Record) -> tuple[Life, Courses]:
    """Follow a patient with and without effects on the plan of an arm.

    Parameters
    ----------
    person : record of PATIENT
        The patient; BMD at entry and effects do not matter.
    params : record of PARAMS
        The arm; fracture hazards do not matter.

    Returns
    -------
    life : Life
        The patient without effects.
    courses : Courses
        What each subset of therapies, and each row of its own, adds to the BMD of a patient.
    """
    return _on_plan(_standard(person).tobytes(), _without_hazards(params).tobytes())


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
def _on_plan(person: bytes, params: bytes) -> tuple[Life, Courses]:
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
        kind = next_kind(due, params)
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
