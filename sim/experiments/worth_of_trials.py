"""What a trial would be worth (EVSI, ENBS): for each draw of a sweep, a trial is simulated.

A trial has the parameters of its draw and patients who are in no other simulation: neither in
another arm, nor behind the net benefit of a draw.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.economics.information.population import Decision
from sim.economics.information.sample import evsi
from sim.economics.information.trials import Population, Trials, in_money
from sim.economics.quantities import economics_of
from sim.errors import RequestError
from sim.experiments.bounds import allow
from sim.experiments.emulation.trials import PATIENTS_OF_A_DRAW
from sim.experiments.forecast import forecast_of_trials
from sim.experiments.kinds import sweep as of_sweep
from sim.experiments.sizes import split, workers_for
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.varied import Varied
from sim.outcomes import Outcome, arm_records, outcomes_of
from sim.outcomes.definitions.named import at_last_day
from sim.results import Kept
from sim.scenario import Study, from_document, load
from sim.scenario.mistakes import nearest
from sim.scenario.text.paths import replaced
from sim.simulation.draws import CHUNK, generator
from sim.simulation.records import Floats
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from sim.vocabulary import DAYS_PER_YEAR, MOST_PATIENTS, Progress
from sim.workers.pieces import in_order

SIZES = (50, 100, 200)
TRIED = 2
"""Patients who are followed in every arm before the trials, to see which outcomes there are."""


class Asked(NamedTuple):
    """Trials that are to be valued.

    `sizes` are patients per arm, `follow_up` is a duration such as `2 years`, that of the scenario
    if None. Without a `population` the value per patient is all that can be said.
    """

    outcome: str
    sizes: tuple[int, ...] = SIZES
    follow_up: str | None = None
    population: Population | None = None


class Task(NamedTuple):
    """What all trials share: the scenario with its draws, and what is asked."""

    varied: Varied
    points: Sequence[Point]
    asked: Asked

    @property
    def arms(self) -> list[str]:
        """Arms of a trial."""
        return [*self.varied.scenario.arms]

    @property
    def most(self) -> int:
        """Patients per arm of the largest trial."""
        return max(self.asked.sizes)


def asked_for(
    outcome: str | None, sizes: Sequence[int] | None, follow_up: str | None,
    patients_a_year: float | None, years: float | None,
    cost_per_patient: float | None, fixed_cost: float | None,
) -> Asked | None:  # fmt: skip
    """Return which trials are to be valued; None where no outcome is named.

    Raises RequestError for options without an outcome, for a size below 2, and if some of the four
    numbers about the population are given and others are not. Patients and years alone are no
    matter of trials (`decision_asked`).
    """
    of_all = {"--patients-a-year": patients_a_year, "--years": years,
              "--cost-per-patient": cost_per_patient, "--fixed-cost": fixed_cost}  # fmt: skip
    missing = [name for name, value in of_all.items() if value is None]
    if outcome is None:
        of_trials = (follow_up, cost_per_patient, fixed_cost)
        if sizes or any(one is not None for one in of_trials):
            raise RequestError("the outcome that a trial would measure is not named (--trial)")
        return None
    if 0 < len(missing) < len(of_all):
        raise RequestError(
            f"the value of a trial to all patients needs {', '.join(missing)} too; none of these "
            "numbers has a default"
        )
    if (least := min(sizes or SIZES)) < 2:
        raise RequestError(f"a trial of {least} patients per arm; allowed: 2 or more")
    given = [value for value in of_all.values() if value is not None]
    if any(not 0 <= value < np.inf for value in given):
        raise RequestError(f"{', '.join(of_all)}: none may be below 0 or without end")
    population = Population(*given) if given else None
    return Asked(outcome, tuple(sorted({*(sizes or SIZES)})), follow_up, population)


def decision_asked(patients_a_year: float | None, years: float | None) -> Decision | None:
    """Return whom the decision concerns; None where that was not said.

    Raises RequestError for one number without the other, below 0 or without end.
    """
    if patients_a_year is None and years is None:
        return None
    if patients_a_year is None or years is None:
        missing = "--patients-a-year" if patients_a_year is None else "--years"
        raise RequestError(f"the value to all patients needs {missing} too; it has no default")
    if not (0 <= patients_a_year < np.inf and 0 <= years < np.inf):
        raise RequestError("--patients-a-year, --years: none may be below 0 or without end")
    return Decision(patients_a_year, years)


def valued(
    kept: Kept, asked: Asked, benefit: Floats, numbers: Sequence[int], evpi: float,
    progress: Progress | None = None, workers: int | None = None, yes: bool = False,
) -> Trials:  # fmt: skip
    """Simulate a trial for each draw of a sweep, and value what it tells.

    Parameters
    ----------
    kept : Kept
        A sweep of one scenario with economics.
    asked : Asked
        Outcome, sizes, follow-up and population.
    benefit : numpy.ndarray of float, shape (draws, arms)
        Net benefit at each draw.
    numbers : sequence of int
        Number of the point of each draw.
    evpi : float
        Value of perfect information, which no trial exceeds.
    progress : callable, optional
        Called with the number of draws done and to do.
    workers : int, optional
        Number of workers; as many as save time if None.
    yes : bool
        Simulate even if the forecast exceeds the bounds.

    Returns
    -------
    Trials
        EVSI and ENBS by patients per arm.

    Raises
    ------
    RequestError
        For an outcome that no arm has, a trial without a value, or too many patients.
    ScenarioError
        For a follow-up that the scenario refuses.
    TooLarge
        For a forecast beyond the bounds.
    """
    varied = of_sweep.read(kept).varied[0]
    study = _followed(varied.study, asked.follow_up)
    task = Task(varied, [varied.points[number] for number in numbers], asked)
    _refuse_unknown(task, study)
    size = task.most * len(task.arms)
    _refuse_too_many(len(task.points), size)
    paid = max(size, PATIENTS_OF_A_DRAW)
    allow(forecast_of_trials(study, len(task.points), paid, len(task.arms), workers), yes=yes)
    values = evsi(benefit, statistics(task, progress, workers), evpi)
    rate = economics_of(study.scenario).discount.costs / 100
    after = round(study.scenario.horizon) / DAYS_PER_YEAR
    return in_money(asked.outcome, len(task.arms), after, values, asked.population, rate)


def _followed(study: Study, follow_up: str | None) -> Study:
    """The study with the follow-up of a trial. Raises ScenarioError where it cannot have it."""
    return study if follow_up is None else load(study, [f"horizon={follow_up}"])


def statistics(
    task: Task, progress: Progress | None = None, workers: int | None = 1
) -> dict[int, Floats]:
    """Simulate the trials of all draws; return the means that they tell.

    Returns
    -------
    dict
        By patients per arm, the mean of the outcome in each arm that has it: draws x arms. Smaller
        trials are the first patients of the largest.
    """
    draws, paid = len(task.points), max(task.most * len(task.arms), PATIENTS_OF_A_DRAW)
    workers = workers_for(draws * paid, "batch", in_threads=False) if workers is None else workers
    parts, pieces = list[Floats](), [*split(range(draws), max(1, CHUNK // paid))]
    done = in_order(functools.partial(_of_draws, task), pieces, workers)
    for piece, part in zip(pieces, done, strict=True):
        parts.append(part)
        if progress is not None:
            progress(piece.stop, draws)
    sums = np.concatenate(parts)  # draws x sizes x arms x (numerator, denominator)
    sums = sums[:, :, ~np.isnan(sums).any(axis=(0, 1, 3))]
    _refuse_empty(task, sums)
    means = sums[..., 0] / sums[..., 1]
    return {size: means[:, at] for at, size in enumerate(task.asked.sizes)}


def _of_draws(task: Task, draws: range) -> Floats:
    return np.stack([_of_draw(task, task.points[draw]) for draw in draws])


def _of_draw(task: Task, point: Point) -> Floats:
    """Sums of one trial: sizes x arms x (numerator, denominator); NaN of arms without outcome."""
    study, most = trial_at(task, point), task.most
    protocol, names = protocol_of(study), names_of(study)
    sums = np.full((len(task.asked.sizes), len(task.arms), 2), np.nan)
    for at, arm in enumerate(task.arms):
        log = simulate_arms(protocol, patients_of(task, arm), "batch", [arm])[arm]
        outcomes = at_last_day(outcomes_of(arm_records(*log, names)))
        for outcome in outcomes:
            if outcome.name == task.asked.outcome:
                assert len(outcome.numerator) == most
                sums[:, at] = [_first(outcome, size) for size in task.asked.sizes]
    return sums


def patients_of(task: Task, arm: str) -> range:
    """Numbers of the patients of an arm: each arm has its own, as in a trial."""
    first = task.arms.index(arm) * task.most
    return range(first, first + task.most)


def _first(outcome: Outcome, size: int) -> tuple[float, float]:
    """Sums over the first patients of an arm."""
    return float(outcome.numerator[:size].sum()), float(outcome.denominator[:size].sum())


def trial_at(task: Task, point: Point) -> Study:
    """The study of the trial of a draw: its parameters, and patients who are in no other study."""
    varied = task.varied
    values: dict[tuple[str | int, ...], str] = {
        ("seed",): str(seed_of_trial(varied.scenario.seed, point.number)),
        ("cohort", "patients"): str(task.most * len(task.arms)),
    }
    if task.asked.follow_up is not None:
        values["horizon",] = task.asked.follow_up
    document = replaced(varied.document(point), values)
    return from_document(document, (), varied.study.publications)


def seed_of_trial(seed: int, point: int) -> int:
    """The seed of the patients of the trial of one draw, another for each."""
    return int(generator(seed, f"patients of the trial of draw {point}").integers(2**53))


def _refuse_unknown(task: Task, study: Study) -> None:
    """Raise RequestError for an outcome that no arm has."""
    logs = simulate_arms(protocol_of(study), range(TRIED), "batch")
    names = names_of(study)
    known = dict.fromkeys(
        one.name for log in logs.values() for one in outcomes_of(arm_records(*log, names))
    )
    if task.asked.outcome not in known:
        raise RequestError(
            f"a trial measures no '{task.asked.outcome}'; {nearest(task.asked.outcome, known)}"
        )


def _refuse_too_many(draws: int, patients: int) -> None:
    """Raise RequestError for more patients than a study may have."""
    if draws * patients > MOST_PATIENTS:
        raise RequestError(
            f"{draws:,} trials of {patients:,} patients in all arms; allowed: up to "
            f"{MOST_PATIENTS:,} patients together. Ask for smaller trials (--sizes)"
        )


def _refuse_empty(task: Task, sums: Floats) -> None:
    """Raise RequestError for a trial in which an arm has no value."""
    for at, size in enumerate(task.asked.sizes):
        empty = int((sums[:, at, :, 1] == 0).any(axis=1).sum())
        if empty:
            raise RequestError(
                f"in {empty} of {len(sums)} trials of {size} patients per arm no patient of an arm "
                f"has a value of '{task.asked.outcome}'; ask for larger trials (--sizes) or a "
                "longer follow-up (--follow-up)"
            )
