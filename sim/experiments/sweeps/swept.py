"""A sweep in its folder: tidy outcomes, analyses, figures and a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sim import results
from sim.display import figures
from sim.experiments.in_memory import InMemory
from sim.experiments.sweeps import analyses, matrices, variance, worth_of_draws
from sim.experiments.sweeps.gathered import Collected
from sim.experiments.sweeps.read import Sweep
from sim.results import Kind, draws, fingerprint
from sim.results.held import Part, Texts
from sim.results.manifest import Manifest
from sim.results.tables import DIGITS, write_parquet
from sim.results.tables_of_patients import append
from sim.scenario.protocol import accrual
from sim.vocabulary import Engine

if TYPE_CHECKING:
    import pandas as pd

ESTIMATE = ("estimate", "mc_error", "low", "high")
"""Columns of an estimate: value, Monte Carlo standard error, 95 % interval."""

POINTS_AT_ONCE = 64
"""Points whose rows are in memory as a table; of a sweep there may be many."""


Failed = dict[tuple[str, int], str]
"""Points that could not be simulated, by name of the scenario and number, with the reason."""


@dataclass(frozen=True, repr=False)
class Swept(InMemory):
    """A sweep that was run: its tables, and what must be said of it.

    See `sim.experiments.sweeps.analyses` for `parameters`, `alone`, `summary` and `noise`,
    `variance` for `indices` and `screening`, which are None where the design does not give them.
    `in_vain` names parameters that change nothing, `failed` points that could not be simulated,
    with the reason.
    """

    kind: ClassVar[Kind] = "sweep"

    sweep: Sweep
    folder: Path
    parameters: pd.DataFrame
    alone: pd.DataFrame
    summary: pd.DataFrame
    noise: pd.DataFrame
    indices: pd.DataFrame | None
    screening: pd.DataFrame | None
    in_vain: list[tuple[str, str, str]]
    failed: Failed

    @property
    def tables_named(self) -> tuple[str, ...]:
        """The tables that the design of the sweep gives."""
        optional = ("indices", "screening")
        has = [name for name in optional if getattr(self, name) is not None]
        return ("outcomes", "summary", "parameters", "alone", "noise", *has)

    @property
    def about(self) -> str:
        """Sweep, design, points and patients."""
        form, points = self.sweep.form, sum(len(varied.points) for varied in self.sweep.varied)
        return (
            f"{form.name} ({form.design.name}), {points} points of {self.sweep.patients} patients; "
            f"kept in {self.folder}"
        )

    @property
    def outcomes(self) -> pd.DataFrame:
        """The tidy table: one row per scenario, point, arm and outcome, parameters beside them."""
        import pandas as pd

        return pd.read_parquet(self.folder / "outcomes.parquet")


def home(sweep: Sweep, root: Path) -> Path:
    """Where a sweep belongs below a folder of results: its blocks, and a folder each result."""
    return root / "sweeps" / sweep.form.name


class Options(Part):
    """What a sweep needs to be done again beside its studies: its file, as it was read."""

    specification: Texts
    patients: int
    draws: int
    seed: int
    engine: Engine = "batch"


def analysed(
    sweep: Sweep, scenarios: Sequence[Collected], root: Path, failed: Failed
) -> Swept:  # fmt: skip
    """Compute everything that the numbers of a sweep say; nothing is written."""
    folder = home(sweep, root) / f"{sweep.digest[:8]}{fingerprint.model()[:4]}"
    design = sweep.form.design
    return Swept(
        sweep, folder, analyses.parameters(sweep.varied), analyses.alone(scenarios),
        analyses.summary(scenarios), analyses.noise(scenarios),
        variance.indices(scenarios) if design.indices else None,
        variance.screening(scenarios, design.morris.levels) if design.morris else None,
        analyses.in_vain(scenarios), failed,
    )  # fmt: skip


def keep(swept: Swept, scenarios: Sequence[Collected], about: dict[str, Any]) -> None:
    """Write a sweep into its folder, whole or not at all."""
    names = ("parameters", "alone", "summary", "noise", "indices", "screening")
    tables = {name: getattr(swept, name) for name in names}
    write = partial(write_outcomes, scenarios)
    results.keep(swept.folder, manifest_of(swept, **about), tables, figures.draw, write)


def write_outcomes(scenarios: Sequence[Collected], folder: Path) -> None:
    """Write the tidy table as Parquet and CSV, some points at a time."""
    with ExitStack() as files:
        csv = files.enter_context((folder / "outcomes.csv").open("w", encoding="utf-8", newline=""))
        writers: dict[str, Any] = {}
        for frame in frames(scenarios):
            _as_text(frame).to_csv(csv, index=False, header=not writers,
                                   float_format=DIGITS, lineterminator="\n")  # fmt: skip
            append(frame, folder / "outcomes.parquet", writers, files)
    write_worth(scenarios, folder)


def write_worth(scenarios: Sequence[Collected], folder: Path) -> None:
    """Write cost, QALYs and parameters of each draw, where the scenarios have economics.

    Draws of one scenario are also written as matrices.
    """
    import pandas as pd

    costly = [one for one in scenarios if one.worth]
    of_all = [
        worth_of_draws.frame(one.worth, one.varied.scenario.name, [*one.varied.scenario.arms])
        for one in costly
    ]
    if of_all:
        write_parquet(pd.concat(of_all, ignore_index=True), folder / f"{draws.TABLE}.parquet")
    if len(scenarios) == len(costly) == 1:
        matrices.write(costly[0], folder)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with numbers that repeat as text: it is writing them down that takes long."""
    repeated = frame.select_dtypes("float").columns.difference([*ESTIMATE])
    texts = {name: {value: DIGITS % value for value in frame[name].unique()} for name in repeated}
    return frame.assign(**{n: frame[n].map(text, na_action="ignore") for n, text in texts.items()})


