"""Patients that a reader picks: the life of each in every arm, as a time line and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sim.display.figures.form import formed
from sim.display.figures.style import styled
from sim.experiments.patient_history import Life, explain
from sim.reports.page.contents import Contents
from sim.reports.page.inline_svg import Inline, inline
from sim.reports.page.pictures import on_page
from sim.reports.page.sections import Section
from sim.vocabulary import Event

if TYPE_CHECKING:
    import pandas as pd

COUNT = 6
"""Patients that can be picked."""

SHOWN = {
    Event.FRACTURE: "has a fracture",
    Event.INTOLERANCE: "does not tolerate a therapy",
    Event.DEATH: "dies",
    Event.MISSED_INFUSION: "misses a dose",
}
"""Events for each of which the first patient that has it is shown, and the words for it."""


class Shown(NamedTuple):
    """A patient: the number, why the patient was chosen, the life, and both drawings."""

    patient: int
    why: str
    life: Life
    wide: Inline
    narrow: Inline


def section(contents: Contents) -> Section | None:
    """Some patients of a run; None for another kind of result, and for a run of another model.

    The first patients with a fracture, an intolerance, a death and a missed dose are shown, one
    without any of these, and the first of the cohort. Without the tables of patients the first of
    the cohort are shown.
    """
    if not contents.has_lives:
        return None
    patients = contents.study.scenario.cohort.patients
    chosen = _chosen(
        contents.kept.patients.events if contents.kept.has_patients else None, patients
    )
    lives = [_shown(contents, patient, why) for patient, why in sorted(chosen.items())]
    facts = {"lives": lives, "patients": patients}
    return Section("patients", "Patients", "Single patients", "lives.html", facts)


def count(contents: Contents) -> int:
    """How many drawings the section makes: two of each patient."""
    return 2 * min(COUNT, contents.study.scenario.cohort.patients) if contents.has_lives else 0


def _chosen(events: pd.DataFrame | None, patients: int) -> dict[int, str]:
    """The patients that are shown, and why."""
    reasons = [] if events is None else [*_reasons(events, patients)]
    first = ((number, "one of the first of the cohort") for number in range(patients))
    chosen: dict[int, str] = {}
    for number, why in (*reasons, *first):
        if len(chosen) < COUNT:
            chosen.setdefault(number, why)
    return chosen


def _reasons(events: pd.DataFrame, patients: int) -> Iterator[tuple[int, str]]:
    """The first patient with each kind of event, and the first without any of them."""
    chosen: set[int] = set()
    for event, words in SHOWN.items():
        having = {*events.loc[events["event"] == event, "patient"]} - chosen
        if having:
            chosen.add(min(having))
            yield int(min(having)), words
    eventful = set(events.loc[events["event"].isin([*SHOWN]), "patient"])
    yield from _first(number for number in range(patients) if number not in eventful)


def _first(numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    for number in numbers:
        yield number, "has no such event in any arm"
        return


def _shown(contents: Contents, patient: int, why: str) -> Shown:
    life = explain(contents.study, patient)
    drawings = [_drawing(life, width, contents.tick) for width in ("page", "column")]
    return Shown(patient, why, life, *drawings)


def _drawing(life: Life, width: str, tick: Callable[[], None]) -> Inline:
    with styled(), formed(on_page(width)):
        drawing = inline(life.plot(), f"life-{width}-{life.patient}")
    tick()
    return drawing
