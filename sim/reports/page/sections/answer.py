"""The answer in few sentences: bone, fractures, and net benefit where the scenario has costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from sim.display.figures.differences import label_of, scale_of
from sim.display.figures.uncertain import HIGH, LOW
from sim.display.tables.answer import Outcome, net_benefit, outcomes
from sim.experiments.worth import worth
from sim.reports.page.contents import Contents
from sim.reports.page.sections import Section
from sim.reports.page.values import limits, rounded
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd


class Sentence(NamedTuple):
    """One outcome in words, and the two intervals of the bar below the words."""

    outcome: str
    unit: str
    words: Markup
    bar: Bar


class Bar(NamedTuple):
    """An estimate with its intervals, as places from 0 to 100 on a scale that holds 0."""

    zero: float
    estimate: float
    low: float
    high: float
    uncertain_low: float | None
    uncertain_high: float | None


def section(contents: Contents) -> Section | None:
    """The main outcomes of a run in words; None for another kind of result."""
    if not contents.is_run:
        return None
    facts = {
        "sentences": [*_sentences(contents)],
        "ratios": [*_ratios(contents)],
        "patients": contents.study.scenario.cohort.patients,
        "clinics": contents.study.scenario.clinics,
        "draws": _draws(contents.uncertainty),
    }
    return Section("answer", "Answer", "Answer", "answer.html", facts)


def _ratios(contents: Contents) -> Iterator[str]:
    """What the ratio of extra cost to extra QALYs says, or why it has no finite interval."""
    if not contents.has_worth:
        return
    for one in worth(contents.kept).compared:
        arm, against = one.arms
        yield f"{arm} {one.verdict}, beside {against}. 95 % Monte Carlo interval: {one.interval}."


def _draws(uncertainty: pd.DataFrame | None) -> str:
    return "" if uncertainty is None else str(uncertainty["uncertain_from"].iloc[0])


def _sentences(contents: Contents) -> Iterator[Sentence]:
    of_worth = contents.kept.table("worth") if contents.has_worth else None
    for outcome in (*outcomes(contents.summary), *net_benefit(contents.study, of_worth)):
        ends = _uncertain(contents.uncertainty, outcome)
        row, unit = outcome.row, scale_of(outcome.name, outcome.row["unit"])
        words = _words(outcome, unit, ends)
        yield Sentence(label_of(outcome.name), unit, words, _bar(row, ends))


def _words(outcome: Outcome, unit: str, ends: tuple[float, float] | None) -> Markup:
    """What the outcome is, in which arm it is higher and by how much, with the intervals."""
    row = outcome.row
    low, high, estimate = row["low"], row["high"], row["estimate"]
    name = label_of(outcome.name)
    if row["against_arm"]:
        side = "higher" if estimate > 0 else "lower"
        each = [
            rounded(outcome.arms[arm]["estimate"], low, high)
            for arm in Arms(row["arm"], row["against_arm"])
        ]
        size = rounded(abs(estimate), low, high)
        said = Markup(
            "{} at month {:g}: <b>{} {} {}</b> with {} than with {} ({} against {})"
        ).format(name, row["time"], size, unit, side, row["arm"], row["against_arm"], *each)
    else:
        size = rounded(estimate, low, high)
        said = Markup("{} at month {:g}: <b>{} {}</b> with {}").format(
            name, row["time"], size, unit, row["arm"]
        )
    said += Markup("; the 95\u00a0% Monte Carlo interval of the {} is {}").format(
        "difference" if row["against_arm"] else "estimate", limits(low, high)
    )
    if ends is not None:
        said += Markup(", with uncertain inputs {}").format(limits(*ends))
    if row["against_arm"] and low <= 0 <= high:
        said += Markup(". The interval includes 0: the arms may be alike")
    return said + Markup(".")


def _uncertain(uncertainty: pd.DataFrame | None, outcome: Outcome) -> tuple[float, float] | None:
    """The interval of an outcome over the draws; None without a sweep or where it has none."""
    if uncertainty is None:
        return None
    row = outcome.row
    same = uncertainty["outcome"] == outcome.name
    for key in (*Arms._fields, "time"):
        same &= uncertainty[key] == row[key]
    found = uncertainty[same]
    if found.empty or found[LOW].isna().any():
        return None
    return float(found[LOW].iloc[0]), float(found[HIGH].iloc[0])


def _bar(row: Any, ends: tuple[float, float] | None) -> Bar:
    marks = [0.0, row["estimate"], row["low"], row["high"], *(ends or ())]
    first, last = min(marks), max(marks)
    room = 0.06 * (last - first) or 1.0
    first, last = first - room, last + room
    places = [100 * (mark - first) / (last - first) for mark in marks]
    return Bar(*(places if ends else [*places, None, None]))
