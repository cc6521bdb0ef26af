"""Verification of the program on a scenario: checks with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.bounds import allow
from sim.experiments.forecast import Forecast, Kept, forecast
from sim.experiments.verification.checks import CHECKS, PATIENTS, Verification, run_checks
from sim.experiments.verification.subject import Subject
from sim.scenario import Study
from sim.vocabulary import Progress

__all__ = ["CHECKS", "FEWEST", "Verification", "check", "forecast_of", "verify"]

FEWEST = 50
"""Patients with which every check can tell right from wrong."""

SECONDS_AT_LEAST, TIMES = 60.0, 8
"""Time of the checks that take few patients; how often the others simulate each patient."""


def verify(
    scenario: str | Path | Study,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    yes: bool = False,
) -> Verification:
    """Verify the program on a scenario: run every check and return the verdicts.

    Two checks start other processes, so a script that calls this needs the usual guard of its main
    module.

    Parameters
    ----------
    scenario
        Path of a scenario file, or a study that is already loaded.
    patients
        Virtual patients for checks against an expected value, 50 or more; 2000 by default. Other
        checks take at most 300.
    seed
        Seed of the random numbers.
    settings
        `path=value` texts as of `--set`; for a path only.
    progress
        Called with the number of checks done and to do.
    yes
        Check even if the forecast of time or memory exceeds the bounds.

    Returns
    -------
    Verification
        Its `passed` is False if a check failed; `table` has one row per check.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        For fewer than 50 patients, settings of a study that is already loaded, or checks that would
        take more than 24 hours or half of the memory of this machine.

    References
    ----------
    Checklists TECH-VER (Büyükkaramikli et al. 2019) and AdViSHE (Vemer et al. 2016);
    docs/verification.md.
    """
    patients = PATIENTS if patients is None else patients
    if patients < FEWEST:
        raise RequestError(f"{patients} patients are too few to check; allowed: {FEWEST} or more")
    study = runs.study_of(scenario, seed=seed, settings=settings)
    allow(forecast_of(study, patients), yes=yes)
    return check(study, patients, progress)


def forecast_of(study: Study, patients: int) -> Forecast:
    """Estimate what the checks of a study take with so many patients."""
    once = forecast([study.with_(patients=patients)], "batch", kept=Kept(in_memory=True))
    return once._replace(seconds=SECONDS_AT_LEAST + TIMES * once.seconds)


def check(study: Study, patients: int, progress: Progress | None = None) -> Verification:
    """Run every check on a study; the arguments are those of `verify`."""
    subject, findings = Subject(study, patients), []
    for finding in run_checks(subject):
        findings.append(finding)
        if progress is not None:
            progress(len(findings), len(CHECKS))
    return Verification(study, subject.many, tuple(findings))
