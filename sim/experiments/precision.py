"""How precisely a run must know an outcome, and patients added until it does."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.clinics import refuse_clinics
from sim.experiments.side_by_side import Contrast, estimated
from sim.outcomes import SumTable
from sim.outcomes.estimates import Estimate
from sim.scenario import Study
from sim.scenario.mistakes import nearest
from sim.vocabulary import Arms, Progress

if TYPE_CHECKING:
    import pandas as pd

MOST = 10_000_000
"""Patients at which a run stops although a goal is not reached."""

SHORT = {"spine": "spine annual increase", "hip": "hip annual increase"}
DIFFERENCE = "difference"
COLUMNS = ("patients", "outcome", *Arms._fields, "estimate", "half_width", "goal", "carriers")


class Goal(NamedTuple):
    """An outcome, the arm or the difference, and the half-width that its 95 % interval must have.

    `of` is the name of an arm, `difference`, or empty for every arm and every difference.
    """

    outcome: str
    of: str
    half_width: float


class Reached(NamedTuple):
    """The estimate with the widest interval of those that a goal is about."""

    goal: Goal
    arms: Arms
    estimate: Estimate

    @property
    def half_width(self) -> float:
        """The longer side of the 95 % Monte Carlo interval."""
        return self.estimate.longer_side


def read(texts: Iterable[str]) -> list[Goal]:
    """Read goals of precision.

    Parameters
    ----------
    texts : iterable of str
        Goals such as `spine.difference:0.1`, the half-width in the unit of the outcome.

    Returns
    -------
    list of Goal
        One goal per text.

    Raises
    ------
    RequestError
        If a text has another form.

    Examples
    --------
    >>> read(["fractures.difference:2"])[0].half_width
    2.0
    """
    return [_goal(text) for text in texts]


def _goal(text: str) -> Goal:
    name, colon, width = text.rpartition(":")
    outcome, _, of = name.partition(".")
    try:
        half_width = float(width)
    except ValueError:
        half_width = 0.0
    if not colon or not outcome or not 0 < half_width < math.inf:
        raise RequestError(
            f"'{text}' is not a precision; allowed: OUTCOME:HALF-WIDTH, "
            "OUTCOME.difference:HALF-WIDTH or OUTCOME.ARM:HALF-WIDTH with a number above 0, like "
            "spine.difference:0.1"
        )
    return Goal(SHORT.get(outcome, outcome), of, half_width)


def reached(goal: Goal, table: SumTable) -> Reached:
    """Compare the interval of a run with a goal.

    Parameters
    ----------
    goal : Goal
        Outcome, arm or difference, and half-width.
    table : SumTable
        Sums over the patients so far.

    Returns
    -------
    Reached
        The estimate with the widest interval of those that the goal is about.

    Raises
    ------
    RequestError
        If the run does not have the outcome, the arm or the difference, or if the outcome cannot
        occur or was measured in no patient.
    """
    every = [*estimated(table, _all(table))]
    of_outcome = [(c.arms, estimate) for c, label, estimate in every if label.name == goal.outcome]
    if not of_outcome:
        known = [*SHORT, *dict.fromkeys(label.name for _, label, _ in every)]
        raise RequestError(f"'{goal.outcome}' is not an outcome; {nearest(goal.outcome, known)}")
    chosen = [(arms, estimate) for arms, estimate in of_outcome if _is_of(goal.of, arms)]
    if not chosen:
        known = [DIFFERENCE, *(arms.label() for arms, _ in of_outcome)]
        raise RequestError(f"'{goal.outcome}' has no '{goal.of}'; {nearest(goal.of, known)}")
    if all(label.most == 0 for _, label, _ in every if label.name == goal.outcome):
        raise RequestError(f"'{goal.outcome}' cannot occur in this scenario, so it is 0 exactly")
    if any(math.isnan(estimate.longer_side) for _, estimate in chosen):
        raise RequestError(f"'{goal.outcome}' was measured in none of {table.patients} patients")
    return Reached(goal, *max(chosen, key=lambda pair: pair[1].longer_side))


def until(
    study: Study,
    goals: Sequence[Goal],
    progress: Progress | None = None,
    workers: int | None = 1,
    tell: Callable[[int], None] | None = None,
) -> tuple[runs.Result, pd.DataFrame]:
    """Add patients until every goal is reached, or until there are `MOST` patients.

    The batch engine simulates them.

    Parameters
    ----------
    study : Study
        The study; its number of patients is not used.
    goals : sequence of Goal
        Goals from `read`.
    progress : callable, optional
        Called with the number of patients so far and an estimate of all.
    workers : int, optional
        Number of workers; as many as save time if None. The results do not depend on it.
    tell : callable, optional
        Called after the first block, if it is not enough, with an estimate of all patients.

    Returns
    -------
    result : Result
        The result of a study with this number of patients, without tables.
    course : DataFrame
        One row for each block and goal: patients so far, outcome, arm, against_arm, estimate,
        half_width (of the 95 % Monte Carlo interval), goal, and carriers (patients on whom the
        estimate rests).

    Raises
    ------
    RequestError
        If the study cannot have a goal.
    """
    refuse_clinics([study], "a run to a precision adds patients one by one")
    import pandas as pd

    course: list[tuple[object, ...]] = []

    def enough(table: SumTable) -> bool:
        states = [reached(goal, table) for goal in goals]
        course.extend(
            (table.patients, s.goal.outcome, *s.arms, s.estimate.value, s.half_width,
             s.goal.half_width, int(s.estimate.carriers))
            for s in states
        )  # fmt: skip
        are_reached = all(state.half_width <= state.goal.half_width for state in states)
        patients, expected = _share(table.patients, states)
        if tell is not None and len(course) == len(goals) and not are_reached:
            tell(expected)
        if progress is not None:
            progress(patients, expected)
        return are_reached

    largest = study.with_(patients=MOST)
    result = runs.reduce(largest, None, None, "batch", workers, enough=enough)
    return result, pd.DataFrame(course, columns=list(COLUMNS))


def _share(patients: int, states: Sequence[Reached]) -> tuple[int, int]:
    """Patients so far, and an estimate of all: half-widths shrink with their square root."""
    worst = max(state.half_width / state.goal.half_width for state in states)
    needed = patients * worst**2 if math.isfinite(worst) else MOST
    return patients, max(patients, min(round(needed), MOST))


def _all(table: SumTable) -> list[Contrast]:
    """Every arm of a run, and every difference of arms."""
    arms = [label.arm[1] for label in table.labels]
    pairs = [Arms(*(arms[at] for at in weights)) for weights in table.contrasts]
    return [Contrast(0, each) for each in dict.fromkeys([*map(Arms, arms), *pairs])]


def _is_of(of: str, arms: Arms) -> bool:
    return of in ("", arms.label()) or (of == DIFFERENCE and arms.against_arm != "")
