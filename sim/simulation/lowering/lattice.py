"""Fixed points for integrals over the cohort, in place of random numbers."""

from __future__ import annotations

import numpy as np
import scipy

from sim.scenario.form.cohort import CORRELATED
from sim.simulation.draws import Law
from sim.simulation.records import Floats

POINTS = 2048
"""Number of points."""

GENERATOR = 519
"""The generator with the least worst-case error, where column j has the weight (j + 1)^-2."""

BY_IMPORTANCE = ("spine_t", "spine_response", "vertebral_fractures", "hip_t", "hip_response")
"""The variables that decide most of a fracture hazard; a lattice is best in its first columns."""


class Lattice:
    """Source of columns that are those of a lattice instead of random.

    A rank-1 lattice of Korobov's form, made periodic by the tent function. Means over its points
    are integrals over the cohort, equal for all seeds, cohort sizes and engines.

    References
    ----------
    Sloan and Joe, Lattice methods for multiple integration, Oxford 1994. Tent function: Hickernell
    2002, Monte Carlo and quasi-Monte Carlo methods 2000, 274-289.
    """

    def column(self, seed: int, stream: str, use: int, law: Law, patients: range) -> Floats:  # noqa: ARG002
        """Return one number per point of the lattice, of the law that a stream has.

        Parameters
        ----------
        seed, stream, use, law, patients
            As of `columns.Source`. A stream that is no variable of the cohort is the middle of its
            law.

        Returns
        -------
        array, shape (patients,)
            Uniform numbers or normal scores.
        """
        share = np.full(len(patients), 0.5)
        if stream in STREAMS:
            share = shares(STREAMS.index(stream))
        return share if law == "uniform" else np.asarray(scipy.special.ndtri(share))


def shares(column: int, points: int = POINTS, generator: int = GENERATOR) -> Floats:
    """One column of the lattice.

    Parameters
    ----------
    column : int
        Number of the column, from 0.
    points, generator : int
        Number of points, and generator.

    Returns
    -------
    array, shape (points,)
        Numbers above 0 and below 1, in steps of 2 / points.

    Examples
    --------
    >>> shares(0, points=4, generator=1)
    array([0.25, 0.75, 0.75, 0.25])
    """
    step = pow(generator, column, points)
    at = (np.arange(points) * step % points + 0.5) / points
    return np.asarray(1 - np.abs(2 * at - 1))


def _streams() -> list[str]:
    """The streams of enrolment, from the most to the least important for fractures."""
    rest = [name for name in CORRELATED if name not in BY_IMPORTANCE]
    return ["sex", *(f"score {name}" for name in (*BY_IMPORTANCE, *rest))]


STREAMS = _streams()
