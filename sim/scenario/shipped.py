"""The scenarios and sweeps that travel with mastosim, found by their names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def folder() -> Path:
    """The folder of shipped scenarios: inside the installed package, or beside it in a checkout."""
    installed = PACKAGE / "shipped"
    return installed if installed.is_dir() else PACKAGE.parent / "scenarios"


@cache
def paths() -> dict[str, Path]:
    """The shipped files by name, scenarios first."""
    return {path.stem: path for glob in ("*.yaml", "sweeps/*.yaml")
            for path in sorted(folder().glob(glob))}  # fmt: skip


def found(given: str | Path, beside: Path | None = None) -> Path:
    """Find a file of the user, else the shipped file of this name.

    Parameters
    ----------
    given
        A path, seen from the folder `beside` or else from the current one; or the name of a shipped
        file, with or without `.yaml`.

    Returns
    -------
    Path
        The path as given where a file is there, or where nothing shipped has the name.

    Examples
    --------
    >>> found("laroche2011").name
    'laroche2011.yaml'
    """
    path = Path(given) if beside is None else beside / given
    try:
        is_there = path.exists() and not path.is_dir()
    except OSError:  # who reads the file says why
        return path
    return path if is_there else named(given) or path


def named(given: str | Path) -> Path | None:
    """The shipped file of a bare name; None for other names and for paths with a folder."""
    return paths().get(str(given).removesuffix(".yaml"))


def kind_of(path: Path) -> str:
    """Whether a shipped file is a scenario or a sweep."""
    return "sweep" if path.parent.name == "sweeps" else "scenario"


def shown(path: Path) -> str:
    """The name of a shipped file that was taken by its name; any other path as it is."""
    return path.stem if path.is_absolute() and paths().get(path.stem) == path else str(path)
