"""Fractures that come to clinical attention: some vertebral ones, every hip and other fracture.

Attention changes nothing in a patient's life, so it is drawn after the simulation: each vertebral
fracture in the log has a random number of its own, the same in every arm.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.simulation import records
from sim.simulation.records import Floats, Inputs, Integers
from sim.vocabulary import ANY_CLINICAL, CLINICAL_VERTEBRAL, Event

VERTEBRAL = "vertebral"


def event_of(fractures: str | None) -> tuple[Event, str | None]:
    """Return the event and the site that the name of some fractures stands for.

    Parameters
    ----------
    fractures
        A site, `clinical vertebral`, `any clinical`, or None for fractures of all sites.

    Returns
    -------
    tuple
        As `ArmRecords.counts` takes them.

    Examples
    --------
    >>> [str(word) for word in event_of("clinical vertebral")]
    ['clinical fracture', 'vertebral']
    """
    if fractures == ANY_CLINICAL:
        return Event.CLINICAL_FRACTURE, None
    if fractures == CLINICAL_VERTEBRAL:
        return Event.CLINICAL_FRACTURE, VERTEBRAL
    return Event.FRACTURE, fractures


def come_to_attention(inputs: Inputs, patient: Integers, number: Floats) -> npt.NDArray[np.bool_]:
    """Mark the vertebral fractures of an arm that come to clinical attention.

    Parameters
    ----------
    inputs
        Inputs of the arm, with the share and the random numbers.
    patient
        Position in the block of the patient of each vertebral fracture.
    number
        Running number of each among the vertebral fractures of the patient, from 1.

    Returns
    -------
    numpy.ndarray of bool
        True for a clinical fracture.

    References
    ----------
    docs/model.md, section "Clinical fractures".
    """
    draws = inputs.numbers(records.CLINICAL, 0)
    return np.asarray(draws[patient, number.astype(np.int64) - 1] < inputs.params["clinical"])
