"""Arguments and options that several commands share."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from sim.cli.completion import DEFAULT, files_or_names, kept_results
from sim.cli.terminal import say
from sim.vocabulary import MOST_PATIENTS, AskedEngine, Engine

if TYPE_CHECKING:
    from sim.results import Kept
    from sim.scenario import Study


class FromHome(click.Path):
    """A path whose `~` is a home folder also where the shell leaves it alone, as in --out=~/x."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path with its home folder. Raises BadParameter for an unknown user."""
        path = os.path.expanduser(value)  # noqa: PTH111 - to a Path ./~ is ~
        if str(path).startswith("~"):
            self.fail(f"'{path}': there is no such home folder; write ./{path} for this name here")
        return super().convert(path, param, ctx)


class FileOrName(FromHome):
    """A scenario or sweep: a file, or else the shipped one of this name, as the command says.

    `kinds` says which shipped names a shell completes.
    """

    def __init__(self, *kinds: str) -> None:
        super().__init__(path_type=Path)
        self.kinds = kinds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path of the file."""
        from sim.scenario import shipped

        path = super().convert(value, param, ctx)
        taken = shipped.found(path)
        if taken != path:
            said = f"There is no file '{path}' here: the shipped {shipped.kind_of(taken)} is taken."
            say(said, to_stderr=True)
        return taken

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Files and names that begin with the typed text."""
        return files_or_names(incomplete, self.kinds)


FILE = FileOrName("scenario", "sweep")
SCENARIO_FILE, SWEEP_FILE = FileOrName("scenario"), FileOrName("sweep")
FILE_TO_WRITE = FromHome(path_type=Path, dir_okay=False)
FOLDER = FromHome(path_type=Path, file_okay=False)


def number(
    name: str, help_text: str, least: int = 1, most: int | None = None, **others: Any
) -> Callable[..., Any]:
    """An option that takes a whole number from `least` to `most`; `others` as of `click.option`."""
    allowed = click.IntRange(least, most)
    return click.option(
        name, type=allowed, metavar="N", help=help_text, show_default=True, **others
    )


def read_sizes(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> tuple[int, ...]:
    """The sizes of all lists that were given; `--sizes 10,20 --sizes 50` has three."""
    if not texts:
        return ()
    text = ",".join(texts)
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a list of whole numbers like 10,20,50") from None


SCENARIO = click.argument("scenario", type=SCENARIO_FILE)
SETTINGS = click.option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE",
    help="Change one value, e.g. --set 'therapies.pamidronate.given=80 %'. Repeatable.",
)  # fmt: skip
PATIENTS = number("--patients", "Virtual patients per arm.", most=MOST_PATIENTS)
SEED = number("--seed", "Seed of the random numbers.", 0)


def existing_folder(path: Path) -> Path:
    """A folder, or the nearest one above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def refuse_unwritable(folder: Path) -> None:
    """Say at once that a folder cannot be written to, not after the simulation.

    A byte is written to a file without a name, which leaves nothing behind.
    """
    from sim.results.atomic_folder import refuse_misplaced

    refuse_misplaced(folder)
    with _cannot_write(folder), tempfile.TemporaryFile(dir=existing_folder(folder)) as file:
        file.write(b"0")


def refuse_unwritable_file(file: Path) -> None:
    """Say at once that a file cannot be written, not after the simulation."""
    from sim.results.atomic_folder import refuse_misplaced

    refuse_misplaced(file.parent)
    with _cannot_write(file):
        if file.is_file():
            os.close(os.open(file, os.O_WRONLY))
        if file.is_file() or not file.exists():  # written aside, in the same folder
            with tempfile.TemporaryFile(dir=file.resolve().parent) as tried:
                tried.write(b"0")


@contextmanager
def _cannot_write(path: Path) -> Iterator[None]:
    """What the system refuses becomes a mistake of use."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise click.UsageError(f"cannot write to '{path}': {why}; choose another place") from None


