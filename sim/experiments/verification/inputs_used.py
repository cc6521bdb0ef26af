"""Every number of the file is read, and which of them change no outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from sim.experiments import blocks
from sim.experiments.blocks import Work
from sim.experiments.verification.subject import Changes, Path, Subject
from sim.experiments.verification.verdict import Verdict
from sim.scenario import ScenarioError, Study
from sim.scenario.form.therapy import Infusions
from sim.scenario.mistakes import dotted
from sim.vocabulary import SITES

LONGER = 4
"""Times the follow-up, for numbers whose time does not come within it."""

LISTED = {
    "nothing": "never read",
    "elsewhere": "about no patient, time or treatment of this study",
    "inputs": "read, without consequence for any outcome",
    "fixed": "with no other value allowed",
}

GENTLE = ("x1.1", "x0.9", "+1", "-1", "x0.5", "x3", "+0.5", "-0.2", "+50")


def every_number(subject: Subject) -> Verdict:
    """Each number is moved alone; something that reaches the patients or their outcomes moves too.

    A number that moves neither the inputs of the model nor an outcome is tried again in a wider
    study: followed longer, of women and men, with markers that follow treatment. If it moves
    nothing there either it is never read, and the check fails. The others are listed: those that
    only the wider study feels, and those that are read and change no outcome in these patients.
    """
    base = _Base(_outcomes(subject, subject.study), _inputs(subject, subject.study))
    seen = {name: _moves(subject, base, path) for name, path in paths(subject.study).items()}
    found = {what: [name for name, how in seen.items() if how == what] for what in LISTED}
    counts = ", ".join(f"{len(names)} {LISTED[what]}" for what, names in found.items())
    told = [f"{LISTED[what]}: {name}" for what, names in found.items() for name in names]
    evidence = f"{len(seen)} numbers moved one by one in {subject.some} patients: {counts}"
    return Verdict(not found["nothing"], evidence, tuple(told))


def paths(study: Study) -> dict[str, Path]:
    """Where each number of a study stands in its document, by the name that --set knows."""
    places = {dotted(path): path for path in _leaves(study.document, ())}
    return {number.path: places[number.path] for number in study.numbers if number.path in places}


def _leaves(node: Any, path: Path) -> Iterator[Path]:
    if isinstance(node, dict):
        for key, item in node.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(node, list):
        for place, item in enumerate(node):
            yield from _leaves(item, (*path, place))
    else:
        yield path


class _Base(NamedTuple):
    """What the study as it is comes to."""

    outcomes: tuple[object, ...]
    inputs: list[bytes]


def _moves(subject: Subject, base: _Base, path: Path) -> str:
    """What a number moves: an outcome, the inputs alone, nothing, or that it is fixed."""
    found = "fixed"
    for changes in _moved(subject, path):
        moved = _moved_by(subject, base, changes)
        if moved == "outcomes":
            return moved
        if moved == "inputs" or (moved == "nothing" and found == "fixed"):
            found = moved
    if found == "nothing" and _moves_in_wider(subject, path):
        return "elsewhere"
    return found


def _moves_in_wider(subject: Subject, path: Path) -> bool:
    """True where a number moves the inputs of a wider study."""
    wider = _wider(subject)
    inputs = _inputs(subject, subject.changed(wider))
    studies = [_valid(subject, {**wider, **changes}) for changes in _moved(subject, path)]
    return any(study is not None and _inputs(subject, study) != inputs for study in studies)


def _wider(subject: Subject) -> Changes:
    """Follow-up and plans four times as long, both sexes, markers that every regimen changes."""
    wider: dict[Any, Any] = {
        ("horizon",): f"{min(LONGER * subject.scenario.horizon, 36_500):.17g} days",
        ("cohort", "female"): "50 %",
    }
    for name, therapy in subject.scenario.therapies.items():
        if isinstance(therapy, Infusions):
            over = f"{LONGER * therapy.exposure.action_1.over:.17g} days"
            wider["therapies", name, "exposure", "action_1", "over"] = over
    for regimen in subject.scenario.effects:
        if regimen != "none":
            for marker in subject.scenario.cohort.markers:
                wider["effects", regimen, marker] = "-20 %"
    return wider


def _moved_by(subject: Subject, base: _Base, changes: Changes) -> str:
    study = _valid(subject, changes)
    if study is None:
        return "fixed"
    if _outcomes(subject, study) != base.outcomes:
        return "outcomes"
    return "inputs" if _inputs(subject, study) != base.inputs else "nothing"


def _valid(subject: Subject, changes: Changes) -> Study | None:
    """The changed study; None where the form does not allow it."""
    try:
        return subject.changed(changes)
    except ScenarioError:
        return None


def _outcomes(subject: Subject, study: Study) -> tuple[object, ...]:
    """Every outcome in every arm and subgroup, as sums over the patients; facts are left out."""
    study = replace(study, scenario=study.scenario.model_copy(update={"answers": None}))
    try:
        tally = blocks.do(Work([study], "batch", {}, False), range(subject.some)).tally
    except ScenarioError:
        return ("refused",)
    return (*tally.labels, tally.own.tobytes())


def _inputs(subject: Subject, study: Study) -> list[bytes]:
    """What the model is handed of the patients, in every arm."""
    try:
        arms = Subject(study, subject.many).inputs(subject.some)
    except ScenarioError:
        return []
    return [part.tobytes() for inputs in arms.values() for part in inputs]


def _moved(subject: Subject, path: Path) -> Iterator[Changes]:
    """The number moved a little, then more; shares of the sites at the expense of another site."""
    document: Any = subject.study.document
    for key in path:
        document = document[key]
    for how in GENTLE:
        text = moved(str(document), how)
        if text is not None and text != document:
            yield {path: text, **_in_turn(subject, path, text)}


def moved(text: str, how: str) -> str | None:
    """A quantity moved: `x1.1` times as much, or `+1` more in its unit."""
    match = re.fullmatch(
        r"((?:every\s+)?)([-+]?[\d.]+(?:[eE][-+]?\d+)?)(.*)", text.strip(), re.DOTALL
    )
    if match is None:
        return None
    number = float(match[2])
    by = number * float(how[1:]) if how[0] == "x" else number + float(how)
    if "of" in match[3].split():
        by = round(by)
    return f"{match[1]}{by:.10g}{match[3]}"


def _in_turn(subject: Subject, path: Path, text: str) -> Changes:
    """Shares of the sites add up to all: another site gives or takes what one gains or loses."""
    if path[:2] != ("fractures", "sites") or path[-1] != "share":
        return {}
    sites = {site: getattr(subject.scenario.fractures.sites, site).share for site in SITES}
    other = max((site for site in SITES if site != path[2]), key=lambda site: sites[site])
    try:
        now = float(text.split()[0])
    except ValueError:
        return {}
    left = 100 * (sites[str(path[2])] + sites[other]) - now
    return {("fractures", "sites", other, "share"): f"{left:.12g} %"}
