"""Where the time of an event goes: drawing, the loop whole and in part, reduction to outcomes."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from benchmarks import floor, workload
from benchmarks.page import Table, number
from benchmarks.rounds import median, take_turns
from benchmarks.sizes import Sizes
from sim.simulation.records import Inputs, Log

NO_MEASURING = ("visits.dxa=[3000 days]", "visits.markers=[3000 days]")
NO_REVIEWS = ("fractures.review_every=3000 days",)

NOTE = """\
CPU time of one core. The inputs of both arms are drawn together. Visits and reviews are left out by
putting them behind the end of follow-up; the last column divides by the events that then remain,
and what was saved is in the column before it. The bare loop goes through the same days: it finds
the next among all kinds of event, reads one random number, writes one row, and does nothing for a
patient. Reduction to outcomes is timed on the logs of both arms: records of the patients, then the
sums over patients from which every outcome is computed."""


def by_part(sizes: Sizes) -> Table:
    """Nanoseconds an event of each part, the loop also with some of its work left out."""
    study, count = workload.study(), sizes.block
    inputs, logs = workload.followed(study, count)
    records, work = workload.records(study, inputs, logs), workload.work_on(study)
    whole = _events(inputs, logs)
    parts: dict[str, tuple[Callable[[], object], int]] = {
        "drawing the inputs": (functools.partial(workload.drawn, study, count), whole),
        "the loop": (functools.partial(workload.simulated, inputs), whole),
        "reduction: records of the patients": (
            functools.partial(workload.records, study, inputs, logs),
            whole,
        ),
        "reduction: sums over patients": (functools.partial(workload.summed, work, records), whole),
        "the loop without visits": _loop(count, NO_MEASURING),
        "the loop without reviews": _loop(count, NO_REVIEWS),
        "the loop without both": _loop(count, NO_MEASURING + NO_REVIEWS),
        "a bare loop over the same days": (functools.partial(_events, inputs, logs), whole),
    }
    times = take_turns(
        {name: do for name, (do, _) in parts.items()}, sizes.rounds, time.process_time
    )
    rows = []
    for name, (_, events) in parts.items():
        seconds = median(times[name])
        cells = (events / count, 1e6 * seconds / count, 1e9 * seconds / events)
        rows.append([name, *map(number, cells)])
    columns = ["part", "events a patient", "µs a patient", "ns an event"]
    return Table("Where does the time of an event go?", columns, rows, NOTE)


def _loop(count: int, settings: tuple[str, ...]) -> tuple[Callable[[], object], int]:
    """The loop with settings laid over the scenario, and its number of events."""
    inputs, logs = workload.followed(workload.study(*settings), count)
    return functools.partial(workload.simulated, inputs), _events(inputs, logs)


def _events(inputs: list[Inputs], logs: list[Log]) -> int:
    return sum(map(floor.events, inputs, logs))
