"""How a command ends: the result is kept, and printed as tables for people or as JSON."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.cli.terminal import line_width, say

if TYPE_CHECKING:
    from sim.cli.options import Asked
    from sim.experiments.forecast import Forecast
    from sim.experiments.kinds import Shown
    from sim.results import Kind
    from sim.vocabulary import Progress

WORTH_SAYING = 60.0
"""Seconds that a forecast must come to before it is worth a line."""

ResultT = TypeVar("ResultT")


def simulate_and_finish(
    kind: Kind,
    out: Path | None,
    asked: Asked,
    expected: Forecast,
    simulate: Callable[[Progress | None], ResultT],
    below: str,
    verbose: bool = False,
) -> ResultT:
    """Simulate a result, keep it where a folder of results is given, and print it.

    One that cannot be kept in the end, as when the disk is full, is printed too. Raises
    TooLarge, before anything is simulated, for a forecast beyond the bounds.

    Parameters
    ----------
    kind
        The kind of result; its file in `sim.experiments.kinds` has `keep` and `shown`.
    out
        The folder of results.
    asked
        What was asked on the command line.
    expected
        What the work will take.
    simulate
        Makes the result; takes what is told of progress.
    below
        The folder within `out`, which is tried before anything is simulated.
    verbose
        Whether details are printed as well.
    """
    from sim.cli.options import refuse_unwritable
    from sim.cli.progress import watching
    from sim.experiments import endings, verbs
    from sim.experiments.bounds import allow

    if out is not None:
        refuse_unwritable(out / below)
    allow(expected, out, asked.yes, telling(asked.quiet))
    of_kind, began, counts = verbs.module_of(kind), time.monotonic(), verbs.KINDS[kind].counts
    ending = endings.OF_KIND[kind]
    if out is None:
        ending = ending._replace(seconds=endings.PRINTED_ONLY.seconds)
    folder: Path | None = None
    failed: OSError | None = None
    with watching(asked.quiet, asked.engine, counts, ending=ending) as progress:
        result = simulate(progress)
        try:
            if out is not None:
                folder = of_kind.keep(result, out, command_line(), time.monotonic() - began)
        except OSError as error:
            failed = error  # the result is printed once the bar is gone
    if folder is None:
        finish(of_kind.shown(result), asked.as_json, verbose)
    else:
        finish_kept(folder, asked.as_json, verbose)
    if failed is not None:
        raise failed
    return result


def telling(quiet: bool) -> Callable[[Forecast], None]:
    """A function that prints a forecast if the work takes long enough to be worth a line."""

    def tell(expected: Forecast) -> None:
        if not quiet and expected.seconds >= WORTH_SAYING:
            say(f"This takes {expected}.", to_stderr=True)

    return tell


def finish_kept(folder: Path, as_json: bool, verbose: bool = False) -> None:
    """Print a result that was kept, and where."""
    from sim import results
    from sim.experiments import verbs
    from sim.results.atomic_folder import interrupt_says, kept_in

    with interrupt_says(kept_in(folder)):
        finish(verbs.show(results.open(folder)), as_json, verbose)


def printing(as_json: bool) -> Callable[[Shown], None]:
    """A function that prints a result that was simulated and cannot be kept."""
    return lambda shown: finish(shown, as_json)


def finish(shown: Shown, as_json: bool, verbose: bool = False) -> None:
    """Print a result: its tables and its folder if it was kept, or its facts as one JSON object."""
    from sim.display import text
    from sim.display.fitted import wrapped

    where = [f"{shown.holds}: {shown.facts['folder']}"] if "folder" in shown.facts else []
    where = [f"Next: {'; '.join(shown.next)}", *where] if shown.next else where  # for scripts, last
    width = line_width()
    details = shown.details if verbose else ()
    printed = [
        *(wrapped(line, width) for line in details), text.printout(shown.printout, width),
        *(wrapped(line, width) for line in where),
    ]  # fmt: skip
    say(dumped(shown.facts) if as_json else "\n".join(printed))


def dumped(facts: Mapping[str, Any]) -> str:
    """Facts as JSON, which every code page holds.

    Tables are lists of rows; missing numbers are null, infinite ones text.
    """
    return json.dumps(_plain(facts), indent=1, allow_nan=False)


def command_line() -> str:
    """The command as it was typed, on a line that any file holds, for the manifest of a result."""
    from sim.scenario.mistakes import drawn

    return drawn(" ".join(["mastosim", *sys.argv[1:]]))


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    import pandas as pd

    from sim.display.numbers import is_missing

    if isinstance(value, pd.DataFrame):
        return [_plain(row) for row in value.to_dict("records")]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and math.isinf(value):
        return str(value)  # as CSV files have it; JSON has no infinite numbers
    return None if is_missing(value) else value
