"""The effects of a run at its end: crude shares beside Kaplan-Meier, then arm against arm."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import is_missing, number, significant, with_interval
from sim.display.tables import Sheet
from sim.outcomes.effect_table import Named
from sim.outcomes.effects import TWO_PIECES
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd

SHOWN = {
    Named.RISK_RATIO: ("any fracture", "deaths"),
    Named.REDUCTION: ("any fracture",),
    Named.NUMBER_NEEDED: ("any fracture",),
    Named.HAZARD_RATIO: ("any fracture",),
    Named.RATE_RATIO: ("all fractures",),
    Named.DIFFERENCE: ("all fractures", "life-years"),
}
"""Effects of one arm against another that are printed, and the outcomes they are printed for."""

SMALL = 0.1
"""Intervals that lie nearer to 0 than this have as many decimals as they need."""

NOTES = (
    "Death competes: a share of all patients, who have no fracture after death.",
    "Death censors: the share if those who died had gone on with the hazard of the others",
    "(Kaplan-Meier). While alive: events over the years lived.",
    "effects.csv has every site and every year.",
)


def sheets(effects: pd.DataFrame) -> Iterator[Sheet]:
    """Make the tables of a run.

    Parameters
    ----------
    effects
        The table `effects` of a run (`sim.outcomes.effect_table`).

    Yields
    ------
    Sheet
        Shares with a fracture in each arm, then the effects of each arm against the comparator,
        where there is one.
    """
    last = effects[effects["time"] == effects["time"].max()]
    is_share = (last["effect"] == Named.SHARE) & last["outcome"].str.endswith("fracture")
    month = f"at month {last['time'].max():g}"
    shares = last[is_share].sort_values("outcome", key=_in_order, kind="stable")
    yield _sheet(f"Patients with a fracture {month}", shares, ["outcome", "unit"])
    pairs = zip(last["effect"], last["outcome"], strict=True)
    shown = [outcome in SHOWN.get(effect, ()) for effect, outcome in pairs]
    against = last.loc[shown]
    against = against[against["against_arm"] != ""]
    if not against.empty:
        yield _sheet(f"Effects {month}", against, ["effect", "outcome", "unit"])._replace(
            notes=NOTES
        )


def _in_order(outcomes: pd.Series) -> pd.Series:
    """The place of each outcome among those of the column, each where it first stands."""
    return outcomes.map({name: at for at, name in enumerate(dict.fromkeys(outcomes))})


def _sheet(title: str, rows: pd.DataFrame, words: list[str]) -> Sheet:
    """Outcomes down, with the estimand; arms or pairs of arms across."""
    rows = rows.assign(arms=[a.label("/") for a in map(Arms, rows["arm"], rows["against_arm"])])
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows.to_dict("records"):
        name = ", ".join(str(row[word]) for word in words if row[word])
        cells.setdefault((name, str(row["estimand"])), {})[str(row["arms"])] = _cell(row)
    arms = [*dict.fromkeys(rows["arms"])]
    lines = [(*name, *(of_arms.get(arm, "") for arm in arms)) for name, of_arms in cells.items()]
    return Sheet((title, "estimand", *arms), lines)


def _cell(row: Mapping[Hashable, Any]) -> str:
    """An effect with its interval, or the word that stands for it."""
    estimate, low, high, word = (row[name] for name in ("estimate", "low", "high", "interval"))
    if is_missing(estimate):
        return str(word)
    if is_missing(low):
        return significant(estimate, 3)
    if word == TWO_PIECES:
        return f"{number(estimate)} [{number(high)} to ∞, -∞ to {number(low)}]"
    if max(abs(low), abs(high)) < SMALL:
        return f"{significant(estimate, 2)} [{significant(low, 2)}, {significant(high, 2)}]"
    return with_interval(estimate, low, high)
