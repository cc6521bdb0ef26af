"""Folders that are whole or absent: written aside, flushed to the disk, then renamed.

A folder being written is called `.<name>-<random>.part`, one that gives way to it
`.<name>-<random>.old`. Its writer holds a lock on it, which the system releases when the writer
dies, however that happens: what is found unlocked was left behind, and the next writer beside it
clears it away. Where folders cannot be locked (Windows, some network drives) it stays.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

LEFT_BEHIND = re.compile(r"\.(.+)-[0-9a-f]{8}\.(part|old)")
TAKEN = {errno.EEXIST, errno.ENOTEMPTY}
TRIES = 100
"""Of two writers at once one meets the other's folder a few times at most."""


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A temporary folder that becomes `folder` when all went well, and vanishes when it did not.

    A folder of that name is replaced only at the very end; of two writers at once the later one
    stays. Raises OSError where the disk is full or the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _undisturbed():
        clear_away(folder.parent)
    name = f".{folder.name}-{secrets.token_hex(4)}"
    temporary, old = folder.with_name(f"{name}.part"), folder.with_name(f"{name}.old")
    lock = None
    try:
        lock = _begin(temporary)
        yield temporary
        flush(temporary)
        with _undisturbed():
            _replace(folder, temporary, old)
            _sync(folder.parent)
    except OSError as error:
        _raise_interrupt_behind(error)
        reason = f"{error.strerror or error}; nothing was written"
        raise OSError(error.errno, reason, str(folder)) from error
    finally:
        with _undisturbed():
            shutil.rmtree(temporary, ignore_errors=True)
            _release(lock)


def clear_away(parent: Path) -> None:
    """Remove what dead writers left in a folder; what a living one holds stays.

    A whole result that had just given way when its writer died gets its name back.
    """
    for path in parent.glob(".*"):
        name = LEFT_BEHIND.fullmatch(path.name)
        lock = _lock(path, at_once=True) if name else None
        if name is None or lock is None:
            continue
        if name[2] == "old":
            _drop(path, parent / name[1])
        else:
            shutil.rmtree(path, ignore_errors=True)
        _release(lock)


def flush(folder: Path) -> None:
    """Have the files of a folder, and their names, on the disk."""
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sync(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return  # which cannot open a folder
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back for the moment that a renaming or a removal takes, then let it come."""
    came: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def _raise_interrupt_behind(error: BaseException) -> None:
    """Raise the interrupt that an error hides: what closes a file after one may fail in turn."""
    behind = error.__context__
    while behind is not None:
        if isinstance(behind, KeyboardInterrupt):
            raise behind from None
        behind = behind.__context__


def _begin(temporary: Path) -> int | None:
    """Make the temporary folder and lock it; its lock, None where there are no locks."""
    while True:
        temporary.mkdir(exist_ok=True)
        lock = _lock(temporary)
        if temporary.is_dir():
            return lock
        _release(lock)  # another writer cleared it away before it was locked


def _lock(folder: Path, at_once: bool = False) -> int | None:
    """An open folder that nobody else has locked; None where it cannot be had."""
    if sys.platform == "win32":
        return None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if at_once else 0))
    except OSError:
        os.close(handle)
        return None
    return handle


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _replace(folder: Path, temporary: Path, old: Path) -> None:
    """Give the temporary folder its name, whoever else does so at this moment."""
    for left in reversed(range(TRIES)):
        try:
            if folder.is_dir():
                with contextlib.suppress(FileNotFoundError):  # another writer took it away
                    folder.rename(old)
            temporary.rename(folder)
            return
        except OSError as error:
            if error.errno not in TAKEN or not left:
                raise
        finally:
            _drop(old, folder)


def _drop(old: Path, folder: Path) -> None:
    """Remove a result that gave way; if none came in its place it gets its name back."""
    if old.exists() and not folder.exists():
        with contextlib.suppress(OSError):
            old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
