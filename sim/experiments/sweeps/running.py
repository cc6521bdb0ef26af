"""A sweep from its missing blocks to its folder. A block that exists is not simulated again."""

from __future__ import annotations

import functools
import itertools
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.errors import RequestError
from sim.experiments.bounds import (
    MOST_HOURS,
    SHARE_OF_DISK,
    SHARE_OF_MEMORY,
    TooLarge,
    memory_of_machine,
)
from sim.experiments.engine import chosen
from sim.experiments.forecast import Forecast, in_bytes
from sim.experiments.sweeps import store, swept, work
from sim.experiments.sweeps.collect import collected
from sim.experiments.sweeps.gathered import Collected
from sim.experiments.sweeps.read import Sweep
from sim.experiments.sweeps.swept import Failed, Swept
from sim.experiments.sweeps.varied import AROUND
from sim.experiments.sweeps.work import KEPT, WHOLE, Done, Shard, Task
from sim.results import fingerprint
from sim.simulation.columns import Columns
from sim.vocabulary import AskedEngine, Engine, Progress
from sim.workers import cluster
from sim.workers.pieces import Workers, available, in_order

PILOT = 3
"""Pieces that are timed for the forecast, after one per worker, which may compile."""

COURSES_THAT_PAY = 50_000
"""Courses of patients that one process simulates while other processes would start."""


def simulate(
    sweep: Sweep, root: Path, engine: Engine = "batch", workers: Workers = 1,
    shard: Shard = WHOLE, progress: Progress | None = None,
    tell: Callable[[Forecast], None] | None = None, most_hours: float = MOST_HOURS,
) -> Failed:  # fmt: skip
    """Simulate the missing blocks. Returns the points that cannot be simulated, with the reason.

    `tell` receives a forecast after the first pieces. Raises RequestError for a store of another
    version or in use by another process, TooLarge for work above the limits. Finished blocks stay.
    """
    name = "" if shard == WHOLE else str(shard)
    with store.opened(swept.home(sweep, root) / "blocks", name) as blocks:
        left = work.open_points(sweep, sound(blocks, sweep), shard)
        courses = sum(
            len(patients) * len(arms) for patients, points in left.items() for *_, arms in points
        )
        task = Task(blocks.absolute(), engine, fingerprint.model(), Columns(KEPT))
        pieces = in_order(functools.partial(work.do, task), work.pieces(left), workers)
        watched = _watched(pieces, courses, progress)
        hands = _hands(workers)
        pilot = list(itertools.islice(watched, hands + PILOT))
        if pilot and (rest := courses - sum(done.courses for done in pilot)):
            expected = _forecast(pilot[-PILOT:], rest, hands, blocks, isinstance(workers, int))
            if tell is not None:
                tell(expected)
            _refuse_too_large(expected, blocks, most_hours)
        failures: dict[str, str] = {}
        for done in itertools.chain(pilot, watched):
            failures |= done.failures
    return {
        (varied.scenario.name, point.number): failures[at]
        for varied in sweep.varied if failures
        for point in varied.points
        for at in varied.addresses(point).values() if at in failures
    }  # fmt: skip


def gather(
    sweep: Sweep, root: Path, failed: Failed,
    progress: Progress | None = None, about: dict[str, Any] | None = None,
    unkept: Callable[[Swept, list[Collected]], None] | None = None,
) -> Swept:  # fmt: skip
    """Put the blocks of a sweep together and keep the result in its folder.

    `failed` are the points that `simulate` returned, `progress` counts points, `about` goes into
    the manifest. `unkept` is called with a sweep that cannot be kept, as when the disk is full, and
    with what was collected of each scenario. Raises RequestError if none of a design's own points
    could be simulated.
    """
    collected_of = together(sweep, root, failed, progress)
    found = swept.analysed(sweep, collected_of, root, failed)
    try:
        swept.keep(found, collected_of, about or {})
    except OSError:
        if unkept is not None:
            unkept(found, collected_of)
        raise
    return found


def together(
    sweep: Sweep, root: Path, failed: Failed, progress: Progress | None = None
) -> list[Collected]:
    """Read the blocks of every scenario of a sweep. Raises RequestError as `gather` does."""
    _refuse_nothing(sweep, failed)
    blocks = swept.home(sweep, root) / "blocks"
    total, done = sum(len(varied.points) for varied in sweep.varied), itertools.count(1)

    def tell(_: Any) -> None:
        if progress is not None:
            progress(next(done), total)

    try:
        return [collected(blocks, varied, sweep.patients, failed, tell) for varied in sweep.varied]
    except store.Damaged as error:
        raise RequestError(
            f"the block {error} was damaged during the sweep; the same command simulates it again"
        ) from None


