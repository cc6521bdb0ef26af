"""How many urgent patients an open day of a clinic has room for, on average."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.form.clinic import Clinic
from sim.simulation.lowering.other_patients import most_others, up_to


def taken_by_urgent(clinic: Clinic) -> float:
    """Mean number of urgent patients who have a place, or a chair for their visit, on an open day.

    Urgent patients go before the study, so they have what other patients leave. In chairs it is
    what an empty day has room for, because who is there besides is not known before the day.

    Parameters
    ----------
    clinic : Clinic
        The clinic of a scenario.

    Returns
    -------
    float
        0 without urgent patients.
    """
    urgent = clinic.urgent
    if urgent is None:
        return 0.0
    more_than = [1.0 - share for share in up_to(urgent.per_open_day)]
    if clinic.chairs is not None:
        return math.fsum(more_than[: clinic.chairs.room_for(urgent.minutes)])
    places = int(clinic.places) if isinstance(clinic.places, float) else 0
    return math.fsum(
        chance * math.fsum(more_than[: max(0, places - others)])
        for others, chance in _of_others(clinic)
    )


def _of_others(clinic: Clinic) -> Iterator[tuple[int, float]]:
    """Numbers of other patients who have a place, each with its probability."""
    others, most = clinic.other_patients, most_others(clinic)
    if others is None or others.always is not None:
        yield min(most, 0 if others is None else others.always or 0), 1.0
        return
    below = 0.0
    for number, share in enumerate(up_to(others.mean)[:most]):
        yield number, share - below
        below = share
    yield most, 1.0 - below
