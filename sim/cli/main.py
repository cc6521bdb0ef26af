"""The commands, their options, and the exit codes.

0 done · 1 a bug · 2 wrong usage · 3 scenario not valid · 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

import click

import sim
from sim.scenario import ScenarioError, load

BUG, NOT_VALID, INTERRUPTED = 1, 3, 130

SCENARIO = click.argument("scenario", type=click.Path(path_type=Path))
SETTINGS = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one value, e.g. --set 'therapies.pamidronate.given=80 %'. Repeatable.",
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200",
)
@click.version_option(sim.__version__, prog_name="mastosim")
def commands() -> None:
    """Simulate treatment of osteoporosis from systemic mastocytosis, event by event.

    For research and teaching; no medical advice.
    """


@commands.command(epilog="Example: mastosim check scenarios/laroche2011.yaml")
@SCENARIO
@SETTINGS
def check(scenario: Path, settings: tuple[str, ...]) -> None:
    """Validate a SCENARIO file; print its protocol in words and everything it assumes."""
    from sim.scenario.words import assumptions, protocol

    study = load(scenario, settings)
    for line in [*protocol(study), "", *assumptions(study)]:
        click.echo(line)


@commands.command(epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200 --seed 7")
@SCENARIO
@SETTINGS
@click.option("--patients", type=click.IntRange(1), help="Virtual patients an arm.")
@click.option("--seed", type=click.IntRange(0), help="Seed of the random numbers.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    show_default=True,
    help="Folder of results; the result goes to OUT/<scenario>/<digest>.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcomes as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def run(
    scenario: Path,
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    out: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate a SCENARIO file and print the published numbers beside the simulated ones."""
    from sim.runs import with_numbers

    study = load(scenario, with_numbers(settings, patients, seed))
    _refuse_unwritable(out)

    from sim import archive, runs
    from sim.cli import show
    from sim.cli.progress import watching

    began = time.monotonic()
    with watching(quiet) as progress:
        result = runs.run(study, progress=progress)
    spent = time.monotonic() - began
    folder = archive.keep(result, out, " ".join(["mastosim", *sys.argv[1:]]), spent)
    click.echo(show.as_json(result, folder) if as_json else show.as_text(result, folder))


def _refuse_unwritable(out: Path) -> None:
    """Say at once that results cannot be written, not after the simulation."""
    place = out
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise click.UsageError(f"cannot write results to '{out}'; choose a folder with --out")


def main() -> None:
    """Run the command line with the project's exit codes, and no traceback for a user's mistake."""
    try:
        commands.main(standalone_mode=False)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        sys.exit(NOT_VALID)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing was written.", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        click.echo(f"mastosim: {error.strerror}: {error.filename or ''}", err=True)
        sys.exit(click.UsageError.exit_code)
    except Exception as error:
        with tempfile.NamedTemporaryFile(
            "w", prefix="mastosim-", suffix=".log", delete=False
        ) as log:
            traceback.print_exc(file=log)
        said = f"mastosim: a bug: {type(error).__name__}: {error}. Details in {log.name}"
        click.echo(said, err=True)
        sys.exit(BUG)
