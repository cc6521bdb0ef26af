"""The folder for compiled code, named after a digest of the sources.

A change of any of these sources leads to another folder. Outdated machine code is never loaded.

The folder has a list of the digests of its files. Damaged machine code can end a process without a
word, so the compiler never sees the folder itself: it works on a copy of files whose digests are
right, and the copy takes the place of the folder if the compiler added something. Of several
processes that find no code, one compiles, and the others wait for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

CodeT = TypeVar("CodeT")

NAME = "mastosim"
"""Name of the folder of mastosim among the caches of the user."""

DIGESTS = "digests.json"
"""The digest of each file of a folder, by its path in the folder."""

CODE = ".o"
"""How the name of a file with machine code ends."""

PATIENCE = 120.0
"""Seconds to wait for another process that compiles: longer than that takes on a slow machine."""


class DamagedError(Exception):
    """A folder of the cache whose files are not those that were written."""


def folder_of(modules: Iterable[str]) -> str | None:
    """Folder for the machine code of some modules; the folder is made if it is missing.

    The place of the sources does not count: a copy of the program has the same machine code.

    Parameters
    ----------
    modules : iterable of str
        Names of imported modules; the name of a package stands for all modules in its folder.

    Returns
    -------
    str or None
        Path of the folder in the user's cache; None if the folder cannot be written.

    Raises
    ------
    KeyError
        For a module that is not imported.
    """
    digest = hashlib.sha256()
    for source in (source for name in modules for source in _sources(name)):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    folder = _root() / NAME / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except OSError:
        return None


def _sources(name: str) -> list[Path]:
    """The file of a module, or the files of a package."""
    source = Path(str(sys.modules[name].__file__))
    return sorted(source.parent.rglob("*.py")) if source.name == "__init__.py" else [source]


def holds_code(folder: str | None) -> bool:
    """Whether a folder of the cache holds machine code.

    Parameters
    ----------
    folder : str or None
        Folder as returned by `folder_of`.

    Returns
    -------
    bool
        True if there is machine code; False for None.

    Examples
    --------
    >>> holds_code(None)
    False
    """
    return folder is not None and any(Path(folder).glob(f"*{CODE}"))


def through_cache(folder: str | None, compile_in: Callable[[str | None], CodeT]) -> CodeT:
    """Load compiled code from a folder of the cache, or compile and keep it there.

    Damaged files are replaced. Without a folder, and where the cache cannot be used, the code is
    compiled and not kept. Both are said in a warning.

    Parameters
    ----------
    folder : str or None
        Folder as returned by `folder_of`.
    compile_in : callable
        Loads the code from a folder, or compiles and saves it there; compiles only if None.

    Returns
    -------
    object
        The result of `compile_in`.
    """
    if folder is None:
        return compile_in(None)
    try:
        with _alone(Path(folder)):
            return _through(Path(folder), compile_in)
    except Exception as error:  # the compiler, pickle and the system fail in many ways
        told = f"the cache of compiled code in '{folder}' cannot be used ({error!r})"
        warnings.warn(f"{told}: the model is compiled without it", stacklevel=2)
    return compile_in(None)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait while another process compiles for a folder without code, at most PATIENCE seconds.

    Where files cannot be locked, each process compiles.
    """
    if holds_code(str(folder)):
        yield
        return
    with _lock(folder, PATIENCE):
        yield


@contextmanager
def _lock(folder: Path, seconds: float) -> Iterator[bool]:
    """Lock a folder, or go on without a lock after some seconds; yields False if it has another.

    Where files cannot be locked, no lock is another's.
    """
    from filelock import FileLock, Timeout

    lock, is_free = FileLock(folder.parent / f".{folder.name}.lock", timeout=seconds), True
    try:
        lock.acquire()
    except Timeout:  # an OSError too
        is_free = False
    except (OSError, NotImplementedError):
        pass  # this disk has no locks: two processes may compile the same, each whole for itself
    try:
        yield is_free
    finally:
        lock.release()


def alone_or_not(folder: str) -> AbstractContextManager[bool]:
    """Keep other processes from compiling for a folder; False if one of them compiles already.

    Parameters
    ----------
    folder : str
        Folder as returned by `folder_of`.
    """
    return _lock(Path(folder), 0.0)


def is_being_made(folder: str) -> bool:
    """Whether another process is compiling for a folder that holds no code yet.

    Parameters
    ----------
    folder : str
        Folder as returned by `folder_of`.
    """
    with alone_or_not(folder) as is_alone:
        return not is_alone and not holds_code(folder)


def beside(folder: str) -> AbstractContextManager[str]:
    """A place for the caches of another process that compiles for a folder; it vanishes at the end.

    Parameters
    ----------
    folder : str
        Folder as returned by `folder_of`.
    """
    place = Path(folder)
    return tempfile.TemporaryDirectory(
        prefix=f".{place.name}-", dir=place.parent, ignore_cleanup_errors=True
    )


def take_over(root: str, folder: str) -> None:
    """Move the code that another process has made to the folder for which it was made.

    Parameters
    ----------
    root : str
        Where the other process has its caches.
    folder : str
        Folder as returned by `folder_of`. It stays as it is if the other process made no code.
    """
    made = Path(root, NAME, Path(folder).name)
    if holds_code(str(made)):
        _put(made, Path(folder), Path(root, "old"))


def _through(folder: Path, compile_in: Callable[[str | None], CodeT]) -> CodeT:
    with beside(str(folder)) as aside:
        copy = Path(aside, "code")
        copy.mkdir()
        known = _copied(folder, copy)
        code = compile_in(str(copy))
        if (found := _digests(copy)) != known:
            (copy / DIGESTS).write_text(json.dumps(found), encoding="utf-8")
            _put(copy, folder, Path(aside, "old"))
        return code


def _copied(folder: Path, copy: Path) -> dict[str, str]:
    """Copy the files of a folder, and return their digests; nothing of a damaged folder."""
    if not holds_code(str(folder)):
        return {}
    try:
        contents = _sound_contents(folder)
    except DamagedError:
        warnings.warn(
            f"the compiled code in '{folder}' is damaged: the model is compiled anew", stacklevel=2
        )
        return {}
    for name, content in contents.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(content)
    return _digests(copy)


def _sound_contents(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder by name. Raises DamagedError if a digest is missing or wrong."""
    try:
        digests = dict(json.loads((folder / DIGESTS).read_bytes()))
        contents = {name: (folder / name).read_bytes() for name in digests}
    except (OSError, ValueError, TypeError) as error:
        raise DamagedError from error
    if not contents or {name: _digest(content) for name, content in contents.items()} != digests:
        raise DamagedError
    return contents


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _digest(path.read_bytes()) for path in files}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _put(copy: Path, folder: Path, old: Path) -> None:
    """Give a copy the name of the folder; if another process did so meanwhile, its folder stays."""
    with suppress(FileNotFoundError):
        folder.rename(old)
    with suppress(OSError):
        copy.rename(folder)


def _root() -> Path:
    """Folder for the caches of this user."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(named) if named else Path.home() / ".cache"
