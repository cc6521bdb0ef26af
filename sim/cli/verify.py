"""`mastosim verify`: the program put to a battery of checks on a scenario."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import JSON, QUIET, SCENARIO, SEED, SETTINGS
from sim.cli.rerun import A_CHECK_DIFFERS

if TYPE_CHECKING:
    from sim.experiments.verification import Finding, Verification


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
    from sim.experiments import verification

    with watching(quiet, "batch", "checks") as progress:
        found = verification.verify(scenario, patients, seed, settings, progress)
    click.echo(_as_json(found) if as_json else _as_text(found))
    if not found.passed:
        sys.exit(A_CHECK_DIFFERS)


def _as_json(found: Verification) -> str:
    held = {
        "scenario": found.study.scenario.name,
        "patients": found.patients,
        "passed": found.passed,
        "checks": [
            {
                "check": finding.check.name,
                "answers": finding.check.answers,
                "verdict": finding.word,
                "evidence": finding.verdict.evidence,
                "details": list(finding.verdict.details),
            }
            for finding in found.findings
        ],
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def _as_text(found: Verification) -> str:
    """Two lines a check, what it lists below them, and the count of verdicts at the end."""
    words = [finding.word for finding in found.findings]
    counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    lines = [line for finding in found.findings for line in _lines(finding)]
    return "\n".join([*lines, f"{found.study.scenario.name}: {counts}."])


def _lines(finding: Finding) -> Iterator[str]:
    """The verdict on a check, the evidence, and what is listed."""
    yield f"{finding.word:14} {finding.check.name} ({finding.check.answers})"
    yield from (f"{'':14} {line}" for line in (finding.verdict.evidence, *finding.verdict.details))
