"""Random numbers by address: (seed, replicate, stream, use, patient).

A column holds the numbers of one stream and one use, one per patient. It is filled in chunks of
patients, and each chunk has a Philox generator of its own. A patient's number therefore depends on
its address alone, not on the size of the cohort, the requested block or the number of columns.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from typing import Any, Literal

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
        key = _key(seed, stream, use, replicate, chunk)
        pieces.append(_numbers(key, law, patient - chunk * CHUNK, end - chunk * CHUNK))
        patient = end
    if len(pieces) == 1:
        return pieces[0]
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
    """The generator of an address, as `SeedSequence(seed, spawn_key=address)` gives."""
    return np.random.Generator(np.random.Philox(_sequence(seed, stream, use, replicate, chunk)))


def _sequence(
    seed: int, stream: str, use: int, replicate: int, chunk: int
) -> np.random.SeedSequence:
    """The seed sequence of an address.

    numpy joins seed and key into one row of 32-bit words, number by number. The row is joined here
    at once, which takes a sixth of the time; test_draws holds that both are equal.
    """
    name = stream.encode()
    words = [*_seed_words(seed), replicate, len(name), *name, use, chunk]
    return np.random.SeedSequence(np.array(words, dtype=np.uint32))


@lru_cache(maxsize=2048)
def _key(seed: int, stream: str, use: int, replicate: int, chunk: int) -> tuple[int, ...]:
    """The key that a Philox generator takes from its seed sequence.

    Blocks of one chunk share their keys, so the keys of about one table are kept.
    """
    sequence = _sequence(seed, stream, use, replicate, chunk)
    return tuple(sequence.generate_state(2, np.uint64).tolist())


@cache
def _seed_words(seed: int) -> tuple[int, ...]:
    """A seed in words of 32 bits, the lowest first, filled up to the four of numpy's pool."""
    count = max(4, -(-seed.bit_length() // 32))
    return tuple(seed >> 32 * i & 0xFFFFFFFF for i in range(count))


class _OwnGenerator(threading.local):
    """A generator that each thread has for itself.

    It takes the key of one column after another. Setting its state takes a fifth of the time in
    which numpy makes a new generator, and gives the same numbers.
    """

    def __init__(self) -> None:
        self.bits = np.random.Philox(0)
        self.generator = np.random.Generator(self.bits)

    def begin(self, key: tuple[int, ...], block: int) -> np.random.Generator:
        """Take a key, and leave out as many blocks of four 64-bit words."""
        state: Any = {
            "bit_generator": "Philox",
            "state": {"counter": (block, 0, 0, 0), "key": key},
            "buffer": (0, 0, 0, 0), "buffer_pos": 4, "has_uint32": 0, "uinteger": 0,
        }  # fmt: skip
        self.bits.state = state
        return self.generator


_OWN = _OwnGenerator()


def _numbers(key: tuple[int, ...], law: Law, first: int, last: int) -> Floats:
    """Numbers `first` to `last` of a chunk.

    A uniform number takes one word of the generator, so those before the first are left out. Other
    laws take as many words as they need, and all numbers before are drawn too.
    """
    if law == "uniform":
        block = first // 4
        return _OWN.begin(key, block).random(last - 4 * block)[first - 4 * block :]
    generator = _OWN.begin(key, 0)
    drawn = generator.standard_normal if law == "normal" else generator.standard_exponential
    return drawn(last)[first:]