def _refuse_nothing(sweep: Sweep, failed: Failed) -> None:
    """Raise RequestError if none of a design's own points could be simulated."""
    for varied in sweep.varied:
        name = varied.scenario.name
        own = [p for p in varied.points if p.role not in AROUND] or varied.points[1:]
        why = [failed.get((name, p.number), "") for p in own]
        if all(why):
            raise RequestError(f"no point of the design could be simulated in '{name}': {why[0]}")


def run(
    sweep: Sweep, root: Path, engine: Engine = "batch", workers: Workers = 1,
    progress: Progress | None = None, command: str = "", most_hours: float = MOST_HOURS,
    more: Mapping[str, Any] | None = None,
    unkept: Callable[[Swept, list[Collected]], None] | None = None,
) -> Swept:  # fmt: skip
    """Simulate the missing blocks of a sweep, put all together, and keep the result in its folder.

    `progress` counts patient courses, and `more` goes into the manifest as well. The bytes do not
    depend on the number of workers, of interruptions and of shards. `unkept` is that of `gather`.
    Raises as `simulate` and `gather` do.
    """
    began = time.monotonic()
    failed = simulate(sweep, root, engine, workers, WHOLE, progress, most_hours=most_hours)
    about = {"command": command, "seconds": round(time.monotonic() - began, 1), "engine": engine}
    return gather(sweep, root, failed, about={**about, **(more or {})}, unkept=unkept)


def sound(blocks: Path, sweep: Sweep) -> dict[str, list[range]]:
    """Read every block that a sweep can use, and remove damaged ones. Returns ranges by address."""
    there = store.ranges(blocks)
    used = {
        at
        for varied in sweep.varied if there
        for point in varied.points
        for at in varied.addresses(point).values() if at in there
    }  # fmt: skip
    for at in used:
        there[at] = [patients for patients in there[at] if _is_sound(blocks, at, patients)]
    return there


def _is_sound(blocks: Path, at: str, patients: range) -> bool:
    try:
        store.load(blocks, store.name_of(at, patients))
    except store.Damaged:
        (blocks / store.name_of(at, patients)).unlink(missing_ok=True)
        return False
    return True


def _watched(done: Iterator[Done], courses: int, progress: Progress | None) -> Iterator[Done]:
    so_far = 0
    for piece in done:
        so_far += piece.courses
        if progress is not None:
            progress(so_far, courses)
        yield piece


def workers_for(sweep: Sweep) -> int:
    """One worker per core; one alone for a sweep that is finished before others have started."""
    points = sum(len(varied.points) for varied in sweep.varied)
    courses = points * sweep.patients * len(sweep.varied[0].scenario.arms)
    return available() if courses >= COURSES_THAT_PAY else 1


def engine_for(sweep: Sweep, asked: AskedEngine) -> Engine:
    """The engine of a sweep: chosen for the patients of all its points together.

    The points of a cluster's workers are counted as those of this machine.
    """
    points = sum(len(varied.points) for varied in sweep.varied)
    return chosen(asked, [sweep.varied[0].study.with_(patients=points * sweep.patients)])


def _hands(workers: Workers) -> int:
    """Number of pieces in work at a time, here or on a cluster."""
    if isinstance(workers, int):
        return max(workers, 1)
    with cluster.connected(workers) as (_, count):
        return count


def _forecast(
    pilot: list[Done], courses: int, hands: int, blocks: Path, is_here: bool = True
) -> Forecast:
    """Estimate the cost of further patient courses from pieces that were timed.

    `hands` are at work at a time; memory is that of this machine, where they may not be.
    """
    a_course = statistics.median(done.seconds / done.courses for done in pilot)
    processes = hands + (hands > 1) if is_here else 1
    memory = max(done.peak_bytes for done in pilot) * processes
    written = [(blocks / name).stat().st_size for done in pilot for name in done.names]
    disk = courses * sum(written) / sum(done.courses for done in pilot)
    return Forecast(a_course * courses / hands, memory, disk)


def _refuse_too_large(expected: Forecast, blocks: Path, most_hours: float) -> None:
    """Raise TooLarge for more time, memory or disk than there is, and say what to do."""
    memory, free = memory_of_machine(), shutil.disk_usage(blocks).free
    reasons = []
    if not expected.seconds <= 3600 * most_hours:
        reasons.append(f"allowed are {most_hours:g} hours (--limit, in Python most_hours): ask "
                       "for fewer draws or patients, share it between machines (--shard, "
                       "--cluster), or raise the limit")  # fmt: skip
    if memory is not None and expected.memory > SHARE_OF_MEMORY * memory:
        reasons.append(f"this machine has {in_bytes(memory)} of memory, of which half is allowed: "
                       "ask for fewer --workers")  # fmt: skip
    if expected.disk > SHARE_OF_DISK * free:
        reasons.append(f"{in_bytes(free)} of disk are free: choose another folder with --out")
    if reasons:
        raise TooLarge(
            f"the remaining points would take {expected}, which is too much: {'; '.join(reasons)}. "
            "Finished blocks are kept"
        )
