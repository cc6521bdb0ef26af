"""Verification of the program on a scenario: checks with their evidence."""

from __future__ import annotations

import itertools

from sim.experiments.clinics import refuse_clinics
from sim.experiments.forecast import Forecast, Kept, forecast
from sim.experiments.verification.checks import CHECKS, PATIENTS, Verification, run_checks
from sim.experiments.verification.inputs import changed_numbers
from sim.experiments.verification.subject import Subject
from sim.scenario import Study
from sim.vocabulary import Progress

__all__ = ["CHECKS", "FEWEST", "PATIENTS", "Verification", "check", "forecast_of"]

FEWEST = 50
"""Patients with which every check can tell right from wrong."""

SECONDS_AT_LEAST, TIMES = 60.0, 8
"""Time of the checks that take few patients; how often the others simulate each patient."""


def forecast_of(study: Study, patients: int) -> Forecast:
    """Estimate time and memory of the checks of a study for a number of patients."""
    refuse_clinics([study], "`verify` follows patients with both engines")
    once = forecast([study.with_(patients=patients)], "batch", kept=Kept(in_memory=True))
    return once._replace(seconds=SECONDS_AT_LEAST + TIMES * once.seconds)


def check(study: Study, patients: int, progress: Progress | None = None) -> Verification:
    """Run every check on a study.

    `progress` counts steps: the checks, and the numbers of the file that one of them changes one by
    one, which takes most of the time.

    References
    ----------
    Checklists TECH-VER (Büyükkaramikli et al. 2019) and AdViSHE (Vemer et al. 2016);
    docs/verification.md.
    """
    steps, total = itertools.count(1), len(CHECKS) + len(changed_numbers(study))

    def tick() -> None:
        if progress is not None:
            progress(next(steps), total)

    subject, findings = Subject(study, patients, tick), []
    for finding in run_checks(subject):
        findings.append(finding)
        tick()
    return Verification(study, subject.many, tuple(findings))
