"""Urgent patients: minutes of their visits, and places that are left beside those kept for them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.form.chairs import Chairs
from sim.scenario.form.clinic import Clinic
from sim.scenario.form.urgent import Urgent
from sim.scenario.mistakes import Mistake
from sim.scenario.text.provenance import Plain

URGENT = ("clinic", "urgent")


def check_urgent(clinic: Clinic, urgent: Urgent, plain: Plain) -> Iterator[Mistake]:
    """Mistakes of urgent patients in a scenario whose forms are valid."""
    if clinic.chairs is not None:
        yield from _in_chairs(clinic.chairs, urgent, plain)
        return
    if urgent.visit is not None:
        message = "stands with `chairs`; a place has no minutes"
        yield plain.mistake((*URGENT, "visit"), message, at_key=True)
    if isinstance(clinic.places, str):
        message = "with `places: unlimited` nobody takes a place from others; write a number there"
        yield plain.mistake(URGENT, message, at_key=True)
    elif clinic.places is not None and urgent.kept_free >= clinic.places:
        message = f"keeps all {clinic.places:g} places of each open day, so no dose is ever given"
        yield plain.mistake((*URGENT, "kept_free"), message)


def _in_chairs(chairs: Chairs, urgent: Urgent, plain: Plain) -> Iterator[Mistake]:
    """Mistakes where a visit has no minutes, does not fit, or leaves no time for another."""
    if urgent.visit is None:
        message = "`visit` is missing: with `chairs`, write like visit: 60 minutes"
        yield plain.mistake(URGENT, message, at_key=True)
        return
    room = chairs.room_for(urgent.minutes)
    if not room:
        message = f"a visit of {urgent.visit:g} minutes does not fit into a day of {chairs.hours}"
        yield plain.mistake((*URGENT, "visit"), message)
        return
    kept = [urgent.minutes] * urgent.kept_free
    for name, stay in chairs.visits.items():
        minutes = math.ceil(stay.mean)
        if chairs.room_for(minutes) and (
            urgent.kept_free > room or not chairs.room_for(minutes, kept)
        ):  # fmt: skip
            message = f"leaves no time for a visit for {name}, so no dose is ever given"
            yield plain.mistake((*URGENT, "kept_free"), message)
