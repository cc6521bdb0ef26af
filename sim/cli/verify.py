"""`mastosim verify`: the program put to a battery of checks on a scenario."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sim.cli.ending import finish
from sim.cli.exit_codes import A_CHECK_DIFFERS
from sim.cli.options import JSON, QUIET, SCENARIO, SEED, SETTINGS


@click.command(epilog="Example: mastosim verify scenarios/laroche2011.yaml")
@SCENARIO
@SETTINGS
@click.option(
    "--patients",
    type=click.IntRange(50),
    help="Virtual patients of the checks against an expectation; others take fewer.  "
    "[default: 2000]",
)
@SEED
@JSON
@QUIET
def verify(
    scenario: Path,
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Verify the program on a SCENARIO file: equal arms, extremes, closed forms, recalculations.

    Each check says passed, failed or not applicable, with the numbers behind it. Takes about a
    minute. Exits with 5 if a check fails.
    """
    from sim.cli.progress import watching
    from sim.display.tables import verification as tables
    from sim.experiments import verification

    with watching(quiet, "batch", "checks") as progress:
        verified = verification.verify(scenario, patients, seed, settings, progress)
    name = verified.study.scenario.name
    checks = [
        {
            "check": finding.check.name,
            "answers": finding.check.answers,
            "verdict": finding.word,
            "evidence": finding.verdict.evidence,
            "details": finding.verdict.details,
        }
        for finding in verified.findings
    ]
    facts = {
        "scenario": name,
        "patients": verified.patients,
        "passed": verified.passed,
        "checks": checks,
    }
    finish(tables.printout(name, checks), facts, as_json)
    if not verified.passed:
        sys.exit(A_CHECK_DIFFERS)
