"""Running a scenario: every arm on the same virtual patients, in blocks, to tables and outcomes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim import outcomes, results
from sim.errors import RequestError
from sim.experiments import blocks, sizes
from sim.experiments.bounds import allow
from sim.experiments.forecast import Kept, forecast
from sim.outcomes import ArmKey, Mark, SumTable
from sim.scenario import Study, load
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from sim.vocabulary import Engine, Progress
from sim.workers.pieces import in_order

if TYPE_CHECKING:
    import pandas as pd

Keep = Callable[[results.Tables], None]
Enough = Callable[[SumTable], bool]


@dataclass(frozen=True)
class Result:
    """A run.

    Attributes
    ----------
    study : Study
        The study that was simulated.
    summary : pandas.DataFrame
        Its outcomes (`sim.outcomes.summarise`).
    effects : pandas.DataFrame
        Its effects (`sim.outcomes.effect_table`).
    reported : pandas.DataFrame or None
        The published numbers beside the simulated ones; None without a publication.
    engine : Engine
        `simpy` or `batch`.
    sums : SumTable
        Sums over all patients, from which the outcomes were computed.
    kept : results.Tables or None
        The tables; None where they were not kept.
    mark : Mark or None
        Sums to which more patients can be added; None for a small cohort.
    """

    study: Study
    summary: pd.DataFrame
    effects: pd.DataFrame
    reported: pd.DataFrame | None
    engine: Engine
    sums: SumTable
    kept: results.Tables | None = None
    mark: Mark | None = None

    def _repr_html_(self) -> str:
        """The tables of the result, as a notebook shows them."""
        from sim.display import html
        from sim.display.tables import run

        return html.printout(run.printout(self.study, self.summary, self.reported))

    @property
    def tables(self) -> results.Tables:
        """The tables of the run. Raises ValueError where they were not kept."""
        if self.kept is None:
            raise ValueError("this run kept outcomes only; run it again to have tables")
        return self.kept

    @property
    def patients(self) -> pd.DataFrame:
        """One row per patient."""
        return self.tables.patients

    @property
    def events(self) -> pd.DataFrame:
        """One row per event."""
        return self.tables.events

    @property
    def measurements(self) -> pd.DataFrame:
        """One row per measured value."""
        return self.tables.measurements

    @property
    def latent(self) -> pd.DataFrame:
        """True values at entry, which a trial cannot observe."""
        return self.tables.latent


def run(
    scenario: str | Path | Study,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    engine: Engine = "simpy",
    workers: int | None = 1,
    outcomes_only: bool = False,
    yes: bool = False,
) -> Result:
    """Simulate a scenario.

    Parameters
    ----------
    scenario : path or Study
        Scenario file, or a study that is already loaded.
    patients, seed : int, optional
        Patients per arm and seed; those of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`. For a scenario file only.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    engine : "simpy" or "batch"
        SimPy is the reference. The batch engine compiles once and is then a hundred times as fast.
        The results are equal to the last bit.
    workers : int, optional
        Number of processes; as many as save time if None. The results do not depend on it. A script
        that asks for more than one needs the usual guard of its main module.
    outcomes_only : bool
        Keep no tables, so memory does not grow with the number of patients.
    yes : bool
        Simulate even if the forecast of time or memory exceeds the bounds.

    Returns
    -------
    Result
        Outcomes, and the tables of patients, events and measurements.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        For settings of a study that is already loaded, or a run that would take more than 24 hours
        or half of the memory of this machine.

    Examples
    --------
    >>> result = run("scenarios/laroche2011.yaml", patients=20)
    >>> len(result.patients), sorted(result.events["arm"].unique())
    (20, ['combination', 'pamidronate'])
    """
    scenario = study_of(scenario, patients, seed, settings)
    kept = Kept(in_memory=not outcomes_only)
    allow(forecast([scenario], engine, workers, kept), yes=yes)
    if outcomes_only:
        return reduce(scenario, None, progress, engine, workers)
    parts: list[results.Tables] = []
    result = reduce(scenario, parts.append, progress, engine, workers)
    return replace(result, kept=results.join(parts))


def study_of(
    scenario: str | Path | Study,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
) -> Study:
    """Return a study that is loaded already or in a file, with other patients and another seed.

    Parameters and errors are those of `run`.
    """
    if not isinstance(scenario, Study):
        return load(scenario, settings, patients, seed)
    if [*settings]:
        raise RequestError("settings change a scenario file; load the study with them")
    return scenario.with_(patients=patients, seed=seed)


def reduce(
    study: Study,
    keep: Keep | None = None,
    progress: Progress | None = None,
    engine: Engine = "simpy",
    workers: int | None = 1,
    begun: Mark | None = None,
    enough: Enough | None = None,
) -> Result:
    """Simulate a study block by block and compute its outcomes.

    Parameters
    ----------
    study : Study
        The study.
    keep : callable, optional
        Called with the tables of each block, in order. No tables are made if None.
    progress, engine, workers
        As of `run`.
    begun : Mark, optional
        Sums of the first patients, simulated before (see `outcomes.RunTotal`).
    enough : callable, optional
        Called with the sums after each block. If it returns True, no more patients are simulated,
        and the result is that of a study of the patients so far.
    """
    scenario = study.scenario
    contrasts = differences_from_comparator(study)
    work = blocks.Work([study], engine, contrasts, keep is not None, with_effects=True)
    total = outcomes.RunTotal(no_effects(study), begun)
    size = sizes.block_of(engine, small=enough is not None or keep is not None)
    for block in in_blocks(work, progress, workers, total.patients, size):
        if keep is not None and block.tables is not None:
            keep(block.tables)
        total.add(block.sums, block.effects)
        if enough is not None and enough(total.sums):
            break
    study = study.with_(patients=total.patients)
    return Result(
        study,
        outcomes.summarise(scenario.name, total.sums),
        outcomes.effect_table(scenario.name, total.sums, total.effects),
        outcomes.against_paper(study, total.sums, total.effects.curves),
        engine,
        total.sums,
        mark=total.mark,
    )


def no_effects(study: Study) -> outcomes.Curves:
    """Make the curves of no patient of a study."""
    arms, contrasts = [*study.scenario.arms], differences_from_comparator(study)
    plan = outcomes.analysis_plan(study)
    end = round(study.scenario.horizon)
    return outcomes.no_effects(arms, contrasts, end, plan.facts, plan.groups)


def differences_from_comparator(study: Study) -> list[dict[ArmKey, float]]:
    """Weights of the difference of every other arm of a study from its comparator."""
    comparator = study.scenario.compared_with
    others = [arm for arm in study.scenario.arms if arm != comparator]
    return [{(0, arm): 1.0, (0, comparator): -1.0} for arm in others]


def in_blocks(
    work: blocks.Work,
    progress: Progress | None = None,
    workers: int | None = 1,
    first: int = 0,
    size: int | None = None,
) -> Iterator[blocks.Block]:
    """Simulate the patients of the first study from number `first`, in every arm of all studies.

    Yields the blocks in order, of `size` patients each; as many as `sizes.block_of` says if None.
    """
    size = size or sizes.block_of(work.engine)
    patients = range(first, work.studies[0].scenario.cohort.patients)
    if workers is None:
        workers = sizes.workers_for(patients.stop, work.engine)
    arms = sum(len(study.scenario.arms) for study in work.studies)
    total, done = arms * len(patients), 0
    do = functools.partial(blocks.do, work)
    for block in in_order(do, sizes.split(patients, size), workers):
        done += arms * len(block.patients)
        if progress is not None:
            progress(done, total)
        yield block


def follow(study: Study, patients: range | None = None, engine: Engine = "simpy") -> results.Tables:
    """Simulate some patients of a study, or all of them, and return their tables.

    Parameters
    ----------
    study : Study
        The study.
    patients : range, optional
        Numbers of the patients; all by default.
    engine : "simpy" or "batch"
        The results are equal to the last bit.
    """
    patients = range(study.scenario.cohort.patients) if patients is None else patients
    names, protocol = names_of(study), protocol_of(study)
    return results.join(
        [
            results.of_block(simulate_arms(protocol, piece, engine), names, piece.start)
            for piece in sizes.split(patients, sizes.BLOCK[engine])
        ]
    )
