"""Running a scenario: every arm on the same virtual patients, in blocks, to tables and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sim import outcomes, results
from sim.economics.groups import Groups, Quantities
from sim.economics.quantities import keys_of
from sim.economics.valued import valued
from sim.experiments import blocks, sizes
from sim.experiments.all_blocks import in_blocks
from sim.experiments.bounds import allow
from sim.experiments.forecast import Kept, forecast
from sim.experiments.in_memory import InMemory
from sim.experiments.visits import visits_of
from sim.outcomes import ArmKey, Mark, SumTable
from sim.outcomes.effect_table import effect_table
from sim.results import Kind
from sim.scenario import ScenarioLike, Study, load
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from sim.vocabulary import Engine, Progress, TableFormat

if TYPE_CHECKING:
    import pandas as pd

Keep = Callable[[results.Tables], None]
Enough = Callable[[SumTable], bool]
FirstAnswer = Callable[["Result"], None]


@dataclass(frozen=True, repr=False)
class Result(InMemory):
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
    worth : pandas.DataFrame or None
        Costs, QALYs and net benefit (`sim.economics.valued`); None for a study without economics.
    quantities : Quantities or None
        What costs and QALYs are computed from, in groups of patients.
    mark : Mark or None
        Sums to which more patients can be added; None for a small cohort.
    until : tuple of str
        Precision that was asked for, as `OUTCOME:HALF-WIDTH`.
    course : pandas.DataFrame or None
        The way to this precision (`sim.experiments.precision.until`).
    has_figures : bool
        Whether figures are kept beside the tables.
    table_format : "parquet" or "csv"
        Whether the tables of patients are kept as CSV files too.
    """

    kind: ClassVar[Kind] = "run"

    study: Study
    summary: pd.DataFrame
    effects: pd.DataFrame
    reported: pd.DataFrame | None
    engine: Engine
    sums: SumTable
    worth: pd.DataFrame | None = None
    quantities: Quantities | None = None
    kept: results.Tables | None = None
    mark: Mark | None = None
    until: tuple[str, ...] = ()
    course: pd.DataFrame | None = None
    has_figures: bool = True
    table_format: TableFormat = "parquet"

    @property
    def tables_named(self) -> tuple[str, ...]:
        """The outcomes, and the tables of patients where they are kept."""
        reported = () if self.reported is None else ("reported",)
        tables = () if self.kept is None else results.Tables._fields
        worth = () if self.worth is None else ("worth",)
        return ("summary", "effects", *reported, *worth, *tables)

    @property
    def about(self) -> str:
        """Scenario, patients, arms, seed and engine."""
        own = self.study.scenario
        return (
            f"{own.name}, {own.cohort.patients} patients, arms {', '.join(own.arms)}; seed "
            f"{own.seed}; engine {self.engine}"
        )

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

    @property
    def visits(self) -> pd.DataFrame:
        """One row per dose that a patient asked the clinic for, with day, wait and end.

        Raises RequestError without a clinic, and where no tables were kept.
        """
        return visits_of(self.study, self.kept, "this run")


def run(
    scenario: ScenarioLike,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    engine: Engine = "simpy",
    workers: int | None = 1,
    outcomes_only: bool = False,
    yes: bool = False,
) -> Result:
    """Simulate a scenario, with the tables of all patients in memory.

    Parameters
    ----------
    scenario, settings, patients, seed
        As of `sim.scenario.load`.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    engine : "simpy" or "batch"
        The results are equal to the last bit.
    workers : int, optional
        Number of workers; as many as save time if None.
    outcomes_only : bool
        Keep no tables, so memory does not grow with the number of patients.
    yes : bool
        Simulate even if the forecast of time or memory exceeds the bounds.
    """
    study = load(scenario, settings, patients, seed)
    kept = Kept(in_memory=not outcomes_only)
    allow(forecast([study], engine, workers, kept), yes=yes)
    if outcomes_only:
        return reduce(study, None, progress, engine, workers)
    parts: list[results.Tables] = []
    result = reduce(study, parts.append, progress, engine, workers)
    return replace(result, kept=results.join(parts))


def reduce(
    study: Study,
    keep: Keep | None = None,
    progress: Progress | None = None,
    engine: Engine = "simpy",
    workers: int | None = 1,
    begun: Mark | None = None,
    used: Groups | None = None,
    enough: Enough | None = None,
    first_answer: FirstAnswer | None = None,
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
    used : Groups, optional
        Their quantities, of a study with economics.
    enough : callable, optional
        Called with the sums after each block. If it returns True, no more patients are simulated,
        and the result is that of a study of the patients so far. All blocks are then of one size.
    first_answer : callable, optional
        Called once, with the result of the first block, if more patients follow.
    """
    scenario = study.scenario
    contrasts = differences_from_comparator(study)
    work = blocks.Work([study], engine, contrasts, keep is not None, with_effects=True)
    total = outcomes.RunTotal(no_effects(study), begun)
    size = sizes.block_of(engine, small=enough is not None or keep is not None)
    are_alike = enough is not None
    made = in_blocks(work, progress, workers, total.patients, size, are_alike)
    for block in made:
        if keep is not None and block.tables is not None:
            keep(block.tables)
        total.add(block.sums, block.effects)
        if block.quantities is not None:
            used = (used or no_quantities(study)).plus(block.quantities)
        if enough is not None and enough(total.sums):
            break
        if first_answer is not None and total.patients < scenario.cohort.patients:
            first_answer(_result(study, engine, total, used))
            first_answer = None
    made.close()
    return _result(study, engine, total, used)


def _result(study: Study, engine: Engine, total: outcomes.RunTotal, used: Groups | None) -> Result:
    """The result of the patients so far."""
    study = study.with_(patients=total.patients)
    scenario, quantities = study.scenario, None if used is None else used.quantities()
    return Result(
        study,
        outcomes.summarise(scenario.name, total.sums),
        effect_table(scenario.name, total.sums, total.effects),
        outcomes.against_paper(study, total.sums, total.effects.curves),
        engine,
        total.sums,
        None if quantities is None else valued(quantities, study.scenario),
        quantities,
        mark=total.mark,
    )


def no_quantities(study: Study) -> Groups:
    """Make the groups of no patient of a study with economics."""
    scenario = study.scenario
    arms, subgroups = [*scenario.arms], [*scenario.subgroups]
    return Groups.none(arms, keys_of(scenario), subgroups, scenario.together)


def no_effects(study: Study) -> outcomes.Curves:
    """Make the curves of no patient of a study."""
    arms, contrasts = [*study.scenario.arms], differences_from_comparator(study)
    plan = outcomes.analysis_plan(study)
    end = round(study.scenario.horizon)
    clinical = study.scenario.fractures.has_clinical
    return outcomes.no_effects(arms, contrasts, end, plan.facts, plan.groups, clinical)


def differences_from_comparator(study: Study) -> list[dict[ArmKey, float]]:
    """Weights of the difference of every other arm of a study from its comparator."""
    comparator = study.scenario.compared_with
    others = [arm for arm in study.scenario.arms if arm != comparator]
    return [{(0, arm): 1.0, (0, comparator): -1.0} for arm in others]


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
