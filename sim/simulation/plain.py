"""Records as plain Python objects, for engines that are not compiled."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import numpy.typing as npt


def plain(record: npt.NDArray[np.void]) -> Any:
    """Turn a record into a plain object of numbers and lists, which Python reads faster.

    Parameters
    ----------
    record : numpy.ndarray of a structured type, a single record
        Record of STATE, PATIENT or PARAMS.

    Returns
    -------
    object
        Object with one attribute per field of the record, and no others.

    Examples
    --------
    >>> import numpy as np
    >>> from sim.simulation.records import STATE
    >>> plain(np.zeros((), STATE)).bmd
    [0.0, 0.0]
    """
    names = record.dtype.names or ()
    made = _class_with(names)()
    for name in names:
        setattr(made, name, record[name].tolist())
    return made


@functools.cache
def _class_with(names: tuple[str, ...]) -> type:
    """A class whose objects have these attributes in slots, which Python finds without a dict."""
    return type("Plain", (), {"__slots__": names})