def frames(scenarios: Sequence[Collected]) -> Iterator[pd.DataFrame]:
    """The tidy table in parts: point, its parameters, arm, outcome, estimate and interval."""
    import numpy as np
    import pandas as pd

    in_words = _in_words(scenarios)
    for collected in scenarios:
        varied = collected.varied
        quantities = pd.DataFrame(collected.quantities).drop(columns="scenario")
        for first in range(0, len(collected.values), POINTS_AT_ONCE):
            points = [
                point for point in varied.points[first : first + POINTS_AT_ONCE]
                if not np.isnan(collected.values[point.number]).all()
            ]  # fmt: skip
            if not points:
                continue
            left = pd.DataFrame([
                {"scenario": varied.scenario.name, "point": point.number, "role": point.role,
                 "of": point.of,
                 **{path: str(value) if path in in_words else value
                    for path, value in varied.shown(point).items()}}
                for point in points
            ])  # fmt: skip
            here = [point.number for point in points]
            numbers = (collected.values, collected.errors, collected.low, collected.high)
            columns = {name: of[here].ravel() for name, of in zip(ESTIMATE, numbers, strict=True)}
            yield left.merge(quantities, how="cross").assign(**columns)


def _in_words(scenarios: Sequence[Collected]) -> set[str]:
    """Parameters that are not a number at every point."""
    return {
        path
        for collected in scenarios
        for point in collected.varied.points
        for path, value in collected.varied.shown(point).items() if not isinstance(value, float)
    }  # fmt: skip


def manifest_of(
    swept: Swept, command: str = "", seconds: float = 0.0, engine: Engine = "batch",
    pilot: dict[str, Any] | None = None,
) -> Manifest:  # fmt: skip
    """Everything needed to know what was swept, what its figures say, and to do it again."""
    sweep = swept.sweep
    studies = {varied.scenario.name: varied.study for varied in sweep.varied}
    options = Options(
        specification=sweep.document, patients=sweep.patients, draws=sweep.draws,
        seed=sweep.varied[0].scenario.seed, engine=engine,
    )  # fmt: skip
    of_sweep, *others = details_of(swept).items()
    details = dict([of_sweep, ("pilot", pilot), *others])
    return results.made("sweep", studies, options, sweep.digest, command, seconds, details)


def details_of(swept: Swept) -> dict[str, Any]:
    """The question of a sweep, the parameters without effect, and the points that failed."""
    sweep, form = swept.sweep, swept.sweep.form
    first = sweep.varied[0].scenario
    return {
        "sweep": {
            "name": form.name, "title": form.title, "question": form.question,
            "design": form.design.name, "outcomes": form.outcomes, "arms": list(first.arms),
            "comparator": first.compared_with, "patients": sweep.patients, "draws": sweep.draws,
            "seed": first.seed, "patients_by_draw": form.patients_by_draw,
            "readings": {v.scenario.name: accrual(v.scenario) for v in sweep.varied},
        },
        "in_vain": [list(idle) for idle in swept.in_vain],
        "failed": [[*point, why] for point, why in swept.failed.items()],
    }  # fmt: skip
