"""The 95 % intervals of a sweep: of outcomes at its points, of changes, of means over draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes.definitions.named import Measure
from sim.outcomes.limits import carried
from sim.outcomes.units import GROUP, limits_of, signed_of, sums_of
from sim.simulation.records import Floats
from sim.vocabulary import ROUNDING

AT_ONCE = 64
"""Points whose limits are computed together."""

ARM, DIFFERENCE = (1.0,), (1.0, -1.0)
CHANGES: dict[tuple[float, ...], tuple[float, ...]] = {
    ARM: DIFFERENCE, DIFFERENCE: (1.0, -1.0, -1.0, 1.0),
}  # fmt: skip
"""Weights of a change from the base case, by those of what changes."""


class Columns(NamedTuple):
    """The arms of a point beside each other, and which of their columns are compared.

    `measures` are those of all columns; `mine` less `its` are the differences between arms.
    `group` patients are a unit; those of more than `GROUP` share a clinic.
    """

    measures: Sequence[Measure]
    mine: Sequence[int]
    its: Sequence[int]
    group: int = GROUP

    @property
    def unit(self) -> int:
        """Patients who follow each other: those of a clinic, else 1."""
        return 1 if self.group == GROUP else self.group

    def parts(self) -> list[tuple[tuple[float, ...], list[Sequence[int]]]]:
        """Weights and columns of the arms, and of their differences: all quantities in order."""
        differences = [(DIFFERENCE, [self.mine, self.its])] if self.mine else []
        return [(ARM, [range(len(self.measures))]), *differences]

    def carried(self, sums: Floats) -> Floats:
        """What each group adds to each outcome, or how far its arms differ: units x quantities."""
        mine, its = sums[:, :, [*self.mine]], sums[:, :, [*self.its]]
        arms = [carried(measure, *sums[:, :, at].T) for at, measure in enumerate(self.measures)]
        return np.concatenate([np.stack(arms, axis=1), np.abs(mine - its).max(axis=1)], axis=1)

    def carriers(self, most: Floats, patients: int) -> Floats:
        """How many patients at least carry each quantity, from the most that groups carried.

        Each event of a share is one patient. One patient may have all events of a count in a group.
        Every patient of a group has a value of a mean.
        """
        kinds = [self.measures[at].kind for at in (*range(len(self.measures)), *self.mine)]
        groups = (most > ROUNDING).sum(axis=0).astype(float)
        per_group = {"mean": float(self.group), "count": 1.0}
        found = [
            most[:, column].sum() if kind == "share" else groups[column] * per_group[kind]
            for column, kind in enumerate(kinds)
        ]
        return np.minimum(found, patients)


class PointLimits:
    """Computes limits of many points at once, because one at a time would take long.

    `low` and `high` are points x quantities.
    """

    def __init__(self, columns: Columns, points: int) -> None:
        self._columns, self._waiting = columns, list[tuple[int, Floats, list[Needed]]]()
        width = len(columns.measures) + len(columns.mine)
        self.low, self.high = (np.full((points, width), np.nan) for _ in range(2))

    def add(self, point: int, errors: Floats, sums: Floats, base: Floats | None = None) -> None:
        """Take in a point, or with `base` its change from that: units x 2 x columns."""
        points = [sums] if base is None else [sums, base]
        fields = [sums_of(self._columns.measures, one) for one in points]
        needed = []
        for weights, columns in self._columns.parts():
            measures = [self._columns.measures[at] for at in columns[0]]
            own = np.stack([of[:, [*at]] for of in fields for at in columns])
            terms = [of[:, :, [*at]] for of in points for at in columns]
            both = weights if base is None else CHANGES[weights]
            needed.append(Needed(both, measures, own, signed_of(both, terms)))
        self._waiting.append((point, errors, needed))
        if len(self._waiting) == AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Compute the limits of all points that wait."""
        if not self._waiting:
            return
        points, errors, needed = zip(*self._waiting, strict=True)
        self._waiting = []
        first = 0
        for parts in zip(*needed, strict=True):
            weights, measures = parts[0].weights, parts[0].measures
            sums, signed = (np.stack([getattr(p, name) for p in parts], axis=-1)
                            for name in ("sums", "signed"))  # fmt: skip
            for at, measure in enumerate(measures):
                column = np.array([error[first + at] for error in errors])
                found = limits_of(
                    measure, weights, sums[:, :, at], signed[:, at], column, self._columns.unit
                )
                self.low[[*points], first + at], self.high[[*points], first + at] = found
            first += len(measures)


class Needed(NamedTuple):
    """What the limits of some quantities of a point are computed from.

    `sums` are terms x 8 x quantities, `signed` 7 x quantities.
    """

    weights: tuple[float, ...]
    measures: list[Measure]
    sums: Floats
    signed: Floats


class MeanLimits(NamedTuple):
    """How far below and above a mean over draws may be by patients, and between which limits.

    Each by quantity, in its unit.
    """

    below: Floats
    above: Floats
    least: Floats
    most: Floats


def of_mean_over_draws(
    columns: Columns, errors: Floats, sums: Floats, cohorts: int = 1
) -> MeanLimits:
    """How sure a mean over draws is, as far as patients go.

    `errors` are those of patients, `sums` the means over draws of units x 2 x columns. An event at
    some draws alone counts for as much of an event, so a share is taken for a count. `cohorts` is
    the number of draws that have patients of their own: an event in one counts for so much less.
    """
    measures = [m._replace(kind="count", most=np.inf) if m.kind == "share"
                else m if m.event is None else m._replace(event=m.event / cohorts)
                for m in columns.measures]  # fmt: skip
    found = PointLimits(columns._replace(measures=measures), 1)
    found.add(0, errors, sums)
    found.finish()
    scale, least, most = (np.array([getattr(m, name) for m in columns.measures])
                          for name in ("scale", "least", "most"))  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        values = scale * sums[:, 0].sum(axis=0) / sums[:, 1].sum(axis=0)
    mine, its = [*columns.mine], [*columns.its]
    values = np.concatenate([values, values[mine] - values[its]])
    least, most = scale * least, scale * most
    ends = np.r_[least, least[mine] - most[its]], np.r_[most, most[mine] - least[its]]
    return MeanLimits(values - found.low[0], found.high[0] - values, *ends)
