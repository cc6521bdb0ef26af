"""The group of commands; every error ends in one of the exit codes."""

from __future__ import annotations

import atexit
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

import click

from sim.cli.check import check
from sim.cli.cite import cite
from sim.cli.compare import compare
from sim.cli.completion import completion
from sim.cli.emulate import emulate
from sim.cli.examples import examples
from sim.cli.exit_codes import BUG, INTERRUPTED, NOT_VALID, RESUMABLE, WRONG_USAGE
from sim.cli.explain import explain
from sim.cli.extend import extend
from sim.cli.information import information
from sim.cli.list import list_results
from sim.cli.new import new
from sim.cli.plot import plot
from sim.cli.power import power
from sim.cli.readings import readings
from sim.cli.report import report
from sim.cli.rerun import rerun
from sim.cli.run import run
from sim.cli.schema import schema
from sim.cli.show import show
from sim.cli.sweep import sweep
from sim.cli.terminal import never_fail_on_a_sign, print_no_more, say, say_error
from sim.cli.verify import verify
from sim.cli.worth import worth
from sim.errors import RequestError
from sim.scenario.mistakes import ScenarioError
from sim.version import __version__
from sim.workers.cluster import LostError

GROUPS = {
    "Scenario files": (examples, new, check, explain, verify, cite, schema),
    "Simulation": (run, compare, readings, sweep, emulate, power),
    "Results": (list_results, show, plot, worth, information, report, extend, rerun, completion),
}
"""The commands, in the order in which people meet them."""

LONGEST_SUMMARY = 500
"""Characters of a summary in the help, so that none is cut."""


class InGroups(click.Group):
    """Commands in groups, in the order in which people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the commands."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the names of the commands with their whole summaries."""
        longest = max(map(len, self.commands))
        for title, group in GROUPS.items():
            rows = [
                (str(c.name).ljust(longest), c.get_short_help_str(LONGEST_SUMMARY)) for c in group
            ]
            with formatter.section(title):
                formatter.write_dl(rows)


@click.group(
    cls=InGroups,
    subcommand_metavar="COMMAND [OPTIONS]",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200",
)
@click.version_option(__version__, prog_name="mastosim")
def commands() -> None:
    """Simulate treatment of osteoporosis from systemic mastocytosis, event by event.

    For research and teaching; no medical advice.
    """


for group in GROUPS.values():
    for command in group:
        commands.add_command(command)


def main() -> None:
    """Run the command line with the project's exit codes, and no traceback for a user's mistake."""
    never_fail_on_a_sign()
    with interrupts() as came, warnings.catch_warnings():
        warnings.showwarning = _show_warning
        code = _report(_run(), bool(came))
    # All is said and kept: an interrupt while Python ends would only replace the exit code.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    if code == INTERRUPTED:
        # Python would die of the signal in spite of the exit code, if the interrupt came while a
        # library executed a text. Executing another one makes Python forget that.
        exec("")
    if code:
        sys.exit(code)


def _run() -> BaseException | None:
    """Run a command; returns the error that ended it, also an exit or an interrupt."""
    output = sys.stdout
    try:
        commands.main(prog_name="mastosim", standalone_mode=False)
        sys.stdout.flush()
    except BaseException as error:
        if sys.stdout is output:
            return error
        sys.stdout = output  # which click replaces when its reader has ended
        return BrokenPipeError()
    return None


def _report(error: BaseException | None, interrupted: bool) -> int:
    """Say what ended a command, and return its exit code.

    An interrupt counts whatever became of it: a library may have turned it into another error.
    """
    if isinstance(error, SystemExit) and error.code == INTERRUPTED:
        return INTERRUPTED
    if interrupted or isinstance(error, KeyboardInterrupt) or _is_abort(error):
        told = error.__cause__ if isinstance(error, click.Abort) else error
        kept = str(told) if isinstance(told, KeyboardInterrupt) else ""
        say(f"Interrupted; {kept or 'an unfinished result is not kept'}.", to_stderr=True)
        return INTERRUPTED
    if error is None or _has_lost_its_reader(error):
        return 0
    return int(error.code or 0) if isinstance(error, SystemExit) else _report_error(error)


def _report_error(error: BaseException) -> int:
    """Print an error, and return its exit code."""
    if isinstance(error, ScenarioError):
        say(str(error), to_stderr=True)
        return NOT_VALID
    if isinstance(error, RequestError):
        error = click.UsageError(str(error))
    if isinstance(error, click.ClickException):
        say_error(error)
        return error.exit_code
    if isinstance(error, OSError):
        told = error.strerror or str(error) or type(error).__name__
        say(": ".join(str(p) for p in ("mastosim", told, error.filename) if p), to_stderr=True)
        return RESUMABLE if isinstance(error, LostError) else WRONG_USAGE
    return _report_bug(error)


def _report_bug(error: BaseException) -> int:
    if isinstance(error, click.Abort) and error.__cause__ is not None:
        error = error.__cause__
    with tempfile.NamedTemporaryFile(
        "w", prefix="mastosim-", suffix=".log", delete=False, encoding="utf-8",
        errors="backslashreplace",
    ) as log:  # fmt: skip
        traceback.print_exception(error, file=log)
    said = f"mastosim: a bug: {type(error).__name__}: {error}. Details in {log.name}"
    say(said, to_stderr=True)
    return BUG


def _is_abort(error: BaseException | None) -> bool:
    """True for an end by the user. Click takes the end of any file for one, too."""
    return isinstance(error, click.Abort) and not isinstance(error.__cause__, EOFError)


def _has_lost_its_reader(error: BaseException) -> bool:
    """True if the program that read the output has ended, as `head` does; nothing is wrong then."""
    if not isinstance(error, BrokenPipeError):
        return False
    print_no_more(sys.stdout)  # Python would write the rest of the output as it ends
    return True


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """A list of the interrupts (Ctrl-C) that come within a `with` block; each is raised as well."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield came  # interrupts are ignored, or handled by the program that called this one
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - Python gives it by name
    line: str | None = None,
) -> None:
    """Print a warning of mastosim as a sentence, and any other with its place in the source."""
    if issubclass(category, UserWarning):
        say(f"mastosim: {message}", to_stderr=True)
    else:
        say(warnings.formatwarning(message, category, filename, lineno, line), to_stderr=True)
