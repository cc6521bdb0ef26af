"""Quantities as columns of the blocks of a sweep, and their worth at the prices of a point.

Blocks hold quantities and no prices, so points that differ in prices alone share their blocks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from sim.economics.clinic_use import THROWN_AWAY
from sim.economics.measures import measures_of
from sim.economics.pricing import outcomes_of, priced
from sim.economics.quantities import keys_of, quantities
from sim.outcomes.arm import ArmRecords
from sim.outcomes.definitions.named import Outcome
from sim.outcomes.units import UnitSums
from sim.scenario.form.economics import Economics
from sim.scenario.form.study import Scenario

PLAIN, DISCOUNTED = UNITS = ("quantity", "discounted quantity")
"""The units by which the columns of quantities are told from other outcomes."""

OF_A_THERAPY = ("given", "missed", "doses", "loss", "start loss", THROWN_AWAY)
"""Beginnings of the keys of quantities that are about one therapy."""


def as_outcomes(
    records: ArmRecords, scenario: Scenario, therapies: Collection[str]
) -> Iterator[Outcome]:
    """Return the quantities of one arm as outcomes, a mean per patient for each.

    Parameters
    ----------
    records
        Records of the patients of the arm.
    scenario
        A scenario with `economics`.
    therapies
        Those of the arm; quantities of other therapies are left out.
    """
    values, ones = quantities(records, scenario), np.ones(records.count)
    for at, key in enumerate(keys_of(scenario)):
        kind, _, name = key.partition(": ")
        if kind.partition(" from day ")[0] in OF_A_THERAPY and name not in therapies:
            continue
        for way, unit in enumerate(UNITS):
            yield Outcome(key, unit, records.end, "mean", values[:, way, at], ones)


def with_worth(units: UnitSums, economics: Economics, sites: Collection[str]) -> UnitSums:
    """Put the worth of the quantities of an arm in the place of their columns.

    Parameters
    ----------
    units
        Columns of an arm; those whose unit is of `UNITS` are quantities.
    economics
        The prices and utilities of a point.
    sites
        Sites at which patients can fracture (`sim.economics.measures.sites_of`).

    Returns
    -------
    UnitSums
        The other columns, then cost, QALYs, life-years and net benefit.
    """
    at: dict[str, list[int]] = {unit: [] for unit in UNITS}
    for column, measure in enumerate(units.measures):
        at.get(measure.unit, []).append(column)
    keys = [units.measures[column].name for column in at[PLAIN]]
    outcomes = outcomes_of(economics)
    found = np.stack([units.sums[:, 0, at[unit]] for unit in UNITS], axis=1)  # units x 2 x keys
    patients = np.broadcast_to(units.sums[:, 1, at[PLAIN][:1]], (len(found), len(outcomes)))
    worth = np.stack([priced(found, keys, outcomes), patients], axis=1)
    others = [i for i, measure in enumerate(units.measures) if measure.unit not in UNITS]
    day = units.measures[at[PLAIN][0]].day
    measures = [units.measures[i] for i in others]
    measures += measures_of(economics, day, sites)
    return UnitSums(measures, np.concatenate([units.sums[:, :, others], worth], axis=2))


def economics_in(document: Mapping[str, Any]) -> Economics:
    """The economics of a scenario's document."""
    return Economics.model_validate(document["economics"])
