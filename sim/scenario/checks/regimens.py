"""The regimens that each arm can reach, how, and whether the scenario says what they do.

Checked on the tree of a file and not on a finished Scenario, so that a misspelt key elsewhere
does not hide a missing regimen.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, combinations
from typing import Any

from pydantic import ValidationError

from sim.scenario.checks.forms import reader
from sim.scenario.form.quantities import Days
from sim.scenario.form.study import (
    AS_A_COURSE,
    BY_INFUSION,
    MOST_THERAPIES,
    NO_THERAPY,
    Scenario,
    Therapy,
)
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.mistakes import Mistake, nearest
from sim.scenario.text.paths import canonical_regimen, dotted
from sim.scenario.text.provenance import Plain

Therapies = Mapping[str, Infusions | Course | str]


def regimen_name(therapies: frozenset[str]) -> str:
    """How a set of therapies is named in `effects`; the empty set is `none`."""
    return canonical_regimen("+".join(therapies)) if therapies else NO_THERAPY


def reachable(scenario: Scenario, arm: str) -> dict[str, str]:
    """The regimens that an arm needs effects for, by name, each with how it is reached."""
    return _reachable(scenario.arms[arm], scenario.therapies, scenario.horizon)


def reached_by(scenario: Scenario) -> set[str]:
    """The regimens that any arm can reach."""
    return {regimen for arm in scenario.arms for regimen in reachable(scenario, arm)}


def check_regimens(plain: Plain) -> list[Mistake]:
    """Mistakes of arms and effects: unknown therapies, regimens without effects."""
    therapies = read_therapies(plain)
    arms = {arm: names for arm, names in _mapping(plain, "arms").items() if _are_words(names)}
    mistakes = [
        *_unknown_in_arms(arms, therapies, plain),
        *_unknown_in_effects(therapies, plain),
        *_unknown_comparator(arms, plain),
    ]
    horizon = _read(Days, plain.tree.get("horizon"))
    for arm, names in arms.items():
        if len(names) <= MOST_THERAPIES and all(name in therapies for name in names):
            mistakes += _missing_rows(arm, _reachable(names, therapies, horizon or 0.0), plain)
    return mistakes


def _reachable(names: list[str], therapies: Therapies, horizon: float) -> dict[str, str]:
    subsets = chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))
    return {
        regimen_name(frozenset(names) - set(missing)): "; ".join(
            _why_absent(name, therapies[name], horizon) for name in missing
        )
        or _why_all(names, therapies)
        for missing in subsets
    }


def _why_all(names: list[str], therapies: Therapies) -> str:
    """How all therapies of an arm come to act together."""
    for name in names:
        therapy = therapies[name]
        if not isinstance(therapy, str) and therapy.start.after in names:
            return f"{name} has begun and {therapy.start.after} wears off"
    return "as planned"


def _why_absent(name: str, therapy: Infusions | Course | str, horizon: float) -> str:
    """How a therapy of an arm is, for a time, not fully there. Each is, if only for the markers."""
    if not isinstance(therapy, str) and therapy.start.after is not None:
        return f"{name} waits for the end of {therapy.start.after}"
    if isinstance(therapy, Course):
        if therapy.start.on > 0:
            return f"{name} begins after enrolment"
        if therapy.intolerance is not None:
            return f"{name} is stopped or reduced for intolerance"
        if therapy.duration is not None and therapy.duration < horizon:
            return f"{name} ends by plan"
        if therapy.relative_dose != 1:
            return f"the dose of {name} is not the one that acts as 1"
    if isinstance(therapy, Infusions) or therapy == BY_INFUSION:
        return f"the action of {name} rises and falls between doses"
    return f"the markers feel {name} by and by"


def _unknown_in_arms(
    arms: Mapping[str, list[Any]], therapies: Therapies, plain: Plain
) -> list[Mistake]:
    mistakes = []
    for arm, names in arms.items():
        for i, name in enumerate(names):
            if name not in therapies or name in names[:i]:
                what = "is there twice" if name in therapies else "is not a therapy"
                message = f"'{name}' {what}; {nearest(str(name), therapies)}"
                at = plain.marks.get(("arms", arm, i))
                mistakes.append(Mistake(dotted(("arms", arm, i)), message, at))
    return mistakes


def _unknown_in_effects(therapies: Therapies, plain: Plain) -> list[Mistake]:
    mistakes = []
    for regimen in _mapping(plain, "effects"):
        for name in [] if regimen == NO_THERAPY else regimen.split(" + "):
            if name not in therapies:
                message = f"'{name}' is not a therapy; {nearest(name, [*therapies, NO_THERAPY])}"
                at = plain.key_marks.get(("effects", regimen))
                mistakes.append(Mistake(dotted(("effects", regimen)), message, at))
    return mistakes


def _unknown_comparator(arms: Mapping[str, list[Any]], plain: Plain) -> list[Mistake]:
    name = plain.tree.get("comparator")
    if not isinstance(name, str) or name in arms:
        return []
    message = f"'{name}' is not an arm; {nearest(name, arms)}"
    return [Mistake("comparator", message, plain.marks.get(("comparator",)))]


def _missing_rows(arm: str, reached: dict[str, str], plain: Plain) -> list[Mistake]:
    rows = _mapping(plain, "effects")
    at = plain.key_marks.get(("arms", arm))
    return [
        Mistake(f"arms.{arm}", f"can reach the regimen '{regimen}' ({how}), but `effects` "
                f"has no row for it; rows: {', '.join(rows)}", at)
        for regimen, how in reached.items()
        if regimen not in rows
    ]  # fmt: skip


def _are_words(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _mapping(plain: Plain, key: str) -> dict[str, Any]:
    found = plain.tree.get(key)
    return found if isinstance(found, dict) else {}


def read_therapies(plain: Plain) -> Therapies:
    """The therapies of a file by name; of one that is not valid (told elsewhere), its kind."""
    return {name: _read_therapy(t) for name, t in _mapping(plain, "therapies").items()}


def _read_therapy(tree: Any) -> Infusions | Course | str:
    given = isinstance(tree, dict) and bool({"infusion", "injection"} & set(tree))
    return _read(Therapy, tree) or (BY_INFUSION if given else AS_A_COURSE)


def _read(form: Any, tree: Any) -> Any:
    """A part of the tree as its form; None where it is not valid, which is told elsewhere."""
    try:
        return reader(form).validate_python(tree)
    except ValidationError:
        return None
