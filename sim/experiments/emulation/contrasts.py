"""Contrasts and Kaplan-Meier shares of simulated trials, each arm with patients of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.outcomes import ArmRecords
from sim.outcomes.arm import ONE_DAY
from sim.outcomes.contrasts import Groups, value_of
from sim.outcomes.definitions.named import mean
from sim.outcomes.definitions.published import in_group, is_contrast, is_curve, measured, sides
from sim.outcomes.definitions.statistics import statistic
from sim.outcomes.hazard_ratio import ratio_of
from sim.outcomes.labels import Line
from sim.outcomes.plan import line
from sim.outcomes.survival import Curve, curve_from, first_of
from sim.outcomes.units import by_part
from sim.simulation.records import Floats

Fact = Mapping[str, Any]


class Side(NamedTuple):
    """A group of a fact: records of its arm, and 1 for its patients in the trials."""

    records: ArmRecords
    members: Floats


def lines_of(
    facts: Iterable[Fact],
    groups: Groups,
    records: Mapping[str, ArmRecords],
    enrolled: Mapping[str, Floats],
    size: int,
) -> Iterator[Line]:
    """Compute each contrast and each share by Kaplan and Meier in every trial.

    Parameters
    ----------
    facts, groups
        Facts and groups of a publication.
    records
        Records of each arm.
    enrolled
        1 for the patients of each arm, 0 for the others; one trial after another.
    size
        Patients per trial.

    Yields
    ------
    Line
        A mean over the patients of the groups, of whom each has the value of his trial. Nobody has
        one in a trial where the value is not known.
    """
    for fact in facts:
        if is_contrast(fact) or is_curve(fact):
            of_groups = []
            for _, name in sides(fact):
                arm = groups[name]["arm"]
                members = in_group(records[arm], groups[name]) * enrolled[arm]
                of_groups.append(Side(records[arm], members))
            values = (_of_curves if is_curve(fact) else _of_sums)(fact, of_groups, size)
            inside = np.max([side.members for side in of_groups], axis=0)
            outcome = mean(fact["fact"], fact["unit"], 0, np.repeat(values, size))
            yield line((0, groups[sides(fact)[0][1]]["arm"]), None, outcome, inside)


def _of_sums(fact: Fact, of_groups: Sequence[Side], size: int) -> Floats:
    """A contrast of means, shares, rates or counts in each trial."""
    of_side = []
    for records, members in of_groups:
        one = statistic(records, fact["fact"], fact["unit"], measured(fact["simulated"]))
        y, x = by_part(size, one.numerator * members, one.denominator * members).T
        with np.errstate(invalid="ignore", divide="ignore"):
            of_side.append(one.scale * (y / x))
    return value_of(fact["simulated"]["statistic"], *of_side)


def _of_curves(fact: Fact, of_groups: Sequence[Side], size: int) -> Floats:
    """A share by Kaplan and Meier, a difference of two, or a hazard ratio in each trial."""
    how, end = fact["simulated"], of_groups[0].records.end
    day, trials = round(how.get("at", end)), len(of_groups[0].members) // size
    if day > end + ONE_DAY:
        return np.full(trials, np.nan)
    of_side = [[*_curves(side, how.get("of"), min(day, end), size)] for side in of_groups]
    if how["statistic"] == "hazard_ratio":
        return np.array([ratio_of(*pair) for pair in zip(*of_side, strict=True)])
    shares = [
        np.array([100 * (1 - curve.free[-1]) if curve.at_risk[0] else np.nan for curve in curves])
        for curves in of_side
    ]
    return value_of(how["statistic"], *shares) if is_contrast(fact) else shares[0]


def _curves(side: Side, site: str | None, day: int, size: int) -> Iterator[Curve]:
    """The times to a first fracture of a group up to a day, in one trial after another."""
    columns = (*first_of(side.records, site), side.members > 0)
    last, how, inside = (column.reshape(-1, size) for column in columns)
    for trial in range(len(last)):
        of_group = inside[trial]
        yield curve_from(last[trial][of_group], how[trial][of_group], day)
