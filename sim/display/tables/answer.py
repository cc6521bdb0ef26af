"""The lines above the tables of a run: what was changed, and the first answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.display.numbers import is_missing, number, with_interval
from sim.display.tables import Rows, rows_of
from sim.economics.pricing import net_benefit as net_benefit_at
from sim.economics.valued import of_everyone
from sim.scenario.protocol import past_evidence
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


def lines(
    study: Study, summary: pd.DataFrame | Rows, worth: pd.DataFrame | None = None
) -> tuple[str, ...]:
    """Return the changes of the file, and main outcomes with their intervals.

    Parameters
    ----------
    study : Study
        The study that was simulated.
    summary : pandas.DataFrame or rows
        Its outcomes, with columns `arm`, `against_arm`, `subgroup`, `outcome`, `unit`, `time`,
        `estimate`, `low` and `high`.
    worth : pandas.DataFrame, optional
        Costs, QALYs and net benefit of a study with economics, with the same columns.

    Returns
    -------
    tuple of str
        One line for the changes, with economics one for a follow-up past the evidence, one for
        each outcome, and one for the interval. What the study does not have is left out.
    """
    answers = sentences(study, summary, worth)
    changed = [in_words(*setting) for setting in study.settings]
    beyond = "" if worth is None else past_evidence(study.scenario)
    return (
        *([f"Changed: {'; '.join(changed)}."] if changed else []),
        *([beyond] if beyond else []),
        *answers,
        *([LEFT_OUT] if answers else []),
        "",
    )


def sentences(
    study: Study, summary: pd.DataFrame | Rows, worth: pd.DataFrame | None = None
) -> list[str]:
    """Return a sentence on each main outcome; parameters are those of `lines`."""
    return [_in_words(found) for found in (*outcomes(summary), *net_benefit(study, worth))]


class Outcome(NamedTuple):
    """A main outcome at its last time.

    `row` is that of the first difference between arms, or of the only arm; `arms` are the rows of
    the arms by name.
    """

    name: str
    row: Row
    arms: Mapping[str, Row]


def outcomes(summary: pd.DataFrame | Rows) -> list[Outcome]:
    """Return the first bone and the first fracture outcome that a summary has.

    Parameters
    ----------
    summary : pandas.DataFrame or rows
        As of `lines`.

    Returns
    -------
    list of Outcome
        None, one or two outcomes.
    """
    of_all = [row for row in rows_of(summary) if row["subgroup"] == EVERYONE]
    return [found for names in (BONE, FRACTURE) for found in _first(of_all, names)]


def net_benefit(study: Study, worth: pd.DataFrame | None) -> list[Outcome]:
    """Return the net benefit at the middle threshold of a study with economics; none without it.

    Parameters
    ----------
    study, worth
        As of `lines`.
    """
    economics = study.scenario.economics
    if economics is None or worth is None:
        return []
    threshold = economics.thresholds[len(economics.thresholds) // 2]
    return [*_first(rows_of(of_everyone(worth)), (net_benefit_at(threshold),))]


def _first(summary: Rows, names: tuple[str, ...]) -> Iterator[Outcome]:
    """The first of some outcomes that the summary has."""
    there = {row["outcome"] for row in summary}
    known = [name for name in names if name in there]
    if not known:
        return
    of_name = [row for row in summary if row["outcome"] == known[0]]
    rows = [row for row in of_name if not is_missing(row["estimate"])]
    if not rows:
        return
    end = max(row["time"] for row in rows)
    last = [row for row in rows if row["time"] == end]
    arms = {row["arm"]: row for row in last if not row["against_arm"]}
    differences = [row for row in last if row["against_arm"]]
    yield Outcome(known[0], differences[0] if differences else next(iter(arms.values())), arms)


def _in_words(outcome: Outcome) -> str:
    """A sentence on an outcome."""
    row = outcome.row
    each = ", ".join(f"{arm} {number(of['estimate'])}" for arm, of in outcome.arms.items())
    both = f" ({each})" if row["against_arm"] else ""
    what = Arms(row["arm"], row["against_arm"]).label()
    estimate = with_interval(row["estimate"], row["low"], row["high"])
    name = outcome.name[0].upper() + outcome.name[1:]
    return f"{name} at month {row['time']:g}, {row['unit']}: {what} {estimate}{both}."
