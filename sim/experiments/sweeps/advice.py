"""A pilot of few draws and patients, and how many of each it recommends."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from sim.display import html
from sim.display.tables.sweep import pilot as in_words
from sim.errors import RequestError
from sim.experiments.bounds import MOST_HOURS
from sim.experiments.clinics import refuse_clinics
from sim.experiments.sweeps import running, work
from sim.experiments.sweeps.gathered import Collected, Quantity
from sim.experiments.sweeps.noise import Advice, Cost, Split, advice_of, advise
from sim.experiments.sweeps.read import Sweep, SweepLike, load_sweep
from sim.outcomes.intervals import FEW
from sim.simulation.columns import Columns
from sim.vocabulary import SAMPLED, Arms, Engine, Progress
from sim.workers.pieces import Workers

DRAWS, PATIENTS, MORE = 32, 200, 2000
"""The pilot; `MORE` patients of the base case show what a patient costs, and what a point."""

PRECISE = 0.05
"""Without a target the standard error of the mean is to be this share of the spread."""


class Pilot(NamedTuple):
    """What a pilot found: the variances of an outcome, what points cost, and its advice."""

    outcome: str
    arm: str
    against_arm: str
    unit: str
    split: Split
    cost: Cost
    target: float
    advice: Advice

    @property
    def facts(self) -> dict[str, Any]:
        """What was found, as plain values."""
        parts = {name: getattr(self, name)._asdict() for name in ("split", "cost", "advice")}
        return {**self._asdict(), **parts}

    def __repr__(self) -> str:
        """Two lines: the outcome, and the draws and patients that are recommended."""
        first, *_, advice = in_words(self.facts)
        return f"{first}\n{advice.strip()}"

    def _repr_html_(self) -> str:
        """What the command prints, for a notebook."""
        return f"<div>{html.paragraph(in_words(self.facts))}</div>"


def pilot(
    file: SweepLike, root: Path, seed: int | None = None, engine: Engine = "batch",
    workers: Workers = 1, progress: Progress | None = None,
    most_hours: float = MOST_HOURS,
) -> Pilot:  # fmt: skip
    """Simulate a few draws of few patients of a sweep, and recommend patients and draws.

    The recommendation is for a paired difference in the outcome of the target, or in the first of
    the sweep: at the last time, the one that spreads most. Draws count as independent, so a Latin
    hypercube or a Sobol sequence needs fewer than are recommended. Raises ScenarioError;
    RequestError for a design without draws, for an outcome that fewer than ten patients carry, or
    for one without any spread and no target.
    """
    sweep = load_sweep(file, PATIENTS, None, seed)
    refuse_clinics([varied.study for varied in sweep.varied], "a pilot counts patients one by one")
    if sweep.form.design.name not in SAMPLED:
        raise RequestError(
            f"a {sweep.form.design.name} design has no draws whose number a pilot could recommend; "
            f"allowed: {', '.join(SAMPLED)}"
        )
    if not 1 < sweep.draws <= DRAWS:
        sweep = load_sweep(file, PATIENTS, DRAWS, seed)
    failed = running.simulate(
        sweep, root, engine, workers, progress=progress, most_hours=most_hours
    )
    return _advised(sweep, running.together(sweep, root, failed), cost_of(sweep, engine))


def cost_of(sweep: Sweep, engine: Engine) -> Cost:
    """Seconds of a point and of a patient in all its arms and scenarios, from the base case."""
    seconds, columns = [], Columns(work.KEPT)
    for patients in (PATIENTS, MORE):
        tried = []
        for _ in range(2):  # the first try may compile, and draws what later points find
            began = time.monotonic()
            for varied in sweep.varied:
                document, arms = varied.document(varied.points[0]), varied.scenario.arms
                work.simulated(document, range(patients), engine, arms, columns)
            tried.append(time.monotonic() - began)
        seconds.append(min(tried))
    a_patient = max((seconds[1] - seconds[0]) / (MORE - PATIENTS), 1e-9)
    return Cost(max(seconds[0] - PATIENTS * a_patient, 0.0), a_patient)


def _advised(sweep: Sweep, scenarios: list[Collected], cost: Cost) -> Pilot:
    target = sweep.form.target
    outcome = sweep.form.outcomes[0] if target is None else target.outcome
    meant = [
        (split, quantity, carriers)
        for collected in scenarios if collected.carriers is not None
        for quantity, split, carriers in zip(
            collected.quantities, collected.splits, collected.carriers, strict=True
        )
        if quantity.outcome == outcome
        and (quantity.against_arm or len(collected.varied.scenario.arms) == 1)
    ]  # fmt: skip
    if not meant:
        raise RequestError(
            f"'{outcome}' is not an outcome of both arms, so it has no difference; name another "
            "one as `target`"
        )
    split, quantity, carriers = max(meant, key=lambda one: (one[1].time, one[0].parameters))
    _refuse_few(quantity, carriers, sweep.patients)
    goal = target.standard_error if target else PRECISE * split.parameters**0.5
    try:
        advice = advise(split, cost, goal)
    except RequestError:
        if target is not None:
            raise
        raise RequestError(
            f"the spread of '{outcome}' in the pilot does not exceed its Monte Carlo noise, so no "
            f"target follows from it; add `target: {{outcome: {outcome}, standard_error: ...}}`"
        ) from None
    if sweep.form.design.sobol is not None:
        draws = 1 << (advice.draws - 1).bit_length()  # its sequence needs a power of two
        advice = advice_of(split, cost, draws, advice.patients)
    what = (quantity.outcome, quantity.arm, quantity.against_arm, quantity.unit)
    return Pilot(*what, split, cost, goal, advice)


def _refuse_few(quantity: Quantity, carriers: float, patients: int) -> None:
    """Raise RequestError where too few patients carry an outcome to know how they vary."""
    if carriers >= FEW:
        return
    arms = Arms(quantity.arm, quantity.against_arm).label()
    raise RequestError(
        f"'{quantity.outcome}' ({arms}) rests on {carriers:.0f} of the {patients} patients of the "
        f"pilot; its variances need {FEW} or more, so nothing is recommended. Name a more frequent "
        "outcome as `target`, or choose --draws and --patients"
    )
