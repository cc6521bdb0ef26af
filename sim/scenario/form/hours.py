"""Times of a day: opening hours, and the minute since midnight of a single time."""

from __future__ import annotations

import re

TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
MIDNIGHT = 24 * 60


def minute_of(time: str) -> int | None:
    """The minute since midnight of a time; None for another text.

    >>> minute_of("8:00"), minute_of("13:30"), minute_of("24:01"), minute_of("noon")
    (480, 810, None, None)
    """
    match = TIME.fullmatch(time.strip())
    minute = None if match is None else 60 * int(match[1]) + int(match[2])
    return minute if minute is not None and minute <= MIDNIGHT else None


def minutes_of(hours: str) -> tuple[int, int] | None:
    """The minutes since midnight at which a clinic opens and closes; None for another text.

    >>> minutes_of("8:00 to 17:30"), minutes_of("eight to five")
    ((480, 1050), None)
    """
    first, to, last = hours.partition(" to ")
    opens, closes = minute_of(first), minute_of(last)
    if not to or opens is None or closes is None:
        return None
    return opens, closes


def in_order(hours: str) -> bool:
    """Whether a text is a time in which a clinic is open: it opens before it closes.

    >>> in_order("8:00 to 17:00"), in_order("17:00 to 8:00")
    (True, False)
    """
    times = minutes_of(hours)
    return times is not None and times[0] < times[1]


def as_time(minute: int) -> str:
    """A minute since midnight as a time.

    >>> as_time(480), as_time(815)
    ('8:00', '13:35')
    """
    return f"{minute // 60}:{minute % 60:02d}"
