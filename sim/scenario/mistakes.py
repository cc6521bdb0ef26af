"""Mistakes in a scenario, told together: where, what is allowed, what was likely meant."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_MISTAKES = 50
"""Mistakes shown in a report; whoever has more corrects these first."""

WIDTH = 100
"""Columns of a line shown above a caret; of longer ones the part around it."""

LONGEST_MESSAGE, LONGEST_PATH, LONGEST_WORD = 1000, 200, 100
MOST_ALLOWED = 60


@dataclass(frozen=True)
class Mark:
    """Where a piece of text stands: file as the user named it, line and column from 1.

    `text` is the line; line 0 stands for the file as a whole.
    """

    file: str
    line: int
    column: int
    text: str = ""


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong: its place, its path in the document, and a sentence that helps."""

    path: str
    message: str
    mark: Mark | None = None

    def __str__(self) -> str:
        parts = [self._place, printable(self._path, LONGEST_PATH), printable(self.message)]
        told = ": ".join(part for part in parts if part)
        if self.mark is None or self._is_set or not self.mark.line or not self.mark.text.strip():
            return told
        return f"{told}\n{with_caret(self.mark.text, self.mark.column)}"

    @property
    def _is_set(self) -> bool:
        return self.mark is not None and self.mark.file.startswith("--set")

    @property
    def _place(self) -> str:
        if self.mark is None:
            return ""
        if self._is_set:
            return printable(self.mark.file, 80)
        if self.mark.line == 0:
            return printable(self.mark.file)
        return f"{printable(self.mark.file)}:{self.mark.line}:{self.mark.column}"

    @property
    def _path(self) -> str:
        """The path, unless it repeats what `--set path=value` says already."""
        if self.mark is None or not self._is_set:
            return self.path
        setting = self.mark.file.removeprefix("--set").strip()
        return "" if self.path == "--set" or setting.startswith(f"{self.path}=") else self.path


@dataclass
class ScenarioError(Exception):
    """A scenario, or a sweep of some, that cannot be used, with every mistake found in it."""

    mistakes: list[Mistake] = field(default_factory=list)
    what: str = "scenario"

    def __str__(self) -> str:
        count = len(self.mistakes)
        head = "1 mistake" if count == 1 else f"{count} mistakes"
        told = [f"The {self.what} is not valid: {head}.", *map(str, self.mistakes[:MOST_MISTAKES])]
        if count > MOST_MISTAKES:
            told.append(f"... and {count - MOST_MISTAKES} more, shown when these are corrected.")
        return "\n".join(told)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The help after a word that is not known: the likely spelling, then everything allowed."""
    words = list(itertools.islice(allowed, MOST_ALLOWED + 1))
    meant = closest(word, words)
    start = f"did you mean '{meant}'? " if meant else ""
    more = ", ..." if len(words) > MOST_ALLOWED else ""
    return f"{start}Allowed: {', '.join(words[:MOST_ALLOWED]) if words else 'nothing'}{more}"


def closest(word: str, allowed: Iterable[str]) -> str | None:
    """The word that was likely meant, whatever its capitals; None where nothing is near."""
    if len(word) > LONGEST_WORD:
        return None
    by_small = {other.lower(): other for other in allowed if len(other) <= LONGEST_WORD}
    found = difflib.get_close_matches(word.lower(), by_small, n=1, cutoff=0.6)
    return by_small[found[0]] if found else None


def printable(text: str, most: int = LONGEST_MESSAGE) -> str:
    r"""A text that is safe on a terminal and of bounded length: escapes as `\x1b`, cut with ...

    What a file holds may otherwise move the cursor, colour the screen or flood it.
    """
    text = _cut(text, most)
    text = re.sub(rf"[^\s/\\]{{{LONGEST_WORD},}}", lambda long: _cut(long[0], 60), text)
    return text if text.isprintable() else "".join(map(_drawn, text))


def with_caret(line: str, column: int) -> str:
    """A line of a file with a caret under a column (from 1), indented, on two lines.

    Wide and combining characters take the columns that they take on a terminal.
    """
    at = max(0, min(column - 1, len(line)))
    near = "".join(map(_drawn, line[: min(at, 2 * WIDTH)]))
    first = 0 if _width(near) <= WIDTH - 20 else _back(line, at, WIDTH // 2)
    before = ("..." if first else "") + "".join(map(_drawn, line[first:at]))
    room = max(WIDTH - _width(before), 1)
    after = "".join(map(_drawn, line[at : at + room].rstrip()))
    cut = "..." if line[at + room :].strip() else ""
    return f"    {before}{after}{cut}".rstrip() + f"\n    {' ' * _width(before)}^"


def _back(line: str, at: int, columns: int) -> int:
    """How far left of `at` a line may begin to fill so many columns."""
    while at > 0 and columns > 0:
        at -= 1
        columns -= _width(_drawn(line[at]))
    return at


def _cut(text: str, most: int) -> str:
    """A text of so many characters, the middle left out if it is longer."""
    return text if len(text) <= most else f"{text[: most - most // 4]}...{text[-(most // 4) :]}"


def _drawn(character: str) -> str:
    """A character as it is shown: tabs as spaces, whatever commands a terminal as its escape."""
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
