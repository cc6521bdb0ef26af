"""The tables of a run: reported against simulated, then every outcome arm by arm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sim import evidence
from sim.display.numbers import MISSING, interval, is_missing, number, significant
from sim.display.tables import Printout, Rows, Sheet, answer, rows_of, side_by_side
from sim.outcomes.definitions.published import printed_interval
from sim.scenario.clinic import everyone, over_clinics
from sim.scenario.protocol import accrual, count_of_assumptions
from sim.vocabulary import DAYS_PER_MONTH, EVERYONE, Arms

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Study

INTERVAL = "95 % Monte Carlo interval"

FEW_CARRIERS = 10
"""Patients with an event below which an estimate gets a remark."""


def printout(
    study: Study, summary: pd.DataFrame | Rows, published: pd.DataFrame | Rows | None,
    worth: pd.DataFrame | None = None,
) -> Printout:  # fmt: skip
    """Reported against simulated where the scenario answers to a publication, then the arms."""
    facts = [] if published is None else rows_of(published)
    sheets = [_reported(study, facts)] if facts else []
    *above, last = _arms(study, rows_of(summary))
    sheets += [*above, last._replace(notes=_about_intervals(study))]
    return Printout(tuple(sheets), _about_study(study), answer.lines(study, summary, worth))


def precision(course: pd.DataFrame) -> tuple[str, ...]:
    """How many patients a precision that was asked for took, a line for each goal.

    `course` has a row for each goal and number of patients tried.
    """
    last = course[course["patients"] == course["patients"].max()]
    return tuple(line for row in last.to_dict("records") for line in _precision(row))


def _precision(row: Mapping[Any, Any]) -> Iterator[str]:
    """A goal, how far it was reached, and a remark if few patients carry the outcome."""
    name = f"{row['outcome']}, {Arms(row['arm'], row['against_arm']).label()}"
    reached = row["half_width"] <= row["goal"]
    yield (
        f"{name}: {number(row['estimate'])} ± {significant(row['half_width'], 2)} with "
        f"{row['patients']} patients; goal ± {row['goal']:g}"
        + ("" if reached else ", not reached: no run has more patients")
    )
    if row["carriers"] < FEW_CARRIERS:
        yield (
            f"{name}: {row['carriers']} patients carry this outcome. Below {FEW_CARRIERS} the "
            "interval is wide for its number of patients, and the estimate may change much."
        )


def _reported(study: Study, published: Rows) -> Sheet:
    """The published numbers beside the simulated ones."""
    paper = study.publication(study.scenario.answers or "")
    labels = evidence.labels(paper)
    intervals = {fact["fact"]: printed_interval(fact) for fact in paper["facts"]}
    as_printed = partial(significant, digits=6)  # with all digits that were published
    rows = [
        (
            labels[row["fact"]],
            row["unit"],
            _with_spread(row["reported"], row["reported_spread"], as_printed)
            + _in_brackets(intervals[row["fact"]]),
            _with_spread(row["simulated"], row["simulated_spread"]),
            MISSING if is_missing(row["low"]) else interval(row["low"], row["high"]),
        )
        for row in published
    ]
    heads = ("Reported against simulated", "unit", "reported", "simulated", INTERVAL)
    notes = (
        f"Reported: {evidence.short_citation(paper)}. After ±: standard deviation between "
        "patients; in brackets: 95 % interval, printed or from what is printed.",
        f"{INTERVAL}: of the simulated value; more virtual patients make it narrower.",
    )
    return Sheet(heads, rows, notes)


def _arms(study: Study, summary: Rows) -> Iterator[Sheet]:
    """Every outcome at its last time: two arms beside their difference, more arms above theirs.

    All patients first, then each subgroup.
    """
    columns = [*dict.fromkeys(map(_of_row, summary))]
    groups = [columns]
    if len(study.scenario.arms) > 2:
        groups = [[arms for arms in columns if bool(arms.against_arm) == is_difference]
                  for is_difference in (False, True)]  # fmt: skip
    for subgroup in dict.fromkeys(row["subgroup"] for row in summary):
        last: dict[tuple[Arms, str], Mapping[Any, Any]] = {}
        for row in summary:
            if row["subgroup"] == subgroup:
                before = last.setdefault((_of_row(row), row["outcome"]), row)
                if row["time"] > before["time"]:
                    last[_of_row(row), row["outcome"]] = row
        who = "" if subgroup == EVERYONE else f", {subgroup}"
        for group in groups:
            rows = [row for row in last.values() if _of_row(row) in group]
            yield side_by_side.sheet(f"{study.scenario.name}{who}", rows, side_by_side.ARMS)


def _of_row(row: Mapping[Any, Any]) -> Arms:
    """The arm of a row, or the difference of two."""
    return Arms(row["arm"], row["against_arm"])


def _about_intervals(study: Study) -> tuple[str, ...]:
    """Whose means the arms show, and what their intervals say."""
    scenario = study.scenario
    paired = "Differences are paired: the same patients and random numbers in every arm."
    return (
        f"Means over {everyone(scenario)} with 95 % Monte Carlo intervals;",
        "changes over the patients alive at the visit.",
        *([paired] if len(scenario.arms) > 1 else []),
        *over_clinics([scenario]),
        *side_by_side.ABOUT_INTERVALS,
    )


def _about_study(study: Study) -> tuple[str, ...]:
    """How much of a result is assumed, and what its differences depend on."""
    beyond = study.scenario.beyond_evidence
    month = round(beyond.after / DAYS_PER_MONTH)
    extrapolated = (
        f"Extrapolation beyond the last evidence (month {month}): bone density changes by "
        f"{beyond.rate:g} %/year."
    )
    return (
        f"{count_of_assumptions(study.numbers, study.premises)}; `mastosim check` lists them.",
        f"Annual increase read as: {accrual(study.scenario)}.",
        "Fracture differences depend on this interpretation.",
        *([extrapolated] if study.scenario.horizon > beyond.after else []),
    )


def _in_brackets(printed: tuple[float, float]) -> str:
    """The printed interval of a number, where there is one."""
    if is_missing(printed[0]):
        return ""
    low, high = (significant(end, 6) for end in printed)
    return f" [{low}, {high}]"


def _with_spread(value: float, spread: float, written: Callable[[float], str] = number) -> str:
    """A number and the standard deviation between patients, where there is one."""
    return written(value) + ("" if is_missing(spread) else f" ± {written(spread)}")
