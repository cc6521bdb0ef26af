"""The checks of the program on a scenario, as a kept result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim import results
from sim.display import figures
from sim.display.tables import verification as printed
from sim.experiments.forecast import Forecast
from sim.experiments.kinds import OF_DESIGN, Shown, Unkept, keep_or_show, with_changes
from sim.experiments.verification import Verification, check, forecast_of
from sim.results import Kept, Part
from sim.scenario import Study
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd


class Options(Part):
    """What the checks need to be done again beside their study."""

    patients: int
    seed: int


def keep(
    verified: Verification, root: Path, command: str = "", seconds: float = 0.0, drawn: bool = True
) -> Path:
    """Write the checks to their folder, whole or not at all; returns the folder."""
    scenario = verified.study.scenario
    options = Options(patients=verified.patients, seed=scenario.seed)
    digest = results.digest_of([verified.study], options)
    manifest = results.made(
        "verification", {scenario.name: verified.study}, options, digest, command, seconds
    )
    folder = root / scenario.name / f"{digest}-verified"
    return results.keep(
        folder, manifest, {"checks": _table_of(verified)}, figures.draw if drawn else None
    )


def _table_of(verified: Verification) -> pd.DataFrame:
    """One row for each check, with its details in lines of one text."""
    details = ["\n".join(finding.verdict.details) for finding in verified.findings]
    return verified.table.assign(details=details)


def shown(verified: Verification) -> Shown:
    """The verdict of each check, and the numbers behind it."""
    return _shown(verified.study, verified.patients, _table_of(verified), {})


def show(kept: Kept) -> Shown:
    """The verdict of each check, and the numbers behind it."""
    patients = kept.options(Options).patients
    return _shown(kept.study, patients, kept.table("checks"), {"folder": kept.folder})


def _shown(study: Study, patients: int, table: pd.DataFrame, where: Mapping[str, Path]) -> Shown:
    scenario = study.scenario.name
    checks = [
        {**{str(key): value for key, value in row.items()}, "details": row["details"].splitlines()}
        for row in table.to_dict("records")
    ]
    facts = {
        "scenario": scenario,
        "patients": patients,
        "passed": not (table["verdict"] == printed.FAILED).any(),
        "checks": checks,
        **where,
    }
    found = Shown(printed.printout(scenario, checks), facts, details=printed.details(checks))
    return with_changes(found, [study], OF_DESIGN)


def digest(kept: Kept) -> str:
    """The digest that a verification has by its own study and options."""
    return results.digest_of([kept.study], kept.options(Options))


def expected(kept: Kept) -> Forecast:
    """Estimate what it takes to do the checks again."""
    return forecast_of(kept.study, kept.options(Options).patients)


def again(
    kept: Kept, root: Path, progress: Progress | None = None, command: str = "",
    unkept: Unkept | None = None,
) -> Path:  # fmt: skip
    """Do the checks again below another folder of results; returns their folder there."""
    patients = kept.options(Options).patients
    made = check(kept.study, patients, progress)
    return keep_or_show(lambda: keep(made, root, command), lambda: shown(made), unkept)
