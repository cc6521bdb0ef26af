"""Costs, QALYs and net benefit of each patient: the patients of a study are simulated again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.economics.pricing import Worth, outcomes_of, priced
from sim.economics.quantities import economics_of, keys_of, quantities
from sim.experiments.simulated_again import simulated_again
from sim.outcomes import records_by_arm
from sim.scenario import Study
from sim.simulation.records import Floats
from sim.vocabulary import Engine, Progress

if TYPE_CHECKING:
    import pandas as pd

FILE = "worth_by_patient.csv"


def of_patients(study: Study, progress: Progress | None = None) -> pd.DataFrame:
    """Compute what each patient costs and gains in each arm.

    The kept quantities are sums over groups of patients, so the patients are simulated again.

    Parameters
    ----------
    study : Study
        A study with economics.
    progress : callable, optional
        Called with the number of patient courses done and to do.

    Returns
    -------
    pandas.DataFrame
        A row for each patient in each arm: `patient`, `arm`, and a column for each outcome of
        economics, discounted and not, in the units of `worth.csv`.
    """
    import pandas as pd

    arms, names = [*study.scenario.arms], [one.name for one in _outcomes(study)]
    patients = study.scenario.cohort.patients
    values = np.concatenate([*simulated_again(study, _of_piece, progress)])
    frame = pd.DataFrame(values.reshape(-1, len(names)), columns=names)
    frame.insert(0, "patient", np.repeat(np.arange(patients), len(arms)))
    frame.insert(1, "arm", arms * patients)
    return frame


def _of_piece(study: Study, engine: Engine, patients: range) -> Floats:
    """Outcomes of some patients: patients x arms x outcomes."""
    keys, scenario = keys_of(study.scenario), study.scenario
    records = records_by_arm(study, patients, engine).values()
    counted = np.stack([quantities(own, scenario) for own in records], axis=1)
    return priced(counted, keys, _outcomes(study))


def _outcomes(study: Study) -> list[Worth]:
    return outcomes_of(economics_of(study.scenario))
