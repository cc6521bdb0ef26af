"""The days on which the patients of clinics enrolled, from which a calendar day follows."""

from __future__ import annotations

import numpy as np

from sim.scenario import Study
from sim.simulation import lowering
from sim.simulation.clinic import enrolment_days
from sim.simulation.records import ENROLS, Integers
from sim.simulation.simulate import protocol_of


def days_of_enrolment(study: Study) -> Integers:
    """Return the day on which each patient enrolled, since the limits of the clinic began.

    Parameters
    ----------
    study
        A study with clinics.

    Returns
    -------
    numpy.ndarray of int, shape (patients,)
        Days; below 0 for patients who enrolled before. The same in every arm.

    Raises
    ------
    ValueError
        Without a clinic.

    Examples
    --------
    >>> from sim.scenario import load
    >>> days_of_enrolment(load("clinic-nine-places", ["clinics.number=2"])).shape
    (400,)
    """
    scenario = study.scenario
    needs = [need for need in protocol_of(study).needs if need.stream == ENROLS]
    if scenario.clinic is None or not needs:
        raise ValueError("the scenario has no clinic")
    patients = range(scenario.cohort.patients)
    uniform = lowering.numbers(needs, scenario.seed, patients)[:, 0]
    of_clinics = uniform.reshape(-1, scenario.together)
    return np.concatenate([enrolment_days(scenario, of_clinic) for of_clinic in of_clinics])
