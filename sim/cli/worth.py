"""`mastosim worth`: costs, QALYs and net benefit of a kept run."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.damage import telling
from sim.cli.ending import dumped
from sim.cli.options import JSON, NAMES, QUIET, RESULT, RESULTS, SETTINGS, found
from sim.cli.progress import watching
from sim.cli.terminal import line_width, say


@click.command(
    epilog="Example: mastosim worth latest --set "
    f"'economics.costs.therapies.interferon.per_dose=10 EUR'\n\n{NAMES}"
)
@RESULT
@SETTINGS
@JSON
@QUIET
@RESULTS
def worth(result: str, settings: tuple[str, ...], as_json: bool, quiet: bool, out: Path) -> None:
    """Value a RESULT of a scenario with economics.

    Net benefit comes first, then costs and health, verdicts, and the price of each therapy at which
    an arm is just worth its cost. A changed price or utility takes the kept quantities, so no
    patient is simulated; another change simulates them again, and the command says so.
    """
    from sim.display import text
    from sim.experiments.worth import worth as value

    kept = found(result, out)
    with telling(kept), watching(quiet, "batch") as progress:
        valued = value(kept, settings, progress)
    if as_json:
        facts = {
            "scenario": valued.study.scenario.name, "simulated_again": valued.simulated,
            "worth": valued.table,
            "compared": [{**one.arms._asdict(), "verdict": one.verdict, "interval": one.interval}
                         for one in valued.compared],
            "break_even": [{**one._asdict(), **one.arms._asdict()} for one in valued.prices],
            "standings": [one._asdict() for one in valued.standings],
        }  # fmt: skip
        say(dumped(facts))
    else:
        say(text.printout(valued.printout, line_width()))
