"""Markers: each marker of the cohort needs its effects, its course and its measurement error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from sim.scenario.mistakes import Mistake
from sim.scenario.text.paths import dotted, mapping_at
from sim.scenario.text.provenance import Number, Plain, Premise
from sim.vocabulary import MARKERS

Listed = TypeVar("Listed", Number, Premise)


def check_markers(plain: Plain) -> Iterator[Mistake]:
    """Mistakes of markers: keys that the markers of the cohort lack; those of others are unused."""
    present = in_the_cohort(plain.tree)
    yield from _correlated_but_absent(present, plain)
    rows = [("effects", regimen) for regimen in plain.mapping("effects")]
    for name in present:
        for within in (*rows, ("markers",), ("measurement",)):
            if plain.mapping(*within).get(name) is None:
                message = f"is missing: the cohort has {name}"
                mark = plain.mark_of(within, at_key=True)
                yield Mistake(dotted((*within, name)), message, mark)


def _correlated_but_absent(present: list[str], plain: Plain) -> Iterator[Mistake]:
    """Correlations of markers, or of responses in them, that the cohort does not have."""
    for pair in plain.mapping("cohort", "correlations"):
        for variable in map(str.strip, pair.split("~")):
            marker = variable.removesuffix("_response")
            if marker in MARKERS and marker not in present:
                message = f"{variable}: the cohort has no {marker}"
                yield plain.mistake(("cohort", "correlations", pair), message, at_key=True)


def unused_markers(tree: dict[str, Any]) -> list[str]:
    """Markers that the file describes under `markers` and the cohort does not have."""
    present, described = in_the_cohort(tree), mapping_at(tree, ("markers",))
    return [name for name in MARKERS if name in described and name not in present]


def without_unused(listed: list[Listed], tree: dict[str, Any]) -> tuple[Listed, ...]:
    """Numbers or premises of a file without those of markers that the cohort does not have."""
    unused = set(unused_markers(tree))
    return tuple(n for n in listed if not unused & set(re.split(r"[.\[]", n.path)))


def in_the_cohort(tree: dict[str, Any]) -> list[str]:
    """The markers that the patients of a file have."""
    cohort = mapping_at(tree, ("cohort",))
    return [name for name in MARKERS if cohort.get(name) is not None]
