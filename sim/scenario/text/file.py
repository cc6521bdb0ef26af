"""A file read as UTF-8 text of limited size, or the reason why it cannot be read."""

from __future__ import annotations

from pathlib import Path

from sim.scenario import shipped
from sim.scenario.mistakes import Mark, Mistake, ScenarioError, closest

LARGEST_FILE_BYTES = 300_000
"""Forty times the largest shipped scenario; a larger file takes over a second to parse."""

MOST_NEIGHBOURS = 1000

UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_utf8(path: Path, shown: str) -> str:
    """The text of a file without a byte order mark; `shown` is its name in reports.

    Raises ScenarioError for a file that is absent, too large, unreadable, or not UTF-8 text.
    """
    try:
        if not path.is_file():
            raise ScenarioError([of_file(shown, why_no_file(path))])
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
        if len(content) > LARGEST_FILE_BYTES:
            raise ScenarioError([of_file(shown, _too_large(path.stat().st_size))])
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ScenarioError([of_file(shown, f"cannot be read: {reason}")]) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError([_not_utf8(content, error.start, shown)]) from error


def of_file(shown: str, message: str) -> Mistake:
    """A mistake of a file as a whole."""
    return Mistake("", message, Mark(shown, 0, 0))


def why_no_file(path: Path) -> str:
    """Why a path is not a readable file, with the file of the most similar name beside it."""
    if path.is_dir():
        return "there is no such file: this is a folder"
    if path.exists():
        return "there is no such file: this is a pipe or a device"
    near = closest(path.name, [name for name in neighbours(path.parent) if name != path.name])
    if not near and path.stem in shipped.paths():
        return f"there is no such file; the name alone, {path.stem}, is the shipped one"
    beside = path.parent / near if near else closest(str(path), list(shipped.paths()))
    return "there is no such file" + (f"; did you mean '{beside}'?" if beside else "")


def neighbours(folder: Path) -> list[str]:
    """The names of the YAML files in a folder; none where the folder cannot be read."""
    try:
        names = sorted(p.name for p, _ in zip(folder.iterdir(), range(MOST_NEIGHBOURS)))  # noqa: B905
    except OSError:
        return []
    return [name for name in names if name.lower().endswith((".yaml", ".yml"))]


def _too_large(size: int) -> str:
    shown = f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} kB"
    return f"over {shown}, too large for a scenario (up to {LARGEST_FILE_BYTES // 1000} kB)"


def _not_utf8(content: bytes, at: int, shown: str) -> Mistake:
    if content.startswith(UTF16):
        return of_file(shown, "is not UTF-8 text but UTF-16; save it as UTF-8")
    if b"\0" in content:
        kind = "a scenario is plain text, not a file of Word, Excel or the like"
        return of_file(shown, f"is not UTF-8 text but binary; {kind}")
    line = content.count(b"\n", 0, at) + 1
    begin = content.rfind(b"\n", 0, at) + 1
    text = content[begin:].split(b"\n", 1)[0].decode("latin-1")
    column = len(content[begin:at].decode("utf-8", "replace")) + 1
    message = f"is not UTF-8 text (byte {content[at]:02X} here); save the file as UTF-8"
    return Mistake("", message, Mark(shown, line, column, text))
