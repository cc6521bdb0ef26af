"""`mastosim sweep`: a sensitivity analysis, from uncertain numbers to what matters."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sim.cli.check import WORTH_A_LOOK, listed
from sim.cli.ending import command_line, dumped, finish, finish_kept
from sim.cli.exit_codes import INTERRUPTED, SOME_POINTS_FAILED
from sim.cli.extras import told_how_to_get
from sim.cli.options import (
    ENGINE,
    JSON,
    OUT_TO,
    PATIENTS,
    QUIET,
    SEED,
    SWEEP_FILE,
    WORKERS,
    refuse_unwritable,
)
from sim.cli.progress import watching
from sim.cli.terminal import say
from sim.workers.cluster import SILENCE, Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.experiments.sweeps import Forecast, Pilot, Shard, Sweep
    from sim.vocabulary import AskedEngine, Engine
    from sim.workers.pieces import Workers

WORTH_SAYING = 10.0
"""Seconds that a forecast must come to before it is worth a line."""

MANY_POINTS = 5000
"""Points whose blocks take long enough to look up to be worth a line."""

Failed = dict[tuple[str, int], str]


class Work(NamedTuple):
    """Where and how points are simulated; `workers` is None for as many as pay."""

    out: Path
    engine: Engine
    workers: Workers | None
    quiet: bool
    most_hours: float


def _shard(_: click.Context, __: click.Parameter, text: str | None) -> Shard | None:
    """A share of the points, `2/8`: two whole numbers, the first not above the second."""
    if text is None:
        return None
    from sim.errors import RequestError
    from sim.experiments.sweeps import Shard

    try:
        return Shard.read(text)
    except RequestError as error:
        raise click.BadParameter(str(error)) from None


def _address(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise click.BadParameter("the address is empty; write tcp://HOST:PORT")
    return text


@click.command(epilog="Example: mastosim sweep scenarios/sweeps/base-case-psa.yaml --draws 50")
@click.argument("file", type=SWEEP_FILE)
@click.option("--draws", type=int, metavar="N", help="Number of draws.")
@PATIENTS
@SEED
@OUT_TO("sweeps/<name>")
@ENGINE
@WORKERS
@click.option("--cluster", metavar="ADDRESS", callback=_address, help="Dask scheduler that "
              "distributes the work, tcp://HOST:PORT; its workers must see the same "
              "folder.")  # fmt: skip
@click.option("--silence", type=click.FloatRange(1), metavar="SECONDS", default=SILENCE,
              show_default=True, help="Longest time in which the cluster neither finishes work nor "
              "answers.")  # fmt: skip
@click.option("--shard", metavar="I/N", callback=_shard, help="Simulate one of N shares of the "
              "points, for job arrays; then run the same command without --shard.")  # fmt: skip
@click.option("--pilot", "only_pilot", is_flag=True, help="Run a pilot of 32 draws of 200 "
              "patients, print its recommendation, and stop.")  # fmt: skip
@click.option("--auto", is_flag=True, help="Run a pilot, then as many draws and patients as "
              "it recommends.")  # fmt: skip
@click.option("--limit", "most_hours", type=click.FloatRange(0, min_open=True), metavar="HOURS",
              default=24.0, show_default=True, help="Longest forecast allowed.")  # fmt: skip
@JSON
@QUIET
def sweep(
    file: Path, draws: int | None, patients: int | None, seed: int | None, out: Path,
    engine: AskedEngine, workers: int | None, cluster: str | None, silence: float,
    shard: Shard | None, only_pilot: bool, auto: bool, most_hours: float, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Simulate a scenario over many values of its parameters.

    FILE names a scenario, parameters by path, and a design: one at a time, a grid, draws from the
    distributions of all, indices of variance. Every point has the same patients and random
    numbers. Results are kept in blocks: an interrupted sweep resumes where it stopped, and more
    draws, patients or arms add only what is missing.
    """
    _refuse_together(
        {"--pilot": only_pilot, "--auto": auto},
        {"--draws": draws, "--patients": patients, "--shard": shard},
    )
    _refuse_together({"--cluster": cluster}, {"--workers": workers})
    hands = workers if cluster is None else Cluster(cluster, silence)
    of_pilot: Engine = "batch" if engine == "auto" else engine  # a pilot has 6,400 patients
    work = Work(out, of_pilot, hands, quiet, most_hours)
    refuse_unwritable(out / "sweeps")
    with _mistakes_of_use():
        from sim.experiments import sweeps
        from sim.experiments.sweeps import load_sweep

        pilot = None
        if auto or only_pilot:
            pilot = _pilot(file, seed, work, as_json and only_pilot, to_stderr=not only_pilot)
            draws, patients = pilot.advice.draws, pilot.advice.patients
        if only_pilot:
            return
        read = load_sweep(file, patients, draws, seed)
        work = work._replace(engine=sweeps.engine_for(read, engine))
        _say_remarks(read, quiet)
        if shard is not None:
            failed = _one_share(read, work, shard, as_json)
        else:
            failed = _whole(read, work, pilot, as_json)
    for (scenario, point), why in failed.items():
        say(f"point {point} of {scenario} could not be simulated: {why}", to_stderr=True)
    if failed:
        sys.exit(SOME_POINTS_FAILED)


