"""Paths into the document of a scenario: what stands there, and the document with other values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.mistakes import closest
from sim.scenario.text.paths import DocumentPath, canonical_regimen, dotted


def parts_of(path: str) -> DocumentPath:
    """The keys and places of a path as people write it; a regimen in any order of therapies."""
    split = re.split(r"\.|\[([0-9]{1,9})\]\.?", path.strip())
    parts = [int(p) if re.fullmatch("[0-9]{1,9}", p) else p for p in split if p]
    if len(parts) > 1 and parts[0] == "effects" and isinstance(parts[1], str):
        parts[1] = canonical_regimen(parts[1])
    return tuple(parts)


def found(document: Any, path: DocumentPath) -> Any:
    """What stands at a path; None where nothing does."""
    for part in path:
        inside = isinstance(document, list) and isinstance(part, int) and part < len(document)
        if not inside and not (isinstance(document, dict) and part in document):
            return None
        document = document[part]
    return document


def number_at(document: Any, path: str) -> DocumentPath | None:
    """The path of the number that is meant: itself, or its `mean` where one stands below."""
    parts = parts_of(path)
    at = found(document, parts)
    if isinstance(at, dict) and isinstance(at.get("mean"), str):
        return (*parts, "mean")
    return parts if isinstance(at, str) and re.match(r"[-+]?\.?\d", at) else None


def likely(document: Any, path: str) -> str | None:
    """The path that was likely meant."""
    return closest(path, [dotted(leaf) for leaf in _leaves(document, ())])


def laid(document: dict[str, Any], values: Mapping[DocumentPath, Any]) -> dict[str, Any]:
    """The document with other values; it shares with the old one what stayed."""
    for path, value in values.items():
        document = _laid(document, path, value)
    return document


def _laid(node: Any, path: DocumentPath, value: Any) -> Any:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(node, list) and isinstance(key, int) and key < len(node):
        return [*node[:key], _laid(node[key], rest, value), *node[key + 1 :]]
    below = node if isinstance(node, dict) else {}
    return {**below, key: _laid(below.get(key), rest, value)}


def _leaves(node: Any, path: DocumentPath) -> Iterator[DocumentPath]:
    if isinstance(node, (dict, list)):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(item, (*path, key))
    else:
        yield path
