"""What an event costs in a longer follow-up."""

from __future__ import annotations

import functools

from benchmarks import floor, workload
from benchmarks.page import Table, number
from benchmarks.rounds import median, take_turns
from benchmarks.sizes import Sizes

EVENTS = """\
Events are the rows of the log and the reviews of the fracture rate, which are not logged: one for
every 30 days lived, 1 % more than there are, as treatment can spare a review on the same day."""


def by_horizon(sizes: Sizes) -> Table:
    """Nanoseconds an event for follow-ups of several lengths."""
    count = max(sizes.block // 4, 1)
    things, events = {}, []
    for years in sizes.horizons:
        inputs, logs = workload.followed(workload.study(f"horizon={years} years"), count)
        things[str(years)] = functools.partial(workload.simulated, inputs)
        events.append(sum(map(floor.events, inputs, logs)) / count)
    times = take_turns(things, sizes.rounds)
    rows = [
        [years, number(a_patient), number(1e6 * median(seconds) / count),
         number(1e9 * median(seconds) / count / a_patient)]
        for (years, seconds), a_patient in zip(times.items(), events, strict=True)
    ]  # fmt: skip
    return Table(
        "What does an event cost in a longer follow-up?",
        ["years", "events a patient", "µs a patient", "ns an event"],
        rows,
        f"The loop of the batch engine, {count:,} patients, inputs drawn before.\n{EVENTS}",
    )
