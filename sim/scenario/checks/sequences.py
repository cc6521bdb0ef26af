"""Therapies that begin when another has ended: the other can end, and every arm has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario.checks.regimens import Therapies
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.mistakes import Mistake, nearest
from sim.scenario.text.provenance import Plain


def check_sequences(plain: Plain, therapies: Therapies) -> Iterator[Mistake]:
    """Mistakes of `start: {after: ...}`: unknown therapies, circles, therapies that never end."""
    after = {
        name: therapy.start.after
        for name, therapy in therapies.items()
        if not isinstance(therapy, str) and therapy.start.after is not None
    }
    for name, before in after.items():
        message = _problem(name, before, after, therapies)
        if message:
            yield plain.mistake(("therapies", name, "start", "after"), message)
    yield from _absent_in_arms(after, plain)


def _problem(name: str, before: str, after: dict[str, str], therapies: Therapies) -> str:
    """Why a therapy cannot follow another; empty where it can."""
    if before not in therapies:
        others = [other for other in therapies if other != name]
        return f"'{before}' is not a therapy; {nearest(before, others)}"
    circle = [name]
    while circle[-1] in after and after[circle[-1]] not in circle:
        circle.append(after[circle[-1]])
    if after.get(circle[-1]) == name:
        return f"never begins: {' waits for '.join([*circle, name])}"
    if not _ends(therapies[before]):
        return f"never begins: {before} has no end; give {_how_to_end(therapies[before])}"
    return ""


def _ends(therapy: Infusions | Course | str) -> bool:
    """True where a therapy can end; a therapy that is not valid counts as one that can."""
    if isinstance(therapy, str):
        return True
    if isinstance(therapy, Course):
        stops = therapy.intolerance is not None and therapy.on_intolerance[-1] == "stop"
        return stops or therapy.duration is not None
    reactions = therapy.reactions.values()
    chances = [therapy.ends_course, *(r.ends_course * max(r.first, r.later) for r in reactions)]
    return therapy.schedule.duration is not None or any(chance > 0 for chance in chances)


def _how_to_end(therapy: Any) -> str:
    if isinstance(therapy, Course):
        return "it `for: 24 months`, or an intolerance"
    return "its last phase `for: 24 months`"


def _absent_in_arms(after: dict[str, str], plain: Plain) -> Iterator[Mistake]:
    """Arms in which a therapy waits for one that the arm does not have."""
    arms = plain.tree.get("arms")
    for arm, names in arms.items() if isinstance(arms, dict) else ():
        for i, name in enumerate(names if isinstance(names, list) else []):
            before = after.get(name) if isinstance(name, str) else None
            if before is not None and before not in names:
                message = f"'{name}' never begins: it waits for {before}, not in this arm"
                yield plain.mistake(("arms", arm, i), message)
