"""What the figures of a sweep say: captions, scales, names and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from sim.display.figures.caption import ON_READING, spoken
from sim.display.figures.differences import label_of, scale_of
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.sweeps.saved import Sweep
from sim.display.figures.sweeps.shown import Case
from sim.display.numbers import significant, typeset
from sim.vocabulary import Arms

ASSUMED = " (assumed)"
"""Stands after the name of a parameter that no source vouches for."""

PATH = r"[a-z_]+(\.[^.\s][^.]*|\[\d+\])+"
"""The path of a parameter, which stands in for its name where it has none."""

LONGEST = 28
"""Characters of a value in words."""

POINTS = {
    "one_at_a_time": "One parameter after another moved alone",
    "grid": "Every combination of the values chosen",
    "probabilistic": "{draws} random draws of all parameters at once",
    "latin_hypercube": "{draws} draws of all parameters at once, by Latin hypercube",
    "sobol": "{draws} draws of all parameters at once, by Sobol sequence",
    "indices": "Indices of variance from {draws} points",
    "morris": "Elementary effects (Morris) from {draws} points",
}
"""How the points of each design come about."""


def caption(sweep: Sweep, about: str, *sentences: str) -> list[str]:
    """The caption of a figure: how it was simulated, what it shows, on which reading.

    `about` is what a figure calls its points: "point" or "draw". Points that are no draws have the
    same patients in every sweep.
    """
    how = POINTS.get(sweep.design, sweep.design).format(draws=sweep.draws)
    others = sweep.is_fresh and about == "draw"
    which = "other ones at every draw" if others else f"the same at every {about}"
    patients = f"{sweep.patients} virtual patients, {which}"
    return [spoken(f"{how}; {patients}; seed {sweep.seed}.", *sentences, reading(sweep))]


def of_differences(
    sweep: Sweep, about: str, rows: pd.DataFrame, arms: Iterable[Arms], *sentences: str
) -> list[str]:
    """The caption of a figure of differences: which these are, and at which month."""
    return caption(sweep, about, compares(arms), *sentences, at_month(rows))


def reading(sweep: Sweep) -> str:
    """How the annual increase is read, in each scenario where that differs."""
    readings = {name: text for name, text in sweep.readings.items() if text}
    if not readings:
        return ""
    if len(set(readings.values())) == 1:
        return f"Annual increase of bone density: {next(iter(readings.values()))}."
    each = "; ".join(f"{text} ({name})" for name, text in readings.items())
    return f"Annual increase of bone density: {each}."


def compares(shown: Iterable[Arms]) -> str:
    """Which differences there are, and that they are paired."""
    pairs = [arms.label("−") for arms in shown if arms.against_arm]
    same = "the same virtual patients and random numbers in both arms"
    return f"Paired differences, {same}: {', '.join(pairs)}." if pairs else ""


def at_month(rows: pd.DataFrame) -> str:
    """The month that outcomes stand for, the scenarios of another length, and fractures."""
    last = rows.groupby("scenario", sort=False)["time"].max()
    usual = last.mode()[0]
    others = "".join(f", month {month:g} in {s}" for s, month in last.items() if month != usual)
    breaks = any("fracture" in outcome for outcome in rows["outcome"].unique())
    return f"Outcomes at month {usual:g}{others}." + breaks * f" {ON_READING}"


def counted(draws: pd.Series[int]) -> str:
    """How many draws there are, in figures that are made of them; some may have failed."""
    fewest, most = int(draws.min()), int(draws.max())
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def below(rows: pd.DataFrame, outcome: str, *parts: str) -> str:
    """What stands below the title of a panel: what tells it from its neighbours, and its scale."""
    unit = rows.loc[rows["outcome"] == outcome, "unit"].iloc[0]
    return "; ".join(part for part in (*parts, scale_of(outcome, unit)) if part)


def head(
    rows: pd.DataFrame, outcome: str, scenario: str, is_first: bool, before: str = ""
) -> tuple[str, str]:
    """A panel's title and what stands below it, in a row of panels that are one outcome.

    Where the rows are of several scenarios the first panel carries the title for its neighbours.
    """
    title, own = before + label_of(outcome), below(rows, outcome)
    if rows["scenario"].nunique() == 1:
        return title, own
    if at_most(TWO_COLUMNS) < TWO_COLUMNS:  # neighbours may stand below
        return title, f"{scenario}; {own}"
    return f"{title} ({own})" if is_first else "", scenario


def heading(case: Case, every: Sequence[Case]) -> str:
    """The words that tell a case from the others: scenario, difference, both, or none."""
    one_scenario = len({other.scenario for other in every}) == 1
    one_arm = len({other.arms for other in every}) == 1
    parts = ["" if one_scenario else case.scenario, "" if one_arm else case.arms.label("−")]
    return ", ".join(part for part in parts if part)


def amount(value: object) -> str:
    """The value of a parameter: a number, or words, which are cut where they are very many."""
    try:
        return typeset(significant(float(str(value))))
    except ValueError:
        text = str(value)
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def with_unit(amount: str, unit: str) -> str:
    """An amount and its unit: one month, several months."""
    return f"{amount} {unit.removesuffix('s') if amount == '1' else unit}".strip()


def named(name: str, assumption: bool) -> str:
    """A parameter's name, marked where it is an assumption."""
    return in_words(name) + ASSUMED * bool(assumption)


def in_words(name: str) -> str:
    """A parameter's name; the words of its path where it has no other.

    >>> in_words("therapies.interferon.intolerance[1].half_life"), in_words("half-life")
    ('interferon: intolerance 2, half life', 'half-life')
    """
    if not re.fullmatch(PATH, name):
        return name
    keys = re.sub(r"\[(\d+)\]", _in_a_list, name).replace("_", " ").split(".")
    keys = keys[1:] if keys[0] in ("therapies", "markers") and len(keys) > 1 else keys
    if keys[0] == "effects":
        keys = [f"effect of {keys[1]}", *keys[2:]]
    first, *others = keys
    return f"{first}: {', '.join(others)}" if others else first


def _in_a_list(found: re.Match[str]) -> str:
    """Which entry of a list is meant, in words: the first needs no number."""
    return f" {int(found[1]) + 1}" * (found[1] != "0")
