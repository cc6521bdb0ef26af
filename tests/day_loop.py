"""A clinic written a second time: a loop over days and minutes, without heaps, lists and SimPy."""

from collections.abc import Callable, Sequence
from typing import Any

from sim.simulation.clinic import Visit
from sim.simulation.records import NEVER

Dose = tuple[int, int, int]
"""Day that is due, patient, and number of the planned dose: the order of booking."""

Served = tuple[list[Dose], list[Dose]]
"""Doses that are served on a day, and those of patients who are sent home."""

Answer = tuple[int, int, int | None, int | None]
"""Patient, day that is due, day of service and day of skipping."""


def followed(
    plan: Sequence[int], horizon: int, enrolled: Sequence[int],
    serve: Callable[[int, list[Dose]], Served],
) -> list[Answer]:  # fmt: skip
    """The whole loop `from plan`: what happened to each planned dose.

    Parameters
    ----------
    plan
        Days of the planned doses since enrolment.
    horizon
        Days of follow-up; nobody dies.
    enrolled
        Day on which each patient enrols.
    serve
        Serves a day, of which it gets the number and those who wait, in the order of booking.
    """
    days = [day for day in plan if day < horizon]
    at = [0] * len(enrolled)
    done: list[Answer] = []
    waiting: list[Dose] = []
    for day in range(max(enrolled) + horizon + 1):
        for i, first in enumerate(enrolled):
            if at[i] < len(days) and first + days[at[i]] == day:
                waiting.append((day, i, at[i]))
        served, _ = serve(day, sorted(waiting))
        for dose in sorted(waiting):
            due, i, k = dose
            nearest = enrolled[i] + days[k + 1] if k + 1 < len(days) else NEVER
            if dose in served:
                done.append((i, due, day, None))
            elif nearest - 1 == day:
                done.append((i, due, None, day))
            elif day >= enrolled[i] + horizon:
                done.append((i, due, None, None))
            else:
                continue
            at[i] += 1
            waiting.remove(dose)
    return sorted(done)


def answers(visits: Sequence[Visit]) -> list[Answer]:
    """What the clinic of mastosim answered, in the same form."""
    return sorted(((v.patient, v.due, v.served, v.skipped) for v in visits),
                  key=lambda answer: answer[:2])  # fmt: skip


def minute_by_minute(
    coming: list[Any], chairs: int, nurses: Callable[[int], int] | None, busy: int, opens: int,
    closes: int, sends_home: bool,
) -> tuple[dict[Any, int], set[Any], list[int], list[int]]:  # fmt: skip
    """Live a day by looking at every minute.

    Parameters
    ----------
    coming
        Minute of arrival, number in the order of arrival at one minute, minutes in a chair, name.
    chairs, nurses
        Chairs, and a function that says how many nurses there are at a minute.

    Returns
    -------
    tuple
        Minute at which each visit begins by name, names of those sent home, how many were in the
        waiting room at each minute, and the largest numbers of chairs and of begins at once.
    """
    waiting, begins, home, waits = list[Any](), dict[Any, int](), set[Any](), list[int]()
    in_chairs, with_nurse, most = list[int](), list[int](), [0, 0]
    coming = sorted(coming)
    for minute in range(opens, 3000):
        in_chairs = [until for until in in_chairs if until > minute]
        with_nurse = [until for until in with_nurse if until > minute]
        waiting += [who for who in coming if who[0] == minute]
        if sends_home and minute >= closes:
            home |= {who[3] for who in waiting}
            waiting = []
        while (
            waiting
            and len(in_chairs) < chairs
            and (nurses is None or len(with_nurse) < nurses(minute))
        ):
            _, _, minutes, name = waiting.pop(0)
            begins[name] = minute
            in_chairs.append(minute + minutes)
            with_nurse += [minute + busy] if busy else []
        most = [max(most[0], len(in_chairs)), max(most[1], len(with_nurse))]
        waits.append(len(waiting))
    return begins, home, waits, most


def booked_by_minute(
    lengths: Sequence[int], chairs: int, nurses: Callable[[int], int] | None, busy: int, opens: int,
    closes: int,
) -> list[int]:  # fmt: skip
    """Minutes at which visits of some lengths are booked, in order, until one has no room."""
    appointments, in_chairs, with_nurse = list[int](), list[int](), list[int]()
    minute = opens
    for length in lengths:
        while minute + length <= closes:
            in_chairs = [until for until in in_chairs if until > minute]
            with_nurse = [until for until in with_nurse if until > minute]
            if len(in_chairs) < chairs and (nurses is None or len(with_nurse) < nurses(minute)):
                break
            minute += 1
        else:
            break
        appointments.append(minute)
        in_chairs.append(minute + length)
        with_nurse += [minute + busy] if busy else []
    return appointments