def _writable(_: click.Context, __: click.Parameter, out: Path | None) -> Path | None:
    if out is not None:
        refuse_unwritable(out)
    return out


def _writable_file(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    if file is not None:
        refuse_unwritable_file(file)
    return file


def FILE_OUT(name: str, *names: str, help_text: str) -> Callable[..., Any]:  # noqa: N802
    """An option of a file that is written at the end, and tried at the beginning."""
    return click.option(name, *names, type=FILE_TO_WRITE, callback=_writable_file, help=help_text)


def folder_of_results(
    help_text: str, default: str | None = DEFAULT, **others: Any
) -> Callable[..., Any]:
    """The option of the folder of results; `others` as of `click.option`."""
    return click.option(
        "--out", type=FOLDER, default=default, show_default=True, help=help_text, **others
    )


def OUT_TO(folder: str) -> Callable[..., Any]:  # noqa: N802 - an option like the others
    """The option of the folder of results, and which folder in it the result goes to."""
    text = f"Folder of results; the result goes to OUT/{folder}/<digest>."
    return folder_of_results(text, callback=_writable)


def KEEP_IN(folder: str) -> Callable[..., Any]:  # noqa: N802 - an option like the others
    """The option of the folder of results, of a command that keeps a result only with it."""
    text = f"Keep the result in OUT/{folder}/<digest>; without this it is only printed."
    return folder_of_results(text, None, callback=_writable)


OUT = OUT_TO("<scenario>")


RESULT = click.argument("result", metavar="RESULT", shell_complete=kept_results)
"""A kept result as `found` understands it."""

RESULTS = folder_of_results("Folder of results that holds RESULT.")
NAMES = (
    "RESULT is a folder of a result, `latest`, `SCENARIO/latest`, or the start of a digest that "
    "`mastosim list` shows."
)


def found(result: str, out: Path) -> Kept:
    """The result that is meant: a folder, `latest`, or the start of a digest."""
    from sim import results

    return results.find(result, out)


ENGINE = click.option(
    "--engine", type=click.Choice(["auto", "simpy", "batch"]), default="auto", show_default=True,
    help="simpy: the reference. batch: compiled, for many patients; compiles once, in about 12 "
    "seconds. auto: the one that finishes first. The results are the same.",
)  # fmt: skip


WORKERS = number(
    "--workers",
    "Workers: threads of the batch engine, processes of SimPy (results do not depend on it).  "
    "[default: as many as save time, up to one per core]",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the outcomes as JSON.")
YES = click.option(
    "--yes", is_flag=True,
    help="Simulate even if the forecast is above 24 hours, half of the memory or the free disk.",
)  # fmt: skip
VERBOSE = click.option(
    "--verbose", "-v", is_flag=True, help="Print also the checks of `verify` that passed."
)
QUIET = click.option("--quiet", "-q", is_flag=True, help="Do not print progress.")


class Asked(NamedTuple):
    """What was asked of a command that simulates; what it has no option for has its default."""

    settings: tuple[str, ...] = ()
    patients: int | None = None
    seed: int | None = None
    engine: AskedEngine = "batch"
    workers: int | None = None
    as_json: bool = False
    quiet: bool = False
    yes: bool = False

    def engine_for(self, studies: Sequence[Study]) -> Engine:
        """The engine that simulates these studies."""
        from sim.experiments.engine import chosen

        return chosen(self.engine, studies, self.workers)


def simulating(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, and those that all commands have that simulate.

    It takes those of `Asked` together.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def with_asked(**values: Any) -> None:
            asked = {name: values.pop(name) for name in Asked._fields if name in values}
            command(asked=Asked(**asked), **values)

        decorated = with_asked
        for option in reversed((*options, SETTINGS, SEED, YES, JSON, QUIET)):
            decorated = option(decorated)
        return decorated

    return decorate
