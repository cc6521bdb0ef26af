"""Patients who meet in a clinic: what takes patients one by one refuses them by name."""

from __future__ import annotations

from collections.abc import Iterable

from sim.errors import RequestError
from sim.scenario import Study


def refuse_clinics(studies: Iterable[Study], what: str) -> None:
    """Raise RequestError where a study has a clinic, for `what` takes patients who do not meet."""
    for study in studies:
        if study.scenario.clinic is not None:
            raise RequestError(
                f"{what}, and the patients of {study.scenario.name} wait for each other in "
                "clinics; `mastosim run`, `compare`, `readings` and `explain` take them"
            )


def with_patients_of(first: Study, study: Study) -> Study:
    """Return a study with the patients and the seed of the first one.

    A study with clinics keeps its own number of patients, which has to be that of the first; a
    study without clinics gets as many patients as the clinics of the first have.
    """
    own, other = first.scenario, study.scenario
    sizes = {one.together for one in (own, other)} - {1}
    if len(sizes) > 1:
        raise RequestError(
            f"a clinic has {own.together} patients in {own.name} and {other.together} in "
            f"{other.name}; scenarios side by side have clinics of one size"
        )
    if other.clinics is not None and other.cohort.patients != own.cohort.patients:
        raise RequestError(
            f"{own.name} has {own.cohort.patients} patients and {other.name} "
            f"{other.cohort.patients}; scenarios side by side have the same patients"
        )
    return study.with_(patients=own.cohort.patients, seed=own.seed)
