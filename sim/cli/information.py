"""`mastosim information`: what it would be worth to know the uncertain numbers of a sweep."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.damage import telling
from sim.cli.ending import dumped
from sim.cli.options import JSON, NAMES, RESULT, RESULTS, found
from sim.cli.terminal import line_width, say


@click.command(epilog=f"Example: mastosim information latest --threshold 50000\n\n{NAMES}")
@RESULT
@click.option("--threshold", type=click.FloatRange(min=0, min_open=True), metavar="AMOUNT",
              help="Worth of a QALY, in the currency of the scenario.  [default: the middle of its "
              "thresholds]")  # fmt: skip
@click.option("--group", "groups", multiple=True, metavar="NAME=PATH,PATH",
              help="Parameters that are learnt together. Repeatable.")  # fmt: skip
@JSON
@RESULTS
def information(
    result: str, threshold: float | None, groups: tuple[str, ...], as_json: bool, out: Path
) -> None:
    """Value what is not known, from the draws of a sweep RESULT.

    The sweep draws the uncertain numbers of one scenario with economics, with fresh patients at
    each draw. The command prints how probable it is that each arm is the best buy, what perfect
    information would be worth per patient (EVPI), and what knowing each number would be worth
    (EVPPI). The noise of few patients per draw is taken out, and its share is printed.
    """
    from sim.display import text
    from sim.experiments.information import information as value

    kept = found(result, out)
    with telling(kept):
        valued = value(kept, threshold, dict(map(_group, groups)))
    if as_json:
        facts = {
            "scenario": valued.study.scenario.name, "threshold": valued.threshold,
            "draws": valued.draws, "evpi": valued.perfect.value, "naive": valued.perfect.naive,
            "share_of_noise": valued.perfect.noise, "refusal": valued.perfect.refusal,
            "bracket": valued.bracket._asdict(),
            "evppi": [value._asdict() for value in valued.parameters],
        }  # fmt: skip
        say(dumped(facts))
    else:
        say(text.printout(valued.printout, line_width()))


def _group(text: str) -> tuple[str, list[str]]:
    """A group as it is typed. Raises click.UsageError for another text."""
    name, equals, paths = text.partition("=")
    if not (name and equals and paths):
        raise click.UsageError(f"'{text}' is no group; write NAME=PATH,PATH")
    return name, [path.strip() for path in paths.split(",")]
