"""Answers on validation: published against simulated numbers, alternatives, main results."""

from __future__ import annotations

from collections.abc import Iterator

from sim.display.numbers import with_interval
from sim.display.tables import answer
from sim.experiments.emulation.scores import coverage
from sim.outcomes.roles import INPUT, PREDICTION
from sim.reports.forms.given import Given, named
from sim.results import Kept
from sim.vocabulary import Arms


def against_published(given: Given) -> str | None:
    """Published numbers against simulated trials, predictions apart from inputs.

    None without an emulation or a run whose scenario answers to a publication.
    """
    emulated = [_emulated(kept) for kept in given.of_kind("emulation")]
    compared = [_compared(kept) for kept in given.of_kind("run") if kept.has("reported")]
    return "\n".join([*emulated, *compared[:1]]) or None


def alternatives(given: Given) -> str | None:
    """What other inputs and readings were simulated; None without any."""
    return "\n".join(_alternatives(given)) or None


def main_results(given: Given) -> str | None:
    """A bone and a fracture outcome with their differences, life-years, and where costs stand.

    None for a result that is not a run.
    """
    kept = next(given.of_kind("run"), None)
    if kept is None:
        return None
    worth = kept.table("worth") if kept.has("worth") else None
    lines = [line for line in answer.lines(kept.study, kept.table("summary"), worth) if line]
    return "\n".join([*lines, *_life_years(kept), *_worth(kept)])


def _worth(kept: Kept) -> Iterator[str]:
    """Where costs and QALYs stand, or that there are none."""
    if kept.study.scenario.economics is None:
        yield "This result has no costs and no utilities."
    elif kept.has("worth"):
        yield "Costs, QALYs and net benefit by arm, with their differences: worth.csv."


def _life_years(kept: Kept) -> Iterator[str]:
    """The differences in life-years at the end, as effects.csv has them."""
    if not kept.has("effects"):
        return
    table = kept.table("effects", ["against_arm", "outcome", "time", "estimate", "low", "high"])
    rows = table[(table["outcome"] == "life-years") & (table["against_arm"] != "")]
    for row in rows[rows["time"] == rows["time"].max()].to_dict("records"):
        estimate = with_interval(row["estimate"], row["low"], row["high"])
        arms = Arms(row["arm"], row["against_arm"]).label()
        yield f"Life-years at month {row['time']:g}, {row['unit']}: {arms} {estimate}."


def _emulated(kept: Kept) -> str:
    scores = kept.table("scores", ["label", "statistic", "counts_as", "covered", "trials"])
    covered, predictions = coverage(scores)
    counted = scores[(scores["counts_as"] == PREDICTION) & ~scores["covered"].astype(bool)]
    missed = "; ".join(dict.fromkeys(counted["label"]))
    dependent = int((scores["counts_as"] == INPUT).sum())
    trials = kept.manifest.options["trials"]
    return (
        f"{trials} simulated trials in the design of the publication ({named(kept)}): "
        f"{covered} of {predictions} published numbers that are no inputs lie in the 95 % "
        f"predictive interval{f' (outside: {missed})' if missed else ''}; {dependent} further "
        "numbers are inputs of the scenario, so that their agreement is no evidence."
    )


def _compared(kept: Kept) -> str:
    table = kept.table("reported", ["fact", "source"])
    sources = ", ".join(dict.fromkeys(table["source"]))
    return (
        f"{len(table)} published numbers stand beside the simulated ones in reported.csv "
        f"({named(kept)}; source: {sources})."
    )


def _alternatives(given: Given) -> Iterator[str]:
    for kept in given.of_kind("readings"):
        yield f"The four readings of the published annual increase: readings.csv of {named(kept)}."
    for kept in given.of_kind("comparison"):
        names = ", ".join(kept.manifest.scenarios)
        yield f"Scenarios side by side, {names}: comparison.csv of {named(kept)}."
