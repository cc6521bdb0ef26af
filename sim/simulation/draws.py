"""Random numbers by address: (seed, replicate, stream, use, patient).

A column holds the numbers of one stream and one use, one per patient. It is filled in chunks of
patients, and each chunk has a Philox generator of its own. A patient's number therefore depends on
its address alone, not on the size of the cohort, the requested block or the number of columns.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.simulation.records import Floats

CHUNK = 8192
"""Patients per generator. The chunk is part of the address: another value changes every result."""

Law = Literal["uniform", "normal", "exponential"]
"""Distribution: uniform on [0, 1), standard normal, or exponential with mean 1."""


def column(
    seed: int, stream: str, use: int, law: Law, first: int, count: int, replicate: int = 0
) -> Floats:
    """Random numbers of one stream and use, one per patient.

    Parameters
    ----------
    seed : int
        Seed of the scenario.
    stream : str
        Name of the stream, such as `fracture hip`.
    use : int
        Number of the use within the stream, from 0; the day for measurement errors.
    law : {"uniform", "normal", "exponential"}
        Distribution: uniform on [0, 1), standard normal, or exponential with mean 1.
    first : int
        Number of the first patient.
    count : int
        Number of patients.
    replicate : int, optional
        Replicate of the whole simulation; 0 by default.

    Returns
    -------
    numpy.ndarray, shape (count,)
        The random numbers.

    References
    ----------
    docs/architecture.md, section "Random numbers".

    Examples
    --------
    Patient 1 has the same number in both calls:

    >>> column(1, "fracture hip", 0, "exponential", first=0, count=3).round(4).tolist()
    [0.0548, 0.399, 1.2734]
    >>> column(1, "fracture hip", 0, "exponential", first=1, count=1).round(4).tolist()
    [0.399]
    """
    pieces = []
    patient, last = first, first + count
    while patient < last:
        chunk = patient // CHUNK
        end = min(last, (chunk + 1) * CHUNK)
        filled = _fill(_generator(seed, stream, use, replicate, chunk), law, end - chunk * CHUNK)
        pieces.append(filled[patient - chunk * CHUNK :])
        patient = end
    return np.concatenate(pieces) if pieces else np.empty(0)


def generator(seed: int, stream: str) -> np.random.Generator:
    """Generator for a stream that belongs to no patient, such as the points of a sweep.

    Parameters
    ----------
    seed : int
        Seed.
    stream : str
        Name of the stream.

    Returns
    -------
    numpy.random.Generator
        A new generator in its initial state.

    Examples
    --------
    >>> generator(1, "points").random() == generator(1, "points").random()
    True
    """
    return _generator(seed, stream, 0, 0, 0)


def _generator(seed: int, stream: str, use: int, replicate: int, chunk: int) -> np.random.Generator:
    name = stream.encode()
    address = (replicate, len(name), *name, use, chunk)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=address)))


def _fill(generator: np.random.Generator, law: Law, count: int) -> Floats:
    if law == "uniform":
        return generator.random(count)
    if law == "normal":
        return generator.standard_normal(count)
    return generator.standard_exponential(count)
