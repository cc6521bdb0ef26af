"""`mastosim verify`: the verification checks of the program on a scenario."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish, finish_kept
from sim.cli.exit_codes import A_CHECK_DIFFERS
from sim.cli.options import KEEP_IN, SCENARIO, Asked, refuse_unwritable, simulating

PATIENTS = click.option(
    "--patients",
    type=click.IntRange(50),
    help="Virtual patients for checks against an expected value; other checks take fewer.  "
    "[default: 2000]",
)


@click.command(epilog="Example: mastosim verify scenarios/laroche2011.yaml")
@simulating(SCENARIO, PATIENTS, KEEP_IN("<scenario>"))
def verify(scenario: Path, out: Path | None, asked: Asked) -> None:
    """Verify the program on a SCENARIO file: equal arms, extremes, closed forms, recalculations.

    Each check passes, fails or does not apply, and is printed with its numbers. The command takes
    about a minute, and exits with 5 if a check fails.
    """
    from sim.cli.progress import watching
    from sim.experiments import verification
    from sim.experiments.kinds.verification import keep, shown, table_of

    if out is not None:
        refuse_unwritable(out)
    began = time.monotonic()
    with watching(asked.quiet, "batch", "checks") as progress:
        verified = verification.verify(
            scenario, asked.patients, asked.seed, asked.settings, progress
        )
    if out is not None:
        finish_kept(keep(verified, out, command_line(), time.monotonic() - began), asked.as_json)
    else:
        name = verified.study.scenario.name
        printout, facts, _ = shown(name, verified.patients, table_of(verified))
        finish(printout, facts, asked.as_json)
    if not verified.passed:
        sys.exit(A_CHECK_DIFFERS)
