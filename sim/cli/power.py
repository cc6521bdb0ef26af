"""`mastosim power`: what trials of several sizes would have shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import JSON, QUIET, SCENARIO, SEED, SETTINGS, WORKERS
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.emulation.power import Plan


def _sizes(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"'{text}' is no list of whole numbers like 10,20,50") from None


@click.command(
    epilog="Example: mastosim power scenarios/laroche2011.yaml --sizes 10,50 --trials 500"
)
@SCENARIO
@click.option(
    "--sizes", default="10,20,50,100", show_default=True, callback=_sizes, help="Patients an arm."
)
@click.option(
    "--outcome", default="spine annual increase", show_default=True, help="What is compared."
)
@click.option(
    "--trials", type=click.IntRange(2), default=2000, show_default=True, help="Simulated trials."
)
@SETTINGS
@SEED
@WORKERS
@click.option("--csv", "into", type=click.Path(path_type=Path, dir_okay=False), help="Write a CSV.")
@JSON
@QUIET
def power(
    scenario: Path,
    sizes: tuple[int, ...],
    outcome: str,
    trials: int,
    settings: tuple[str, ...],
    seed: int | None,
    workers: int | None,
    into: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """What trials that allocate at random to the arms of a SCENARIO would show, by their size.

    For each size: the difference found, where 95 % of trials would find it, how wide their
    confidence intervals are, and how many exclude 0.
    """
    from sim.cli.progress import watching
    from sim.experiments.archive import write_csv
    from sim.experiments.emulation import power as trial
    from sim.experiments.runs import workers_for

    plan = trial.prepare(scenario, outcome, sizes, trials, seed, settings)
    workers = workers or workers_for(plan.study.scenario.cohort.patients, "batch")
    with watching(quiet, "batch", "trials") as progress:
        found = trial.run(plan, progress, workers)
    if into is not None:
        write_csv(found, into)
    click.echo(_as_json(plan, found) if as_json else _as_text(plan, found))


def _as_json(plan: Plan, found: pd.DataFrame) -> str:
    from sim.cli.ending import records
    from sim.scenario.protocol import accrual

    scenario = plan.study.scenario
    held = {"scenario": scenario.name, "reading": accrual(scenario), "rows": records(found)}
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def _as_text(plan: Plan, found: pd.DataFrame) -> str:
    from sim.cli.ending import table
    from sim.display.tables import Sheet, number
    from sim.scenario.protocol import accrual

    scenario = plan.study.scenario
    heads = (f"{scenario.name}: {plan.outcome}", "unit", "patients per arm", "difference",
             "95 % of trials", "width of interval", "trials that exclude 0")  # fmt: skip
    rows = [
        (
            Arms(row["arm"], row["against_arm"]).label(),
            row["unit"],
            str(row["patients_per_arm"]),
            number(row["mean_difference"]),
            f"{number(row['low'])} to {number(row['high'])}",
            number(row["interval_width"]),
            f"{number(row['power'])} % ± {number(row['mc_error'])}",
        )
        for row in found.to_dict("records")
    ]
    return "\n".join([
        table(Sheet(heads, rows)),
        f"{plan.trials} trials a size, allocated at random; seed {scenario.seed}.",
        "Tested by Welch's t at 5 %, two-sided; after ± the Monte Carlo error.",
        f"Annual increase read as: {accrual(scenario)}.",
    ])  # fmt: skip
