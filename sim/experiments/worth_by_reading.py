"""Quantities of a study averaged over the readings of the annual increase, with stated weights.

Costs and QALYs are sums of quantities times prices, so the average of the quantities has the
average of all of them, and of every difference between arms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from sim.economics.groups import Quantities
from sim.errors import RequestError
from sim.experiments import readings, runs
from sim.experiments.engine import chosen
from sim.scenario import Study
from sim.scenario.mistakes import nearest
from sim.vocabulary import READINGS, Progress

WHOLE = 100.0
"""Weights are given in percent."""


def checked(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights of readings in percent, of those above 0.

    Raises
    ------
    RequestError
        For a name that is no reading, a weight below 0, or weights that do not add up to 100 %.
    """
    for name, weight in weights.items():
        if name not in READINGS:
            raise RequestError(f"'{name}' is no reading; {nearest(name, READINGS)}")
        if not 0 <= weight <= WHOLE:
            raise RequestError(f"the weight of '{name}' is {weight:g} %; allowed: 0 % to 100 %")
    total = math.fsum(weights.values())
    if not math.isclose(total, WHOLE, abs_tol=1e-9):
        raise RequestError(f"the weights of readings add up to {total:g} %, not to 100 %")
    return {name: weight for name, weight in weights.items() if weight}


def averaged(
    study: Study, own: Quantities, weights: Mapping[str, float], progress: Progress | None = None
) -> Quantities:
    """Average the quantities of a study over readings, on the same patients.

    Parameters
    ----------
    study : Study
        A study with economics.
    own : Quantities
        Its quantities under its own reading.
    weights : mapping
        Weight of each reading in percent, from `checked`.
    progress : callable, optional
        Called with the number of patient courses done and to do, in all readings together.

    Returns
    -------
    Quantities
        Weighted sums of the quantities of each group.
    """
    four = readings.read(study)
    others = [name for name in weights if name != four.own]
    simulated_of = {
        name: simulated(four.studies[name], _of_all(progress, at, len(others)))
        for at, name in enumerate(others)
    }
    found = [(weight / WHOLE, simulated_of.get(name, own)) for name, weight in weights.items()]
    subgroups = {
        name: _summed([(weight, of.subgroups[name]) for weight, of in found])
        for name in own.subgroups
    }
    return _summed(found)._replace(subgroups=subgroups)


def _of_all(progress: Progress | None, before: int, readings: int) -> Progress | None:
    """Progress of one reading as a part of all: so many readings of the same size are done."""
    if progress is None:
        return None
    return lambda done, total: progress(before * total + done, readings * total)


def _summed(parts: list[tuple[float, Quantities]]) -> Quantities:
    """Weighted sums of quantities of the same groups of patients."""
    first = parts[0][1]
    sums = np.sum([weight * of.sums for weight, of in parts], axis=0)
    return first._replace(sums=sums)


def simulated(study: Study, progress: Progress | None) -> Quantities:
    """Simulate the patients of a study with economics for their quantities."""
    engine = chosen("auto", [study], None)
    quantities = runs.reduce(study, None, progress, engine, None).quantities
    assert quantities is not None
    return quantities


def in_words(weights: Mapping[str, float]) -> str:
    """Say the weights, such as `linear 40 %, plateau 60 %`."""
    return ", ".join(f"{name} {weight:g} %" for name, weight in weights.items())
