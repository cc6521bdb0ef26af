"""YAML text to a tree of texts, lists and mappings in which every node knows its file and line.

The tree is built from the events of PyYAML and not by its loader or composer. Scalars thus stay
texts as typed (`NO`, `1e-3`, `12:30`), repeated keys are noticed, and anchors, aliases, tags and
further documents are refused before they are expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.mistakes import Mark, Mistake, ScenarioError
from sim.scenario.text.file import of_file, read_utf8
from sim.scenario.text.paths import DocumentPath, dotted
from sim.scenario.text.syntax import explained

DEEPEST = 32
MOST_NODES = 5_000
"""The most values in one file; the largest shipped file has 400."""

# Control characters, surrogates, and characters that change the direction of writing.
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass
class Leaf:
    """A value as typed; None for a key that was left empty."""

    text: str | None
    mark: Mark


@dataclass
class Listing:
    """A list of nodes."""

    items: list[Node]
    mark: Mark


@dataclass
class Branch:
    """Keys with their nodes in the order of the file; `marks` holds the position of each key."""

    items: dict[str, Node]
    mark: Mark
    marks: dict[str, Mark] = field(default_factory=dict)


Node = Leaf | Listing | Branch


def is_empty(node: Node) -> bool:
    """True for the value of a key that was left empty."""
    return isinstance(node, Leaf) and node.text is None


def read_file(path: Path, shown: str, mistakes: list[Mistake]) -> Branch:
    """The document in a file; YAML that a scenario does not allow is added to `mistakes`.

    Raises ScenarioError for a file that cannot be read as a document.
    """
    text = read_utf8(path, shown)
    if not text.strip():
        mistakes.append(of_file(shown, "the file is empty"))
    node = read_text(text, shown, mistakes)
    if is_empty(node):
        return Branch({}, node.mark)
    if not isinstance(node, Branch):
        raise ScenarioError([of_file(shown, "should be a mapping, `key: value` lines")])
    if "value" in node.items:
        message = "'value' is not a key of a scenario; write it beside `source`, under its key"
        mistakes.append(Mistake("value", message, node.marks["value"]))
        del node.items["value"]
    return node


def read_text(text: str, shown: str, mistakes: list[Mistake]) -> Node:
    """The node that a YAML text describes; `shown` is the name of the text in reports."""
    builder = _Builder(text.splitlines(), shown, mistakes)
    try:
        return builder.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        at, message = explained(error, text)
        raise ScenarioError.of("", message, builder.mark(at)) from error


class _Builder:
    """Turns events into nodes and collects mistakes that YAML itself allows."""

    def __init__(self, lines: list[str], shown: str, mistakes: list[Mistake]) -> None:
        self.lines = lines
        self.shown = shown
        self.mistakes = mistakes
        self.nodes = 0

    def mark(self, at: Any) -> Mark:
        text = self.lines[at.line] if at.line < len(self.lines) else ""
        return Mark(self.shown, at.line + 1, at.column + 1, text)

    def refuse(self, path: DocumentPath, message: str, at: Any) -> None:
        self.mistakes.append(Mistake(dotted(path), message, self.mark(at)))

    def document(self, events: Iterator[yaml.Event]) -> Node:
        node: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    message = "a second document in the file; a scenario is one document"
                    self.refuse((), message, event.start_mark)
                    break
                node = self.node(next(events), events, ())
        return node if node is not None else Leaf(None, Mark(self.shown, 1, 1))

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], path: DocumentPath) -> Node:
        self._refuse_references(event, path)
        mark = self.mark(event.start_mark)
        if len(path) > DEEPEST:
            start = dotted(path[:3]) + "..."
            raise ScenarioError.of(start, f"nested deeper than {DEEPEST} levels", mark)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise ScenarioError.of("", f"over {MOST_NODES} values, too many for a scenario", mark)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._listing(events, path, mark)
        if isinstance(event, yaml.ScalarEvent):
            empty = not event.style and event.value in {"", "~", "null"}
            return Leaf(None if empty else self._clean(event, path), mark)
        return Leaf(None, mark)  # an alias, refused above

    def _mapping(self, events: Iterator[yaml.Event], path: DocumentPath, mark: Mark) -> Branch:
        mapping = Branch({}, mark)
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._clean(event, path) if isinstance(event, yaml.ScalarEvent) else ""
            if not key:
                self.refuse(path, "a key should be a word", event.start_mark)
                self.node(event, events, (*path, "?"))
            at = self.mark(event.start_mark)
            value = self.node(next(events), events, (*path, key))
            if key in mapping.items:
                first = mapping.marks[key].line
                self.refuse((*path, key), f"this key is already on line {first}", event.start_mark)
            if _is_decimal_comma(key, value, at):
                message = "follows a decimal comma; write decimals with a point"
                self.refuse((*path, key), f"'{key}' {message}", event.start_mark)
            mapping.items[key] = value
            mapping.marks[key] = at
        return mapping

    def _listing(self, events: Iterator[yaml.Event], path: DocumentPath, mark: Mark) -> Listing:
        listing = Listing([], mark)
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            listing.items.append(self.node(event, events, (*path, len(listing.items))))
        return listing

    def _clean(self, event: yaml.ScalarEvent, path: DocumentPath) -> str:
        """The text of a scalar; control characters are refused and replaced by `?`."""
        wrong = CONTROL.search(event.value)
        if wrong is None:
            return str(event.value)
        message = f"a control character (U+{ord(wrong[0]):04X}) in a text; remove it"
        self.refuse(path, message, event.start_mark)
        return CONTROL.sub("?", event.value)

    def _refuse_references(self, event: yaml.Event, path: DocumentPath) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.refuse(path, "aliases (*name) are not allowed in scenarios", event.start_mark)
        elif isinstance(event, yaml.NodeEvent) and event.anchor:
            self.refuse(path, "anchors (&name) are not allowed in scenarios", event.start_mark)
        if getattr(event, "tag", None):
            self.refuse(path, "tags (!name) are not allowed in scenarios", event.start_mark)


def _is_decimal_comma(key: str, value: Node, at: Mark) -> bool:
    """True for the `5 %` of {mean: 0,5 %}, which YAML reads as a key."""
    before = at.text[: at.column - 1]
    comma = before[-1:] == "," and before[-2:-1].isdigit()
    return is_empty(value) and key[:1].isdigit() and comma
