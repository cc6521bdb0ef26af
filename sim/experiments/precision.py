"""How precisely a run must know an outcome, and whether it does yet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.runs import Result
from sim.outcomes import Tally
from sim.outcomes.estimates import Estimate
from sim.outcomes.summary import apart, estimate
from sim.scenario import Study
from sim.scenario.mistakes import nearest
from sim.vocabulary import EVERYONE, Z95, Arms, Engine, Progress

if TYPE_CHECKING:
    import pandas as pd

MOST = 10_000_000
"""Patients at which a run stops that has not become as precise as was asked."""

SHORT = {"spine": "spine annual increase", "hip": "hip annual increase"}
DIFFERENCE = "difference"
COLUMNS = ("patients", "outcome", *Arms._fields, "estimate", "half_width", "wanted")


class Goal(NamedTuple):
    """An outcome, of an arm or the difference between arms, and the half-width it is wanted with.

    `of` is empty for every arm and every difference.
    """

    outcome: str
    of: str
    half_width: float


class Reached(NamedTuple):
    """What a run knows of a goal: the estimate with the widest interval of those it is about."""

    goal: Goal
    arms: Arms
    found: Estimate

    @property
    def half_width(self) -> float:
        """Half of the 95 % Monte Carlo interval."""
        return Z95 * self.found.mc_error

    @property
    def is_reached(self) -> bool:
        """Whether the interval is as narrow as wanted."""
        return self.half_width <= self.goal.half_width


def read(texts: Iterable[str]) -> list[Goal]:
    """Goals as they are written: `spine.difference:0.1`. Raises RequestError for another form."""
    return [_goal(text) for text in texts]


def _goal(text: str) -> Goal:
    name, colon, width = text.rpartition(":")
    outcome, _, of = name.partition(".")
    try:
        half_width = float(width)
    except ValueError:
        half_width = 0.0
    if not colon or not outcome or not half_width > 0:
        raise RequestError(
            f"'{text}' is no precision; allowed: OUTCOME:HALF-WIDTH, OUTCOME.difference:HALF-WIDTH "
            "or OUTCOME.ARM:HALF-WIDTH with a number above 0, like spine.difference:0.1"
        )
    return Goal(SHORT.get(outcome, outcome), of, half_width)


def reached(goal: Goal, whole: Tally) -> Reached:
    """What the sums say of a goal so far. Raises RequestError for what the run does not have."""
    found = [(arms, value) for name, arms, value in _known(whole) if name == goal.outcome]
    if not found:
        names = dict.fromkeys(name for name, _, _ in _known(whole))
        known = [*SHORT, *names]
        raise RequestError(f"'{goal.outcome}' is no outcome; {nearest(goal.outcome, known)}")
    meant = [(arms, value) for arms, value in found if _is_meant(goal.of, arms)]
    if not meant:
        known = [DIFFERENCE, *(arms.label() for arms, _ in found)]
        raise RequestError(f"'{goal.outcome}' has no '{goal.of}'; {nearest(goal.of, known)}")
    return Reached(goal, *max(meant, key=lambda pair: pair[1].mc_error))


def until(
    study: Study,
    goals: Sequence[Goal],
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int = 1,
) -> tuple[Result, pd.DataFrame]:
    """Add patients until every goal is reached, or MOST of them are there.

    Returns the result, without tables, of a study of so many patients, and its course in COLUMNS:
    a row for each goal after each block. Raises RequestError for a goal that the study cannot have.
    """
    import pandas as pd

    course: list[tuple[object, ...]] = []

    def enough(whole: Tally) -> bool:
        found = [reached(goal, whole) for goal in goals]
        patients = int(whole.own[0, 0, 0])
        course.extend(rows(patients, found))
        if progress is not None:
            progress(*_share(patients, found))
        return all(goal.is_reached for goal in found)

    largest = study.with_(patients=MOST)
    result = runs.reduce(largest, None, None, engine, workers, enough=enough)
    return result, pd.DataFrame(course, columns=list(COLUMNS))


def _share(patients: int, found: Sequence[Reached]) -> tuple[int, int]:
    """Patients so far, and how many it should take: half-widths shrink with the square root."""
    worst = max(goal.half_width / goal.goal.half_width for goal in found)
    needed = patients * worst**2 if math.isfinite(worst) else MOST
    return patients, max(patients, min(round(needed), MOST))


def rows(patients: int, found: Sequence[Reached]) -> list[tuple[object, ...]]:
    """The course of a run: one row a goal, in COLUMNS."""
    return [
        (patients, r.goal.outcome, *r.arms, r.found.value, r.half_width, r.goal.half_width)
        for r in found
    ]


def _known(whole: Tally) -> Iterator[tuple[str, Arms, Estimate]]:
    """Every outcome of everyone at its last day: its name, whose it is, and its estimate."""
    last: dict[tuple[str, Arms], tuple[int, Estimate]] = {}
    for place, label in enumerate(whole.labels):
        if label.subgroup == EVERYONE:
            _keep(last, label.name, Arms(label.arm[1]), label.day, estimate(whole, place))
    for place, (one, other) in enumerate(whole.pairs):
        label = whole.labels[one]
        if label.subgroup == EVERYONE:
            arms = Arms(label.arm[1], whole.labels[other].arm[1])
            _keep(last, label.name, arms, label.day, apart(whole, place))
    for (name, arms), (_, value) in last.items():
        yield name, arms, value


def _keep(
    last: dict[tuple[str, Arms], tuple[int, Estimate]],
    name: str,
    arms: Arms,
    day: int,
    value: Estimate,
) -> None:
    if (name, arms) not in last or day >= last[name, arms][0]:
        last[name, arms] = (day, value)


def _is_meant(wanted: str, arms: Arms) -> bool:
    return wanted in ("", arms.label()) or (wanted == DIFFERENCE and arms.against_arm != "")
