"""The source of each number: what stands beside the values is separated from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sim.scenario.mistakes import Mark, Mistake, nearest
from sim.scenario.text.paths import DocumentPath, dotted, mapping_at
from sim.scenario.text.tree import Branch, Leaf, Listing, Node, is_empty

BESIDE = ("source", "note", "uncertainty", "assumption")
ASSUMPTION = "assumption"

LIFE_TABLE = ("mortality", "life_table")
"""Where the life table stands: a file of the user has a source like a number, and is listed."""

Sources = dict[str, tuple[str, ...]]
"""The sources around a value, by the file that names them."""

# Choices of the user, which are no claims about the world.
_CHOICES = {
    "mastosim", "name", "title", "question", "answers", "seed", "comparator", "arms",
    "cohort.patients", "clinics.number", "clinics.patients_each", *(f"economics.{key}" for key in (
        "perspective", "currency", "price_year", "thresholds"))
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number of the scenario: its path, its text as typed, its sources and its note.

    The user's own life table is one of them; its text is the name of the file.
    """

    path: str
    text: str
    sources: tuple[str, ...]
    note: str
    mark: Mark

    @property
    def is_assumption(self) -> bool:
        """True where no publication supports the number."""
        return not self.sources or ASSUMPTION in self.sources


class Premise(NamedTuple):
    """An assumption that is no number: the path that it stands beside, and its sentence."""

    path: str
    text: str


@dataclass
class Plain:
    """A document as plain dicts, lists and texts, with marks, numbers and uncertainty by path."""

    tree: Any = None
    marks: dict[DocumentPath, Mark] = field(default_factory=dict)
    key_marks: dict[DocumentPath, Mark] = field(default_factory=dict)
    numbers: list[Number] = field(default_factory=list)
    premises: list[Premise] = field(default_factory=list)
    uncertainty: dict[DocumentPath, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    files: dict[str, tuple[str, Mark]] = field(default_factory=dict)
    """Publications named by their file, with the path and the mark of the first mention."""

    def mapping(self, *path: str) -> dict[str, Any]:
        """The mapping at a path; empty where there is none."""
        return mapping_at(self.tree, path)

    def mistake(self, path: DocumentPath, message: str, at_key: bool = False) -> Mistake:
        """A mistake at a path, marked at its value, or `at_key` at its key."""
        return Mistake(dotted(path), message, self.mark_of(path, at_key))

    def mark_of(self, path: DocumentPath, at_key: bool = False) -> Mark | None:
        """Where a value stands, or its key; for an absent path, where the value around it is."""
        if at_key and path in self.key_marks:
            return self.key_marks[path]
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path)


def take_off(document: Branch, known_sources: Iterable[str]) -> Plain:
    """The document without what stands beside its values, and the list of its numbers.

    The source of a number is the nearest `source` around it in the same file: a file that changes
    a number of its base does not inherit the source of the base.
    """
    plain = Plain()
    plain.tree = _Walk(plain, [ASSUMPTION, *known_sources]).node(document, (), {}, "")
    return plain


def as_it_stands(document: Node) -> Plain:
    """A document, or a part of it, as plain dicts, lists and texts with marks, sources included."""
    plain = Plain()
    plain.tree = _bare(document, (), plain)
    return plain


def _bare(node: Node, path: DocumentPath, plain: Plain) -> Any:
    plain.marks[path] = node.mark
    if isinstance(node, Leaf):
        return node.text
    if isinstance(node, Listing):
        return [_bare(item, (*path, i), plain) for i, item in enumerate(node.items)]
    plain.key_marks.update({(*path, key): mark for key, mark in node.marks.items()})
    return {key: _bare(item, (*path, key), plain) for key, item in node.items.items()}


