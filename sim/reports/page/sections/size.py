"""What the published patients can and cannot say, as far as the results of the page tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from sim.display.figures.published import facts_for
from sim.display.numbers import significant
from sim.reports.page.contents import Contents
from sim.reports.page.sections import Section
from sim.reports.page.values import limits, value

if TYPE_CHECKING:
    from sim.results import Kept

OPEN = {
    "emulation": ("How much do studies of this size differ by chance?", "mastosim emulate"),
    "readings": ("What does the reading of the annual increase change?", "mastosim readings"),
    "sweep": ("How far do the uncertain inputs move the outcomes?", "mastosim sweep"),
    "power": ("How many patients would a randomised trial need?", "mastosim power"),
    "verification": ("Does the program pass its checks on this scenario?", "mastosim verify"),
}
"""Questions that each kind of result answers, and the command that makes it."""

ONE_BY_ONE = ("emulation", "power", "verification")
"""Kinds of result that take patients one by one, and refuse clinics."""

ENOUGH = 80.0
"""Power from which on a trial is called large enough, %."""


class Statement(NamedTuple):
    """What the patients say or do not say: the point in a few words, and its numbers."""

    point: str
    numbers: Markup


def section(contents: Contents) -> Section | None:
    """Statements from the emulations and power analyses of the page, and the open questions.

    None for a result that is no run and has no further results.
    """
    if not contents.is_run and not contents.others:
        return None
    every = [*_from_emulations(contents)]
    facts = {
        "can": [statement for can, statement in every if can],
        "cannot": [statement for can, statement in every if not can],
        "open": [row for kind, row in OPEN.items() if _is_open(kind, contents)],
        "patients": _patients(contents),
    }
    heading = "What the published patients can and cannot say"
    return Section("size", "What they can say", heading, "size.html", facts)


def _is_open(kind: str, contents: Contents) -> bool:
    """Whether a kind of result is missing, and can be made of the scenario of the page."""
    meets = contents.study.scenario.clinic is not None
    return not contents.of_kind(kind) and not (meets and kind in ONE_BY_ONE)


def _patients(contents: Contents) -> float | None:
    """The number of patients of the publication, where it is one of its facts."""
    facts = facts_for(contents.study) if contents.study.scenario.answers else {}
    return next((fact.value for fact in facts.values() if fact.statistic == "patients"), None)


def _from_emulations(contents: Contents) -> Iterator[tuple[bool, Statement]]:
    for kept in contents.of_kind("emulation"):
        scores = kept.table("scores")
        yield from _sizes(kept, scores)
        for row in scores[scores["counts_as"] == "prediction"].to_dict("records"):
            yield not row["covered"], _prediction(row)
        empty = scores[scores["statistic"] == "value"].sort_values("empty").iloc[-1]
        if empty["empty"] > 0:
            yield False, Statement(
                "Whether the groups differ, in every trial.",
                Markup("{} of {} simulated trials have an empty group: {}.").format(
                    value(float(empty["empty"])), value(float(empty["trials"] + empty["empty"])),
                    empty["label"],
                ),
            )  # fmt: skip


def _sizes(kept: Kept, scores: Any) -> Iterator[tuple[bool, Statement]]:
    """How far the annual increase of each group varies between trials, and if that includes 0."""
    known = facts_for(kept.study)
    for row in scores[scores["statistic"] == "value"].to_dict("records"):
        fact = known.get(row["fact"])
        if fact is None or fact.statistic != "annual_increase":
            continue
        is_sure = row["low"] > 0 or row["high"] < 0
        point = "more than chance" if is_sure else "not told from 0"
        yield is_sure, Statement(f"{row['label']}: {point}.", _among(row))


def _among(row: Mapping[Any, Any]) -> Markup:
    return Markup("95\u00a0% of trials of this size give {} {}; published: {}.").format(
        limits(row["low"], row["high"]),
        row["unit"],
        value(row["published"], significant(row["published"], 6)),
    )


def _prediction(row: Mapping[Any, Any]) -> Statement:
    """A number that was not put in: inside what trials give it tells nothing against the model."""
    verdict = (
        "agrees with the model, and with many others"
        if row["covered"]
        else "differs from the model"
    )
    return Statement(f"{row['label']}: {verdict}.", _among(row))
