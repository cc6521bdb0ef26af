"""Nurses by the hour: times within opening hours, and time in which each visit can begin."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.form.chairs import Chairs
from sim.scenario.form.hours import as_time, minute_of
from sim.scenario.mistakes import Mistake
from sim.scenario.text.provenance import Plain

NURSES = ("clinic", "chairs", "nurses")
BY_HOUR = (*NURSES, "by_hour")


def check_staff(chairs: Chairs, plain: Plain) -> Iterator[Mistake]:
    """Mistakes of nurses by the hour in a scenario whose forms are valid."""
    nurses = chairs.nurses
    if nurses is None or nurses.by_hour is None:
        return
    opens, closes = chairs.times
    if nurses.shifts[0].since != opens:
        message = f"the first time is not {as_time(opens)}, at which the clinic opens"
        yield plain.mistake(BY_HOUR, message)
    for time in nurses.by_hour:
        if not opens <= (minute_of(time) or 0) < closes:
            message = f"'{time}' is outside opening hours, {chairs.hours}"
            yield plain.mistake((*BY_HOUR, time), message, at_key=True)
    if chairs.after_closing == "overtime" and nurses.shifts[-1].number == 0:
        message = (
            "the last time has no nurse, and `after_closing: overtime` seats patients after "
            "closing time; write 1 nurse or more there, or `after_closing: sent home`"
        )
        yield plain.mistake(BY_HOUR, message)
    for name, stay in chairs.visits.items():
        if stay.mean <= closes - opens and not chairs.room_for(math.ceil(stay.mean)):
            message = f"a visit of {stay.mean:g} minutes for {name} cannot begin in time"
            yield plain.mistake(BY_HOUR, message)
