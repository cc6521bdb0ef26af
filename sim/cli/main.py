"""The group of commands; every error ends in one of the exit codes."""

from __future__ import annotations

import sys
import tempfile
import traceback

import click

from sim.cli.check import check
from sim.cli.cite import cite
from sim.cli.compare import compare
from sim.cli.completion import completion
from sim.cli.emulate import emulate
from sim.cli.exit_codes import BUG, INTERRUPTED, NOT_VALID, WRONG_USAGE
from sim.cli.explain import explain
from sim.cli.extend import extend
from sim.cli.list import list_results
from sim.cli.new import new
from sim.cli.plot import plot
from sim.cli.power import power
from sim.cli.readings import readings
from sim.cli.rerun import rerun
from sim.cli.run import run
from sim.cli.schema import schema
from sim.cli.show import show
from sim.cli.sweep import sweep
from sim.cli.terminal import never_fail_on_a_sign, print_no_more, say, say_error
from sim.cli.verify import verify
from sim.errors import RequestError
from sim.scenario import ScenarioError
from sim.version import __version__


class InOrder(click.Group):
    """Commands in the order in which people meet them, not in that of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the commands."""
        return list(self.commands)


@click.group(
    cls=InOrder,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200",
)
@click.version_option(__version__, prog_name="mastosim")
def commands() -> None:
    """Simulate treatment of osteoporosis from systemic mastocytosis, event by event.

    For research and teaching; no medical advice.
    """


IN_ORDER = (
    check, run, compare, readings, sweep, emulate, power, verify, explain, list_results, show, plot,
    extend, rerun, cite, new, schema, completion,
)  # fmt: skip
for command in IN_ORDER:
    commands.add_command(command)


def main() -> None:
    """Run the command line with the project's exit codes, and no traceback for a user's mistake."""
    never_fail_on_a_sign()
    before = sys.stdout
    try:
        commands.main(prog_name="mastosim", standalone_mode=False)
    except ScenarioError as error:
        say(str(error), to_stderr=True)
        sys.exit(NOT_VALID)
    except RequestError as error:
        say_error(click.UsageError(str(error)))
        sys.exit(WRONG_USAGE)
    except click.ClickException as error:
        say_error(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted; nothing was written.", to_stderr=True)
        sys.exit(INTERRUPTED)
    except OSError as error:
        told = error.strerror or str(error) or type(error).__name__
        say(": ".join(str(p) for p in ("mastosim", told, error.filename) if p), to_stderr=True)
        sys.exit(WRONG_USAGE)
    except SystemExit:
        if sys.stdout is before:  # click wraps one whose reader has gone, at a page of help
            raise
        print_no_more(before)
    except Exception as error:
        with tempfile.NamedTemporaryFile(
            "w", prefix="mastosim-", suffix=".log", delete=False, encoding="utf-8",
            errors="backslashreplace",
        ) as log:  # fmt: skip
            traceback.print_exc(file=log)
        said = f"mastosim: a bug: {type(error).__name__}: {error}. Details in {log.name}"
        say(said, to_stderr=True)
        sys.exit(BUG)
