"""Markers: what is measured in the cohort needs its effects, its course and its error."""

from __future__ import annotations

import re
from typing import Any

from sim.scenario.mistakes import Mistake
from sim.scenario.text.paths import DocumentPath, dotted
from sim.scenario.text.provenance import Number, Plain
from sim.vocabulary import MARKERS


def check_markers(plain: Plain) -> list[Mistake]:
    """Whatever is missing for the markers of the cohort. What other markers have is not used."""
    cohort = _at(plain.tree, ("cohort",))
    present = [name for name in MARKERS if cohort.get(name) is not None]
    rows = [("effects", regimen) for regimen in _at(plain.tree, ("effects",))]
    return _correlated_but_absent(present, plain) + [
        Mistake(dotted((*within, name)), f"is missing: the cohort has {name}", _mark(plain, within))
        for name in present
        for within in (*rows, ("markers",), ("measurement",))
        if _at(plain.tree, within).get(name) is None
    ]


def _correlated_but_absent(present: list[str], plain: Plain) -> list[Mistake]:
    """Correlations of markers, or of responses in them, that the cohort does not have."""
    within = ("cohort", "correlations")
    return [
        Mistake(
            dotted((*within, pair)),
            f"{part}: the cohort has no {marker}",
            _mark(plain, (*within, pair)),
        )
        for pair in _at(plain.tree, within)
        for part in map(str.strip, pair.split("~"))
        for marker in [part.removesuffix("_response")]
        if marker in MARKERS and marker not in present
    ]


def unused_markers(tree: dict[str, Any]) -> list[str]:
    """Markers of which the file says what treatment does, but which the cohort does not have."""
    cohort = _at(tree, ("cohort",))
    return [
        name for name in MARKERS if cohort.get(name) is None and name in _at(tree, ("markers",))
    ]


def without_unused(numbers: list[Number], tree: dict[str, Any]) -> list[Number]:
    """The numbers of a file less those of markers that the cohort does not have."""
    unused = set(unused_markers(tree))
    return [n for n in numbers if not unused & set(re.split(r"[.\[]", n.path))]


def _at(tree: Any, path: DocumentPath) -> dict[str, Any]:
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def _mark(plain: Plain, path: DocumentPath) -> Any:
    return plain.key_marks.get(path) or plain.marks.get(path) or plain.marks.get(path[:-1])
