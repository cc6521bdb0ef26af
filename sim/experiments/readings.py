"""The four readings of an annual increase on the same virtual patients, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sim.experiments import side_by_side
from sim.experiments.in_memory import InMemory
from sim.experiments.side_by_side import Contrast
from sim.outcomes import AnalysisPlan, ArmRecords, Outcome, outcomes_of
from sim.outcomes.definitions.named import at_last_day, mean
from sim.outcomes.summary import ESTIMATE
from sim.results import Kind
from sim.scenario import ScenarioLike, Study, load
from sim.scenario.protocol import accrual
from sim.vocabulary import BONES, READINGS, Arms, Engine, Progress

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = (
    "spine T-score", "hip T-score", "spine above T -2.5", "hip above T -2.5", "spine change",
    "hip change", "vertebral fractures", "all fractures", "any fracture",
)  # fmt: skip
"""Outcomes of the table in their order, as far as they are measured."""

COLUMNS = ("reading", "against", *Arms._fields, "outcome", "unit", "time", *ESTIMATE)


class Default(NamedTuple):
    """A reading as a scenario file would say it, and why with these times; empty without any."""

    accrual: str
    reason: str = ""


DEFAULTS = {
    "linear": Default("linear"),
    "compound": Default("compound"),
    "plateau": Default(
        "plateau: {months: 24 months, then: 0 %/year}",
        "the two years of monthly infusions, as the time is not in the source",
    ),
    "saturating": Default(
        "saturating: {time_constant: 12 months, window: 12 months}",
        "remodelling takes 0.7 to 1 year (recalled), and no source settles the window",
    ),
}
"""What is laid over a scenario for the readings that it does not have itself, with the numbers of
the shipped what-ifs."""

OWN, GIVEN = "the scenario's own", "times as given"


class Four(NamedTuple):
    """One scenario under each reading; `own` names the reading that it has itself.

    `studies` and `origins` are by the name of the reading; an origin says where the times come
    from, and is empty for a reading that has none.
    """

    studies: Mapping[str, Study]
    origins: Mapping[str, str]
    own: str

    @property
    def study(self) -> Study:
        """The scenario as it reads the increase itself."""
        return self.studies[self.own]

    def in_words(self) -> Iterator[str]:
        """Each reading with its times, and where they come from."""
        for name, study in self.studies.items():
            origin = f" [{self.origins[name]}]" if self.origins[name] else ""
            yield f"{accrual(study.scenario)}{origin}"


@dataclass(frozen=True, repr=False)
class SideBySide(InMemory):
    """A scenario under the four readings on the same patients.

    `summary` has one row for each reading, arm and outcome at its last time (months); a paired
    difference of two arms names the second in `against_arm`. Where `against` names the scenario's
    own reading, the row is the difference between this reading and that one: of an arm, or of the
    difference of two arms.
    """

    kind: ClassVar[Kind] = "readings"

    four: Four
    summary: pd.DataFrame
    engine: Engine

    @property
    def tables_named(self) -> tuple[str, ...]:
        """The one table."""
        return ("summary",)

    @property
    def about(self) -> str:
        """Scenario, readings, patients and seed."""
        own = self.four.study.scenario
        return (
            f"{own.name} read as {', '.join(self.four.studies)}; {own.cohort.patients} patients; "
            f"seed {own.seed}"
        )


def read(
    scenario: ScenarioLike,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    plateau: str | None = None,
    saturating: tuple[str, str] | None = None,
) -> Four:
    """Read a scenario under the four readings, with the same patients and seed.

    Parameters
    ----------
    scenario : path
        Scenario file.
    patients, seed : int, optional
        Patients per arm and seed; those of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`.
    plateau : str, optional
        Duration of the increase with its unit, like `30 months`.
    saturating : (str, str), optional
        Time constant and window with their units.

    Returns
    -------
    Four
        Where a time is not given, a reading has the time of the scenario if the reading is its
        own, else the default.

    Raises
    ------
    ScenarioError
        If the scenario or a time is not valid.
    """
    settings = [*settings]
    own = load(scenario, settings, patients, seed).scenario.accrual.name
    times = _times(plateau, saturating)
    studies = {
        name: load(scenario, [*settings, *_laid(name, own), *times.get(name, [])], patients, seed)
        for name in READINGS
    }
    return Four(studies, {name: _origin(name, own, times) for name in READINGS}, own)


def _times(plateau: str | None, saturating: tuple[str, str] | None) -> dict[str, list[str]]:
    """The times that were given, as settings of a scenario."""
    times = {}
    if plateau is not None:
        times["plateau"] = [f"accrual.plateau.months={plateau}"]
    if saturating is not None:
        constant, window = (f"accrual.saturating.{name}=" for name in ("time_constant", "window"))
        times["saturating"] = [constant + saturating[0], window + saturating[1]]
    return times


def _laid(name: str, own: str) -> list[str]:
    """What puts a reading in the place of the scenario's own, of which nothing stays behind."""
    if name == own:
        return []
    text, reason = DEFAULTS[name]
    if reason:
        text = f'{{{text}, source: assumption, note: "{reason}"}}'
    return ["accrual=", f"accrual={text}"]


def _origin(name: str, own: str, times: Mapping[str, list[str]]) -> str:
    """Whose reading it is, and who says its times."""
    reason = DEFAULTS[name].reason
    assumed = [f"assumed, {reason}"] if reason and name != own else []
    return ", ".join([OWN] * (name == own) + ([GIVEN] if name in times else assumed))


def simulate(
    four: Four, progress: Progress | None = None, engine: Engine = "batch", workers: int | None = 1
) -> SideBySide:
    """Simulate every arm under every reading, on the same virtual patients.

    Memory does not grow with the number of patients.

    Parameters
    ----------
    four : Four
        The scenario under the four readings, from `read`.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    engine : "simpy" or "batch"
        The results are equal to the last bit.
    workers : int, optional
        Number of workers; as many as save time if None. The results do not depend on it.

    Returns
    -------
    SideBySide
        Outcomes under each reading, and paired differences from the scenario's own reading.
    """
    plan = AnalysisPlan(outcomes=outcomes_at_the_end)
    arguments = (contrasts_of(four), COLUMNS, plan, progress, engine, workers)
    return SideBySide(four, side_by_side.compare(four.studies, *arguments), engine)


def contrasts_of(four: Four) -> list[Contrast]:
    """List arms and differences under each reading, then their changes from the own reading."""
    names, scenario = [*four.studies], four.study.scenario
    other, own = scenario.compared_with, names.index(four.own)
    alone = [Arms(arm) for arm in scenario.arms]
    apart = [Arms(arm, other) for arm in scenario.arms if arm != other]
    places = range(len(names))
    return [
        *(Contrast(at, arms) for each in (alone, apart) for at in places for arms in each),
        *(Contrast(at, arms, own) for at in places if at != own for arms in (*alone, *apart)),
    ]


def outcomes_at_the_end(records: ArmRecords) -> list[Outcome]:
    """Compute the outcomes of the table at their last day, with both T-scores."""
    every = [*at_last_day(outcomes_of(records)), *_t_scores(records)]
    by_name = {outcome.name: outcome for outcome in every}
    return [by_name[name] for name in OUTCOMES if name in by_name]


def _t_scores(records: ArmRecords) -> Iterator[Outcome]:
    for bone in BONES:
        score = f"{bone}_t"
        day = max(records.visits.get(score, [0]))
        if day > 0:
            last = records.measured[score][:, records.visits[score].index(day)]
            yield mean(f"{bone} T-score", "T-score", day, last)
