"""Labels of outcomes and arms, and the contrasts in which they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from sim.outcomes.definitions.named import Kind, Measure
from sim.simulation.records import Floats

ArmKey = tuple[int, str]
"""An arm: the position of its study among those simulated together, and its name."""

Weights = Mapping[int, float]
"""Weight of each label in a contrast, by its position."""


class Label(NamedTuple):
    """A column of a table of sums: one outcome of one arm.

    `subgroup` is None for a published fact, which has a group of its own.
    """

    arm: ArmKey
    subgroup: str | None
    name: str
    unit: str
    day: int
    kind: Kind
    scale: float
    least: float
    most: float
    event: float | None = None

    @property
    def measure(self) -> Measure:
        """The outcome without the arm and the subgroup."""
        return Measure(*self[2:])


class Line(NamedTuple):
    """One outcome by unit: 1 or 0 for units inside or outside the subgroup, numerator, denominator.

    Outside the subgroup numerator and denominator are 0.
    """

    label: Label
    inside: Floats
    y: Floats
    x: Floats


def contrasts_of(
    labels: Sequence[Label], contrasts: Iterable[Mapping[ArmKey, float]]
) -> list[Weights]:
    """Find the labels that weighted sums of arms are made of.

    Parameters
    ----------
    labels
        Labels of a table.
    contrasts
        Weight of each arm, of one contrast after another.

    Returns
    -------
    list of Weights
        For each contrast of arms and each outcome, day and subgroup that all its arms have, the
        weight of each label, by its position. Published facts are compared with nothing.
    """
    at = {_meaning(label, label.arm): i for i, label in enumerate(labels) if label.subgroup}
    found: list[Weights] = []
    for weights in contrasts:
        first = next(iter(weights))
        for label in [labels[i] for i in at.values() if labels[i].arm == first]:
            meanings = {_meaning(label, arm): weight for arm, weight in weights.items()}
            if meanings.keys() <= at.keys():
                found.append({at[meaning]: weight for meaning, weight in meanings.items()})
    return found


def pairs_of_facts(labels: Sequence[Label], pairs: Iterable[tuple[str, str]]) -> list[Weights]:
    """Find the labels of published contrasts.

    Parameters
    ----------
    labels
        Labels of a table.
    pairs
        Names of the outcomes that each fact compares.

    Returns
    -------
    list of Weights
        First less second, in each study that has both.
    """
    at = {(one.arm[0], one.name): i for i, one in enumerate(labels) if one.subgroup is None}
    studies = dict.fromkeys(study for study, _ in at)
    return [
        {at[study, first]: 1.0, at[study, second]: -1.0}
        for first, second in dict.fromkeys(pairs)
        for study in studies
        if {(study, first), (study, second)} <= at.keys()
    ]


def pairs_within(contrasts: Iterable[Weights]) -> list[tuple[int, int]]:
    """List the pairs of labels within contrasts, each once."""
    return [*dict.fromkeys(pair for weights in contrasts for pair in combinations(weights, 2))]


def _meaning(label: Label, arm: ArmKey) -> tuple[object, ...]:
    """What must be equal for two labels to be compared, here or in another arm."""
    return (arm, label.subgroup, label.name, label.day)
