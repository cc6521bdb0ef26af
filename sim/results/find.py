"""Finding a kept result: by its folder, by the start of its digest, or as the latest one."""

from __future__ import annotations

from pathlib import Path

from sim.errors import RequestError
from sim.results.kept import Kept, read
from sim.results.manifest import FILE

LATEST = "latest"
LAYOUTS = ("*/*", "*/*/*")
"""Folders of results below the root: `SCENARIO/DIGEST` and `sweeps/NAME/DIGEST`."""


def find(result: str | Path, root: Path) -> Kept:
    """The result that a user means.

    Parameters
    ----------
    result
        A folder or a manifest.json; a folder below `root`; `latest` or `SCENARIO/latest`, the
        newest below `root` or below that folder in it; or the start of a digest, as
        `SCENARIO/DIGEST` too.
    root
        The folder of results.

    Raises
    ------
    RequestError
        Where there is no such result, a start of a digest is that of several, or the result cannot
        be read.
    """
    paths = (Path(result), root / result)
    for path in paths:
        if (path.name == FILE and path.is_file()) or (path / FILE).is_file():
            return read(path)
    below, name = root / Path(result).parent, Path(result).name
    if name == LATEST:
        newest_first = [kept for kept in all_below(root)[0] if kept.folder.is_relative_to(below)]
        if not newest_first:
            raise RequestError(f"there is no result in '{below}' yet")
        return newest_first[0]
    starting = [f for f in folders(root) if f.name.startswith(name) and f.is_relative_to(below)]
    meant = [f for f in starting if f.name == name] or starting
    if len(meant) == 1:
        return read(meant[0])
    if meant:
        candidates = ", ".join(folder.relative_to(root).as_posix() for folder in meant)
        raise RequestError(f"'{result}' is the start of {len(meant)} results: {candidates}")
    for path in filter(Path.is_dir, paths):
        return read(path)  # which says that it is no result
    raise RequestError(
        f"there is no result '{result}' in '{root}'; `mastosim list --out {root}` shows all"
    )


def folders(root: Path) -> list[Path]:
    """Every folder with a manifest below a folder of results, in the order of their names."""
    found = (path.parent for layout in LAYOUTS for path in root.glob(f"{layout}/{FILE}"))
    return sorted(
        folder for folder in found if not any(p[0] == "." for p in folder.relative_to(root).parts)
    )


def all_below(root: Path) -> tuple[list[Kept], list[str]]:
    """Every result below a folder, the newest first, and why folders cannot be read."""
    kept, refused = [], []
    for folder in folders(root):
        try:
            kept.append(read(folder))
        except RequestError as error:
            refused.append(str(error))
    return sorted(kept, key=_age, reverse=True), refused


def _age(kept: Kept) -> tuple[str, int]:
    return kept.manifest.written, (kept.folder / FILE).stat().st_mtime_ns
