"""A manifest as a user hands it over: read, and refused in a sentence where it is damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.scenario import Study

HELD: Mapping[str, type] = {
    "mastosim": str,
    "digest": str,
    "engine": str,
    "scenario": dict,
    "numbers": list,
    "publications": dict,
}
OF_A_SWEEP: Mapping[str, type] = {
    "mastosim": str,
    "digest": str,
    "engine": str,
    "specification": dict,
    "scenarios": dict,
}
OF_A_NUMBER: Mapping[str, type] = {"path": str, "text": str, "sources": list, "note": str}
"""What a manifest holds that is needed to run it again, and what each of its numbers holds."""


def read(manifest: Path) -> dict[str, Any]:
    """A manifest that can be run again. Raises click.UsageError that says what is wrong with it."""
    from sim.version import __version__

    if not manifest.is_file():
        raise click.UsageError(f"there is no '{manifest}'; name a manifest.json or its folder")
    try:
        held = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.UsageError(f"'{manifest}' is damaged, it is not JSON: {error}") from None
    wrong = next(_damages(held), None)
    if wrong:
        raise click.UsageError(f"'{manifest}' is no manifest, or damaged: {wrong}")
    if held["mastosim"] != __version__:
        made = f"made by mastosim {held['mastosim']}, this is {__version__}"
        raise click.UsageError(f"'{manifest}' was {made}; run it with the version that made it")
    return dict(held)


def study_of(manifest: Path) -> Study:
    """The study of a manifest. Raises ScenarioError, and click.UsageError for what is damaged."""
    from sim.experiments import archive

    try:
        return archive.study_of(manifest)
    except (AttributeError, KeyError, TypeError) as error:
        raise click.UsageError(f"'{manifest}' is damaged: {type(error).__name__} {error}") from None


def is_of_sweep(held: Mapping[str, object]) -> bool:
    """True for the manifest of a sweep, and not of a run."""
    return "specification" in held


def _damages(held: object) -> Iterator[str]:
    """What a manifest lacks or holds that it should not; only the first is sure to be right."""
    if isinstance(held, dict) and is_of_sweep(held):
        yield from _of_a_sweep(held)
        return
    yield from _lacks(held, HELD, "the file")
    assert isinstance(held, dict)
    yield from _of_a_study(held, held["scenario"])


def _of_a_sweep(held: Mapping[str, Any]) -> Iterator[str]:
    yield from _lacks(held, OF_A_SWEEP, "the file")
    yield from _not_text(held["specification"], "specification")
    if not held["scenarios"]:
        yield "`scenarios` holds none"
    for name, one in held["scenarios"].items():
        yield from _lacks(one, {"document": dict, "uncertainty": dict}, f"the scenario '{name}'")
        yield from _of_a_study(one, one["document"])
        for path, tree in one["uncertainty"].items():
            yield from _of_uncertainty(path, tree)


def _of_a_study(held: object, document: object) -> Iterator[str]:
    yield from _lacks(held, {"numbers": list, "publications": dict}, "a scenario")
    assert isinstance(held, dict)
    for number in held["numbers"]:
        yield from _lacks(number, OF_A_NUMBER, "an entry of `numbers`")
    yield from _not_text(document, "scenario")


def _of_uncertainty(path: str, tree: object) -> Iterator[str]:
    from sim.scenario.checks.forms import validated
    from sim.scenario.form.uncertainty import Uncertainty
    from sim.scenario.text.provenance import Plain

    yield from _not_text(tree, "uncertainty")
    mistakes = validated(Uncertainty, Plain(tree), tree, (path, "uncertainty"))[1]
    if mistakes:
        yield "; ".join(f"{mistake.path}: {mistake.message}" for mistake in mistakes)


def _not_text(tree: object, what: str) -> Iterator[str]:
    for leaf in _leaves(tree):
        if not isinstance(leaf, str | None):
            yield f"`{what}` holds {json.dumps(leaf)} where text stands, in quotes"


def _lacks(held: object, form: Mapping[str, type], what: str) -> Iterator[str]:
    if not isinstance(held, dict):
        yield f"{what} is not a mapping"
        return
    for key, kind in form.items():
        if not isinstance(held.get(key), kind):
            yield f"{what} has no `{key}` as a manifest has it"


def _leaves(node: object) -> Iterator[object]:
    if isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _leaves(item)
    else:
        yield node
