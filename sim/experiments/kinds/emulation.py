"""An emulation as a kept result: every trial, the scores, and the figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim import results
from sim.display.tables import emulation as printed
from sim.experiments import emulation
from sim.experiments.emulation import Design, Emulated, Emulation
from sim.experiments.emulation.scores import coverage
from sim.experiments.emulation.trials import forecast_of
from sim.experiments.forecast import Forecast
from sim.experiments.kinds import (
    OF_DESIGN,
    Shown,
    Unkept,
    draw_in_all_formats,
    keep_or_show,
    where_worth_is,
    with_changes,
)
from sim.results import Kept, Part
from sim.scenario import Study
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.protocol import accrual
from sim.vocabulary import PATIENTS_AND_PARAMETERS, PATIENTS_ONLY, Interval, Progress

if TYPE_CHECKING:
    import pandas as pd


class Options(Part):
    """What an emulation needs to be done again beside its study."""

    trials: int
    patients_per_trial: dict[str, int]
    seed: int
    interval: Interval = PATIENTS_ONLY


class Drawn(Part):
    """What names an emulation with uncertain parameters beside its study."""

    uncertainty: dict[str, Uncertainty]


def keep(
    emulated: Emulated, root: Path, command: str = "", seconds: float = 0.0, drawn: bool = True
) -> Path:
    """Write an emulation to its folder, whole or not at all; returns the folder."""
    study, design = emulated.emulation.study, emulated.emulation.design
    interval = emulated.emulation.interval
    digest = _digest(study, interval)
    options = Options(
        trials=emulated.emulation.trials, patients_per_trial=design.patients,
        seed=study.scenario.seed, interval=interval,
    )  # fmt: skip
    details = {"title": emulation.title(emulated), "caption": emulation.said(emulated)}
    studies = {study.scenario.name: study}
    manifest = results.made("emulation", studies, options, digest, command, seconds, details)
    return results.keep(
        root / study.scenario.name / f"{digest}-emulated",
        manifest,
        {"scores": emulated.scores},
        draw_in_all_formats if drawn else None,
        lambda folder: results.write_parquet(emulated.trials, folder / "trials.parquet"),
    )


def show(kept: Kept) -> Shown:
    """Each published number among those of the simulated trials."""
    options = kept.options(Options)
    words = kept.detail("title"), kept.detail("caption")
    scores = kept.table("scores", ["counts_as"])
    where = {"folder": kept.folder}
    return _shown(kept.study, options.trials, options.interval, scores, words, where)


def shown(emulated: Emulated) -> Shown:
    """As `show`, of an emulation that is not kept."""
    words = emulation.title(emulated), emulation.said(emulated)
    of = emulated.emulation
    return _shown(of.study, of.trials, of.interval, emulated.scores, words, {})


def _shown(
    study: Study,
    trials: int,
    interval: Interval,
    scores: pd.DataFrame,
    words: tuple[str, list[str]],
    where: Mapping[str, Path],
) -> Shown:
    covered, published = coverage(scores)
    facts = {
        "scenario": study.scenario.name,
        "reading": accrual(study.scenario),
        **where,
        "trials": trials,
        "interval": interval,
        "covered": covered,
        "of": published,
        "scores": scores,
    }
    printout = printed.printout(scores, *words, interval)
    found = Shown(printout, facts, "Trials, scores and figure")
    return where_worth_is(with_changes(found, [study], OF_DESIGN), [study])


def digest(kept: Kept) -> str:
    """The digest that an emulation has by its own study."""
    return _digest(kept.study, kept.options(Options).interval)


def _digest(study: Study, interval: Interval) -> str:
    """The digest of the study, and of the uncertainty of its numbers where trials draw them."""
    if interval == PATIENTS_ONLY:
        return results.digest_of([study])
    return results.digest_of([study], Drawn(uncertainty=study.uncertainty))


def expected(kept: Kept) -> Forecast:
    """Estimate what it takes to do an emulation again."""
    return forecast_of(_emulation(kept), None)


def _emulation(kept: Kept) -> Emulation:
    options = kept.options(Options)
    design = Design(options.patients_per_trial, ())
    uncertain = options.interval == PATIENTS_AND_PARAMETERS
    return Emulation(kept.study, design, options.trials, uncertain)


def again(
    kept: Kept, root: Path, progress: Progress | None = None, command: str = "",
    unkept: Unkept | None = None,
) -> Path:  # fmt: skip
    """Do an emulation again below another folder of results; returns its folder there."""
    made = emulation.run(_emulation(kept), progress, None)
    return keep_or_show(lambda: keep(made, root, command), lambda: shown(made), unkept)
