"""Answers on the experiment: start, run length, chance, and methods."""

from __future__ import annotations

from sim.reports.forms.answers.checks import other_checks
from sim.reports.forms.answers.objectives import errors
from sim.reports.forms.answers.protocol import line
from sim.reports.forms.answers.validation import against_published
from sim.reports.forms.given import Given
from sim.scenario.durations import in_time
from sim.vocabulary import SAMPLED

PAIRED = (
    "The patients are independent of each other, so each is a replication of the model; the same "
    "patients with the same random numbers go through every arm, and differences are paired."
)
IN_CLINICS = (
    "Patients of one clinic wait for each other, so each clinic is a replication of the model; the "
    "same patients with the same random numbers go through every arm, in clinics of its own, and "
    "differences are paired."
)


def initialisation(given: Given) -> str:
    """Terminating, without a warm-up; values at entry are drawn."""
    return (
        f"Terminating: a patient is followed for {in_time(given.scenario.horizon)} or until death. "
        "No warm-up, because every patient begins on day 0, at enrolment. Values at entry are "
        "drawn from the distributions of the scenario (stochastic); no therapy has acted before."
        f"{_clinic_at_start(given)}"
    )


def _clinic_at_start(given: Given) -> str:
    """How full a clinic is on its first day; empty without a clinic."""
    clinic = given.scenario.clinic
    if clinic is None:
        return ""
    return f" On its first day a clinic has {clinic.already_enrolled} patients and an empty list."


def _paired(given: Given) -> str:
    """Who is a replication of the model, and how arms are compared."""
    return PAIRED if given.scenario.clinic is None else IN_CLINICS


def run_length(given: Given) -> str:
    """Follow-up in months and in days; the unit of time."""
    own = given.scenario
    return (
        f"{in_time(own.horizon)} (day {round(own.horizon)}) per patient. Time is in whole days; a "
        "month has 30.4375 days and a year 365.25."
    )


def estimation(given: Given) -> str:
    """Patients, pairing, intervals, and the reason for the number of patients."""
    manifest = given.main.manifest
    goals = manifest.options.get("until") or ()
    reason = (
        f"Patients were added until the intervals were as narrow as asked: {', '.join(goals)}."
        if goals
        else "The number of patients is that of the scenario or of the command; the intervals "
        "beside the estimates show what it leaves to chance."
    )
    return "\n".join(
        [f"{manifest.patients} patients per arm. {_paired(given)}", errors(given), reason]
    )


def analytics(given: Given) -> str:
    """Statistical methods, extrapolation, and validation as far as results of it are given."""
    validation = [text for text in (against_published(given), other_checks(given)) if text]
    return "\n".join(
        [
            _paired(given),
            errors(given),
            f"Extrapolation: after {line(given, 'After ')}.",
            *(validation or ["Validation: docs/validation.md and docs/verification.md."]),
        ]
    )


def uncertainty_methods(given: Given) -> str:
    """Monte Carlo error, parameter uncertainty, and readings, as far as results are given."""
    sampled = [
        kept.detail("sweep") for kept in given.of_kind("sweep")
        if kept.detail("sweep")["design"] in SAMPLED
    ]  # fmt: skip
    parameters = [
        f"Parameter uncertainty: {about['draws']} draws ({about['design']}) of {about['name']}, "
        f"{about['patients']} patients each."
        for about in sampled
    ]
    readings = ["Structural uncertainty: four readings of the annual increase."]
    return "\n".join(
        [
            f"Monte Carlo error: {given.main.manifest.patients} patients. {errors(given)}",
            *(
                parameters
                or ["Parameter uncertainty: not in the results given (`mastosim sweep`)."]
            ),
            *(readings if any(given.of_kind("readings")) else []),
        ]
    )
