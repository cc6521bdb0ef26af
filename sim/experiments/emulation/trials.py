"""Trial after trial on virtual patients: every published statistic, computed as it was computed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from sim import outcomes
from sim.experiments import blocks
from sim.experiments.emulation.design import Emulation
from sim.experiments.runs import split
from sim.outcomes.definitions.published import asked, simulated
from sim.outcomes.estimates import Sums
from sim.simulation import lowering
from sim.simulation.draws import CHUNK
from sim.simulation.records import Floats
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import Progress
from sim.workers.pieces import in_order

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("trial", "fact", "value", "spread", "members", "measured")


def run(emulation: Emulation, progress: Progress | None = None, workers: int = 1) -> pd.DataFrame:
    """One row for each trial and fact: value, SD between patients, members of the group, measured.

    Patients differ from arm to arm, as in a trial, and only measured values count. A statistic of
    an empty group is NaN; so is the SD of a single patient.
    """
    import pandas as pd

    facts = blocks.facts_of(emulation.study)
    rows: list[tuple[object, ...]] = []
    done = 0
    pieces = _pieces(emulation)
    for piece, sums in zip(
        pieces,
        in_order(functools.partial(sums_of, emulation), pieces, workers),
        strict=True,
    ):
        for trial, of_trial in zip(piece, sums, strict=True):
            for fact, numbers in zip(facts, of_trial, strict=True):
                held = Sums(*map(float, numbers))
                value, spread, _ = simulated(held, fact["simulated"])
                rows.append((trial, fact["fact"], value, spread, held.patients, held.x))
        done += len(piece)
        if progress is not None:
            progress(done, emulation.trials)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sums_of(emulation: Emulation, trials: range) -> Floats:
    """Sums over the patients of each trial: trials x facts x the fields of `Sums`."""
    study, design = emulation.study, emulation.design
    patients = range(trials.start * design.size, trials.stop * design.size)
    protocol = lowering.protocol(study.scenario)
    arms = simulate_arms(protocol, patients, "batch", design.patients)
    facts, names = blocks.facts_of(study), names_of(study)
    groups = study.publication(study.scenario.answers or "")["groups"]
    found = {}
    for arm, places in _places(design.patients).items():
        people = outcomes.persons(*arms[arm], names)
        for outcome, inside in asked(people, arm, facts, groups):
            y, x = (
                (column * inside).reshape(len(trials), design.size)[:, places]
                for column in (outcome.numerator, outcome.denominator)
            )
            members = inside.reshape(len(trials), design.size)[:, places].astype(float)
            added = (members, y, x, y * y, x * y, x * x)
            found[outcome.name] = np.stack([part.sum(axis=1) for part in added], axis=1)
    return np.stack([found[fact["fact"]] for fact in facts], axis=1)


def _places(patients: dict[str, int]) -> dict[str, slice]:
    """Which of a trial's patients are in each arm."""
    ends = np.cumsum([*patients.values()]).tolist()
    starts = [0, *ends[:-1]]
    return {arm: slice(a, b) for arm, a, b in zip(patients, starts, ends, strict=True)}


def _pieces(emulation: Emulation) -> list[range]:
    """Trials in pieces of about as many patients as a block holds."""
    size = max(1, CHUNK // emulation.design.size)
    return split(range(emulation.trials), size)