def _say_remarks(read: Sweep, quiet: bool) -> None:
    """Say which values lie far from the middle of their draws, as `check` does."""
    from sim.experiments import remarks

    for line in [] if quiet else listed(WORTH_A_LOOK, remarks.of_sweep(read.varied)):
        say(line, to_stderr=True)


def _refuse_together(some: dict[str, Any], others: dict[str, Any]) -> None:
    """Raise UsageError where one of some options is given and one of the others as well."""
    for option in (name for name, value in some.items() if value):
        for other in (name for name, value in others.items() if value is not None):
            raise click.UsageError(f"{option} and {other} do not go together; leave one out")


@contextmanager
def _mistakes_of_use() -> Iterator[None]:
    """Say without a traceback what a user can mend; blocks that are done stay in any case."""
    try:
        with told_how_to_get():
            yield
    except KeyboardInterrupt:
        told = "Interrupted; finished blocks are kept, and the same command continues."
        say(told, to_stderr=True)
        sys.exit(INTERRUPTED)


def _pilot(file: Path, seed: int | None, work: Work, as_json: bool, to_stderr: bool) -> Pilot:
    """Run a pilot and print what it recommends."""
    from sim.display.tables import sweep as tables
    from sim.experiments import sweeps

    with watching(work.quiet, work.engine) as progress:
        pilot = sweeps.pilot(
            file, work.out, seed, work.engine, work.workers or 1, progress, work.most_hours
        )
    facts = pilot.facts
    say(dumped(facts) if as_json else "\n".join(tables.pilot(facts)), to_stderr=to_stderr)
    return pilot


def _simulated(read: Sweep, work: Work, shard: Shard | None = None) -> Failed:
    """Simulate the points that are missing, all or one share; returns those that failed."""
    from sim.experiments import endings, sweeps

    def tell(expected: Forecast) -> None:
        if not work.quiet and expected.seconds >= WORTH_SAYING:
            say(f"The remaining points take {expected}.", to_stderr=True)

    points = sum(len(varied.points) for varied in read.varied)
    if not work.quiet and points >= MANY_POINTS:
        say(f"Looking up which of {points} points are simulated already.", to_stderr=True)
    workers = work.workers or sweeps.workers_for(read)
    ending = endings.PRINTED_ONLY if shard else endings.of_sweep(points)
    with watching(work.quiet, work.engine, ending=ending) as progress:
        return sweeps.simulate(
            read, work.out, work.engine, workers, shard or sweeps.WHOLE, progress, tell,
            work.most_hours,
        )  # fmt: skip


def _one_share(read: Sweep, work: Work, shard: Shard, as_json: bool) -> Failed:
    """Simulate one share of the points and say so."""
    failed = _simulated(read, work, shard)
    facts = {"shard": str(shard), "failed": [[*point, why] for point, why in failed.items()]}
    told = (
        f"Share {shard.number} of {shard.of} is done. When all shares are done, run the same "
        "command without --shard to combine them."
    )
    say(dumped(facts) if as_json else told)
    return failed


def _whole(read: Sweep, work: Work, pilot: Pilot | None, as_json: bool) -> Failed:
    """Simulate all points, put them together and print the tables of the sweep."""
    from sim.experiments import endings, sweeps
    from sim.experiments.kinds import sweep as kind

    began = time.monotonic()
    failed = _simulated(read, work)
    about = {
        "command": command_line(),
        "seconds": round(time.monotonic() - began, 1),
        "engine": work.engine,
        "pilot": None if pilot is None else pilot.facts,
    }
    ending = endings.OF_KIND["sweep"]
    with watching(work.quiet, what="points combined", ending=ending) as progress:
        swept = sweeps.gather(
            read, work.out, failed, progress, about,
            lambda *made: finish(kind.shown_unkept(*made), as_json),
        )  # fmt: skip
    finish_kept(swept.folder, as_json)
    return swept.failed
