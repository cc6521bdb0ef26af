"""How the cost of the batch engine grows with the follow-up, the visits and the arms."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from benchmarks import floor, workload
from benchmarks.page import Table, number, with_range
from benchmarks.rounds import median, ratios, take_turns
from benchmarks.sizes import Sizes

EVENTS = """\
Events are the rows of the log and the reviews of the fracture rate, which are not logged: one for
every 30 days lived, 1 % more than there are, as treatment can spare a review on the same day."""

ARMS = """\
The batch engine from the drawing of inputs to the logs, {count:,} patients, CPU time. All arms have
the same inputs, which are drawn once."""

REGIMENS = ("[interferon, pamidronate]", "[pamidronate]")


def by_horizon(sizes: Sizes) -> Table:
    """Nanoseconds an event for follow-ups of several lengths."""
    settings = {str(years): [f"horizon={years} years"] for years in sizes.horizons}
    return _table("What does an event cost in a longer follow-up?", "years", settings, sizes)


def by_visits(sizes: Sizes) -> Table:
    """Nanoseconds an event for visits of several intervals."""
    settings = {
        str(months): [f"visits.{kind}=[every {months} months]" for kind in ("dxa", "markers")]
        for months in sizes.visits
    }
    return _table("What do more visits cost?", "months between visits", settings, sizes)


def by_arms(sizes: Sizes) -> Table:
    """Microseconds a patient for studies of several arms."""
    count, things = max(sizes.block // 4, 1), dict[str, Callable[[], object]]()
    for number_of_arms in sizes.arms:
        named = [f"arm {i}: {REGIMENS[i % 2]}" for i in range(number_of_arms)]
        arms = ", ".join(["combination: ", "pamidronate: ", *named])
        study = workload.study(f"arms={{{arms}}}")
        things[str(number_of_arms)] = functools.partial(workload.followed, study, count)
    times = take_turns(things, sizes.rounds, time.process_time)
    first = next(iter(times.values()))
    rows = [
        [name, number(1e6 * median(own) / count), with_range(ratios(own, first))]
        for name, own in times.items()
    ]
    columns = ["arms", "µs a patient", "times the first line"]
    return Table("What do more arms cost?", columns, rows, ARMS.format(count=count))


def _table(question: str, first: str, settings: dict[str, list[str]], sizes: Sizes) -> Table:
    """The loop with settings laid over the base case, an event and a patient."""
    count = max(sizes.block // 4, 1)
    things, events = dict[str, Callable[[], object]](), list[float]()
    for name, own in settings.items():
        inputs, logs = workload.followed(workload.study(*own), count)
        things[name] = functools.partial(workload.simulated, inputs)
        events.append(sum(map(floor.events, inputs, logs)) / count)
    times = take_turns(things, sizes.rounds, time.process_time)
    shortest = next(iter(times.values()))
    rows = [
        [name, number(a_patient), number(1e6 * median(own) / count),
         number(1e9 * median(own) / count / a_patient), with_range(ratios(own, shortest))]
        for (name, own), a_patient in zip(times.items(), events, strict=True)
    ]  # fmt: skip
    note = f"The loop, {count:,} patients, inputs drawn before, CPU time.\n{EVENTS}"
    columns = [first, "events a patient", "µs a patient", "ns an event", "times the first line"]
    return Table(question, columns, rows, note)
