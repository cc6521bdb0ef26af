"""The number that a path of a sweep means in the document of a scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.scenario.mistakes import closest
from sim.scenario.text.paths import DocumentPath, dotted, parts_of, value_at


def number_at(document: Any, path: str) -> DocumentPath | None:
    """The path of the number that is meant: itself, or its `mean` where one stands below."""
    parts = parts_of(path)
    at = value_at(document, parts)
    if isinstance(at, dict) and isinstance(at.get("mean"), str):
        return (*parts, "mean")
    return parts if isinstance(at, str) and re.match(r"[-+]?\.?\d", at) else None


def likely(document: Any, path: str) -> str | None:
    """The path that was likely meant."""
    return closest(path, [dotted(leaf) for leaf in _leaves(document, ())])


def _leaves(node: Any, path: DocumentPath) -> Iterator[DocumentPath]:
    if isinstance(node, (dict, list)):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(item, (*path, key))
    else:
        yield path
