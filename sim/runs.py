"""Running a scenario: every arm on the same virtual patients, in blocks, to tables and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim import cohort, engine_batch, engine_simpy, evidence, outcomes, tables
from sim.draws import CHUNK
from sim.forecast import refuse_too_large
from sim.scenario import Mistake, ScenarioError, Study, load
from sim.scenario.units import read
from sim.schema import MARKERS, Inputs, Log, OutOfDraws
from sim.tables import Names, Tables

if TYPE_CHECKING:
    import pandas as pd

Engine = Literal["simpy", "batch"]
BLOCK: dict[Engine, int] = {"simpy": 500, "batch": CHUNK}
"""Patients simulated at a time by each engine; no result depends on it."""

MOST_FRACTURES = 4096

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Result:
    """A run: the study, its tables, and the outcomes computed from them."""

    study: Study
    tables: Tables
    summary: pd.DataFrame
    reported: pd.DataFrame | None
    engine: Engine = "simpy"

    def _repr_html_(self) -> str:
        """The tables of the result, as a notebook shows them."""
        from sim import notebook, sheets

        return notebook.result(sheets.sheets(self), sheets.closing(self))

    @property
    def patients(self) -> pd.DataFrame:
        """One row a patient."""
        return self.tables.patients

    @property
    def events(self) -> pd.DataFrame:
        """One row an event."""
        return self.tables.events

    @property
    def measurements(self) -> pd.DataFrame:
        """One row a measured value."""
        return self.tables.measurements

    @property
    def latent(self) -> pd.DataFrame:
        """What no trial sees: true values at entry."""
        return self.tables.latent


def run(
    scenario: str | Path | Study,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    engine: Engine = "simpy",
) -> Result:
    """Simulate a scenario: a path, or a study already loaded.

    `patients` and `seed` stand in for those of the file, `settings` are `path=value` texts laid
    over it (both for a path only); `progress` is told the number of patient courses done and to
    do. Both engines give the same result to the last bit: `simpy` is the reference, `batch` is
    compiled, slow to begin and then some eighty times faster. Raises ScenarioError for a scenario
    that is not valid, or too large for this machine.
    """
    if not isinstance(scenario, Study):
        scenario = load(scenario, with_numbers(settings, patients, seed))
    refuse_too_large(scenario)
    whole = follow(scenario, progress, engine=engine)
    study = scenario.scenario
    return Result(
        scenario,
        whole,
        outcomes.summarise(
            study.name,
            whole,
            list(study.arms),
            study.compared_with,
            {name: subgroup.conditions for name, subgroup in study.subgroups.items()},
        ),
        against_paper(scenario, whole),
        engine,
    )


def with_numbers(settings: Iterable[str], patients: int | None, seed: int | None) -> list[str]:
    """Settings joined by the number of patients and the seed, where given."""
    given = [] if patients is None else [f"cohort.patients={patients}"]
    return [*settings, *given, *([] if seed is None else [f"seed={seed}"])]


def follow(
    study: Study,
    progress: Progress | None = None,
    who: range | None = None,
    engine: Engine = "simpy",
) -> Tables:
    """Follow every patient through every arm; tables in the order of patients and arms.

    `who` names the patients by their numbers from 0 on; without it, all of the cohort.
    """
    scenario = study.scenario
    names = names_of(study)
    who = range(scenario.cohort.patients) if who is None else who
    total = len(who) * len(scenario.arms)
    parts, done = [], 0
    for first in range(who.start, who.stop, BLOCK[engine]):
        size = min(BLOCK[engine], who.stop - first)
        tell = _after(done, total, progress)
        for arm, (inputs, log) in _simulate(study, first, size, engine, tell).items():
            parts.append(tables.build(arm, inputs, log, names, first))
        done += size * len(scenario.arms)
    if progress is not None:
        progress(total, total)
    return tables.join(parts)


def names_of(study: Study) -> Names:
    """What the slots of a study's therapies and reactions are called."""
    return Names(tuple(study.scenario.therapies), cohort.reaction_names(study.scenario))


def against_paper(study: Study, whole: Tables) -> pd.DataFrame | None:
    """The published facts that the scenario answers to, beside the simulated ones."""
    answers = study.scenario.answers
    if answers is None:
        return None
    paper = study.publication(answers)
    groups = paper.get("groups", {})
    known = {name: g for name, g in groups.items() if g["arm"] in study.scenario.arms}
    facts = [
        _timed(fact)
        for fact in paper["facts"]
        if fact.get("simulated", {}).get("group") in known
        and fact["simulated"].get("of") not in _not_measured(study)
    ]
    return outcomes.against_reported(whole, answers, facts, known)


def _timed(fact: dict[str, Any]) -> dict[str, Any]:
    """A fact with the visit that it speaks of in days, as the shipped files say `6 months`."""
    at = fact["simulated"].get("at")
    if not isinstance(at, str):
        return fact
    return {**fact, "simulated": {**fact["simulated"], "at": read(at, "time, held in days")}}


def _not_measured(study: Study) -> set[str]:
    return {*MARKERS} - {*study.scenario.cohort.markers}


def _simulate(
    study: Study,
    first: int,
    size: int,
    engine: Engine,
    progress: Callable[[int], None] | None,
) -> dict[str, tuple[Inputs, Log]]:
    """Every arm of one block; where fractures outrun the random numbers, again with more of them.

    Random numbers have addresses, so the second attempt repeats the first and goes on.
    """
    simulate = {"simpy": engine_simpy.simulate, "batch": engine_batch.simulate}[engine]
    fractures = cohort.FRACTURES_PREPARED
    life_table = evidence.life_table(study.scenario.mortality.life_table)
    while True:
        lowered = cohort.lower(study.scenario, life_table, first, size, fractures)
        try:
            return {
                arm: (inputs, simulate(inputs, _onward(place * size, progress)))
                for place, (arm, inputs) in enumerate(lowered.items())
            }
        except OutOfDraws:
            if fractures >= MOST_FRACTURES:
                message = (
                    f"a patient has more than {fractures} fractures at one site; lower the rates"
                )
                raise ScenarioError([Mistake("fractures", message)]) from None
            fractures *= 4


def _onward(done: int, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """Progress of one arm as progress of its block."""
    return None if progress is None else lambda more: progress(done + more)


def _after(done: int, total: int, progress: Progress | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda more: progress(done + more, total)
