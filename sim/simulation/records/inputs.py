"""What an engine takes and returns: inputs of one arm, its log, and names for the reader."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Records of arrays when compiled, plain objects under SimPy; params.first_draw: see PARAMS.
State = Any
Patient = Any
Params = Any
Draws = Any
Due = Any


class OutOfDraws(Exception):
    """A patient needs more random numbers of one stream than were prepared."""


class Inputs(NamedTuple):
    """The inputs of an engine for one arm and a block of patients.

    Attributes
    ----------
    params : numpy.ndarray of PARAMS, a single record
        Parameters of the arm.
    patients : numpy.ndarray of PATIENT, shape (patients,)
        Facts of the patients.
    draws : numpy.ndarray of float, shape (patients, columns)
        Random numbers.
    """

    params: npt.NDArray[np.void]
    patients: npt.NDArray[np.void]
    draws: Floats

    def numbers(self, stream: int, slot: int) -> Floats:
        """Random numbers of one stream and slot.

        Parameters
        ----------
        stream, slot : int
            Stream (`GIVEN`, ...) and slot: therapy, reaction, site or quantity.

        Returns
        -------
        numpy.ndarray of float, shape (patients, uses)
            The random numbers; no columns if the scenario needs none.
        """
        first = self.params["first_draw"][stream, slot]
        return self.draws[:, first : first + self.params["draws"][stream, slot]]


class Log(NamedTuple):
    """The log of a simulation: one row per event, by patient, then in order of time.

    Attributes
    ----------
    patient : numpy.ndarray of int
        Position of the patient in the block, from 0.
    day : numpy.ndarray of int
        Day since enrolment.
    kind : numpy.ndarray of int
        Kind of event (`MEASURE`, ..., `END`) plus slot.
    value : numpy.ndarray of float
        Value of the event, as `model.react` returns it.
    """

    patient: Integers
    day: Integers
    kind: Integers
    value: Floats


class Names(NamedTuple):
    """Names of the therapies and reactions of a scenario, in the order of their slots."""

    therapies: tuple[str, ...]
    reactions: tuple[str, ...]
