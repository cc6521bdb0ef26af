"""What the YAML parser complains of, in the words of someone who writes protocols."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

TAB = "a tab; YAML aligns with spaces, so replace it by spaces"
CLOSING = {"[": "]", "{": "}"}

# What the parser says, and what it means for the writer of a scenario.
IN_PLAIN_WORDS = (
    (r"mapping values are not allowed", "a second `: ` in one line, or a line indented too far; "
     "put text that holds `: ` in quotes"),
    (r"could not find expected ':'", "a key without its colon; write `key: value`"),
    (r"expected <block end>", "this does not fit what stands above: are lines of one level "
     "indented alike, and is text with special signs in quotes?"),
    (r"expected ',' or '([\]}])'", r"a comma or the closing '\1' is missing before this"),
    (r"unknown escape character|escape sequence of", "a backslash in double quotes; "
     "use single quotes"),
    (r"found character '(.)' that cannot start", r"a value cannot begin with '\1'; put it in "
     "quotes"),
    (r"document start", "more text after the end of the document"),
)  # fmt: skip


class Place(NamedTuple):
    """A place in a text, from 0, as the parser counts."""

    line: int
    column: int


def told(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[Any, str]:
    """Where the parser stopped and why: the place from which a reader understands it best."""
    problem, at = error.problem or "", error.problem_mark or error.context_mark or Place(0, 0)
    opened = error.context_mark
    if _ends_early(problem, at, lines) and opened is not None:
        return opened, f"not YAML: {_never_closed(lines, opened)}"
    line = lines[at.line] if at.line < len(lines) else ""
    if line[at.column : at.column + 1] == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return Place(at.line, line.index("\t")), f"not YAML: {TAB}"
    for pattern, meaning in IN_PLAIN_WORDS:
        found = re.search(pattern, problem)
        if found:
            begun = opened if opened is not None and "':'" in problem else at
            return begun, f"not YAML: {found.expand(meaning)}"
    return at, f"not YAML: {problem}"


def told_of_character(error: yaml.reader.ReaderError) -> str:
    """A character that no text file should hold."""
    code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1])
    return f"not YAML: a control character (U+{code:04X}) stands here; remove it"


def place_in(text: str, position: int) -> Place:
    """The place of a position in a text."""
    before = text[:position].splitlines() or [""]
    if text[:position].endswith(("\n", "\r")):
        before.append("")
    return Place(len(before) - 1, len(before[-1]))


def _ends_early(problem: str, at: Any, lines: list[str]) -> bool:
    """True if the text ended where the parser wanted more."""
    after = "".join(lines[at.line :])[at.column if at.line < len(lines) else 0 :]
    return not after.strip() or "end of stream" in problem or "stream end" in problem


def _never_closed(lines: list[str], opened: Any) -> str:
    """What stands open when a text ends."""
    line = lines[opened.line] if opened.line < len(lines) else ""
    sign = line[opened.column : opened.column + 1] or line.rstrip()[-1:]
    if sign in CLOSING:
        return f"the text ends before the '{CLOSING[sign]}' that closes this '{sign}'"
    if sign in {'"', "'"}:
        return f"the text ends before the {sign} that closes this quotation"
    return "the text ends in the middle of this; is a part of it missing?"
