"""A sweep as a kept result: read back from its manifest, and done again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import results
from sim.display.tables import sweep as printed
from sim.errors import RequestError
from sim.experiments.forecast import Forecast
from sim.experiments.kinds import Shown, Unkept
from sim.experiments.sweeps import Sweep, TooLarge, run, workers_for
from sim.experiments.sweeps.form import SweepForm
from sim.experiments.sweeps.gathered import Collected
from sim.experiments.sweeps.read import checked
from sim.experiments.sweeps.swept import Options, Swept, details_of, frames
from sim.results import Kept
from sim.scenario import ScenarioError
from sim.scenario.checks.forms import validated
from sim.scenario.text.provenance import Plain
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd


TABLES = ("summary", "alone", "indices", "screening", "parameters")


def read(kept: Kept) -> Sweep:
    """The sweep of a kept result; nothing is read but its manifest.

    Raises ScenarioError where it is not valid any more.
    """
    plain = Plain(tree=kept.options(Options).specification)
    form, mistakes = validated(SweepForm, plain, plain.tree)
    if form is None:
        raise ScenarioError(mistakes, "sweep")
    return checked(form, plain, [*kept.studies.values()], mistakes)


def keep(swept: Swept, root: Path, drawn: bool = True) -> Path:
    """Copy the result of a sweep to another folder of results; a sweep is always kept already."""
    return swept.folder if not drawn else results.copied(results.open(swept.folder), root)


def shown(swept: Swept) -> Shown:
    """As `show`, from the folder of a sweep that was just run."""
    return show(results.open(swept.folder))


def show(kept: Kept) -> Shown:
    """The tables that the design of a sweep is about."""
    tables = {name: kept.table(name) if kept.has(name) else None for name in TABLES}
    details = {name: kept.detail(name) for name in ("sweep", "in_vain", "failed")}
    # large, and only a grid prints it
    is_grid = details["sweep"]["design"] == "grid"
    outcomes = kept.parquet("outcomes") if is_grid else None
    return _shown(details, tables, outcomes, {"folder": kept.folder})


def shown_unkept(swept: Swept, scenarios: Sequence[Collected]) -> Shown:
    """As `show`, of a sweep that is not kept; `scenarios` are what was collected of each."""
    import pandas as pd

    tables = {name: getattr(swept, name) for name in TABLES}
    outcomes = pd.concat(frames(scenarios)) if swept.sweep.form.design.name == "grid" else None
    return _shown(details_of(swept), tables, outcomes, {})


def _shown(
    details: Mapping[str, Any], tables: Mapping[str, pd.DataFrame | None],
    outcomes: pd.DataFrame | None, where: Mapping[str, Path],
) -> Shown:  # fmt: skip
    sweep, in_vain, failed = details["sweep"], details["in_vain"], details["failed"]
    facts = {
        "sweep": sweep["name"],
        "design": sweep["design"],
        **where,
        "patients": sweep["patients"],
        "draws": sweep["draws"],
        "readings": sweep["readings"],
        "in_vain": in_vain,
        "failed": failed,
        **{name: table for name, table in tables.items() if name != "parameters"},
    }
    about = printed.Facts(
        sweep["design"], sweep["outcomes"], sweep["patients"], sweep["readings"],
        in_vain, len(failed), sweep.get("patients_by_draw", "same"),
    )  # fmt: skip
    return Shown(printed.printout(about, {**tables, "outcomes": outcomes}), facts)


def digest(kept: Kept) -> str:
    """The digest that a sweep has by its own file and studies."""
    return read(kept).digest


def expected(kept: Kept) -> Forecast:  # noqa: ARG001 - the other kinds need the result
    """Nothing: a sweep times its first points itself, and stops if the others take too much."""
    return Forecast(0.0, 0.0, 0.0)


def again(
    kept: Kept, root: Path, progress: Progress | None = None, command: str = "",
    unkept: Unkept | None = None,
) -> Path:  # fmt: skip
    """Do a sweep again below another folder of results, which has no blocks of it yet."""
    sweep, engine = read(kept), kept.options(Options).engine
    try:
        return run(
            sweep, root, engine, workers_for(sweep), progress, command, math.inf,
            unkept=None if unkept is None else lambda *made: unkept(shown_unkept(*made)),
        ).folder  # fmt: skip
    except TooLarge:
        raise RequestError(
            "repeating the whole sweep takes more memory or disk than this machine has; `mastosim "
            "sweep` on its file repeats it in parts"
        ) from None
