"""An emulation in its folder: every trial, the scores, the picture and a manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim import evidence, results
from sim.experiments import archive
from sim.experiments.emulation.design import Emulation
from sim.experiments.emulation.scores import coverage, scored
from sim.outcomes import facts_of
from sim.scenario.protocol import accrual
from sim.vocabulary import FORMATS

if TYPE_CHECKING:
    import pandas as pd


class Emulated(NamedTuple):
    """Simulated trials of a published series: what was emulated, every trial, and the scores.

    `trials` has a row for each trial and fact, `scores` one for each published number; see
    `sim.experiments.emulation.trials` and `sim.experiments.emulation.scores`.
    """

    emulation: Emulation
    trials: pd.DataFrame
    scores: pd.DataFrame

    @property
    def covered(self) -> tuple[int, int]:
        """How many published numbers lie in their predictive interval, and of how many."""
        return coverage(self.scores)


def of_trials(emulation: Emulation, trials: pd.DataFrame) -> Emulated:
    """The trials with their scores."""
    return Emulated(emulation, trials, scored(trials, facts_of(emulation.study)))


def folder_of(emulation: Emulation, root: Path) -> Path:
    """Where an emulation belongs below a folder of results."""
    study = emulation.study
    return root / study.scenario.name / f"{archive.digest_of(study)}-emulated"


def keep(emulated: Emulated, root: Path, command: str = "", seconds: float = 0.0) -> Path:
    """Write an emulation to its folder, whole or not at all; returns the folder."""
    from sim.display.figures import trials as page
    from sim.display.figures.style import styled, write

    study = emulated.emulation.study
    folder = folder_of(emulated.emulation, root)
    with results.whole(folder) as temporary:
        emulated.trials.to_parquet(temporary / "trials.parquet", compression="zstd", index=False)
        archive.write_csv(emulated.scores, temporary / "scores.csv")
        with styled():
            drawn = page.figure(emulated.scores, emulated.trials, title(emulated), said(emulated))
            write(temporary, "emulation", *drawn, FORMATS)
        held = {  # not in the form of a run: who runs that again wants another thing
            "trials": emulated.emulation.trials,
            "patients_per_trial": emulated.emulation.design.patients,
            "study": archive.manifest_of(study, command, seconds, "batch"),
        }
        text = json.dumps(held, indent=1, ensure_ascii=False)
        (temporary / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return folder


def title(emulated: Emulated) -> str:
    """What was emulated, in a line."""
    study = emulated.emulation.study
    paper = study.publication(study.scenario.answers or "")
    return f"{study.scenario.name}: {evidence.short_citation(paper)}, simulated again"


def said(emulated: Emulated) -> list[str]:
    """What a reader of the scores must know first."""
    emulation, scenario = emulated.emulation, emulated.emulation.study.scenario
    enrolled = ", ".join(f"{count} in {arm}" for arm, count in emulation.design.patients.items())
    within, of = emulated.covered
    return [
        f"{emulation.trials} simulated trials of {emulation.design.size} patients ({enrolled}); "
        f"seed {scenario.seed}.",
        f"{within} of {of} published numbers lie in the interval that 95 % of such trials would "
        "have given.",
        f"Annual increase read as: {accrual(scenario)}.",
    ]
