"""Patients of a study who are simulated again, for what was not kept of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from sim.experiments import sizes
from sim.experiments.engine import chosen
from sim.experiments.sharing import shared
from sim.scenario import Study
from sim.simulation.records import Floats
from sim.vocabulary import Engine, Progress


def simulated_again(
    study: Study,
    of_patients: Callable[[Study, Engine, range], Floats],
    progress: Progress | None = None,
) -> Iterator[Floats]:
    """Compute something of all patients of a study, block by block.

    Parameters
    ----------
    study : Study
        The study.
    of_patients : callable
        What is computed of some patients of the study by an engine; a row for each patient.
    progress : callable, optional
        Called with the number of patient courses done and to do.

    Yields
    ------
    numpy.ndarray of float, shape (patients, ...)
        What was computed, in the order of the patients.
    """
    engine, arms = chosen("auto", [study], None), len(study.scenario.arms)
    patients, together = study.scenario.cohort.patients, study.scenario.together
    pieces = sizes.split(range(patients), sizes.whole(sizes.block_of(engine), together))
    workers, done = sizes.workers_for(patients, engine), 0
    for found in shared(functools.partial(of_patients, study, engine), pieces, engine, workers):
        yield found
        done += len(found)
        if progress is not None:
            progress(done * arms, patients * arms)
