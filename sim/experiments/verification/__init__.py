"""Verification of the program on a scenario: checks with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.experiments.verification.checks import CHECKS, PATIENTS, Verification, run_checks
from sim.experiments.verification.subject import Subject
from sim.scenario import Study, load
from sim.vocabulary import Progress

__all__ = ["CHECKS", "Verification", "verify"]


def verify(
    scenario: str | Path | Study,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
) -> Verification:
    """Verify the program on a scenario: run every check and return the verdicts.

    Two checks start other processes, so a script that calls this needs the usual guard of its main
    module.

    Parameters
    ----------
    scenario
        Path of a scenario file, or a study that is already loaded.
    patients
        Virtual patients for checks against an expected value; 2000 by default. Other checks take
        at most 300.
    seed, settings
        Seed of the random numbers, and `path=value` texts as of `--set`; for a path only.
    progress
        Called with the number of checks done and to do.

    Returns
    -------
    Verification
        Its `passed` is False if a check failed; `table` has one row per check.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.

    References
    ----------
    Checklists TECH-VER (Büyükkaramikli et al. 2019) and AdViSHE (Vemer et al. 2016);
    docs/verification.md.
    """
    study = scenario if isinstance(scenario, Study) else load(scenario, settings, seed=seed)
    subject, findings = Subject(study, patients or PATIENTS), []
    for finding in run_checks(subject):
        findings.append(finding)
        if progress is not None:
            progress(len(findings), len(CHECKS))
    return Verification(study, subject.many, tuple(findings))
