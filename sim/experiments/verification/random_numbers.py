"""Random numbers: each of its law, none like another, the same in every arm."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import (
    Compared,
    Verdict,
    exact,
    not_applicable,
    uniform,
    within_chance,
)
from sim.simulation.records import (
    BREAKS,
    DIES,
    LATENESS,
    NOISE,
    SLOTS,
    STREAMS,
    TOLERANCE,
    Floats,
    Inputs,
)

EXPONENTIAL = (LATENESS, TOLERANCE, BREAKS, DIES)
MOST_COLUMNS = 250


def random_numbers(subject: Subject) -> Verdict:
    """Every column of random numbers has its law, and no two go together."""
    inputs = next(iter(subject.inputs(subject.many, subject.strain).values()))
    return within_chance([*_laws(inputs), *_pairs(inputs)])


def same_in_every_arm(subject: Subject) -> Verdict:
    """All arms hold the same patients and the same random numbers: common random numbers."""
    arms = subject.inputs(subject.some)
    if len(arms) < 2:
        return not_applicable("one arm only")
    first = next(iter(arms.values()))
    wrong = [
        arm
        for arm, inputs in arms.items()
        if inputs.draws.tobytes() != first.draws.tobytes()
        or inputs.patients.tobytes() != first.patients.tobytes()
    ]
    return exact(wrong, len(arms), "arms with their patients and random numbers")


def as_uniform(inputs: Inputs) -> dict[str, Floats]:
    """Every column as numbers that should be uniform on 0 to 1, by stream, slot and use."""
    columns = {}
    for stream in range(STREAMS):
        for slot in range(SLOTS):
            for use, values in enumerate(inputs.numbers(stream, slot).T):
                columns[f"stream {stream}, slot {slot}, use {use}"] = _uniform(stream, values)
    return columns


def _uniform(stream: int, values: Floats) -> Floats:
    from scipy.special import ndtr

    if stream in EXPONENTIAL:
        return -np.expm1(-values)
    return np.asarray(ndtr(values) if stream == NOISE else values)


def _laws(inputs: Inputs) -> list[Compared]:
    return [uniform(what, values) for what, values in as_uniform(inputs).items()]


def _pairs(inputs: Inputs) -> list[Compared]:
    """Correlations of normal scores, of as many columns as can be held against one another."""
    columns = as_uniform(inputs)
    step = -(-len(columns) // MOST_COLUMNS)
    names = list(columns)[::step]
    scores = np.array([ndtri(np.clip(columns[name], 1e-15, 1 - 1e-15)) for name in names])
    found = np.corrcoef(scores)
    error = 1 / np.sqrt(scores.shape[1] - 3)
    one, other = np.triu_indices(len(names), 1)
    distances = np.arctanh(np.clip(found[one, other], -1 + 1e-15, 1 - 1e-15)) / error
    return [
        Compared(f"{names[i]} with {names[j]}", float(found[i, j]), 0.0, float(distance))
        for i, j, distance in zip(one.tolist(), other.tolist(), distances.tolist(), strict=True)
    ]
