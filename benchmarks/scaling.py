"""What a patient costs in a larger cohort, and an event in a longer follow-up."""

from __future__ import annotations

import functools

from benchmarks import blocks, floor
from benchmarks.page import Table, number
from benchmarks.rounds import median, take_turns
from benchmarks.sizes import Sizes
from sim.draws import CHUNK

EVENTS = """\
Events are the rows of the log and the reviews of the fracture rate, which are not logged: one for
every 30 days lived, 1 % more than there are, as treatment can spare a review on the same day."""


def by_cohort(sizes: Sizes) -> Table:
    """Microseconds a patient for cohorts of several sizes, inputs drawn, logs dropped."""
    study = blocks.scenario()
    things = {f"{n:,}": functools.partial(blocks.follow, study, n) for n in sizes.cohorts}
    times = take_turns(things, sizes.few_rounds)
    rows = []
    for patients, turns in zip(sizes.cohorts, times.values(), strict=True):
        whole = median(turns)
        rows.append([f"{patients:,}", number(whole), number(1e6 * whole / patients)])
    note = f"Batch engine in blocks of {CHUNK:,}, the drawing of the inputs included, logs dropped."
    return Table(
        "What does a patient cost in a larger cohort?",
        ["patients", "seconds", "µs a patient"],
        rows,
        note,
    )


def by_horizon(sizes: Sizes) -> Table:
    """Nanoseconds an event for follow-ups of several lengths."""
    count = max(sizes.block // 4, 1)
    things, events = {}, []
    for years in sizes.horizons:
        inputs, logs = blocks.sufficient(blocks.scenario(f"horizon={years} years"), 0, count)
        things[str(years)] = functools.partial(blocks.simulated, inputs)
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
