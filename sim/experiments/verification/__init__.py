"""Verification of the program on a scenario: a battery of checks, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.experiments.runs import with_numbers
from sim.experiments.verification.checks import (
    CHECKS,
    PATIENTS,
    Check,
    Finding,
    Verification,
    found_by,
)
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Verdict
from sim.scenario import Study, load
from sim.vocabulary import Progress

__all__ = ["CHECKS", "PATIENTS", "Check", "Finding", "Verdict", "Verification", "verify"]


def verify(
    scenario: str | Path | Study,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
) -> Verification:
    """Put the program to the battery on a scenario: a path, or a study already loaded.

    `patients` are those of the checks against an expectation, 2000 unless given; `seed` and
    `settings` are as in `sim.experiments.runs.run`; `progress` is told the checks done and to do.
    Raises ScenarioError for a scenario that is not valid. Starts other processes, so a script that
    calls it needs the usual guard of its main module.
    """
    study = (
        scenario
        if isinstance(scenario, Study)
        else load(scenario, with_numbers(settings, None, seed))
    )
    subject, findings = Subject(study, patients or PATIENTS), []
    for finding in found_by(subject):
        findings.append(finding)
        if progress is not None:
            progress(len(findings), len(CHECKS))
    return Verification(study, subject.many, tuple(findings))
