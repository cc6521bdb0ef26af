"""Random numbers: their distributions, their correlations, and the same ones in every arm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr, ndtri

from sim.experiments.verification import chance
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, exact, not_applicable
from sim.simulation import records
from sim.simulation.records import SLOTS, STREAMS, Floats, Inputs

EXPONENTIAL = (records.LATENESS, records.TOLERANCE, records.BREAKS, records.DIES)
MOST_COLUMNS = 250


def distributions(subject: Subject) -> Verdict:
    """Every column of random numbers follows its distribution, and no two are correlated."""
    columns = _as_uniform(next(iter(subject.inputs(subject.many, subject.strain).values())))
    shapes = [chance.uniform(what, values) for what, values in columns.items()]
    return chance.within([*shapes, *_correlations(columns)])


def same_in_every_arm(subject: Subject) -> Verdict:
    """All arms have the same patients and the same random numbers (common random numbers)."""
    arms = subject.inputs(subject.some)
    if len(arms) < 2:
        return not_applicable("one arm only")
    first, *others = [(i.draws.tobytes(), i.patients.tobytes()) for i in arms.values()]
    cases = (Case(arm, arm_ == first) for arm, arm_ in zip([*arms][1:], others, strict=True))
    return exact("arms with the patients and random numbers of the first", cases)


def _as_uniform(inputs: Inputs) -> dict[str, Floats]:
    """Each column by stream, slot and use, transformed by its distribution function."""
    columns = {}
    for stream in range(STREAMS):
        for slot in range(SLOTS):
            for use, values in enumerate(inputs.numbers(stream, slot).T):
                if stream in EXPONENTIAL:
                    values = -np.expm1(-values)
                elif stream == records.NOISE:
                    values = ndtr(values)
                columns[f"stream {stream}, slot {slot}, use {use}"] = values
    return columns


def _correlations(columns: dict[str, Floats]) -> Iterator[chance.Compared]:
    """Correlations of the normal scores of at most `MOST_COLUMNS` columns."""
    names = list(columns)[:: -(-len(columns) // MOST_COLUMNS)]
    scores = np.array([ndtri(np.clip(columns[name], 1e-15, 1 - 1e-15)) for name in names])
    found = np.corrcoef(scores)
    error = 1 / np.sqrt(scores.shape[1] - 3)
    distances = np.arctanh(np.clip(found, -1 + 1e-15, 1 - 1e-15)) / error
    for i, j in zip(*np.triu_indices(len(names), 1), strict=True):
        what = f"{names[i]} with {names[j]}"
        yield chance.Compared(what, float(found[i, j]), 0.0, float(distances[i, j]))
