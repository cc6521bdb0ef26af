"""The effects of a run as a tidy table, each with its estimand: what it says of death."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from sim.outcomes import hazard_ratio, kaplan_meier
from sim.outcomes.definitions.named import PER_YEARS
from sim.outcomes.definitions.over_years import DEATH, LIFE_YEARS, name_of, report_days
from sim.outcomes.effect_sums import EffectSums
from sim.outcomes.effects import (
    NOT_ESTIMABLE,
    ONE_SIDE,
    Effect,
    count_ratio,
    number_needed,
    reduced,
    risk_ratio,
)
from sim.outcomes.estimates import Estimate
from sim.outcomes.labels import Label
from sim.outcomes.summary import in_months, unit_of_difference
from sim.outcomes.sums import SumTable
from sim.outcomes.survival import Curves
from sim.vocabulary import CANNOT_OCCUR, EVERYONE, ROUNDING, Arms

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "scenario", *Arms._fields, "effect", "outcome", "estimand", "unit", "time", "estimate", "low",
    "high", "carriers", "interval",
)  # fmt: skip


class Estimand(StrEnum):
    """What an effect says of patients who die (the intercurrent event, in the words of ICH E9)."""

    WHILE_ALIVE = "while alive"
    """Events over the time lived."""
    COMPETES = "death competes"
    """Of all patients; who died can have no further event, and counts."""
    CENSORS = "death censors"
    """As if those who died had gone on with the hazard of the others."""
    LIFE = "death counts"
    """Death is the event, or ends the life that is measured."""


class Named(StrEnum):
    """Names of effects."""

    SHARE = "share"
    RISK_RATIO = "risk ratio"
    REDUCTION = "absolute risk reduction"
    NUMBER_NEEDED = "number needed to treat"
    MEAN_COUNT = "mean cumulative count"
    RATIO_OF_COUNTS = "ratio of mean counts"
    RATE_RATIO = "rate ratio"
    HAZARD_RATIO = "hazard ratio"
    MEAN = "mean"
    DIFFERENCE = "difference"


NOT_ALONE = "no interval: patients of a clinic depend on each other"
"""Stands for the interval of an effect that is estimated from single patients."""

Row = tuple[object, ...]


def effect_table(scenario: str, sums: SumTable, effects: EffectSums) -> pd.DataFrame:
    """Make the table of effects of a run.

    Parameters
    ----------
    scenario
        Name of the scenario.
    sums
        Sums over all patients of the outcomes of the summary.
    effects
        Sums of the outcomes by year, and of times to the first fracture.

    Returns
    -------
    pandas.DataFrame
        One row for each effect, arm or pair of arms, outcome and time. Columns: scenario; arm;
        against_arm (the arm it is compared with, empty for one arm alone); effect; outcome;
        estimand (an `Estimand`); unit; time (months); estimate; low and high (95 % interval);
        carriers (patients on whom it rests); interval (a word where it is not all from low to
        high: see `sim.outcomes.effects`).
    """
    import pandas as pd

    rows = [*_of_counts(effects.sums), *_of_curves(effects), *_of_rates(sums)]
    table = pd.DataFrame([(scenario, *row) for row in rows], columns=list(COLUMNS))
    if sums.unit > 1:
        table[["low", "high"]] = math.nan
        table["interval"] = table["interval"].where(table["estimate"].isna(), NOT_ALONE)
    return table


def _of_counts(table: SumTable) -> Iterator[Row]:
    """Shares, mean counts and life-years: of each arm, then of each pair."""
    for at, label in enumerate(table.labels):
        effect = _plain(table.estimate(at), [label])
        yield _row(Arms(label.arm[1]), _name(label), label, label.unit, effect)
    for weights in table.contrasts:
        labels = [table.labels[at] for at in weights]
        label, arms = labels[0], Arms(labels[0].arm[1], labels[1].arm[1])
        difference = _plain(table.contrast(weights), labels)
        if label.kind == "share":
            yield _row(arms, Named.RISK_RATIO, label, "", risk_ratio(table, weights))
            yield from _reductions(arms, label, difference)
        else:
            yield _row(arms, Named.DIFFERENCE, label, label.unit, difference)
            if label.name != LIFE_YEARS:
                yield _row(arms, Named.RATIO_OF_COUNTS, label, "", count_ratio(table, weights))


def _of_curves(effects: EffectSums) -> Iterator[Row]:
    """Shares by Kaplan and Meier, of each arm, then of each pair; then hazard ratios."""
    curves, shares = effects.curves, _shares(effects.sums)
    names = [*dict.fromkeys(arm for arm, _, _ in shares)]
    for arm, name in enumerate(names):
        for endpoint, outcome, day in _reports(curves):
            label = shares[name, outcome, day]
            effect = _plain(kaplan_meier.share(curves, arm, endpoint, day), [label], label.scale)
            yield _row(Arms(name), Named.SHARE, label, label.unit, effect, Estimand.CENSORS)
    for pair, arms in _pairs(effects, names):
        for endpoint, outcome, day in _reports(curves):
            labels = [shares[name, outcome, day] for name in arms]
            difference = kaplan_meier.difference(curves, pair, endpoint, day)
            effect = _plain(difference, labels, labels[0].scale)
            yield from _reductions(arms, labels[0], effect, Estimand.CENSORS)
            if day == curves.end:
                effect = _plain(hazard_ratio.hazard_ratio(curves, pair, endpoint), labels)
                yield _row(arms, Named.HAZARD_RATIO, labels[0], "", effect, Estimand.CENSORS)


def _pairs(effects: EffectSums, names: Sequence[str]) -> Iterator[tuple[int, Arms]]:
    """The pairs of arms that the sums compare; published facts may compare others as well."""
    labels = effects.sums.labels
    compared = {
        tuple(names.index(labels[at].arm[1]) for at in weights)
        for weights in effects.sums.contrasts
    }
    for pair, positions in enumerate(effects.curves.pairs):
        if positions in compared:
            yield pair, Arms(*(names[at] for at in positions))


def _of_rates(table: SumTable) -> Iterator[Row]:
    """Ratios of the rates of the summary, over everyone."""
    for weights in table.contrasts:
        label, other = (table.labels[at] for at in weights)
        if label.subgroup == EVERYONE and label.unit == PER_YEARS:
            arms = Arms(label.arm[1], other.arm[1])
            yield _row(arms, Named.RATE_RATIO, label, "", count_ratio(table, weights))


def _shares(table: SumTable) -> dict[tuple[str, str, int], Label]:
    """The labels of shares, by arm, outcome and day."""
    shares = [label for label in table.labels if label.kind == "share"]
    return {(label.arm[1], label.name, label.day): label for label in shares}


def _reports(curves: Curves) -> Iterator[tuple[int, str, int]]:
    for endpoint, site in enumerate(curves.endpoints):
        for day in report_days(curves.end):
            yield endpoint, name_of(site), day


def _reductions(
    arms: Arms, label: Label, difference: Effect, estimand: Estimand | None = None
) -> Iterator[Row]:
    """The absolute risk reduction and the number needed to treat, from a difference of shares."""
    reduction, unit = reduced(difference), unit_of_difference(label.unit)
    number = number_needed(reduction, label.scale)
    yield _row(arms, Named.REDUCTION, label, unit, reduction, estimand)
    yield _row(arms, Named.NUMBER_NEEDED, label, "patients", number, estimand)


def _plain(estimate: Estimate, labels: Sequence[Label], scale: float = 1.0) -> Effect:
    """An estimate as an effect; no number where the outcome cannot occur in any arm."""
    value, _, low, high, carriers = estimate
    if all(label.most == 0 for label in labels):
        return Effect(math.nan, math.nan, math.nan, 0.0, CANNOT_OCCUR)
    if math.isnan(value):
        return Effect(math.nan, math.nan, math.nan, carriers, NOT_ESTIMABLE)
    word = ONE_SIDE if math.isinf(value) or (math.isinf(high) and value == 0) else ""
    return Effect(scale * value, scale * low, scale * high, carriers, word)


def _name(label: Label) -> Named:
    if label.name == LIFE_YEARS:
        return Named.MEAN
    return Named.SHARE if label.kind == "share" else Named.MEAN_COUNT


def _row(
    arms: Arms, name: Named, label: Label, unit: str, effect: Effect,
    estimand: Estimand | None = None,
) -> Row:  # fmt: skip
    said = (estimand or _estimand(label)).value
    *numbers, carriers, word = effect
    rounded = [0.0 if abs(number) < ROUNDING else number for number in numbers]
    time = in_months(label.day)
    return (*arms, name.value, label.name, said, unit, time, *rounded, carriers, word)


def _estimand(label: Label) -> Estimand:
    """What an outcome says of death, where death is not censored."""
    if label.name in (DEATH, LIFE_YEARS):
        return Estimand.LIFE
    return Estimand.WHILE_ALIVE if label.unit == PER_YEARS else Estimand.COMPETES
