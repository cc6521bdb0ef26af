"""`mastosim sweep`: a sensitivity analysis, from uncertain numbers to what matters."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.extras import told_how_to_get
from sim.cli.options import ENGINE, JSON, PATIENTS, QUIET, SEED, WORKERS, refuse_unwritable
from sim.vocabulary import Arms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.experiments.sweeps import Forecast, Pilot, Shard, Sweep, Swept
    from sim.vocabulary import Engine
    from sim.workers.pieces import Workers

SOME_FAILED, INTERRUPTED = 4, 130

WORTH_SAYING = 10.0
"""Seconds that a forecast must come to before it is worth a line."""


class _Shard(click.ParamType["Shard"]):
    """A share of the points: `2/8`."""

    name = "I/N"

    def convert(self, value: Any, param: Any, ctx: Any) -> Shard:
        """Two whole numbers, the first not above the second."""
        from sim.experiments.sweeps import Shard

        first, _, second = str(value).partition("/")
        if not (first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second)):
            self.fail(f"'{value}' is no share; write 2/8 for the second of eight", param, ctx)
        return Shard(int(first), int(second))


@click.command(epilog="Example: mastosim sweep scenarios/sweeps/base-case-psa.yaml --draws 50")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--draws", type=int, metavar="N", help="Draws, in place of the file's.")
@PATIENTS
@SEED
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"),
              show_default=True, help="Folder of results; that of a sweep is "
              "OUT/sweeps/<name>/<digest>.")  # fmt: skip
@ENGINE("batch")
@WORKERS
@click.option("--cluster", metavar="ADDRESS", help="Scheduler of Dask that shares the work, "
              "tcp://...; its workers see the same folder.")  # fmt: skip
@click.option("--shard", type=_Shard(), help="Do one of N shares of the points, for job arrays; "
              "then the same command without it.")  # fmt: skip
@click.option("--pilot", "only_pilot", is_flag=True, help="Do a pilot of 32 draws of 200 patients, "
              "say what it recommends, and stop.")  # fmt: skip
@click.option("--auto", is_flag=True, help="Do a pilot, and as many draws and patients as it "
              "recommends.")  # fmt: skip
@click.option("--limit", "most_hours", type=click.FloatRange(0, min_open=True), default=24.0,
              show_default=True, help="Hours that a sweep may take by its forecast.")  # fmt: skip
@JSON
@QUIET
def sweep(
    file: Path, draws: int | None, patients: int | None, seed: int | None, out: Path,
    engine: Engine, workers: int | None, cluster: str | None, shard: Shard | None,
    only_pilot: bool, auto: bool, most_hours: float, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Simulate a scenario over many values of its parameters, as FILE says.

    FILE names a scenario, parameters by path, and a design: one at a time, a grid, draws from the
    distributions of all, indices of variance. Every point holds the same patients and random
    numbers. What is done is kept in blocks: a sweep that was interrupted goes on where it was, and
    more draws, patients or arms are added to what is there.
    """
    _refuse_together(
        {"--pilot": only_pilot, "--auto": auto},
        {"--draws": draws, "--patients": patients, "--shard": shard},
    )
    _refuse_together({"--cluster": cluster}, {"--workers": workers})
    refuse_unwritable(out)
    given: Workers | None = cluster or workers
    with _mistakes_of_use():
        from sim.experiments import sweeps

        found = None
        if auto or only_pilot:
            found = _piloted(file, out, seed, engine, given or 1, quiet, most_hours)
            draws, patients = found.advice.draws, found.advice.patients
        if only_pilot and found is not None:
            held = json.dumps(_pilot_as_json(found), indent=1, ensure_ascii=False)
            click.echo(held if as_json else "\n".join(_told_of_pilot(found)))
            return
        if found is not None:
            click.echo("\n".join(_told_of_pilot(found)), err=True)
        read = sweeps.load_sweep(file, patients, draws, seed)
        crew = given or sweeps.workers_for(read)
        if shard is not None:
            _one_share(read, out, engine, crew, shard, quiet, most_hours, as_json)
            return
        swept = _swept(read, out, engine, crew, quiet, most_hours, found)
    _print(swept, as_json)
    if swept.failed:
        sys.exit(SOME_FAILED)


