"""Events and measured values of a patient, in the words of a clinician."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sim.scenario import Scenario
from sim.scenario.form.rules import Stop
from sim.vocabulary import CANCELLED, NOT_COMING, SITES, SKIPPED, Event

NOT_GIVEN = {
    CANCELLED: "missed",
    NOT_COMING: "missed: not coming",
    SKIPPED: "skipped by the clinic",
}
"""Reasons for a dose that is not given, as the log has them."""

MEASURED = {
    "spine_g_cm2": ("spine", "g/cm2", "spine_t"),
    "hip_g_cm2": ("hip", "g/cm2", "hip_t"),
    "ctx_pg_ml": ("CTX", "pg/mL", ""),
    "balp_iu": ("BALP", "IU", ""),
    "tryptase_ug_l": ("tryptase", "ug/L", ""),
}
"""Name in a sentence, unit, and column of the T-score of each quantity of the tables."""

UNSEEN: Mapping[str, float] = MappingProxyType({})
"""A day without a visit."""

_DOSES = {1.0: "full dose", 0.5: "half dose", 0.25: "a quarter of the dose"}


def measured(values: Mapping[str, float]) -> str:
    """Values of one visit as text.

    Parameters
    ----------
    values : mapping of str to float
        Values by quantity; T-scores as `spine_t` and `hip_t`.

    Returns
    -------
    str
        Values with units.

    Examples
    --------
    >>> measured({"spine_g_cm2": 0.712, "spine_t": -3.04, "ctx_pg_ml": 120.0})
    'spine 0.712 g/cm2 T -3.0; CTX 120 pg/mL'
    """
    parts = []
    for quantity, (name, unit, score) in MEASURED.items():
        if quantity in values:
            value = values[quantity]
            shown = f"{value:.3f}" if score else amount(value)
            t_score = f" T {signed(values[score])}" if score else ""
            parts.append(f"{name} {shown} {unit}{t_score}")
    return "; ".join(parts)


AT_THE_CLINIC: dict[str, str] = {
    Event.ROOM: "({value:.0f} minutes in the waiting room)",
    Event.NO_DRUG: "(put off while there was no drug)",
    Event.SENT_HOME: "{what}: came, was sent home and waits again",
}
"""Words of what a clinic says of a visit."""


def happened(
    event: str, what: str, value: float, scenario: Scenario, begins: bool,
    seen: Mapping[str, float] = UNSEEN,
) -> str:  # fmt: skip
    """One event as text.

    Parameters
    ----------
    event, what, value
        Row of the table `events` (`sim.results.Tables`).
    scenario : Scenario
        Scenario of the table.
    begins : bool
        True for the first day of a course.
    seen : mapping of str to float, optional
        What was measured on the day of the event, by quantity. These values tell whether a rule
        ended a therapy.

    Returns
    -------
    str
        The event in a few words.
    """
    if event == Event.INFUSION:
        return f"{what} {value:.0f} mg" if value >= 10 else f"{what} {value:.2g} mg"
    if event == Event.MISSED_INFUSION:
        return f"{what} {NOT_GIVEN[value]}"
    if event == Event.WAITED:
        return f"after {days(value)} of waiting"
    if event in AT_THE_CLINIC:
        return AT_THE_CLINIC[event].format(what=what, value=value)
    if event == Event.COURSE:
        return f"{what} begins (full dose)" if begins else _ends(what, scenario, seen)
    if event == Event.SCHEDULE_ENDED:
        return _ends(what, scenario, seen)
    if event == Event.INTOLERANCE:
        return _intolerance(what, value, scenario)
    if event == Event.REACTION:
        name, therapy = _reaction(what, scenario)
        return f"{name} after {therapy}{f'; {therapy} ends' if value else ''}"
    if event == Event.FRACTURE:
        return f"{ordinal(int(value))} {what} fracture"
    if event == Event.DEATH:
        return f"died ({what} fracture)" if what in SITES else f"died ({what} mortality)"
    return "lost to follow-up: nothing more is known" if event == Event.LOST else "end of follow-up"


def _ends(therapy: str, scenario: Scenario, seen: Mapping[str, float]) -> str:
    """The end of a therapy: by its rule where a visit of that day fulfils it, else by its plan."""
    rule = rule_of_end(therapy, scenario, seen)
    if rule is None:
        return f"{therapy} ends as planned"
    score = seen[f"{rule.condition.bone}_t"]
    return f"{therapy} ends by its rule ({rule.when}; measured: {score:.2f})"


def rule_of_end(therapy: str, scenario: Scenario, seen: Mapping[str, float]) -> Stop | None:
    """Find the rule that ended a therapy.

    Parameters
    ----------
    therapy : str
        Name of the therapy.
    scenario : Scenario
        Its scenario.
    seen : mapping of str to float
        What was measured on the day of the end, by quantity.

    Returns
    -------
    Stop or None
        The rule; None where the therapy ended as planned.
    """
    stop = scenario.therapies[therapy].stop
    score = seen.get(f"{stop.condition.bone}_t") if stop else None
    return stop if stop and score is not None and stop.condition.holds(score) else None


def in_sequence(words: list[str]) -> str:
    """List words as in a sentence.

    Parameters
    ----------
    words : list of str
        At least one word.

    Returns
    -------
    str
        The words with commas and "and".

    Examples
    --------
    >>> in_sequence(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def days(number: float) -> str:
    """Write a number of days.

    Examples
    --------
    >>> days(1), days(12.0)
    ('1 day', '12 days')
    """
    return "1 day" if number == 1 else f"{number:.0f} days"


def ordinal(number: int) -> str:
    """Write an ordinal number.

    Parameters
    ----------
    number : int
        Positive number.

    Returns
    -------
    str
        The number with its ending.

    Examples
    --------
    >>> ordinal(1), ordinal(12), ordinal(22)
    ('1st', '12th', '22nd')
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 <= number % 100 <= 20 else ending}"


def signed(score: float) -> str:
    """Write a T-score with one decimal, and zero without a minus sign.

    Parameters
    ----------
    score : float
        T-score, SDs.

    Returns
    -------
    str
        The T-score as text.

    Examples
    --------
    >>> signed(-0.04)
    '0.0'
    """
    return f"{round(score, 1) + 0.0:.1f}"


def amount(value: float) -> str:
    """Write the value of a marker: without decimals from 100, else with one.

    Parameters
    ----------
    value : float
        Value in any unit.

    Returns
    -------
    str
        The value as text, without its unit.

    Examples
    --------
    >>> amount(356.7), amount(20.04)
    ('357', '20.0')
    """
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _intolerance(therapy: str, action: float, scenario: Scenario) -> str:
    if action == 0:
        return f"{therapy} stopped for poor tolerance"
    share = action / getattr(scenario.therapies[therapy], "relative_dose", 1.0)
    dose = _DOSES.get(round(share, 6), f"{share * 100:.3g} % of the dose")
    return f"{therapy} at {dose} (poor tolerance)"


def _reaction(what: str, scenario: Scenario) -> tuple[str, str]:
    """Name and therapy of a reaction. The table adds the therapy if several have the reaction."""
    for name, therapy in scenario.therapies.items():
        for reaction in getattr(therapy, "reactions", {}):
            if what in (reaction, f"{name} {reaction}"):
                return reaction, name
    raise KeyError(what)
