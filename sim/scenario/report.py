"""Mistakes in a scenario, told together: where, what is allowed, what was likely meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mark:
    """Where a piece of text stands: file as the user named it, line and column from 1."""

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
        if self.mark is None:
            return f"{self.path}: {self.message}" if self.path else self.message
        if self.mark.file.startswith("--set"):
            return f"{self.mark.file}: {self.message}"
        place = f"{self.mark.file}:{self.mark.line}:{self.mark.column}"
        shown = f"\n    {self.mark.text.rstrip()}\n    {' ' * (self.mark.column - 1)}^"
        return f"{place}: {self.path}: {self.message}{shown if self.mark.text.strip() else ''}"


@dataclass
class ScenarioError(Exception):
    """A scenario that cannot be used, with every mistake that was found in it."""

    mistakes: list[Mistake] = field(default_factory=list)

    def __str__(self) -> str:
        count = len(self.mistakes)
        head = "1 mistake" if count == 1 else f"{count} mistakes"
        return "\n".join([f"The scenario is not valid: {head}.", *map(str, self.mistakes)])


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The help after a word that is not known: the likely spelling, then everything allowed."""
    words = list(allowed)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    meant = f"did you mean '{close[0]}'? " if close else ""
    return f"{meant}Allowed: {', '.join(words) if words else 'nothing'}"


def dotted(path: Iterable[str | int]) -> str:
    """A path as people write it: therapies.pamidronate.schedule[0].every."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the document"
