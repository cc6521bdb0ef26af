"""All arms against each other: dominance, extended dominance, the frontier and its ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

ON_FRONTIER, DOMINATED, EXTENDED = "on the frontier", "dominated", "extendedly dominated"
SAME = "same as an arm on the frontier"


class Standing(NamedTuple):
    """An arm in the order of costs.

    `against` is the arm before it on the frontier, empty for the cheapest arm and for arms that
    are not on the frontier. `icer` is the cost per unit of effect over that arm.
    """

    arm: str
    cost: float
    effect: float
    status: str
    against: str
    icer: float | None


class _Arm(NamedTuple):
    name: str
    cost: float
    effect: float


def standings(
    costs: Sequence[float], effects: Sequence[float], arms: Sequence[str]
) -> list[Standing]:
    """Return all arms by cost, each dominated, extendedly dominated, or on the frontier.

    An arm is dominated if another costs no more and has no smaller effect. An arm is extendedly
    dominated if its ICER exceeds that of the next arm: a mixture of its neighbours is better.

    Parameters
    ----------
    costs, effects
        Means of each arm, in money and QALYs per patient.
    arms
        Name of each arm.

    Returns
    -------
    The arms sorted by cost, and by falling effect where costs are equal. The first arm of the
    frontier is the cheapest arm, whatever the named comparator of the study is.

    References
    ----------
    Drummond MF et al. Methods for the Economic Evaluation of Health Care Programmes, 4th ed., 2015.

    Examples
    --------
    >>> rows = standings([10.0, 50.0, 30.0], [1.0, 3.0, 1.5], ["A", "B", "C"])
    >>> [(row.arm, row.status, row.icer) for row in rows[:2]]
    [('A', 'on the frontier', None), ('C', 'extendedly dominated', None)]
    >>> rows[2].arm, rows[2].against, rows[2].icer
    ('B', 'A', 20.0)
    """
    if not len(costs) == len(effects) == len(arms):
        raise ValueError(f"{len(costs)} costs, {len(effects)} effects and {len(arms)} arms")
    given = [_Arm(*arm) for arm in zip(arms, map(float, costs), map(float, effects), strict=True)]
    ordered = sorted(given, key=lambda arm: (arm.cost, -arm.effect))
    candidates = _undominated(ordered)
    frontier = _without_extended(candidates)
    before = dict(zip(frontier[1:], frontier[:-1], strict=True))
    return [_standing(arm, candidates, frontier, before.get(arm)) for arm in ordered]


def _undominated(ordered: Sequence[_Arm]) -> list[_Arm]:
    """The arms that have a larger effect than all cheaper ones."""
    kept: list[_Arm] = []
    for arm in ordered:
        if not kept or arm.effect > kept[-1].effect:
            kept.append(arm)
    return kept


def _without_extended(candidates: Sequence[_Arm]) -> list[_Arm]:
    """The arms along which the ICER does not fall."""
    frontier: list[_Arm] = []
    for arm in candidates:
        while len(frontier) > 1 and _slope(*frontier[-2:]) > _slope(frontier[-1], arm):
            frontier.pop()
        frontier.append(arm)
    return frontier


def _slope(cheap: _Arm, dear: _Arm) -> float:
    return (dear.cost - cheap.cost) / (dear.effect - cheap.effect)


def _standing(
    arm: _Arm, candidates: Sequence[_Arm], frontier: Sequence[_Arm], before: _Arm | None
) -> Standing:
    if arm in frontier:
        ratio = None if before is None else _slope(before, arm)
        return Standing(*_first(arm), ON_FRONTIER, before.name if before else "", ratio)
    same = any(arm[1:] == other[1:] for other in frontier)
    status = SAME if same else EXTENDED if arm in candidates else DOMINATED
    return Standing(*_first(arm), status, "", None)


def _first(arm: _Arm) -> tuple[str, float, float]:
    return arm.name, arm.cost, arm.effect
