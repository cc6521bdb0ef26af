"""Hidden folders and files in which results are made, and what dead writers left in them.

A folder being written is called `.<name>-<random>.part`, one that gives way to it
`.<name>-<random>.old`, a file being written `.<name>.<machine>-<random>.part`. Its writer holds a
lock on it, which the system releases when the writer dies, however that happens: what is found
unlocked was left behind, and the next command clears it away. Where folders cannot be locked
(Windows, some network drives) it stays. A file that another machine writes, whose lock may not be
seen here, goes after an hour.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

LEFT_BEHIND = re.compile(r"\.(.+)-[0-9a-f]{8}\.(part|old)")

HERE = platform.node() or "machine"

LONGEST_WRITING = 3600.0
"""Seconds after which a file that another machine writes belongs to a writer that was killed."""


@contextmanager
def aside(parent: Path, name: str) -> Iterator[Path]:
    """A hidden folder for files that are to be called otherwise; it vanishes in the end.

    Folders above it that were made for it vanish too, where nothing else came into them.
    """
    new = [path for path in (parent, *parent.parents) if not path.exists()]
    with undisturbed():
        clear_away(parent)
    temporary, lock = parent / f".{name}-{secrets.token_hex(4)}.part", None
    try:
        lock = _begin(temporary)
        yield temporary
    finally:
        with undisturbed():
            shutil.rmtree(temporary, ignore_errors=True)
            _release(lock)
            remove_empty(new)


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of some folders, the innermost first, that hold nothing."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def clear_below(root: Path, layouts: Iterable[str]) -> None:
    """Clear a folder of results, and the folders in it where results stand."""
    folders = [path for layout in layouts for path in root.glob(str(Path(layout).parent))]
    for folder in (root, *folders):
        if folder.is_dir() and clear_away(folder) and folder != root:
            remove_empty([folder])


def clear_away(parent: Path) -> bool:
    """Remove what dead writers left in a folder, and say whether there was something.

    What a living one holds stays. A whole result that had just given way when its writer died gets
    its name back.
    """
    found = False
    for path in parent.glob(".*"):
        name = LEFT_BEHIND.fullmatch(path.name)
        if name is None or _is_at_work_elsewhere(path, name[1]):
            continue
        lock = _lock(path, at_once=True)
        if lock is None:
            continue
        found = True
        if name[2] == "old":
            drop(path, parent / name[1])
        elif path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        _release(lock)
    return found


def _is_at_work_elsewhere(path: Path, name: str) -> bool:
    """Whether another machine may still write a file."""
    with contextlib.suppress(OSError):
        is_recent = time.time() - path.stat().st_mtime < LONGEST_WRITING
        return path.is_file() and is_recent and not name.endswith(f".{HERE}")
    return False


def drop(old: Path, folder: Path) -> None:
    """Remove a result that gave way; if none came in its place it gets its name back."""
    if old.exists() and not folder.exists():
        with contextlib.suppress(OSError):
            old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def undisturbed() -> Iterator[None]:
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


def _begin(temporary: Path) -> int | None:
    """Make the temporary folder and lock it; its lock, None where there are no locks."""
    while True:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # another writer took the folder above away
            temporary.mkdir(exist_ok=True)
        lock = _lock(temporary)
        if temporary.is_dir():
            return lock
        _release(lock)  # another writer cleared it away before it was locked


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a writer on a hidden file or folder, where there are locks."""
    lock = _lock(path)
    try:
        yield
    finally:
        _release(lock)


def _lock(path: Path, at_once: bool = False) -> int | None:
    """An open file or folder that nobody else has locked; None where it cannot be had."""
    if sys.platform == "win32":
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
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
