"""Tables of exponentials of whole days, for the rates of an arm."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.simulation.biology.decay import decayed, relaxed_under, time_under
from sim.simulation.records import SATURATING, SUBSETS, TABLED, THERAPIES, Floats
from sim.vocabulary import MARKERS


def tables_by_days(params: Any, therapies: int) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "by days".

    Parameters
    ----------
    params : record of PARAMS
        Parameters of a study, with all rates.
    therapies : int
        Number of therapies of the study; the tables of other slots stay 0.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.

    References
    ----------
    docs/architecture.md, section "One patient".
    """
    decay, onset = params["decay"].tolist(), params["onset"].tolist()
    reading, relaxation = int(params["reading"]), float(params["relaxation"])
    acting = np.zeros((SUBSETS, TABLED))
    for subset, rate in enumerate(params["subset_decay"][: 2**therapies].tolist()):
        rates = (relaxation, rate) if reading == SATURATING else (rate,)
        acting[subset] = _table(relaxed_under if reading == SATURATING else time_under, *rates)
    response = np.zeros((len(MARKERS), THERAPIES, TABLED))
    for marker, rate in enumerate(onset):
        for therapy in range(therapies):
            response[marker, therapy] = _table(relaxed_under, rate, decay[therapy])
    return {
        "action_left": np.array([_table(decayed, rate) for rate in decay]),
        "time_in_action": acting,
        "site_left": np.array([_table(decayed, rate) for rate in onset]),
        "site_response": response,
    }


@functools.lru_cache(maxsize=256)
def _table(function: Callable[..., float], *rates: float) -> Floats:
    """Values of a function of rates and days; most points of a sweep ask for the same rates."""
    return np.array([function(*rates, days) for days in range(TABLED)])
