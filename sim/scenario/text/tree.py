"""YAML text to a tree of texts, lists and mappings in which every piece knows its file and line.

Built from PyYAML's event stream rather than its loader: scalars stay the text that was typed (so
that `NO`, `1e-3` and `12:30` mean what they say), equal keys are seen, and anchors, aliases, tags
and second documents are refused before anything is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.mistakes import Mark, Mistake, ScenarioError
from sim.scenario.text.file import of_file, read_words
from sim.scenario.text.paths import DocumentPath, dotted
from sim.scenario.text.syntax import place_in, told, told_of_character

DEEPEST = 32
MOST_PIECES = 5_000
"""Values in one file; the largest that ships has 400."""

# Control characters, halves of characters, and what turns the direction of writing.
COMMANDS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass
class Leaf:
    """A value as it was typed; None where nothing was typed after the key."""

    text: str | None
    mark: Mark


@dataclass
class Listing:
    """A list of nodes."""

    items: list[Node]
    mark: Mark


@dataclass
class Branch:
    """Keys in the order of the file; `marks` holds the place of each key."""

    items: dict[str, Node]
    mark: Mark
    marks: dict[str, Mark] = field(default_factory=dict)


Node = Leaf | Listing | Branch


def read_file(path: Path, shown: str, mistakes: list[Mistake]) -> Branch:
    """The document in a file; what YAML lets pass and a scenario does not goes to `mistakes`.

    Raises ScenarioError when the file cannot be read as a document at all.
    """
    text = read_words(path, shown)
    if not text.strip():
        mistakes.append(of_file(shown, "the file is empty"))
    node = read_text(text, shown, mistakes)
    if isinstance(node, Leaf) and node.text is None:
        return Branch({}, node.mark)
    if not isinstance(node, Branch):
        raise ScenarioError([of_file(shown, "should be a mapping, `key: value` lines")])
    if "value" in node.items:
        message = "'value' is not a key here; it stands beside a source, under what it is of"
        mistakes.append(Mistake("value", message, node.marks["value"]))
        del node.items["value"]
    return node


def read_text(text: str, shown: str, mistakes: list[Mistake]) -> Node:
    """The node that a YAML text holds; `shown` is the name of the text in error reports."""
    builder = _Builder(text.splitlines(), shown, mistakes)
    try:
        return builder.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.reader.ReaderError as error:
        mark = builder.mark(place_in(text, error.position))
        raise ScenarioError([Mistake("", told_of_character(error), mark)]) from error
    except yaml.MarkedYAMLError as error:
        at, message = told(error, builder.lines)
        raise ScenarioError([Mistake("", message, builder.mark(at))]) from error
    except yaml.YAMLError as error:
        raise ScenarioError([of_file(shown, f"not YAML: {error}")]) from error


class _Builder:
    """Events to nodes; collects the mistakes that YAML itself would let pass."""

    def __init__(self, lines: list[str], shown: str, mistakes: list[Mistake]) -> None:
        self.lines = lines
        self.shown = shown
        self.mistakes = mistakes
        self.pieces = 0

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
                    self.refuse((), "a second document in one file", event.start_mark)
                    break
                node = self.node(next(events), events, ())
        return node if node is not None else Leaf(None, Mark(self.shown, 1, 1))

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], path: DocumentPath) -> Node:
        self._refuse_cleverness(event, path)
        mark = self.mark(event.start_mark)
        if len(path) > DEEPEST:
            at = Mistake(dotted(path[:3]) + "...", f"nested deeper than {DEEPEST} levels", mark)
            raise ScenarioError([at])
        self.pieces += 1
        if self.pieces > MOST_PIECES:
            at = Mistake("", f"over {MOST_PIECES} values, too many for a scenario", mark)
            raise ScenarioError([at])
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
                self.refuse(
                    (*path, key), f"this key was given before, on line {first}", event.start_mark
                )
            if _is_decimal_comma(key, value, at):
                message = "is what follows a decimal comma; write decimals with a point"
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
        """The text without characters that command a terminal, refused where there are any."""
        wrong = COMMANDS.search(event.value)
        if wrong is None:
            return str(event.value)
        message = f"a control character (U+{ord(wrong[0]):04X}) in a text; remove it"
        self.refuse(path, message, event.start_mark)
        return COMMANDS.sub("?", event.value)

    def _refuse_cleverness(self, event: yaml.Event, path: DocumentPath) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.refuse(path, "aliases (*name) are not used in scenarios", event.start_mark)
        elif isinstance(event, yaml.NodeEvent) and event.anchor:
            self.refuse(path, "anchors (&name) are not used in scenarios", event.start_mark)
        if getattr(event, "tag", None):
            self.refuse(path, "tags (!name) are not used in scenarios", event.start_mark)


def _is_decimal_comma(key: str, value: Node, at: Mark) -> bool:
    """True for the `5 %` of {mean: 0,5 %}, which YAML takes for a key of its own."""
    before = at.text[: at.column - 1]
    lonely = isinstance(value, Leaf) and value.text is None
    return lonely and key[:1].isdigit() and before[-1:] == "," and before[-2:-1].isdigit()
