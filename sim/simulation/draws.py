"""Random numbers with an address: (seed, replicate, stream, use, patient), whatever else changes.

Each column (one stream, one use) is filled down the patients in chunks, each chunk by a Philox
generator of its own, so a patient keeps its numbers whatever the size of the cohort, the block
that is asked for, and the number of columns.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.simulation.records import Floats

CHUNK = 8192
"""Patients filled by one generator; part of the address, so changing it changes every result."""

Law = Literal["uniform", "normal", "exponential"]


def column(
    seed: int, stream: str, use: int, law: Law, first: int, count: int, replicate: int = 0
) -> Floats:
    """One number for each of `count` patients from patient `first` on.

    `law` is standard: uniform on [0, 1), normal (0, 1), or exponential with mean 1.
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
    """A generator of a stream that belongs to no patient, such as the points of a design."""
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
