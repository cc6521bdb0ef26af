"""Every input with its value, uncertainty, sources and note, and the publications behind them."""

from __future__ import annotations

from itertools import groupby

from sim.display.citations import SOFTWARE, cited
from sim.display.inputs import inputs
from sim.reports.page.contents import Contents
from sim.reports.page.sections import Section
from sim.scenario.protocol import count_of_assumptions


def section(contents: Contents) -> Section:
    """The inputs of the study that the page is about, by the first key of their path."""
    study = contents.study
    groups = groupby(inputs(study), key=lambda one: one.heading)
    facts = {
        "groups": [(heading, [*members]) for heading, members in groups],
        "premises": study.premises,
        "count": count_of_assumptions(study.numbers, study.premises),
        "cited": {paper.key for paper in cited(study)},
    }
    return Section("inputs", "Inputs", "Inputs", "inputs.html", facts)


def references(contents: Contents) -> Section:
    """The publications behind the inputs, and mastosim itself."""
    facts = {"papers": cited(contents.study), "software": SOFTWARE}
    return Section("cite", "Cite", "What to cite", "references.html", facts)
