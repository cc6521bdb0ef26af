"""What comes to a clinic from outside the study on a single day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Outside(NamedTuple):
    """What a day of a clinic has that its other days have not.

    Attributes
    ----------
    others : int
        Patients who are not in the study and are booked first.
    lost : int
        Places or chairs that are lost by a breakdown; `NEVER` for all.
    urgent : int
        Patients who are not in the study, come without an appointment and go first.
    """

    others: int = 0
    lost: int = 0
    urgent: int = 0


ORDINARY = Outside()

NOTHING: Mapping[int, Outside] = {}
"""The days of a clinic to which nothing comes from outside."""
