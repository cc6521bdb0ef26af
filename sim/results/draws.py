"""The draws of a kept sweep whose scenario has economics, and which sweeps have no use for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.economics.information.draws import HALVES, NAMES, Draws, covariances
from sim.outcomes.units import GROUP
from sim.results.kept import Kept
from sim.results.tables import Damaged
from sim.vocabulary import SAMPLED

if TYPE_CHECKING:
    import pandas as pd

TABLE = "worth_of_draws"
"""The table of cost and QALYs of each draw."""

FEWEST = 100
"""Draws below which a regression on the parameters says nothing."""


def why_not(kept: Kept) -> str:
    """Return why the draws of a result do not tell the value of information, empty if they do."""
    if kept.manifest.kind != "sweep":
        return "is not a sweep; the value of information needs one (`mastosim worth` values a run)"
    about = kept.detail("sweep")
    if about["design"] not in SAMPLED:
        return f"is a design of {about['design']}; allowed: {', '.join(SAMPLED)}"
    if len(kept.studies) > 1:
        return "holds several scenarios; the value of information needs one"
    if not (kept.folder / f"{TABLE}.parquet").exists():
        return "has no costs: its scenario has no `economics`"
    if about.get("patients_by_draw", "same") != "fresh":
        return (
            "has the same patients at each draw, whose chance no regression can tell from the "
            "parameters; write `patients_by_draw: fresh` in the sweep and run it again"
        )
    if about["patients"] < HALVES * GROUP:
        return f"has {about['patients']} patients per draw; allowed: {HALVES * GROUP} or more"
    few = about["draws"] < FEWEST
    return f"has {about['draws']} draws; allowed: {FEWEST} or more (`--draws`)" if few else ""


def read(kept: Kept) -> Draws:
    """Read the draws of a sweep of one scenario with economics.

    Raises Damaged for a file that is missing or cannot be read.
    """
    arms = [*kept.study.scenario.arms]
    worth = kept.parquet(TABLE)
    numbers = worth["draw"].unique()
    columns = {name: _wide(worth, name, arms) for name in _columns(arms)}
    names = [str(name) for name in kept.table("parameters")["parameter"]]
    values = _values(kept.parquet("outcomes", columns=["point", *names]), names, numbers)
    covariance = np.stack(
        [
            np.stack([columns[name][:, at] for name in covariances(arms)], axis=1)
            for at in range(len(arms))
        ],
        axis=1,
    )  # draws x arms x (2 x 2 x arms)
    by = covariance.reshape(len(numbers), len(arms), 2, 2 * len(arms)).transpose(0, 2, 1, 3)
    halves = [[columns[f"{name}_{half + 1}"] for name in NAMES] for half in range(HALVES)]
    return Draws(
        arms, names, columns["cost"], columns["qalys"], np.array(halves),
        by.reshape(len(numbers), 2 * len(arms), 2 * len(arms)), values,
        [int(number) for number in numbers],
    )  # fmt: skip


def _columns(arms: Sequence[str]) -> list[str]:
    parts = [f"{name}_{half + 1}" for half in range(HALVES) for name in NAMES]
    return [*NAMES, *parts, *covariances(arms)]


def _wide(worth: pd.DataFrame, name: str, arms: Sequence[str]) -> np.ndarray:
    """One column of the table with the arms side by side: draws x arms."""
    if name not in worth:
        raise Damaged(f"the table of draws has no column '{name}'; run again")
    return worth[name].to_numpy(float).reshape(-1, len(arms))


def _values(outcomes: pd.DataFrame, names: Sequence[str], numbers: np.ndarray) -> np.ndarray:
    """The values of the parameters at each draw: draws x parameters."""
    by_point = outcomes.drop_duplicates("point").set_index("point").loc[[*numbers]]
    return by_point[[*names]].to_numpy(float)
