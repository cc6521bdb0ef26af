"""Mistakes in a scenario, reported together: position, allowed values, likely spelling."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_MISTAKES = 50
"""Mistakes shown in a report; further ones are counted."""

WIDTH = 100
"""Columns of a line shown above a caret; longer lines are cut around the caret."""

LONGEST_MESSAGE, LONGEST_PATH, LONGEST_WORD = 1000, 200, 100
MOST_ALLOWED = 60


@dataclass(frozen=True)
class Mark:
    """The position of a text: file as the user named it, line and column counted from 1.

    `text` is the line. Line 0 means the file as a whole.
    """

    file: str
    line: int
    column: int
    text: str = ""

    @property
    def is_setting(self) -> bool:
        """True for a setting of the command line, which has no lines."""
        return self.file.startswith("--set")

    def __str__(self) -> str:
        if self.is_setting:
            return printable(self.file, 80)
        return printable(self.file) + (f":{self.line}:{self.column}" if self.line else "")


NOWHERE = Mark("", 0, 0)


@dataclass(frozen=True)
class Mistake:
    """One mistake: its position, its path in the document, and a sentence that helps."""

    path: str
    message: str
    mark: Mark | None = None

    @property
    def position(self) -> tuple[str, int, int]:
        """File, line and column, by which mistakes are sorted."""
        mark = self.mark or NOWHERE
        return mark.file, mark.line, mark.column

    def __str__(self) -> str:
        mark, path = self.mark or NOWHERE, self.path
        setting = mark.file.removeprefix("--set").strip()
        if mark.is_setting and (path == "--set" or setting.startswith(f"{path}=")):
            path = ""  # `--set path=value` shows it already
        parts = [str(mark), printable(path, LONGEST_PATH), printable(self.message)]
        sentence = ": ".join(part for part in parts if part)
        if mark.is_setting or not mark.line or not mark.text.strip():
            return sentence
        return f"{sentence}\n{with_caret(mark.text, mark.column)}"


@dataclass
class ScenarioError(Exception):
    """A scenario or a sweep that is not valid, with all of its mistakes."""

    mistakes: list[Mistake] = field(default_factory=list)
    what: str = "scenario"

    @classmethod
    def of(cls, path: str, message: str, mark: Mark | None = None) -> ScenarioError:
        """A scenario with one mistake."""
        return cls([Mistake(path, message, mark)])

    def __str__(self) -> str:
        count = len(self.mistakes)
        head = "1 mistake" if count == 1 else f"{count} mistakes"
        lines = [f"The {self.what} is not valid: {head}."]
        lines += map(str, self.mistakes[:MOST_MISTAKES])
        if count > MOST_MISTAKES:
            lines.append(f"... and {count - MOST_MISTAKES} more, shown once these are corrected.")
        return "\n".join(lines)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Help for an unknown word: the likely spelling, then the allowed words."""
    words = list(itertools.islice(allowed, MOST_ALLOWED + 1))
    likely = closest(word, words)
    start = f"did you mean '{likely}'? " if likely else ""
    more = ", ..." if len(words) > MOST_ALLOWED else ""
    return f"{start}Allowed: {', '.join(words[:MOST_ALLOWED]) if words else 'none'}{more}"


def closest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that is most similar, ignoring case; None where none is similar."""
    if len(word) > LONGEST_WORD:
        return None
    by_small = {other.lower(): other for other in allowed if len(other) <= LONGEST_WORD}
    matches = difflib.get_close_matches(word.lower(), by_small, n=1, cutoff=0.6)
    return by_small[matches[0]] if matches else None


def printable(text: str, most: int = LONGEST_MESSAGE) -> str:
    r"""A text made safe for a terminal: control characters as `\x1b`, long texts cut with `...`.

    The text of a file could otherwise move the cursor, colour the screen or flood it.
    """
    text = _cut(text, most)
    text = re.sub(rf"[^\s/\\]{{{LONGEST_WORD},}}", lambda long: _cut(long[0], 60), text)
    return drawn(text)


def with_caret(line: str, column: int) -> str:
    """A line of a file and below it a caret under a column (counted from 1), both indented.

    Wide and combining characters count as the columns that they take on a terminal.
    """
    at = max(0, min(column - 1, len(line)))
    near = drawn(line[: min(at, 2 * WIDTH)])
    first = 0 if _width(near) <= WIDTH - 20 else _back(line, at, WIDTH // 2)
    before = ("..." if first else "") + drawn(line[first:at])
    room = max(WIDTH - _width(before), 1)
    after = drawn(line[at : at + room].rstrip())
    cut = "..." if line[at + room :].strip() else ""
    return f"    {before}{after}{cut}".rstrip() + f"\n    {' ' * _width(before)}^"


def _back(line: str, at: int, columns: int) -> int:
    """The index from which a line fills a number of columns before `at`."""
    while at > 0 and columns > 0:
        at -= 1
        columns -= _width(drawn(line[at]))
    return at


def _cut(text: str, most: int) -> str:
    """A text of at most this many characters; the middle of a longer one is left out."""
    return text if len(text) <= most else f"{text[: most - most // 4]}...{text[-(most // 4) :]}"


def drawn(text: str) -> str:
    r"""A line of text as a terminal can show it: a tab as spaces, a control character as `\x1b`."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == "\t":
        return "    "
    shown = character.isprintable() or unicodedata.category(character) == "Zs"
    return character if shown else character.encode("unicode_escape").decode("ascii")


def _width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
