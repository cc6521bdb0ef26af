"""The folder for compiled code, named after a digest of the sources and of what compiles them.

A change of any of these leads to another folder. Outdated machine code is never loaded.

A file has the digest of its machine code before the code, because damaged machine code can end a
process without a word. Of several processes that find no code, one compiles, and the others wait
for it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

NAME = "mastosim"
"""Name of the folder of mastosim among the caches of the user."""

CODE = "loop.o"
"""Name of the file with machine code in its folder."""

PATIENCE = 120.0
"""Seconds to wait for another process that compiles: longer than that takes on a slow machine."""


def folder_of(modules: Iterable[str], made_with: str) -> str | None:
    """Folder for the machine code of some modules; the folder is made if it is missing.

    The place of the sources does not count: a copy of the program has the same machine code.

    Parameters
    ----------
    modules : iterable of str
        Names of imported modules; the name of a package stands for all modules in its folder.
    made_with : str
        On what machine code depends beside the sources: versions of the compiler, and processor.

    Returns
    -------
    str or None
        Path of the folder in the user's cache; None if the folder cannot be written.

    Raises
    ------
    KeyError
        For a module that is not imported.
    """
    digest = hashlib.sha256(made_with.encode())
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
    return folder is not None and Path(folder, CODE).exists()


def through_cache(folder: str | None, make: Callable[[], bytes]) -> bytes:
    """Read machine code from a folder of the cache, or make it and keep it there.

    Damaged code is made anew. Without a folder, and where the cache cannot be used, the code is
    made and not kept. Both are said in a warning.

    Parameters
    ----------
    folder : str or None
        Folder as returned by `folder_of`.
    make : callable
        Makes the code.

    Returns
    -------
    bytes
        The machine code.
    """
    if folder is None:
        return make()
    file, code = Path(folder, CODE), None
    try:
        with _alone(file):
            code = _sound(file)
            if code is None:
                code = make()
                keep(file, code)
    except OSError as error:
        told = f"the cache of compiled code in '{folder}' cannot be used ({error!r})"
        warnings.warn(f"{told}: the model is compiled without it", stacklevel=2)
    return make() if code is None else code


def _sound(file: Path) -> bytes | None:
    """The code in a file; None if there is none, or none that is whole."""
    if not file.exists():
        return None
    digest, _, code = file.read_bytes().partition(b"\n")
    if digest == _digest(code):
        return code
    warnings.warn(
        f"the compiled code in '{file.parent}' is damaged: the model is compiled anew", stacklevel=2
    )
    return None


def keep(file: Path, code: bytes) -> None:
    """Write code after its digest, whole or not at all.

    Parameters
    ----------
    file : Path
        File in a folder that exists.
    code : bytes
        The machine code.
    """
    aside = file.with_name(f".{file.name}-{os.getpid()}-{threading.get_ident()}")
    try:
        aside.write_bytes(_digest(code) + b"\n" + code)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _digest(code: bytes) -> bytes:
    return hashlib.sha256(code).hexdigest().encode()


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Wait while another process makes the code of a file, at most PATIENCE seconds.

    Where files cannot be locked, each process compiles.
    """
    if file.exists():
        yield
        return
    with _lock(file.parent, PATIENCE):
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
    """A place for the code of another process that compiles for a folder; it vanishes at the end.

    Parameters
    ----------
    folder : str
        Folder as returned by `folder_of`.
    """
    place = Path(folder)
    return tempfile.TemporaryDirectory(
        prefix=f".{place.name}-", dir=place.parent, ignore_cleanup_errors=True
    )


def take_over(made: str, folder: str) -> None:
    """Move the code that another process has made to the folder for which it was made.

    Parameters
    ----------
    made : str
        Where the other process put the code.
    folder : str
        Folder as returned by `folder_of`. It stays as it is if the other process made no code.
    """
    with suppress(OSError):
        Path(made, CODE).replace(Path(folder, CODE))


def _root() -> Path:
    """Folder for the caches of this user."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(named) if named else Path.home() / ".cache"
