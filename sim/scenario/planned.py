"""The treatments of an arm as the protocol plans them: phases, courses and days of doses."""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.treatment import often, weekly


class Stretch(NamedTuple):
    """A phase of a schedule or a course, in days since enrolment, within the follow-up.

    `days` are those of the doses, empty for a course; `dose` and `interval` are words.
    """

    therapy: str
    dose: str
    interval: str
    begin: int
    end: int
    days: tuple[int, ...] = ()


def planned(scenario: Scenario, arm: str) -> dict[str, list[Stretch]]:
    """List what each therapy of an arm plans, where every dose is given and no patient stops.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    arm : str
        Name of an arm.

    Returns
    -------
    dict
        Stretches of each therapy of the arm, in the order of the scenario. A therapy has none where
        the plan has no day for its begin: it waits for an event, or begins after the follow-up.

    References
    ----------
    docs/decisions.md, section "One therapy after another".

    Examples
    --------
    >>> from sim.scenario import load
    >>> plan = planned(load("scenarios/laroche2011.yaml").scenario, "pamidronate")
    >>> [(phase.interval, len(phase.days)) for phase in plan["pamidronate"]]
    [('monthly', 24), ('quarterly', 12)]
    """
    own = [name for name in scenario.therapies if name in scenario.arms[arm]]
    return {name: _stretches(scenario, name) for name in own}


def begin_of(scenario: Scenario, name: str) -> int | None:
    """The day on which a therapy begins or begins to count; None where the plan has no such day."""
    start = scenario.therapies[name].start
    if start.is_on_fracture:
        return None
    if start.after is None:
        return 0
    end = _end(scenario, start.after)
    return None if end is None else end + max(round(start.wait), 1)


def _end(scenario: Scenario, name: str) -> int | None:
    """The day on which the plan ends a therapy; None where it does not."""
    therapy, begin = scenario.therapies[name], begin_of(scenario, name)
    if begin is None:
        return None
    if isinstance(therapy, Course):
        return None if therapy.duration is None else _course_days(therapy, begin)[1]
    if therapy.schedule.duration is None:
        return None
    return begin + round(therapy.start.day + therapy.schedule.duration)


def _course_days(therapy: Course, begin: int) -> tuple[int, int]:
    """First and last day of a course with a duration."""
    assert therapy.duration is not None
    first = round(therapy.start.day)
    last = max(round(therapy.start.day + therapy.duration), first + 1)
    return begin + first, begin + last


def _stretches(scenario: Scenario, name: str) -> list[Stretch]:
    therapy, begin, horizon = scenario.therapies[name], begin_of(scenario, name), scenario.horizon
    if begin is None or begin >= round(horizon):
        return []
    if isinstance(therapy, Course):
        return _course(therapy, name, begin, round(horizon))
    return _phases(therapy, name, begin, horizon)


def _course(therapy: Course, name: str, begin: int, horizon: int) -> list[Stretch]:
    first, last = begin + round(therapy.start.day), horizon
    if therapy.duration is not None:
        last = min(horizon, _course_days(therapy, begin)[1])
    words = str(therapy.course), weekly(therapy)
    return [Stretch(name, *words, first, last)] if first < last else []


def _phases(therapy: Infusions, name: str, begin: int, horizon: float) -> list[Stretch]:
    """The phases with a dose. A plan that waits counts its days from its begin."""
    stretches = []
    for phase, start in therapy.schedule.begins(therapy.start.day):
        days = tuple(begin + day for day in phase.days(start, horizon - begin))
        last = horizon if phase.duration is None else min(horizon, begin + start + phase.duration)
        if days:
            words = str(therapy.dose), often(phase)
            stretches.append(Stretch(name, *words, days[0], round(last), days))
    return stretches
