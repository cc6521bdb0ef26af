"""The regimens that each arm can reach, how, and whether the scenario says what they do."""

from __future__ import annotations

from itertools import chain, combinations

from sim.scenario.form.study import NO_THERAPY, Scenario
from sim.scenario.form.therapy import Infusions
from sim.scenario.layers import canonical_regimen
from sim.scenario.provenance import Plain
from sim.scenario.report import Mistake, dotted, nearest


def regimen_name(therapies: frozenset[str]) -> str:
    """How a set of therapies is named in `effects`; the empty set is `none`."""
    return canonical_regimen("+".join(therapies)) if therapies else NO_THERAPY


def why_absent(scenario: Scenario, name: str) -> str | None:
    """How a therapy of an arm is, for a time, not fully there; None if it always is."""
    therapy = scenario.therapies[name]
    if isinstance(therapy, Infusions):
        return f"the action of {name} rises and falls between infusions"
    if therapy.start > 0:
        return f"{name} begins after enrolment"
    if therapy.intolerance is not None:
        return f"{name} is stopped or reduced for intolerance"
    if therapy.duration is not None and therapy.duration < scenario.horizon:
        return f"{name} ends by plan"
    if therapy.relative_dose != 1:
        return f"the dose of {name} is not the one that acts as 1"
    return None


def reachable(scenario: Scenario, arm: str) -> dict[str, str]:
    """The regimens that an arm needs effects for, by name, each with how it is reached."""
    planned = [name for name in scenario.arms[arm] if name in scenario.therapies]
    loose = [name for name in planned if why_absent(scenario, name)]
    gone = chain.from_iterable(combinations(loose, size) for size in range(len(loose) + 1))
    return {
        regimen_name(frozenset(planned) - set(missing)): "; ".join(
            str(why_absent(scenario, name)) for name in missing
        )
        or "as planned"
        for missing in gone
    }


def check_regimens(scenario: Scenario, plain: Plain) -> list[Mistake]:
    """Mistakes of arms and effects: unknown therapies, regimens without effects."""
    mistakes = []
    for arm, therapies in scenario.arms.items():
        for i, name in enumerate(therapies):
            if name not in scenario.therapies or name in therapies[:i]:
                what = "is there twice" if name in scenario.therapies else "is not a therapy"
                message = f"'{name}' {what}; {nearest(name, scenario.therapies)}"
                at = plain.marks.get(("arms", arm, i))
                mistakes.append(Mistake(dotted(("arms", arm, i)), message, at))
    for regimen in scenario.effects:
        for name in [] if regimen == NO_THERAPY else regimen.split(" + "):
            if name not in scenario.therapies:
                message = (
                    f"'{name}' is not a therapy; {nearest(name, [*scenario.therapies, NO_THERAPY])}"
                )
                at = plain.key_marks.get(("effects", regimen))
                mistakes.append(Mistake(dotted(("effects", regimen)), message, at))
    if not mistakes:
        mistakes = [m for arm in scenario.arms for m in _missing_rows(scenario, plain, arm)]
    return mistakes


def _missing_rows(scenario: Scenario, plain: Plain, arm: str) -> list[Mistake]:
    at = plain.key_marks.get(("arms", arm))
    return [
        Mistake(f"arms.{arm}", f"can reach the regimen '{regimen}' ({how}), but `effects` "
                f"has no row for it; rows: {', '.join(scenario.effects)}", at)
        for regimen, how in reachable(scenario, arm).items()
        if regimen not in scenario.effects
    ]  # fmt: skip
