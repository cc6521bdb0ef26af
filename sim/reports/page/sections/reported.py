"""The published numbers beside the simulated ones, and whether each was put in or predicted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sim import evidence
from sim.display.numbers import is_missing
from sim.outcomes.definitions.published import printed_interval
from sim.outcomes.plan import facts_of
from sim.outcomes.roles import DESIGN, PREDICTION, SAME_AS, roles_of, taken_from
from sim.reports.page.contents import Contents
from sim.reports.page.sections import Section


class Line(NamedTuple):
    """A published number: what it is, its row of `reported.csv`, and what it counts as.

    `interval` is the printed 95 % interval, NaN where none is printed.
    """

    label: str
    row: dict[Any, Any]
    role: str
    interval: tuple[float, float]


def section(contents: Contents) -> Section | None:
    """Reported against simulated; None where the scenario answers to no publication."""
    study = contents.study
    if not (contents.is_run and contents.kept.has("reported") and study.scenario.answers):
        return None
    paper = study.publication(study.scenario.answers)
    lines = [*_lines(contents, evidence.labels(paper))]
    facts = {"lines": lines, "paper": evidence.short_citation(paper),
             "predicted": sum(line.role == PREDICTION for line in lines)}  # fmt: skip
    return Section("reported", "Reported", "Reported and simulated", "reported.html", facts)


def _lines(contents: Contents, labels: dict[str, str]) -> Iterator[Line]:
    facts = facts_of(contents.study)
    roles = roles_of(facts, taken_from(contents.study))
    intervals = {fact["fact"]: printed_interval(fact) for fact in facts}
    for row in contents.kept.table("reported").to_dict("records"):
        role = roles.get((row["fact"], "value"), DESIGN)
        if role == PREDICTION and is_missing(row["low"]):
            role = DESIGN  # such as the number of patients
        if role.startswith(SAME_AS):
            role = f"{SAME_AS} {labels[role.removeprefix(f'{SAME_AS} ')]}"
        yield Line(labels[row["fact"]], row, role, intervals[row["fact"]])
