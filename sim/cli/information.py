"""`mastosim information`: what it would be worth to know the uncertain numbers of a sweep."""

from __future__ import annotations

from collections.abc import Callable
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
    WORKERS,
    YES,
    found,
    read_sizes,
    refuse_unwritable,
)
from sim.cli.progress import watching
from sim.cli.terminal import line_width, say

if TYPE_CHECKING:
    from sim.economics.information.trials import Trials


def AMOUNT(name: str, help_text: str, metavar: str = "AMOUNT") -> Callable[..., Any]:  # noqa: N802
    """An option of a number from 0 up; it has no default."""
    return click.option(name, type=click.FloatRange(min=0), metavar=metavar, help=help_text)


@click.command(epilog=f"Example: mastosim information latest --threshold 50000\n\n{NAMES}")
@RESULT
@click.option("--threshold", type=click.FloatRange(min=0, min_open=True), metavar="AMOUNT",
              help="Worth of a QALY, in the currency of the scenario.  [default: the middle of its "
              "thresholds]")  # fmt: skip
@click.option("--group", "groups", multiple=True, metavar="NAME=PATH,PATH",
              help="Parameters that are learnt together. Repeatable.")  # fmt: skip
@click.option("--trial", metavar="OUTCOME", help="Value trials that tell the mean of this outcome "
              "in each arm; one is simulated for each draw.")  # fmt: skip
@click.option("--sizes", multiple=True, metavar="N,N", callback=read_sizes,
              help="Patients per arm of the trials. Repeatable.  [default: 50,100,200]"
              )  # fmt: skip
@click.option("--follow-up", metavar="DURATION", help="Follow-up of the trials, such as '2 years'; "
              "they report after it.  [default: that of the scenario]")  # fmt: skip
@AMOUNT("--patients-a-year", "Patients who start treatment in each year.", metavar="N")
@AMOUNT("--years", "Years until the decision is taken anew.", metavar="N")
@AMOUNT("--cost-per-patient", "Cost of a trial for each of its patients.")
@AMOUNT("--fixed-cost", "Cost of a trial whatever its size.")
@click.option("--into", type=FOLDER, help="Folder of the figure of --trial, which is drawn only "
              "where this is given.")  # fmt: skip
@WORKERS
@YES
@QUIET
@JSON
@RESULTS
def information(
    result: str, threshold: float | None, groups: tuple[str, ...], trial: str | None,
    sizes: tuple[int, ...], follow_up: str | None, patients_a_year: float | None,
    years: float | None, cost_per_patient: float | None, fixed_cost: float | None,
    into: Path | None, workers: int | None, yes: bool, quiet: bool, as_json: bool, out: Path,
) -> None:  # fmt: skip
    """Value what is not known, from the draws of a sweep RESULT.

    The sweep draws the uncertain numbers of one scenario with economics, with fresh patients at
    each draw. The command prints how probable it is that each arm is the best buy, what perfect
    information would be worth per patient (EVPI), and what knowing each number would be worth
    (EVPPI). The noise of few patients per draw is taken out, and its share is printed.

    With patients per year and years it prints what these would be worth to all patients. With
    --trial it prints what a trial would be worth per patient (EVSI); with the costs of a trial too,
    what is left of its value to all patients (ENBS).
    """
    from sim.display import text
    from sim.experiments.information import information as value
    from sim.experiments.worth_of_trials import asked_for, decision_asked

    asked = asked_for(trial, sizes, follow_up, patients_a_year, years, cost_per_patient, fixed_cost)
    decision = decision_asked(patients_a_year, years)
    if into is not None:
        if asked is None:
            raise click.UsageError("--into is the folder of the figure of --trial")
        refuse_unwritable(into)
    kept = found(result, out)
    with telling(kept), watching(quiet or asked is None, "batch", "trials") as progress:
        learnt = dict(map(_group, groups))
        valued = value(kept, threshold, learnt, asked, progress, workers, yes, decision)
    if as_json:
        facts = {
            "scenario": valued.study.scenario.name, "threshold": valued.threshold,
            "draws": valued.draws, "evpi": valued.perfect.value, "naive": valued.perfect.naive,
            "share_of_noise": valued.perfect.noise, "refusal": valued.perfect.refusal,
            "bracket": valued.bracket._asdict(),
            "evpi_by_threshold": dict(zip(
                (f"{worth:.15g}" for worth in valued.curves.thresholds.tolist()), valued.evpi,
                strict=True,
            )),
            "people": valued.people,
            "evppi": [value._asdict() for value in valued.parameters],
            "trials": valued.trials if valued.trials is None else _in_json(valued.trials),
        }  # fmt: skip
        say(dumped(facts))
    else:
        say(text.printout(valued.printout, line_width()))
    if into is not None:
        for path in valued.save(into):
            say(path, to_stderr=as_json)


def _in_json(trials: Trials) -> dict[str, Any]:
    """The values of trials as plain names and numbers."""
    of_all = trials.population
    return {
        **trials._asdict(),
        "values": {size: value._asdict() for size, value in trials.values.items()},
        "population": None if of_all is None else of_all._asdict(),
        "trials": [trial._asdict() for trial in trials.trials],
        "optimum": None if trials.optimum is None else trials.optimum._asdict(),
    }


def _group(text: str) -> tuple[str, list[str]]:
    """A group as it is typed. Raises click.UsageError for another text."""
    name, equals, paths = text.partition("=")
    if not (name and equals and paths):
        raise click.UsageError(f"'{text}' is no group; write NAME=PATH,PATH")
    return name, [path.strip() for path in paths.split(",")]
