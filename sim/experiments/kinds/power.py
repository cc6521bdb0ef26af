"""The power of trials of several sizes, as a kept result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import results
from sim.display import figures
from sim.display.tables import power as printed
from sim.experiments.emulation import power
from sim.experiments.emulation.power import Power
from sim.experiments.forecast import Forecast
from sim.experiments.kinds import (
    OF_DESIGN,
    Shown,
    Unkept,
    keep_or_show,
    where_worth_is,
    with_changes,
)
from sim.results import Kept, Part
from sim.scenario.protocol import accrual
from sim.vocabulary import Progress, Test

if TYPE_CHECKING:
    pass


class Options(Part):
    """What the trials need to be done again beside their study."""

    outcome: str
    sizes: tuple[int, ...]
    trials: int
    test: Test
    allocation: tuple[int, ...]
    loss: float
    seed: int


def keep(
    simulated: Power, root: Path, command: str = "", seconds: float = 0.0, drawn: bool = True
) -> Path:
    """Write table and figure to their folder, whole or not at all; returns the folder."""
    plan, by_size = simulated.plan, simulated.table
    scenario = plan.study.scenario
    options = Options(**_asked(plan), seed=scenario.seed)
    digest = results.digest_of([plan.study], options)
    manifest = results.made("power", {scenario.name: plan.study}, options, digest, command, seconds)
    folder = root / scenario.name / f"{digest}-power"
    return results.keep(folder, manifest, {"power": by_size}, figures.draw if drawn else None)


def shown(simulated: Power, folder: Path | None = None) -> Shown:
    """A row for each arm and size of trial."""
    plan, by_size = simulated.plan, simulated.table
    scenario = plan.study.scenario
    facts = {"scenario": scenario.name, "reading": accrual(scenario), "rows": by_size}
    printout = printed.printout(plan.study, by_size)
    found = Shown(printout, facts if folder is None else {**facts, "folder": folder})
    return where_worth_is(with_changes(found, [plan.study], OF_DESIGN), [plan.study])


def show(kept: Kept) -> Shown:
    """A row for each arm and size of trial."""
    return shown(Power(_plan(kept), kept.table("power")), kept.folder)


def _plan(kept: Kept) -> power.Plan:
    options = kept.options(Options).model_dump(exclude={"seed"})
    return power.Plan(kept.study, **options)


def _asked(plan: power.Plan) -> dict[str, Any]:
    """What a plan holds beside its study."""
    return {name: value for name, value in plan._asdict().items() if name != "study"}


def digest(kept: Kept) -> str:
    """The digest that a power analysis has by its own study and options."""
    return results.digest_of([kept.study], kept.options(Options))


def expected(kept: Kept) -> Forecast:
    """Estimate what it takes to do the trials again."""
    return power.forecast_of(_plan(kept), None)


def again(
    kept: Kept, root: Path, progress: Progress | None = None, command: str = "",
    unkept: Unkept | None = None,
) -> Path:  # fmt: skip
    """Do the trials again below another folder of results; returns their folder there."""
    plan = _plan(kept)
    made = Power(plan, power.run(plan, progress, None))
    return keep_or_show(lambda: keep(made, root, command), lambda: shown(made), unkept)
