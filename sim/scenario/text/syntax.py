"""Errors of the YAML parser, explained for people who write protocols."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from yaml.reader import ReaderError

TAB = "a tab; YAML indents with spaces, so replace the tab by spaces"
CLOSING = {"[": "]", "{": "}"}

# A pattern of the parser's error, and its meaning for the writer of a scenario.
IN_PLAIN_WORDS = (
    (r"mapping values are not allowed", "a second `: ` in one line, or a line indented too far; "
     "put text that contains `: ` in quotes"),
    (r"could not find expected ':'", "a key without a colon; write `key: value`"),
    (r"expected <block end>", "this line does not fit the lines above; indent lines of one "
     "level alike, and put text with special characters in quotes"),
    (r"expected ',' or '([\]}])'", r"a comma or the closing '\1' is missing before this"),
    (r"unknown escape character|escape sequence of", "a backslash in double quotes; "
     "use single quotes"),
    (r"found character '(.)' that cannot start", r"a value cannot begin with '\1'; put it in "
     "quotes"),
    (r"document start", "more text after the end of the document"),
)  # fmt: skip


class Position(NamedTuple):
    """A position in a text, counted from 0 as the parser counts."""

    line: int
    column: int


def explained(error: yaml.MarkedYAMLError | ReaderError, text: str) -> tuple[Any, str]:
    """The position at which a reader best understands the error, and its explanation."""
    if isinstance(error, yaml.MarkedYAMLError):
        return _of_syntax(error, text.splitlines())
    character = error.character if isinstance(error.character, int) else ord(error.character[:1])
    sign = f"a control character (U+{character:04X})"
    return _position_in(text, error.position), f"not YAML: {sign}; remove it"


def _of_syntax(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[Any, str]:
    problem, at = error.problem or "", error.problem_mark or error.context_mark or Position(0, 0)
    opened = error.context_mark
    if _ends_early(problem, at, lines) and opened is not None:
        return opened, f"not YAML: {_never_closed(lines, opened)}"
    line = lines[at.line] if at.line < len(lines) else ""
    if line[at.column : at.column + 1] == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return Position(at.line, line.index("\t")), f"not YAML: {TAB}"
    for pattern, meaning in IN_PLAIN_WORDS:
        match = re.search(pattern, problem)
        if match:
            start = opened if opened is not None and "':'" in problem else at
            return start, f"not YAML: {match.expand(meaning)}"
    return at, f"not YAML: {problem}"


def _position_in(text: str, index: int) -> Position:
    """Line and column of an index into a text."""
    before = text[:index].splitlines() or [""]
    if text[:index].endswith(("\n", "\r")):
        before.append("")
    return Position(len(before) - 1, len(before[-1]))


def _ends_early(problem: str, at: Any, lines: list[str]) -> bool:
    """True where the text ended before the parser expected it."""
    after = "".join(lines[at.line :])[at.column if at.line < len(lines) else 0 :]
    return not after.strip() or "end of stream" in problem or "stream end" in problem


def _never_closed(lines: list[str], opened: Any) -> str:
    """An explanation of a bracket, a quotation or a value that the text does not close."""
    line = lines[opened.line] if opened.line < len(lines) else ""
    sign = line[opened.column : opened.column + 1] or line.rstrip()[-1:]
    if sign in CLOSING:
        return f"the text ends before the '{CLOSING[sign]}' that closes this '{sign}'"
    if sign in {'"', "'"}:
        return f"the text ends before the {sign} that closes this quotation"
    return "the text ends in the middle of this value; is a part of the file missing?"