@dataclass
class _Walk:
    plain: Plain
    known: list[str]

    def refuse(self, path: DocumentPath, message: str, mark: Mark) -> None:
        self.plain.mistakes.append(Mistake(dotted(path), message, mark))

    def node(self, node: Node, path: DocumentPath, sources: Sources, note: str) -> Any:
        self.plain.marks[path] = node.mark
        if isinstance(node, Leaf):
            self._number(node, path, sources, note)
            return node.text
        if isinstance(node, Listing):
            return [self.node(item, (*path, i), sources, note) for i, item in enumerate(node.items)]
        items = node.items.items()
        beside = {key: item for key, item in items if key in BESIDE and not is_empty(item)}
        if "source" in beside:
            sources = {**sources, **self._sources(beside["source"], path)}
        if "note" in beside:
            note = self._note(beside["note"], path)
        if "uncertainty" in beside:
            self._uncertainty(beside["uncertainty"], path)
        if "assumption" in beside:
            self._premises(beside["assumption"], path)
        if "value" in node.items:
            return self._value(node, path, sources, note)
        self.plain.key_marks.update({(*path, key): mark for key, mark in node.marks.items()})
        return {
            key: self.node(item, (*path, key), sources, note)
            for key, item in items
            if key not in BESIDE
        }

    def _value(self, node: Branch, path: DocumentPath, sources: Sources, note: str) -> Any:
        for key in node.items.keys() - {"value", *BESIDE}:
            message = f"'{key}' cannot stand beside `value`; {nearest(key, ['value', *BESIDE])}"
            self.refuse((*path, key), message, node.marks[key])
        return self.node(node.items["value"], path, sources, note)

    def _number(self, leaf: Leaf, path: DocumentPath, sources: Sources, note: str) -> None:
        if leaf.text and path in ((*LIFE_TABLE, "file"), (*LIFE_TABLE, "name")):
            self._listed(leaf, leaf.text, LIFE_TABLE, sources, note)
            return
        is_choice = {dotted(path[:1]), dotted(path[:2])} & _CHOICES or path[-1:] == ("year",)
        if leaf.text and path and not is_choice and re.match(r"(every\s+)?[-+]?\.?\d", leaf.text):
            self._listed(leaf, leaf.text, path, sources, note)

    def _listed(
        self, leaf: Leaf, text: str, path: DocumentPath, sources: Sources, note: str
    ) -> None:
        own = sources.get(leaf.mark.file, ())
        self.plain.numbers.append(Number(dotted(path), text, own, note, leaf.mark))

    def _sources(self, node: Node, path: DocumentPath) -> Sources:
        leaves = node.items if isinstance(node, Listing) else [node]
        names = []
        for leaf in leaves:
            name = leaf.text if isinstance(leaf, Leaf) and leaf.text else "?"
            if name.endswith((".yaml", ".yml")):
                self.plain.files.setdefault(name, (dotted((*path, "source")), leaf.mark))
            elif name not in self.known:
                message = f"'{name}' is not a known source; {nearest(name, self.known)}"
                self.refuse((*path, "source"), message, leaf.mark)
            names.append(name)
        return {node.mark.file: tuple(names)}

    def _note(self, node: Node, path: DocumentPath) -> str:
        if isinstance(node, Leaf) and node.text:
            return node.text
        self.refuse((*path, "note"), "should be text", node.mark)
        return ""

    def _premises(self, node: Node, path: DocumentPath) -> None:
        """One sentence, or a list of sentences, about what stands at a path."""
        for leaf in node.items if isinstance(node, Listing) else [node]:
            if isinstance(leaf, Leaf) and leaf.text:
                self.plain.premises.append(Premise(dotted(path), leaf.text))
            else:
                message = "should be a sentence, or a list of sentences"
                self.refuse((*path, ASSUMPTION), message, leaf.mark)

    def _uncertainty(self, node: Node, path: DocumentPath) -> None:
        """A distribution as a plain tree; its numbers are not numbers of the scenario."""
        inside = replace(self.plain, numbers=[], premises=[], uncertainty={}, files={})
        tree = _Walk(inside, self.known).node(node, (*path, "uncertainty"), {}, "")
        self.plain.uncertainty[path] = tree
