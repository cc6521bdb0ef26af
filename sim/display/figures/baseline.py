"""The baseline table of a cohort: what patients are like at entry, beside published values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.display.figures.markers import QUANTITY_OF
from sim.display.figures.published import Fact
from sim.display.figures.steps import Floats
from sim.outcomes.definitions.named import AT_ENTRY
from sim.results import Tables
from sim.vocabulary import BONES

UNITS = {
    "age": "years", "weight": "kg", "spine_t": "T-score", "hip_t": "T-score", "ctx": "pg/mL",
    "balp": "IU", "tryptase": "ug/L", "vertebral_fractures": "fractures",
}  # fmt: skip
"""Variables of a cohort in the order of the table, and their units."""

COUNTED = "vertebral_fractures"
"""The variable that is a whole number."""

BINS = 20
"""Most bars of a histogram."""

LEVELS = {"lowest": 0.0, "p25": 0.25, "median": 0.5, "p75": 0.75, "highest": 1.0}
COLUMNS = (
    "item", "variable", "unit", "patients", "mean", "sd", *LEVELS, "percent", "from", "to",
    "arm", "fact", "reported", "reported_sd",
)  # fmt: skip
SUMMARY, SHARE, PUBLISHED, BAR = "summary", "share", "published", "bar"
"""Kinds of rows: a variable, a share of patients, a published value, a bar of a histogram."""


def values(tables: Tables, arm: str) -> dict[str, Floats]:
    """Values of each variable at entry, patient by patient; measured ones as they were measured.

    The values are the same in every arm. A marker that was not measured is left out.
    """
    rows = tables.measurements
    rows = rows[(rows["arm"] == arm) & (rows["day"] == 0)]
    measured = {f"{bone}_t": f"{bone}_t" for bone in BONES} | QUANTITY_OF
    known = {}
    for name in UNITS:
        of = tables.patients[AT_ENTRY[name]] if name in AT_ENTRY else (
            rows.loc[rows["quantity"] == measured[name], "value"]
        )  # fmt: skip
        if len(of):
            known[name] = of.to_numpy(float)
    return known


def table(tables: Tables, facts: Mapping[str, Fact], arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each variable, share, published value and bar of a histogram.

    `patients` of a bar are those from `from` until before `to`, the last bar with its end;
    `percent` is of all patients.
    """
    known = values(tables, arms[0])
    rows = [
        *_shares(tables, known),
        *(row for name, own in known.items() for row in _variable(name, own)),
        *(_published(fact) for fact in facts.values() if _is_baseline(fact, arms, known)),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _shares(tables: Tables, known: Mapping[str, Floats]) -> Iterator[dict[str, Any]]:
    """Women, and patients with an earlier vertebral fracture."""
    women = tables.patients["sex"].to_numpy() == "female"
    flags = {"women": women, "vertebral fracture": known[COUNTED] > 0}
    for name, flag in flags.items():
        percent = 100 * float(flag.mean())
        row = {"item": SHARE, "variable": name, "unit": "%"}
        yield {**row, "patients": int(flag.sum()), "percent": percent}


def _variable(name: str, own: Floats) -> Iterator[dict[str, Any]]:
    """The summary of a variable, and the bars of its histogram."""
    of = {"variable": name, "unit": UNITS[name]}
    spread = {"sd": float(own.std(ddof=1))} if len(own) > 1 else {}
    quantiles = dict(zip(LEVELS, np.quantile(own, [*LEVELS.values()]), strict=True))
    mean = float(own.mean())
    yield {"item": SUMMARY, **of, "patients": len(own), "mean": mean, **spread, **quantiles}
    counts, edges = np.histogram(own, edges_of(name, own))
    for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True):
        share = 100 * count / len(own)
        yield {"item": BAR, **of, "patients": count, "percent": share, "from": low, "to": high}


def edges_of(name: str, own: Floats) -> Floats:
    """Ends of the bars of a histogram: round a whole number, or of equal width.

    Examples
    --------
    >>> edges_of("vertebral_fractures", np.array([0.0, 2.0])).tolist()
    [-0.5, 0.5, 1.5, 2.5]
    """
    if name == COUNTED:
        step = max(1, int(np.ceil((own.max() - own.min() + 1) / BINS)))
        return np.arange(own.min() - 0.5, own.max() + 0.5 + step, step)
    count = min(BINS, max(5, int(np.sqrt(len(own)))))
    return np.histogram_bin_edges(own, count)


def _is_baseline(fact: Fact, arms: tuple[str, ...], known: Mapping[str, Floats]) -> bool:
    """Whether a fact is the mean of a variable at entry, in all patients of an arm."""
    is_entry = fact.statistic == "entry" and fact.of in known
    return is_entry and fact.is_of_all and fact.is_about(arms)


def _published(fact: Fact) -> dict[str, Any]:
    spread = {} if fact.spread is None else {"reported_sd": fact.spread}
    of = {"item": PUBLISHED, "variable": fact.of, "unit": fact.unit, "arm": fact.arm}
    return {**of, "fact": fact.name, "reported": fact.value, **spread}
