"""What each kind of result says of itself besides, by which `details` of a manifest is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

Row = tuple[str, int | str, str]


class Details(BaseModel):
    """Details of a result; a kind may have details beyond those of the form."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Worded(Details):
    """Title of a figure, and the sentences that its caption opens with."""

    title: str
    caption: tuple[str, ...]


class AboutSweep(Details):
    """Name, question, design and size of a sweep."""

    name: str
    title: str
    question: str
    design: str
    outcomes: tuple[str, ...]
    arms: tuple[str, ...]
    patients: int
    draws: int | None = None
    seed: int
    patients_by_draw: str = "same"
    readings: dict[str, str]


class OfSweep(Details):
    """Details of a sweep: itself, parameters that change nothing, and points that failed."""

    sweep: AboutSweep
    in_vain: tuple[Row, ...] = ()
    failed: tuple[Row, ...] = ()
    pilot: dict[str, Any] | None = None


FORMS: Mapping[str, type[Details]] = {
    "comparison": Worded, "readings": Worded, "emulation": Worded, "sweep": OfSweep,
}  # fmt: skip
"""The form of each kind that says more of itself than its studies and options."""


def whole(text: str) -> int:
    """A whole number as a scenario file may have it: `20`, or `2e1`."""
    return int(text) if text.isdecimal() else int(float(text))
