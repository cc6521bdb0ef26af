"""The effects of a run at its end: crude shares beside Kaplan-Meier, then arm against arm."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import is_missing, number, significant, with_interval
from sim.display.tables import Rows, Sheet, rows_of
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


def sheets(effects: pd.DataFrame | Rows) -> Iterator[Sheet]:
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
    rows = rows_of(effects)
    end = max(row["time"] for row in rows)
    last, month = [row for row in rows if row["time"] == end], f"at month {end:g}"
    shares = [
        row for row in last
        if row["effect"] == Named.SHARE and row["outcome"].endswith("fracture")
    ]  # fmt: skip
    place = {name: at for at, name in enumerate(dict.fromkeys(row["outcome"] for row in shares))}
    shares.sort(key=lambda row: place[row["outcome"]])
    yield _sheet(f"Patients with a fracture {month}", shares, ["outcome", "unit"])
    against = [
        row for row in last
        if row["outcome"] in SHOWN.get(row["effect"], ()) and row["against_arm"]
    ]  # fmt: skip
    if against:
        yield _sheet(f"Effects {month}", against, ["effect", "outcome", "unit"])._replace(
            notes=NOTES
        )


def _sheet(title: str, rows: Rows, words: list[str]) -> Sheet:
    """Outcomes down, with the estimand; arms or pairs of arms across."""
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    arms: dict[str, None] = {}
    for row in rows:
        name = ", ".join(str(row[word]) for word in words if row[word])
        pair = Arms(row["arm"], row["against_arm"]).label("/")
        cells.setdefault((name, str(row["estimand"])), {})[pair] = _cell(row)
        arms[pair] = None
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
