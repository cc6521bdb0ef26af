"""The four readings of an annual increase as a kept result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim import results
from sim.display.tables import readings as printed
from sim.experiments.forecast import Forecast, forecast
from sim.experiments.kinds import (
    Shown,
    Unkept,
    draw_in_all_formats,
    keep_or_show,
    where_worth_is,
    with_changes,
)
from sim.experiments.readings import Four, SideBySide, simulate
from sim.results import Kept, Part
from sim.scenario.clinic import everyone, over_clinics
from sim.scenario.protocol import accrual
from sim.vocabulary import Engine, Progress

if TYPE_CHECKING:
    import pandas as pd


class Options(Part):
    """What the readings need to be done again beside their studies.

    `own` is the reading of the scenario itself, `origins` say whose the times of each are.
    """

    patients: int
    seed: int
    engine: Engine = "batch"
    own: str
    origins: dict[str, str]


def keep(
    found: SideBySide, root: Path, command: str = "", seconds: float = 0.0, drawn: bool = True
) -> Path:
    """Write the readings to their folder, whole or not at all; returns the folder.

    `readings.csv` is the whole summary, and so holds the numbers of the figure beside it.
    """
    four, scenario = found.four, found.four.study.scenario
    digest = results.digest_of([four.study, *four.studies.values()])
    options = Options(
        patients=scenario.cohort.patients, seed=scenario.seed, engine=found.engine, own=four.own,
        origins=dict(four.origins),
    )  # fmt: skip
    details = {
        "title": f"{scenario.name} under four readings of its annual increase",
        "caption": said(four),
    }
    manifest = results.made("readings", four.studies, options, digest, command, seconds, details)
    folder = root / scenario.name / f"{digest}-readings"
    return results.keep(
        folder, manifest, {"readings": found.summary}, draw_in_all_formats if drawn else None
    )


def said(four: Four) -> list[str]:
    """Say who was simulated, and under which readings."""
    scenario = four.study.scenario
    return [
        f"{everyone(scenario)}, the same under every reading and in every "
        f"arm; seed {scenario.seed}.",
        *over_clinics([scenario]),
        "Annual increase read as:",
        *(f"- {words}" for words in four.in_words()),
    ]


def four_of(kept: Kept) -> Four:
    """The four readings of a kept result. Raises Damaged for a manifest without one of them."""
    options = kept.options(Options)
    if options.own not in kept.studies or options.origins.keys() != kept.studies.keys():
        why = "its options name other readings than its studies"
        raise results.Damaged(f"'{kept.folder}' is damaged: {why}")
    return Four(kept.studies, options.origins, options.own)


def show(kept: Kept) -> Shown:
    """Each reading's arms and differences, and how far these are from those of the own reading."""
    return _shown(four_of(kept), kept.table("readings"), {"folder": kept.folder})


def shown(found: SideBySide) -> Shown:
    """As `show`, of readings that are not kept."""
    return _shown(found.four, found.summary, {})


def _shown(four: Four, summary: pd.DataFrame, where: Mapping[str, Path]) -> Shown:
    scenario = four.study.scenario
    facts = {
        "scenario": scenario.name,
        **where,
        "own": four.own,
        "patients": scenario.cohort.patients,
        "seed": scenario.seed,
        "readings": [
            {
                "reading": name,
                "read_as": accrual(study.scenario),
                "origin": four.origins[name],
                "digest": results.digest_of([study]),
            }
            for name, study in four.studies.items()
        ],
        "summary": summary,
    }
    found = Shown(printed.printout(summary, four.own, said(four)), facts, "Table and figure")
    studies = [*four.studies.values()]
    return where_worth_is(with_changes(found, studies), studies)


def digest(kept: Kept) -> str:
    """The digest that the readings have by their own studies."""
    four = four_of(kept)
    return results.digest_of([four.study, *four.studies.values()])


def expected(kept: Kept) -> Forecast:
    """Estimate what it takes to simulate the readings again."""
    return forecast([*kept.studies.values()], kept.options(Options).engine, None)


def again(
    kept: Kept, root: Path, progress: Progress | None = None, command: str = "",
    unkept: Unkept | None = None,
) -> Path:  # fmt: skip
    """Do the readings again below another folder of results; returns their folder there."""
    engine = kept.options(Options).engine
    made = simulate(four_of(kept), progress, engine, None)
    return keep_or_show(lambda: keep(made, root, command), lambda: shown(made), unkept)
