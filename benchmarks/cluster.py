"""What a sweep on a cluster costs beside its simulation, and what it would take on a large one."""

from __future__ import annotations

import functools
import importlib.util
import itertools
import pickle
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks import dask_here
from benchmarks.page import Table, number
from benchmarks.sizes import Sizes
from benchmarks.sweep_child import SWEEP
from sim.experiments import sweeps
from sim.experiments.sweeps import running, work
from sim.experiments.sweeps.collect import collected
from sim.experiments.sweeps.read import Sweep
from sim.experiments.sweeps.work import KEPT, Piece, Task
from sim.results import fingerprint
from sim.simulation.columns import Columns
from sim.workers.pieces import Workers, in_order

TEAMS = (2, 8, 32)
"""Workers of one thread each, started on this machine."""

POINTS, PIECES, CORES = 1_000_000, 2, 1_000
"""Points of the sweep that is spoken of, pieces of each, and the cores of the cluster."""

IDLE = 50
"""Pieces without work, for each draw of the sweep that is measured."""

QUESTION = "What does a block cost on a cluster, and what would a million points take?"
COLUMNS = ["what", "measured", "a million points: hours"]

NOTE = """\
A scheduler of Dask and its workers on this machine, the sweep `base-case-psa`. A piece is one range
of at most 8,000 patients of one point in all arms; its worker writes the blocks to the shared
folder and sends back their names. Handing out is measured with pieces of that sweep and a function
that does nothing: CPU time of the scheduler, and of the command that asks for the sweep. The last
column is arithmetic for a million points of ten thousand patients on a thousand cores. Simulation
is shared by all cores; the scheduler and the command hand out two pieces a point, one after
another; one process puts the blocks together. Disks are supposed to keep up.
{verdict} Shards (`--shard 1/100`) hand out their own points and share that time; putting the blocks
together is not shared."""


def on_a_cluster(sizes: Sizes) -> Table:
    """Costs of a piece, and the hours of each part for the sweep that is spoken of."""
    if importlib.util.find_spec("distributed") is None:
        missing = [["Left out: Dask is not installed.", "", ""]]
        return Table(QUESTION, COLUMNS, missing, NOTE.format(verdict=""))
    draws, patients = sizes.cluster
    sweep = sweeps.load_sweep(SWEEP, patients, draws)
    pieces = [*work.pieces(work.open_points(sweep, {}))]
    with tempfile.TemporaryDirectory() as folder:
        task = Task(Path(folder), "batch", fingerprint.model(), Columns(KEPT))
        handed = [_handed_out(task, pieces, team, IDLE * draws) for team in TEAMS]
        done = _done(task, sweep, pieces)
    parts = [*handed, done, (_whole(sizes), {})]
    hours = {name: each for _, costs in parts for name, each in costs.items()}
    longest = max(hours, key=lambda part: hours[part])
    verdict = f"The bottleneck would be {longest}: {number(hours[longest])} hours."
    rows = [row for more, _ in parts for row in more]
    return Table(QUESTION, COLUMNS, rows, NOTE.format(verdict=verdict))


def _handed_out(
    task: Task, pieces: list[Piece], team: int, count: int
) -> tuple[list[list[str]], dict[str, float]]:
    """Seconds to the first block, and CPU time of handing out pieces without work."""
    idle = [*itertools.islice(itertools.cycle(pieces), count)]
    with dask_here.started(team) as scheduler:
        address = scheduler.address
        first = _seconds(in_order(functools.partial(work.do, task), pieces[:1], address))
        _seconds(in_order(_nothing, idle[: 2 * team], address))
        before, begun = scheduler.cpu(), time.process_time()
        wall = _seconds(in_order(_nothing, idle, address))
        by_scheduler = (scheduler.cpu() - before) / count
        by_command = (time.process_time() - begun) / count
    hours = {
        f"the scheduler of {team} workers": by_scheduler * PIECES * POINTS / 3600,
        f"the command with {team} workers": by_command * PIECES * POINTS / 3600,
    }
    scheduler_hours, command_hours = map(number, hours.values())
    named = f"{team} workers"
    return [
        [f"{named}: seconds from the connection to the first block", number(first), ""],
        [f"{named}: pieces without work, a second", number(count / wall), ""],
        [f"{named}: CPU ms of the scheduler a piece", number(1000 * by_scheduler), scheduler_hours],
        [f"{named}: CPU ms of the command a piece", number(1000 * by_command), command_hours],
    ], hours


def _done(
    task: Task, sweep: Sweep, pieces: list[Piece]
) -> tuple[list[list[str]], dict[str, float]]:
    """Seconds, bytes and memory of the pieces themselves, on one core."""
    begun = time.process_time()
    done = [work.do(task, piece) for piece in pieces]
    points = _points(sweep)
    a_point = (time.process_time() - begun) / points
    written = sum((task.folder / name).stat().st_size for one in done for name in one.names)
    begun = time.process_time()
    for varied in sweep.varied:
        collected(task.folder, varied, sweep.patients, {}, _ignore)
    together = (time.process_time() - begun) / points
    there = statistics.mean(len(pickle.dumps(piece)) for piece in pieces)
    back = statistics.mean(len(pickle.dumps(one)) for one in done)
    hours = {
        "simulation": a_point * POINTS / CORES / 3600,
        "putting blocks together": together * POINTS / 3600,
    }
    terabytes = written / points * POINTS / 1e12
    return [
        ["CPU seconds of a point, on one core", number(a_point), number(hours["simulation"])],
        ["bytes to a worker for a piece", number(there), ""],
        ["bytes back", number(back), ""],
        ["MB on disk for a point", number(written / points / 1e6), f"{number(terabytes)} TB"],
        ["CPU ms to put the blocks of a point together", number(1000 * together),
         number(hours["putting blocks together"])],
    ], hours  # fmt: skip


def _whole(sizes: Sizes) -> list[list[str]]:
    """Seconds of a whole sweep to its last block, by two workers of Dask and by two processes."""
    _, draws, patients, _ = sizes.sweep
    sweep = sweeps.load_sweep(SWEEP, patients, draws)

    def seconds(workers: Workers) -> str:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            running.simulate(sweep, Path(folder), "batch", workers)
            return number(time.perf_counter() - begun)

    with dask_here.started(2) as scheduler:
        by_dask = seconds(scheduler.address)
    of = f"{draws:,} draws of {patients:,} patients, all blocks"
    return [
        [f"{of}, two workers of Dask: seconds", by_dask, ""],
        [f"{of}, two processes without Dask: seconds", seconds(2), ""],
    ]


def _points(sweep: Sweep) -> int:
    return sum(len(varied.points) for varied in sweep.varied)


def _seconds(done: Iterable[Any]) -> float:
    begun = time.perf_counter()
    for _ in done:
        pass
    return time.perf_counter() - begun


def _nothing(_: Piece) -> None:
    """The work of a piece without work."""


def _ignore(_: object) -> None:
    """Progress that nobody looks at."""
