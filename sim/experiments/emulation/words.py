"""What an emulation says of itself: its title, and the sentences below its table and figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim import evidence
from sim.experiments.emulation.design import Emulation
from sim.experiments.emulation.scores import Emulated, coverage
from sim.outcomes.roles import DESIGN, INPUT, SAME_AS
from sim.scenario.protocol import accrual

if TYPE_CHECKING:
    import pandas as pd


def title(emulated: Emulated) -> str:
    """Title of the emulation: scenario and publication."""
    study = emulated.emulation.study
    paper = study.publication(study.scenario.answers or "")
    return f"{study.scenario.name}: {evidence.short_citation(paper)}, simulated again"


def said(emulated: Emulated) -> list[str]:
    """List the facts that a reader of the scores needs: design, interval, coverage, reading."""
    emulation, scenario = emulated.emulation, emulated.emulation.study.scenario
    enrolled = ", ".join(f"{count} in {arm}" for arm, count in emulation.design.patients.items())
    return [
        f"{emulation.trials} simulated trials of {emulation.design.size} patients ({enrolled}); "
        f"seed {scenario.seed}.",
        _said_of_interval(emulation),
        *_said_of_coverage(emulated.scores),
        f"Annual increase read as: {accrual(scenario)}.",
    ]


def _said_of_interval(emulation: Emulation) -> str:
    """Say which kind of interval is shown."""
    if not emulation.uncertain:
        return (
            "Intervals: patients only. Every trial has the numbers of the scenario as they stand."
        )
    count = len(emulation.study.uncertainty)
    return (
        f"Intervals: {emulation.interval}. Each trial draws the {count} numbers with an "
        "uncertainty, each independently of the others."
    )


def _said_of_coverage(scores: pd.DataFrame) -> Iterator[str]:
    """Say how many published numbers are covered, and which do not count."""
    within, of = coverage(scores)
    yield (
        f"{within} of {of} predicted numbers lie within the 95 % interval of the simulated trials."
        if of
        else "No published number is a prediction."
    )
    counts_as = scores["counts_as"]
    others = {
        "inputs of the scenario": (counts_as == INPUT).sum(),
        "fixed by the design": (counts_as == DESIGN).sum(),
        "another number in other words": counts_as.str.startswith(SAME_AS).sum(),
    }
    if any(others.values()):
        listed = ", ".join(f"{count} {what}" for what, count in others.items() if count)
        yield f"Not counted: {listed}."
    outside = scores["label"][~scores["covered"] & (counts_as == INPUT) & (scores["trials"] > 0)]
    if len(outside):
        yield f"Inputs outside of their interval: {', '.join(outside)}."
