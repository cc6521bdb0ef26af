"""The nurses of a clinic with chairs: how many of them there are, from which time of the day on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from sim.scenario.form.hours import minute_of
from sim.scenario.form.quantities import Form, Minutes, Whole, only_if, only_one
from sim.scenario.form.quantity import refuse

NO_TIME = 1_000_000_000
"""A minute that never comes."""


class Shift(NamedTuple):
    """How many nurses there are from one minute since midnight until another."""

    since: int
    until: int
    number: int


Shifts = tuple[Shift, ...]


def all_day(number: int) -> Shifts:
    """The same number of nurses at every minute."""
    return (Shift(0, NO_TIME, number),)


def first_free(at: int, begins: Sequence[int], busy: int, shifts: Shifts) -> int:
    """The first minute at which a nurse can begin a visit.

    As many visits can be begun at once as there are nurses. Every begin takes as long, so with n
    nurses one is free once the n-th last begin is over.

    Parameters
    ----------
    at : int
        Minute since midnight from which on the visit can begin.
    begins : sequence of int
        Minutes at which the visits before began, in order. None is overtaken, because they did not
        come later and found no chair later.
    busy : int
        Minutes for which a begin takes a nurse.
    shifts : tuple of Shift
        Nurses of the day, in order of time.

    Returns
    -------
    int
        A minute since midnight; `NO_TIME` if no nurse is there any more.

    Examples
    --------
    Two nurses until minute 60, then one; both are busy when the hours of one end:

    >>> shifts = (Shift(0, 60, 2), Shift(60, NO_TIME, 1))
    >>> first_free(50, [45, 50], 20, shifts)
    70
    """
    for since, until, number in shifts:
        minute = max(at, since)
        if 0 < number <= len(begins):
            minute = max(minute, begins[-number] + busy)
        if number and minute < until:
            return minute
    return NO_TIME


class Nurses(Form):
    """Nurses, each of whom begins one visit at a time.

    A nurse whose hours end finishes the begin of a visit that is in progress; of nurses who are all
    busy the one who is free first leaves. The nurses of the last hours stay for overtime.
    """

    number: Annotated[Whole, only_if(lambda n: 1 <= n <= 1000, "1 to 1000 nurses")] | None = None
    """Nurses on an open day; in place of `by_hour`, e.g. 1."""
    by_hour: dict[str, Annotated[
        Whole, only_if(lambda n: 0 <= n <= 1000, "0 to 1000 nurses")
    ]] | None = None  # fmt: skip
    """Nurses from a time of the day on, until the next time that is named; the first is opening
    time; in place of `number`, e.g. {'8:00': 2, '12:00': 1, '13:00': 2}."""
    busy: Minutes
    """Time for which a nurse is busy at the begin of a visit, e.g. 12 minutes."""

    def check(self) -> None:
        """Refuse two numbers of nurses and none, a text that is no time, and a time twice."""
        only_one(self, ("number", "by_hour"), "a staff of nurses")
        times = list(self.by_hour or ())
        wrong = next((time for time in times if minute_of(time) is None), None)
        if wrong is not None:
            raise refuse(f"'{wrong}' in `by_hour` is no time; write it like 8:00")
        if len({*map(minute_of, times)}) < len(times):
            raise refuse("`by_hour` names a time twice")
        if self.by_hour is not None and not any(self.by_hour.values()):
            raise refuse("`by_hour` has no nurse at any time; allowed: 1 or more at one of them")

    @property
    def shifts(self) -> Shifts:
        """The nurses of a day in order of time; those of the last hours stay."""
        if self.by_hour is None:
            return all_day(self.number or 0)
        numbers = sorted((minute_of(time) or 0, n) for time, n in self.by_hour.items())
        ends = [*(minute for minute, _ in numbers[1:]), NO_TIME]
        return tuple(
            Shift(since, until, n) for (since, n), until in zip(numbers, ends, strict=True)
        )

    def mean(self, opens: int, closes: int) -> float:
        """Mean number of nurses between the minutes of opening and of closing.

        >>> hours = {"8:00": "2", "12:00": "1", "13:00": "2", "16:00": "0"}
        >>> Nurses(by_hour=hours, busy="12 minutes").mean(480, 960)
        1.875
        """
        minutes = sum((min(shift.until, closes) - max(shift.since, opens)) * shift.number
                      for shift in self.shifts if shift.since < closes)  # fmt: skip
        return minutes / (closes - opens)
