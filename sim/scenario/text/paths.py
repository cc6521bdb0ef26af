"""Paths into a document, like `therapies.pamidronate.schedule[0].every`, and changes at them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sim.scenario.form.regimen import canonical_name

DocumentPath = tuple[str | int, ...]

INDEX = r"[0-9]{1,9}"
"""The number of an item in a list."""


def parts_of(text: str) -> DocumentPath:
    """The keys and indices of a path; the therapies of a regimen may stand in any order."""
    split = re.split(rf"\.|\[({INDEX})\]\.?", text.strip())
    parts = [int(part) if re.fullmatch(INDEX, part) else part for part in split if part]
    if len(parts) > 1 and parts[0] == "effects" and isinstance(parts[1], str):
        parts[1] = canonical_name(parts[1])
    return tuple(parts)


def dotted(path: Iterable[str | int]) -> str:
    """A path as people write it: therapies.pamidronate.schedule[0].every."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the document"


def value_at(document: Any, path: DocumentPath) -> Any:
    """The value at a path of a document, None where the document has none."""
    for part in path:
        inside = isinstance(document, list) and isinstance(part, int) and part < len(document)
        if not inside and not (isinstance(document, dict) and part in document):
            return None
        document = document[part]
    return document


def mapping_at(document: Any, path: DocumentPath) -> dict[str, Any]:
    """The mapping at a path of a document; empty where there is none."""
    value = value_at(document, path)
    return value if isinstance(value, dict) else {}


def replaced(document: dict[str, Any], values: Mapping[DocumentPath, Any]) -> dict[str, Any]:
    """The document with other values; parts that stay are shared with the old document."""
    for path, value in values.items():
        document = _replaced(document, path, value)
    return document


def _replaced(node: Any, path: DocumentPath, value: Any) -> Any:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(node, list) and isinstance(key, int) and key < len(node):
        return [*node[:key], _replaced(node[key], rest, value), *node[key + 1 :]]
    below = node if isinstance(node, dict) else {}
    return {**below, key: _replaced(below.get(key), rest, value)}
