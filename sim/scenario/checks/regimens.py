"""The regimens that each arm can reach, how, and whether `effects` has a row for each.

A therapy that begins when another has ended needs that therapy in each arm, with an end.

The checks read the tree of a file, so that a misspelt key elsewhere does not hide a missing row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from sim.scenario.checks.forms import reader
from sim.scenario.form.quantities import Days
from sim.scenario.form.regimen import NO_THERAPY, canonical_name, name_of, regimen_of
from sim.scenario.form.study import AS_A_COURSE, BY_INFUSION, Scenario, Therapy
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.mistakes import Mistake, nearest
from sim.scenario.text.provenance import Plain
from sim.vocabulary import MOST_THERAPIES

Therapies = Mapping[str, Infusions | Course | str]
"""Therapies by name; a therapy that is not valid is the name of its kind."""


def reachable(scenario: Scenario, arm: str) -> dict[str, str]:
    """The regimens that an arm needs effects for, by name, each with how it is reached."""
    return _reachable(scenario.arms[arm], scenario.therapies, scenario.horizon)


def reached_by(scenario: Scenario) -> set[str]:
    """The names of the regimens that any arm can reach."""
    return {name for arm in scenario.arms for name in reachable(scenario, arm)}


def therapies_in(plain: Plain) -> Therapies:
    """The therapies of a file whose other parts may not be valid."""
    return {name: _therapy(tree) for name, tree in plain.mapping("therapies").items()}


def horizon_in(plain: Plain) -> float:
    """The horizon of a file whose other parts may not be valid, in days; 0 without one."""
    return _read(Days, plain.tree.get("horizon")) or 0.0


def check_regimens(plain: Plain, therapies: Therapies, horizon: float) -> Iterator[Mistake]:
    """Mistakes of arms and effects: unknown therapies, regimens without effects."""
    arms = {arm: names for arm, names in plain.mapping("arms").items() if _are_texts(names)}
    yield from _unknown_in_arms(arms, therapies, plain)
    yield from _unknown_in_effects(therapies, plain)
    yield from _unknown_comparator(arms, plain)
    for name in plain.mapping("loss", "arms"):
        if name not in arms:
            message = f"'{name}' is not an arm; {nearest(name, arms)}"
            yield plain.mistake(("loss", "arms", name), message, at_key=True)
    yield from _unknown_in_base_rate(plain)
    for arm, names in arms.items():
        if len(names) <= MOST_THERAPIES and all(name in therapies for name in names):
            yield from _missing_rows(arm, _reachable(names, therapies, horizon), plain)


def _reachable(names: list[str], therapies: Therapies, horizon: float) -> dict[str, str]:
    reached = {}
    for size in range(len(names) + 1):
        for absent in combinations(names, size):
            why = "; ".join(_why_absent(name, therapies[name], horizon) for name in absent)
            regimen = name_of(frozenset(names) - set(absent))
            reached[regimen] = why or _why_all(names, therapies)
    return reached


def _why_all(names: list[str], therapies: Therapies) -> str:
    """How all therapies of an arm come to act together."""
    for name in names:
        therapy = therapies[name]
        if not isinstance(therapy, str) and therapy.start.after in names:
            return f"{name} has begun and {therapy.start.after} wears off"
    return "as planned"


def _why_absent(name: str, therapy: Infusions | Course | str, horizon: float) -> str:
    """Why a therapy of an arm does not act fully for a time; for the markers each has such a time.

    A therapy begins late, ends early, or reaches the markers only after its onset.
    """
    if not isinstance(therapy, str) and therapy.start.after is not None:
        return f"{name} waits for the end of {therapy.start.after}"
    if not isinstance(therapy, str) and therapy.start.is_on_fracture:
        return f"{name} waits for a fracture"
    if isinstance(therapy, Course):
        if therapy.start.day > 0:
            return f"{name} begins after enrolment"
        if therapy.intolerance is not None:
            return f"{name} is stopped or reduced for intolerance"
        if therapy.duration is not None and therapy.duration < horizon:
            return f"{name} ends by plan"
        if therapy.stop is not None:
            return f"{name} is stopped at a visit"
        if therapy.relative_dose != 1:
            return f"the dose of {name} differs from its `action_1`"
    if isinstance(therapy, Infusions) or therapy == BY_INFUSION:
        return (
            f"the action of {name} changes between doses, and its effect is counted from this row"
        )
    return f"the markers respond to {name} with a delay"


def _unknown_in_arms(
    arms: Mapping[str, list[str]], therapies: Therapies, plain: Plain
) -> Iterator[Mistake]:
    for arm, names in arms.items():
        for i, name in enumerate(names):
            if name not in therapies or name in names[:i]:
                known = name in therapies
                problem = "listed twice" if known else f"not a therapy; {nearest(name, therapies)}"
                yield plain.mistake(("arms", arm, i), f"'{name}' is {problem}")


def _unknown_in_effects(therapies: Therapies, plain: Plain) -> Iterator[Mistake]:
    for row in plain.mapping("effects"):
        for name in sorted(regimen_of(row)):
            if name not in therapies:
                message = f"'{name}' is not a therapy; {nearest(name, [*therapies, NO_THERAPY])}"
                yield plain.mistake(("effects", row), message, at_key=True)


def _unknown_comparator(arms: Iterable[str], plain: Plain) -> Iterator[Mistake]:
    name = plain.tree.get("comparator")
    if isinstance(name, str) and name not in arms:
        yield plain.mistake(("comparator",), f"'{name}' is not an arm; {nearest(name, arms)}")


def _unknown_in_base_rate(plain: Plain) -> Iterator[Mistake]:
    rate = plain.mapping("fractures").get("base_rate")
    on = rate.get("on") if isinstance(rate, dict) else None
    rows = plain.mapping("effects")
    if isinstance(on, str) and canonical_name(on) not in rows:
        message = f"'{on}' is not a regimen of `effects`; {nearest(on, rows)}"
        yield plain.mistake(("fractures", "base_rate", "on"), message)


def _missing_rows(arm: str, reached: dict[str, str], plain: Plain) -> Iterator[Mistake]:
    rows = plain.mapping("effects")
    for regimen, how in reached.items():
        if regimen not in rows:
            row = f"but `effects` has no row for it; rows: {', '.join(rows)}"
            message = f"needs the effect of the regimen '{regimen}' ({how}), {row}"
            yield plain.mistake(("arms", arm), message, at_key=True)


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
    if _ends(therapies[before]):
        return ""
    is_course = isinstance(therapies[before], Course)
    end = (
        "it `for: 24 months`, or an intolerance" if is_course else "its last phase `for: 24 months`"
    )
    return f"never begins: {before} has no end; give {end}"


def _ends(therapy: Infusions | Course | str) -> bool:
    """True where a therapy can end; a therapy that is not valid counts as one that can."""
    if isinstance(therapy, str):
        return True
    if therapy.stop is not None:
        return True
    if isinstance(therapy, Course):
        stops = therapy.intolerance is not None and therapy.on_intolerance[-1] == "stop"
        return stops or therapy.duration is not None
    reactions = therapy.reactions.values()
    chances = [therapy.ends_course, *(r.ends_course * max(r.first, r.later) for r in reactions)]
    return therapy.schedule.duration is not None or any(chance > 0 for chance in chances)


def _absent_in_arms(after: dict[str, str], plain: Plain) -> Iterator[Mistake]:
    """Arms in which a therapy waits for one that the arm does not have."""
    arms = plain.tree.get("arms")
    for arm, names in arms.items() if isinstance(arms, dict) else ():
        for i, name in enumerate(names if isinstance(names, list) else []):
            before = after.get(name) if isinstance(name, str) else None
            if before is not None and before not in names:
                message = f"'{name}' never begins: it waits for {before}, not in this arm"
                yield plain.mistake(("arms", arm, i), message)


def _are_texts(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _therapy(tree: Any) -> Infusions | Course | str:
    given = isinstance(tree, dict) and bool({"infusion", "injection"} & set(tree))
    return _read(Therapy, tree) or (BY_INFUSION if given else AS_A_COURSE)


def _read(form: Any, tree: Any) -> Any:
    """A part of a file as its form; None where it is not valid, which its form reports."""
    try:
        return reader(form).validate_python(tree)
    except ValidationError:
        return None
