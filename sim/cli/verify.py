"""`mastosim verify`: the verification checks of the program on a scenario."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sim.cli.ending import simulate_and_finish
from sim.cli.exit_codes import A_CHECK_DIFFERS
from sim.cli.options import KEEP_IN, SCENARIO, VERBOSE, Asked, number, simulating
from sim.vocabulary import MOST_PATIENTS

PATIENTS = number(
    "--patients",
    "Virtual patients for checks against an expected value; other checks take fewer.  "
    "[default: 2000]",
    50,
    MOST_PATIENTS,
)


@click.command(epilog="Example: mastosim verify scenarios/laroche2011.yaml")
@simulating(SCENARIO, PATIENTS, VERBOSE, KEEP_IN("<scenario>"))
def verify(scenario: Path, verbose: bool, out: Path | None, asked: Asked) -> None:
    """Verify the program on a SCENARIO file.

    The checks are of equal arms, extremes, closed forms and recalculations. Each check passes,
    fails or does not apply. Checks that fail are printed with their numbers, and --verbose prints
    all. The command takes about a minute, and exits with 5 if a check fails.
    """
    from sim.experiments import verification
    from sim.experiments.verification.checks import PATIENTS as MANY
    from sim.scenario import load

    patients = asked.patients or MANY
    study = load(scenario, asked.settings, seed=asked.seed)
    verified = simulate_and_finish(
        "verification", out, asked, verification.forecast_of(study, patients),
        lambda progress: verification.check(study, patients, progress),
        study.scenario.name, verbose,
    )  # fmt: skip
    if not verified.passed:
        sys.exit(A_CHECK_DIFFERS)
