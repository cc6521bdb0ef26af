"""An emulation as a kept result: every trial, the scores, and the figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim import results
from sim.display.tables import Printout
from sim.display.tables import emulation as printed
from sim.experiments import emulation
from sim.experiments.emulation import Design, Emulated, Emulation
from sim.experiments.emulation.scores import coverage
from sim.experiments.emulation.trials import forecast_of
from sim.experiments.forecast import Forecast
from sim.experiments.kinds import Shown, draw_in_all_formats
from sim.results import Kept, Part
from sim.scenario import Study
from sim.scenario.protocol import accrual
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd


class Options(Part):
    """What an emulation needs to be done again beside its study."""

    trials: int
    patients_per_trial: dict[str, int]
    seed: int


def keep(emulated: Emulated, root: Path, command: str = "", seconds: float = 0.0) -> Path:
    """Write an emulation to its folder, whole or not at all; returns the folder."""
    study, design = emulated.emulation.study, emulated.emulation.design
    digest = results.digest_of([study])
    options = Options(
        trials=emulated.emulation.trials, patients_per_trial=design.patients,
        seed=study.scenario.seed,
    )  # fmt: skip
    details = {"title": emulation.title(emulated), "caption": emulation.said(emulated)}
    studies = {study.scenario.name: study}
    manifest = results.made("emulation", studies, options, digest, command, seconds, details)
    return results.keep(
        root / study.scenario.name / f"{digest}-emulated",
        manifest,
        {"scores": emulated.scores},
        draw_in_all_formats,
        lambda folder: results.write_parquet(emulated.trials, folder / "trials.parquet"),
    )


def show(kept: Kept) -> Shown:
    """Each published number among those of the simulated trials."""
    printout = printed.printout(kept.table("scores"), kept.detail("title"), kept.detail("caption"))
    trials, where = kept.options(Options).trials, {"folder": kept.folder}
    return _shown(kept.study, trials, kept.table("scores"), printout, where)


def shown(emulated: Emulated) -> Shown:
    """As `show`, of an emulation that is not kept."""
    title, caption = emulation.title(emulated), emulation.said(emulated)
    printout = printed.printout(emulated.scores, title, caption)
    study, trials = emulated.emulation.study, emulated.emulation.trials
    return _shown(study, trials, emulated.scores, printout, {})


def _shown(
    study: Study, trials: int, scores: pd.DataFrame, printout: Printout, where: Mapping[str, Path]
) -> Shown:
    covered, published = coverage(scores)
    facts = {
        "scenario": study.scenario.name,
        "reading": accrual(study.scenario),
        **where,
        "trials": trials,
        "covered": covered,
        "of": published,
        "scores": scores,
    }
    return Shown(printout, facts, "Trials, scores and figure")


def digest(kept: Kept) -> str:
    """The digest that an emulation has by its own study."""
    return results.digest_of([kept.study])


def expected(kept: Kept) -> Forecast:
    """Estimate what it takes to do an emulation again."""
    return forecast_of(_emulation(kept), None)


def _emulation(kept: Kept) -> Emulation:
    options = kept.options(Options)
    return Emulation(kept.study, Design(options.patients_per_trial, ()), options.trials)


def again(kept: Kept, root: Path, progress: Progress | None = None, command: str = "") -> Path:
    """Do an emulation again below another folder of results; returns its folder there."""
    return keep(emulation.run(_emulation(kept), progress, None), root, command)
