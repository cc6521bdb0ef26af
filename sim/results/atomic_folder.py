"""Folders that are whole or absent: written aside, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import RequestError
from sim.results.hidden import aside, drop, undisturbed

TAKEN = {errno.EEXIST, errno.ENOTEMPTY}
TRIES = 100
"""Of two writers at once one meets the other's folder a few times at most."""

HERE, EXCHANGE = -100, 2
"""What Linux calls AT_FDCWD and RENAME_EXCHANGE."""

Settle = Callable[[Path, Path], bool]
"""Whether a folder that was written is to replace the one that stands there."""


@contextmanager
def whole(folder: Path, settle: Settle = lambda _new, _old: True) -> Iterator[Path]:
    """A temporary folder that becomes `folder` when all went well, and vanishes when it did not.

    A folder of that name is replaced only at the very end, and stays if `settle` says no; of two
    writers at once the later one stays. A link is followed. Raises OSError where the disk is full
    or the folder cannot be written, RequestError where something else stands in its place.
    """
    refuse_misplaced(folder)
    folder = folder.resolve() if folder.is_symlink() else folder
    written = False
    try:
        with aside(folder.parent, folder.name) as temporary:
            yield temporary
            if folder.is_dir() and not settle(temporary, folder):
                return
            flush(temporary)
            with undisturbed():
                _replace(folder, temporary)
                written = True
                _sync(folder.parent)
    except KeyboardInterrupt as interrupt:
        if not written:
            raise
        raise KeyboardInterrupt(kept_in(folder)) from interrupt
    except OSError as error:
        _raise_interrupt_behind(error)
        end = kept_in(folder) if written else "nothing was written"
        reason = f"{error.strerror or error}; {end}"
        raise OSError(error.errno, reason, str(folder)) from error


@contextmanager
def interrupt_says(what: str) -> Iterator[None]:
    """An interrupt in here says what was done before it came."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(what) from interrupt


def kept_in(folder: Path) -> str:
    """What an interrupt says of a result that was written before it came."""
    return f"the result is kept in '{folder}'"


def refuse_misplaced(folder: Path) -> None:
    """Raise RequestError for a dead link or a file in the place of a folder or one above it."""
    for path in (folder, *folder.parents):
        if path.is_symlink() and not path.exists():
            raise RequestError(
                f"'{path}' is a link to '{path.readlink()}', which does not exist; make that "
                "folder, or remove the link"
            )
        if path.exists() and not path.is_dir():
            raise RequestError(
                f"'{path}' is a file where a folder belongs; move it, or choose another folder"
            )


def flush(folder: Path) -> None:
    """Have the files of a folder, and their names, on the disk."""
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            _sync(path)


def _sync(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return  # which cannot open a folder
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _raise_interrupt_behind(error: BaseException) -> None:
    """Raise the interrupt that an error hides: what closes a file after one may fail in turn."""
    behind = error.__context__
    while behind is not None:
        if isinstance(behind, KeyboardInterrupt):
            raise behind from None
        behind = behind.__context__


def _replace(folder: Path, temporary: Path) -> None:
    """Give the temporary folder its name, whoever else does so at this moment."""
    old = temporary.with_suffix(".old")
    for left in reversed(range(TRIES)):
        try:
            if folder.is_dir():
                if exchange(temporary, folder):
                    return
                with contextlib.suppress(FileNotFoundError):  # another writer took it away
                    folder.rename(old)
            temporary.rename(folder)
            return
        except OSError as error:
            if error.errno not in TAKEN or not left:
                raise
        finally:
            drop(old, folder)


def exchange(one: Path, other: Path) -> bool:
    """Exchange the names of two folders in one operation; False where the system cannot."""
    system = ctypes.CDLL(None) if sys.platform == "linux" else None
    renameat2 = getattr(system, "renameat2", None)
    if renameat2 is None:
        return False
    renameat2.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p,
                          ctypes.c_uint)  # fmt: skip
    done: int = renameat2(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE)
    return done == 0
