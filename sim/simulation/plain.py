"""Records as plain Python objects, for engines that are not compiled."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import numpy.typing as npt


def plain(record: npt.NDArray[np.void]) -> SimpleNamespace:
    """Turn a record into a plain object of numbers and lists, which Python reads faster.

    Parameters
    ----------
    record : numpy.ndarray of a structured type, a single record
        Record of STATE, PATIENT or PARAMS.

    Returns
    -------
    types.SimpleNamespace
        Object with one attribute per field.

    Examples
    --------
    >>> import numpy as np
    >>> from sim.simulation.records import STATE
    >>> plain(np.zeros((), STATE)).bmd
    [0.0, 0.0]
    """
    return SimpleNamespace(**{name: record[name].tolist() for name in record.dtype.names or ()})
