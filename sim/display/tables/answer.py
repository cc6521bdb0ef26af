"""The lines above the tables of a run: what was changed, and the first answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import number, with_interval
from sim.scenario.text.settings import in_words
from sim.vocabulary import BONES, EVERYONE, Arms

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Study

BONE = tuple(f"{bone} change" for bone in BONES)
FRACTURE = ("all fractures", "any fracture")
LEFT_OUT = (
    "In brackets: 95 % Monte Carlo interval. It leaves out how uncertain the published numbers are "
    "(`mastosim sweep`) and how their annual increase is read (`mastosim readings`)."
)

Row = Mapping[Hashable, Any]


def lines(study: Study, summary: pd.DataFrame) -> tuple[str, ...]:
    """Return the changes of the file, and a bone and a fracture outcome with their intervals.

    Parameters
    ----------
    study : Study
        The study that was simulated.
    summary : pandas.DataFrame
        Its outcomes, with columns `arm`, `against_arm`, `subgroup`, `outcome`, `unit`, `time`,
        `estimate`, `low` and `high`.

    Returns
    -------
    tuple of str
        One line for the changes, one for each outcome, and one for the interval. An outcome that
        the study does not have is left out, as are changes if there are none.
    """
    of_all = summary[summary["subgroup"] == EVERYONE]
    answers = [line for names in (BONE, FRACTURE) for line in _answer(of_all, names)]
    changed = [in_words(*setting) for setting in study.settings]
    return (
        *([f"Changed: {'; '.join(changed)}."] if changed else []),
        *answers,
        *([LEFT_OUT] if answers else []),
        "",
    )


def _answer(summary: pd.DataFrame, names: tuple[str, ...]) -> Iterator[str]:
    """A sentence on the first of some outcomes that the summary has."""
    known = [name for name in names if name in set(summary["outcome"])]
    if not known:
        return
    rows = summary[summary["outcome"] == known[0]].dropna(subset=["estimate"])
    if rows.empty:
        return
    last = rows[rows["time"] == rows["time"].max()].to_dict("records")
    arms = {row["arm"]: row for row in last if not row["against_arm"]}
    differences = [row for row in last if row["against_arm"]]
    row = differences[0] if differences else next(iter(arms.values()))
    each = ", ".join(f"{arm} {number(of['estimate'])}" for arm, of in arms.items())
    both = f" ({each})" if differences else ""
    what = Arms(row["arm"], row["against_arm"]).label()
    estimate = with_interval(row["estimate"], row["low"], row["high"])
    yield (
        f"{known[0].capitalize()} at month {row['time']:g}, {row['unit']}: {what} {estimate}{both}."
    )
