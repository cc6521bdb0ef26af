"""A file as text: only what is plain UTF-8 text of a bearable size, and else why not."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.mistakes import Mark, Mistake, ScenarioError, closest

LARGEST_FILE_BYTES = 300_000
"""Forty times the largest scenario that ships; what is larger takes over a second to parse."""

MOST_NEIGHBOURS = 1000

UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_words(path: Path, shown: str) -> str:
    """The text of a file, without a byte order mark; `shown` is its name in reports.

    Raises ScenarioError for what is absent, no file, too large, not to be read, or no UTF-8 text.
    """
    try:
        if not path.is_file():
            raise ScenarioError([of_file(shown, why_no_file(path))])
        with path.open("rb") as file:
            held = file.read(LARGEST_FILE_BYTES + 1)
        if len(held) > LARGEST_FILE_BYTES:
            raise ScenarioError([of_file(shown, _too_large(path.stat().st_size))])
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ScenarioError([of_file(shown, f"cannot be read: {reason}")]) from error
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError([_not_utf8(held, error.start, shown)]) from error


def of_file(shown: str, message: str) -> Mistake:
    """A mistake of a file as a whole."""
    return Mistake("", message, Mark(shown, 0, 0))


def why_no_file(path: Path) -> str:
    """Why a path is not a file to be read, with the file of the nearest name beside it."""
    if path.is_dir():
        return "there is no such file: this is a folder"
    if path.exists():
        return "there is no such file: this is a pipe or a device"
    near = closest(path.name, [name for name in neighbours(path.parent) if name != path.name])
    return "there is no such file" + (f"; did you mean '{path.parent / near}'?" if near else "")


def neighbours(folder: Path) -> list[str]:
    """The YAML files in a folder, by name; none where it cannot be looked into."""
    try:
        names = sorted(p.name for p, _ in zip(folder.iterdir(), range(MOST_NEIGHBOURS)))  # noqa: B905
    except OSError:
        return []
    return [name for name in names if name.lower().endswith((".yaml", ".yml"))]


def _too_large(size: int) -> str:
    held = f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} kB"
    return f"over {held}, too large for a scenario (up to {LARGEST_FILE_BYTES // 1000} kB)"


def _not_utf8(held: bytes, at: int, shown: str) -> Mistake:
    if held.startswith(UTF16):
        return of_file(shown, "is not UTF-8 text but UTF-16; save it as UTF-8")
    if b"\0" in held:
        kind = "a scenario is plain text, not a file of Word, Excel or the like"
        return of_file(shown, f"is not UTF-8 text but binary; {kind}")
    line = held.count(b"\n", 0, at) + 1
    begin = held.rfind(b"\n", 0, at) + 1
    text = held[begin:].split(b"\n", 1)[0].decode("latin-1")
    column = len(held[begin:at].decode("utf-8", "replace")) + 1
    message = f"is not UTF-8 text (byte {held[at]:02X} here); save the file as UTF-8"
    return Mistake("", message, Mark(shown, line, column, text))
