"""All checks of a document, and its values where it is valid."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from sim.scenario.checks.forms import validated
from sim.scenario.checks.markers import check_markers, without_unused
from sim.scenario.checks.publications import check_answers, read_publications
from sim.scenario.checks.regimens import check_regimens, horizon_in, therapies_in
from sim.scenario.checks.sequences import check_sequences
from sim.scenario.form.study import Scenario
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.mistakes import Mistake, ScenarioError
from sim.scenario.text.paths import dotted
from sim.scenario.text.provenance import Number, Plain


class Checked(NamedTuple):
    """A valid document: its values, its numbers with their sources, its plain text."""

    scenario: Scenario
    numbers: tuple[Number, ...]
    document: dict[str, Any]
    publications: dict[str, Any]
    uncertainty: dict[str, Uncertainty]


def checked(
    plain: Plain,
    before: list[Mistake],
    folder: Path | None = None,
    publications: dict[str, Any] | None = None,
) -> Checked:
    """A document by all checks; its publications are read from `folder`, or given.

    Raises ScenarioError for the mistakes of the document and those found `before`.
    """
    scenario, mistakes = validated(Scenario, plain, plain.tree)
    mistakes = [*plain.mistakes, *mistakes]
    uncertainty = _uncertainty(plain, mistakes)
    therapies = therapies_in(plain) if scenario is None else scenario.therapies
    horizon = horizon_in(plain) if scenario is None else scenario.horizon
    mistakes += check_regimens(plain, therapies, horizon)
    mistakes += check_sequences(plain, therapies)
    mistakes += check_markers(plain)
    own = publications or {} if folder is None else read_publications(plain, folder, mistakes)
    mistakes += check_answers(plain, own)
    reported = {mistake.path for mistake in before}
    mistakes = [*before, *(mistake for mistake in mistakes if mistake.path not in reported)]
    if mistakes or scenario is None:
        raise ScenarioError(sorted(mistakes, key=_position))
    numbers = without_unused(plain.numbers, plain.tree)
    return Checked(scenario, tuple(numbers), plain.tree, own, uncertainty)


def _uncertainty(plain: Plain, mistakes: list[Mistake]) -> dict[str, Uncertainty]:
    """The distributions beside values, by path; mistakes in them are added to `mistakes`."""
    read = {}
    for path, tree in plain.uncertainty.items():
        uncertainty, wrong = validated(Uncertainty, plain, tree, (*path, "uncertainty"))
        mistakes += wrong
        if uncertainty is not None:
            read[dotted(path)] = uncertainty
    return read


def _position(mistake: Mistake) -> tuple[str, int, int]:
    mark = mistake.mark
    return (mark.file, mark.line, mark.column) if mark else ("", 0, 0)
