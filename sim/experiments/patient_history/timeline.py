"""One patient on a time axis: the words of each lane, and the figure and its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RequestError
from sim.experiments.patient_history.lines import visits_of
from sim.experiments.patient_history.words import UNSEEN, happened, rule_of_end
from sim.results import Tables
from sim.results.atomic_file import whole_file
from sim.scenario import Scenario, Study
from sim.scenario.form.rules import Stop
from sim.vocabulary import FORMATS, Event

CHANGES = (Event.COURSE, Event.INTOLERANCE, Event.SCHEDULE_ENDED)
DOSES = {Event.INFUSION: "given", Event.MISSED_INFUSION: "missed"}

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Notes = dict[tuple[str, str], str]
"""A text by arm and lane."""


def figure_of(tables: Tables, study: Study, *told: Any) -> Figure:
    """Draw one patient on a time axis; `told` are the fields of `display.figures.life.Told`."""
    from sim.display.figures import life
    from sim.display.figures.caption import caption_of
    from sim.display.figures.style import showing, styled

    with styled():
        return showing(life.figure(tables, caption_of(study), life.Told(*told))[0])


def format_of(path: Path) -> str:
    """Read the kind of a figure from the ending of its file. Raises RequestError for another."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        endings = ", ".join(f".{name}" for name in FORMATS)
        raise RequestError(f"'{path}': the ending of a figure is one of {endings}")
    return kind


def write(figure: Figure, path: Path) -> None:
    """Write a figure to a file, whole or not at all; `format_of` has its kind.

    Raises RequestError for an ending of no figure, and OSError where the file cannot be written.
    """
    from sim.display.figures.style import UNDATED, styled

    kind = format_of(path)
    with whole_file(path) as file, styled():
        figure.savefig(file, format=kind, metadata=UNDATED[kind])


def notes_of(tables: Tables, scenario: Scenario) -> Notes:
    """What came of each lane of each arm.

    Parameters
    ----------
    tables : Tables
        Tables of one patient.
    scenario : Scenario
        Scenario of the tables.

    Returns
    -------
    dict
        A text by arm and lane, in the order in which the lanes stand: therapies of the arm, then
        reactions where there were any, then fractures and the end of follow-up.
    """
    notes, visits = Notes(), visits_of(tables, scenario)
    for arm, therapies in scenario.arms.items():
        own = tables.events[tables.events["arm"] == arm]
        for therapy in scenario.therapies:
            if therapy in therapies:
                notes[arm, therapy] = "; ".join(_of_therapy(own, therapy, scenario, visits[arm]))
        reactions = own[own["event"] == Event.REACTION]
        if len(reactions):
            counted = Counter(reactions["what"]).items()
            notes[arm, Event.REACTION] = ", ".join(_times(name, number) for name, number in counted)
        notes[arm, Event.FRACTURE] = _end(own, scenario)
    return notes


def _of_therapy(
    own: pd.DataFrame, therapy: str, scenario: Scenario, visits: Mapping[int, Mapping[str, float]]
) -> Iterator[str]:
    """How a therapy ended or was last changed, and doses given and missed.

    A rule that ended the therapy stands first, where the figure has room in any case.
    """
    rows = own[own["what"] == therapy]
    changes = rows[rows["event"].isin(CHANGES)]
    last = changes.iloc[-1].to_dict() if len(changes) else {}
    rule = _rule(therapy, last, scenario, visits)
    if rule is not None:
        yield f"ends at {rule.when}"
    numbers = {word: int((rows["event"] == event).sum()) for event, word in DOSES.items()}
    counts = [f"{number} {word}" for word, number in numbers.items() if number]
    if counts:
        yield ", ".join(counts)
    if rule is None and (len(changes) > 1 or (last and counts)):
        words = happened(last["event"], therapy, last["value"], scenario, False)
        yield words.removeprefix(f"{therapy} ")
    ended = own[(own["event"] == Event.REACTION) & (own["value"] == 1)]
    yield from (f"ended by {what}" for what in ended["what"] if _is_of(what, therapy, scenario))
    if rows.empty:
        yield "not begun"


def _rule(
    therapy: str, last: Mapping[Any, Any], scenario: Scenario,
    visits: Mapping[int, Mapping[str, float]],
) -> Stop | None:  # fmt: skip
    """The rule that ended a therapy, by the last change of the therapy."""
    is_course = last.get("event") == Event.COURSE
    if not last or last["event"] == Event.INTOLERANCE or (is_course and last["value"] > 0):
        return None
    return rule_of_end(therapy, scenario, visits.get(last["day"], UNSEEN))


def _is_of(reaction: str, therapy: str, scenario: Scenario) -> bool:
    names = getattr(scenario.therapies[therapy], "reactions", {})
    return any(reaction in (name, f"{therapy} {name}") for name in names)


def _end(own: pd.DataFrame, scenario: Scenario) -> str:
    """The number of fractures, and a death or a loss."""
    number = int((own["event"] == Event.FRACTURE).sum())
    fractures = {0: "no fracture", 1: "1 fracture"}.get(number, f"{number} fractures")
    ends = own[own["event"].isin([Event.DEATH, Event.LOST])]
    if ends.empty:
        return fractures
    event, what = str(ends["event"].iloc[-1]), str(ends["what"].iloc[-1])
    words = happened(event, what, 0.0, scenario, False).partition(":")[0]
    return f"{words}; {fractures}" if number else words


def _times(name: str, number: int) -> str:
    return name if number == 1 else f"{name}, {number} times"
