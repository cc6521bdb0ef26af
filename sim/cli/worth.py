"""`mastosim worth`: costs, QALYs and net benefit of a kept run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.damage import telling
from sim.cli.ending import dumped
from sim.cli.options import (
    FOLDER,
    JSON,
    NAMES,
    QUIET,
    RESULT,
    RESULTS,
    SETTINGS,
    found,
    number,
    refuse_unwritable,
)
from sim.cli.progress import watching
from sim.cli.terminal import line_width, say

if TYPE_CHECKING:
    from sim.experiments.valued_run import Worth


@click.command(
    epilog="Example: mastosim worth latest --set "
    f"'economics.costs.therapies.interferon.per_dose=10 EUR'\n\n{NAMES}"
)
@RESULT
@SETTINGS
@click.option("--patients-a-year", type=click.FloatRange(min=0, min_open=True), metavar="N",
              help="Patients who enter in each calendar year; shows what is spent in each."
              )  # fmt: skip
@number("--years", "Calendar years of the budget.")
@click.option("--share", multiple=True, metavar="ARM=PERCENT[,PERCENT]",
              help="New share of an arm, such as combination=60%, or one for each calendar year, "
              "such as combination=20%,40%,60%; the last one goes on. The comparator has the rest. "
              "Repeatable.  [default: all patients get the other of two arms]")  # fmt: skip
@click.option("--share-today", multiple=True, metavar="ARM=PERCENT",
              help="Share of an arm today. Repeatable.  [default: all get the comparator]"
              )  # fmt: skip
@click.option("--reading", multiple=True, metavar="NAME=PERCENT",
              help="Weight of a reading of the annual increase, such as plateau=60%; costs and "
              "QALYs are averaged over them. Repeatable.  [default: the scenario's own]"
              )  # fmt: skip
@click.option("--two-way", multiple=True, metavar="PATH=LOW to HIGH",
              help="A price and its range, such as 'economics.costs.therapies.interferon.per_dose="
              "0 EUR to 30 EUR'. Given twice, it shows at which two prices the verdict changes."
              )  # fmt: skip
@click.option("--by-patient", is_flag=True, help="Write the costs, QALYs and net benefit of each "
              "patient to worth_by_patient.csv in the folder of --into; the patients are simulated."
              )  # fmt: skip
@click.option("--over-time", is_flag=True, help="Draw the costs so far over the years since entry "
              "into the folder of --into; the patients are simulated.")  # fmt: skip
@click.option("--into", type=FOLDER, help="Folder of the figure of --two-way, which is drawn only "
              "where this is given, of the table of --by-patient and the figure of --over-time."
              )  # fmt: skip
@JSON
@QUIET
@RESULTS
def worth(
    result: str, settings: tuple[str, ...], patients_a_year: float | None, years: int | None,
    share: tuple[str, ...], share_today: tuple[str, ...], reading: tuple[str, ...],
    two_way: tuple[str, ...], by_patient: bool, over_time: bool, into: Path | None, as_json: bool,
    quiet: bool, out: Path,
) -> None:  # fmt: skip
    """Value a RESULT of a scenario with economics.

    Net benefit comes first, with a verdict in words, and the price of each therapy at which an arm
    is just worth its cost. Costs and health follow, and the extra cost per QALY stands last. A
    changed price or utility takes the kept quantities, so no patient is simulated; another change
    simulates them again, and the command says so.

    With --patients-a-year and --years the undiscounted cost of each calendar year follows, with the
    shares of arms of today and with new ones. With --reading costs and QALYs are averaged over
    readings of the annual increase. The patients are simulated for either. With --two-way, given
    for two prices, the command shows at which pairs of them the verdict changes.
    """
    from sim.display import text
    from sim.experiments.budget import asked_for
    from sim.experiments.two_way import asked_for as ranges_of
    from sim.experiments.worth import worth as value

    of_arms, of_today = (dict(map(_shares, shares)) for shares in (share, share_today))
    weights = dict(_share(text, "plateau=60%") for text in reading)
    asked = asked_for(patients_a_year, years, of_arms, of_today)
    ranges = ranges_of(dict(map(_ends, two_way)))
    is_written = by_patient or over_time
    if (is_written and into is None) or (into is not None and not (ranges or is_written)):
        raise click.UsageError(
            "--into is the folder of the figures of --two-way and --over-time and of the table of "
            "--by-patient"
        )
    if into is not None:
        refuse_unwritable(into)
    kept = found(result, out)
    with telling(kept), watching(quiet, "batch") as progress:
        valued = value(kept, settings, progress, asked, weights, ranges, by_patient, over_time)
    if as_json:
        say(dumped(_in_json(valued)))
    else:
        say(text.printout(valued.printout, line_width()))
    if into is not None:
        for path in valued.save(into):
            say(path, to_stderr=as_json)


def _in_json(valued: Worth) -> dict[str, Any]:
    """What a result is worth as plain names and numbers."""
    facts: dict[str, Any] = {
        "scenario": valued.study.scenario.name, "simulated_again": valued.simulated,
        "readings": valued.readings,
        "worth": valued.table,
        "compared": [
            {**one.arms._asdict(), "verdict": one.verdict, "interval": one.interval,
             "quadrant": one.quadrant} for one in valued.compared
        ],
        "break_even": [{**one._asdict(), **one.arms._asdict()} for one in valued.prices],
        "standings": [one._asdict() for one in valued.standings],
    }  # fmt: skip
    if valued.two_way is not None:
        facts["two_way"] = [
            {**line._asdict(), **line.arms._asdict(), "first_price": valued.two_way.first,
             "second_price": valued.two_way.second} for line in valued.two_way.lines
        ]  # fmt: skip
    if valued.budget is not None:
        years_of = [one._asdict() for one in valued.budget.years]
        facts["budget"] = {**valued.budget._asdict(), "years": years_of}
    return facts


def _ends(text: str) -> tuple[str, list[str]]:
    """A price and its range as typed. Raises click.UsageError for another text."""
    path, equals, ends = text.partition("=")
    if not (path and equals and " to " in ends):
        raise click.UsageError(f"'{text}' is no range of a price; write PATH=0 EUR to 30 EUR")
    return path.strip(), [end.strip() for end in ends.split(" to ", 1)]


def _shares(text: str) -> tuple[str, list[float]]:
    """The shares of an arm, one for each calendar year. Raises click.UsageError for others."""
    arm, _, shares = text.rpartition("=")
    return arm.strip(), [_share(f"{arm}={share}")[1] for share in shares.split(",")]


def _share(text: str, example: str = "ARM=60%") -> tuple[str, float]:
    """A share of an arm or a reading as it is typed. Raises click.UsageError for another text."""
    arm, equals, share = text.rpartition("=")
    try:
        if not (arm and equals):
            raise ValueError
        return arm.strip(), float(share.strip().removesuffix("%"))
    except ValueError:
        raise click.UsageError(f"'{text}' is no share; write {example}") from None
