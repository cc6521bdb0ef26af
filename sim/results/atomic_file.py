"""Files that are whole or absent: written aside, flushed to the disk, then renamed."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.results.atomic_folder import refuse_no_file
from sim.results.hidden import HERE, aside, clear_away, locked, undisturbed

OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
"""What the system reports of a disk that is full, fails or cannot be written."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary file that becomes `path` when all went well, and vanishes when it did not.

    The file that stands there is replaced at the very end, keeps its permissions, and is followed
    if it is a link. What is no file on a disk, like /dev/stdout or a pipe, is written at once.
    Raises OSError where the disk is full or the folder cannot be written; then nothing was written.
    """
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        yield path
        return
    with undisturbed():
        clear_away(path.parent)
    with hidden_file(path) as temporary:
        yield temporary


@contextmanager
def hidden_file(path: Path) -> Iterator[Path]:
    """As `whole_file`, for one of many files of a folder that is cleared before."""
    temporary = path.with_name(f".{path.name}.{HERE}-{secrets.token_hex(4)}.part")
    try:
        temporary.touch()
        with locked(temporary):
            yield temporary
            _flush(temporary)
            with suppress(FileNotFoundError):
                shutil.copymode(path, temporary)
            temporary.replace(path)
    except OSError as error:
        reason = f"{error.strerror or error}; nothing was written"
        raise OSError(error.errno, reason, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def files_aside(folder: Path, name: str) -> Iterator[Path]:
    """As `hidden.aside`, for files that `placed` gives their place in a folder.

    Raises OSError with the name of that folder where the disk is full or fails.
    """
    try:
        with aside(folder, name) as made:
            yield made
    except OSError as error:
        if error.errno not in OF_THE_DISK:
            raise
        reason = f"{error.strerror or error}; nothing was written"
        raise OSError(error.errno, reason, str(folder)) from error


def placed(files: Sequence[Path], into: Path) -> list[Path]:
    """Give finished files of the same disk their place in a folder, all of them or none."""
    for path in files:
        refuse_no_file(into / path.name)
    with undisturbed():
        into.mkdir(parents=True, exist_ok=True)
        return [path.replace(into / path.name) for path in files]


def _flush(file: Path) -> None:
    """Write a file to the disk before the file gets its name."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