def _refuse_together(some: dict[str, Any], others: dict[str, Any]) -> None:
    """Raise UsageError where one of some options is given and one of the others as well."""
    for one in (name for name, value in some.items() if value):
        for other in (name for name, value in others.items() if value is not None):
            raise click.UsageError(f"{one} and {other} do not go together; leave one out")


@contextmanager
def _mistakes_of_use() -> Iterator[None]:
    """What a user can mend, without a traceback; blocks that are done stay, whatever ends it."""
    try:
        with told_how_to_get():
            yield
    except KeyboardInterrupt:
        told = "Interrupted; the blocks that are done are kept, the same command goes on."
        click.echo(told, err=True)
        sys.exit(INTERRUPTED)


def _swept(
    read: Sweep, out: Path, engine: Engine, crew: Workers, quiet: bool, most_hours: float,
    found: Pilot | None,
) -> Swept:  # fmt: skip
    from sim.cli.progress import watching
    from sim.experiments import sweeps

    began = time.monotonic()
    with watching(quiet, engine) as progress:
        failed = sweeps.simulate(read, out, engine, crew, progress=progress, tell=_teller(quiet),
                                 most_hours=most_hours)  # fmt: skip
    about = {
        "command": " ".join(["mastosim", *sys.argv[1:]]),
        "seconds": round(time.monotonic() - began, 1),
        "engine": engine,
        "pilot": None if found is None else _pilot_as_json(found),
    }
    with watching(quiet, what="points put together") as progress:
        return sweeps.gather(read, out, failed, progress, about)


def _one_share(
    read: Sweep, out: Path, engine: Engine, crew: Workers, shard: Shard, quiet: bool,
    most_hours: float, as_json: bool,
) -> None:  # fmt: skip
    from sim.cli.progress import watching
    from sim.experiments import sweeps

    with watching(quiet, engine) as progress:
        failed = sweeps.simulate(read, out, engine, crew, shard, progress, _teller(quiet),
                                 most_hours)  # fmt: skip
    told = (f"Share {shard.number} of {shard.of} is done; when all are, the same command without "
            "--shard puts them together.")  # fmt: skip
    held = {"shard": str(shard), "failed": [[*point, why] for point, why in failed.items()]}
    click.echo(json.dumps(held, indent=1, ensure_ascii=False) if as_json else told)
    if failed:
        _tell_failed(failed)
        sys.exit(SOME_FAILED)


def _piloted(
    file: Path,
    out: Path,
    seed: int | None,
    engine: Engine,
    crew: Workers,
    quiet: bool,
    most_hours: float,
) -> Pilot:
    from sim.cli.progress import watching
    from sim.experiments import sweeps

    with watching(quiet, engine) as progress:
        return sweeps.pilot(file, out, seed, engine, crew, progress, most_hours)


def _teller(quiet: bool) -> Any:
    def tell(expected: Forecast) -> None:
        if not quiet and expected.seconds >= WORTH_SAYING:
            click.echo(f"The rest takes {expected}.", err=True)

    return tell


def _told_of_pilot(found: Pilot) -> Iterator[str]:
    """What a pilot found, in words."""
    split, advice = found.split, found.advice
    arms = Arms(found.arm, found.against_arm).label()
    yield f"Pilot, {found.outcome}, {arms} ({found.unit}):"
    yield f"  spread between draws, noise of patients taken off (SD): {split.parameters**0.5:.3g}"
    yield f"  between patients (SD): {split.patients**0.5:.3g} alike at every draw, " \
          f"{split.together**0.5:.3g} differing"  # fmt: skip
    yield f"  {advice.draws} draws of {advice.patients} patients give the mean a standard error " \
          f"of {advice.error:.2g} (wanted {found.target:.2g}) in about {advice.seconds:.0f} s on " \
          "one core"  # fmt: skip


def _pilot_as_json(found: Pilot) -> dict[str, Any]:
    parts = {name: getattr(found, name)._asdict() for name in ("split", "cost", "advice")}
    return {**found._asdict(), **parts}


def _print(swept: Swept, as_json: bool) -> None:
    from sim.cli.sweep_tables import as_json as in_json
    from sim.cli.sweep_tables import as_text

    click.echo(in_json(swept) if as_json else as_text(swept))
    _tell_failed(swept.failed)


def _tell_failed(failed: dict[tuple[str, int], str]) -> None:
    for (scenario, point), why in failed.items():
        click.echo(f"point {point} of {scenario} could not be simulated: {why}", err=True)
