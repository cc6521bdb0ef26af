"""A result in the place of one that stands there: what stays, and what is carried over."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from sim.errors import RequestError
from sim.results import dictionary
from sim.results.atomic_folder import whole
from sim.results.hidden import LEFT_BEHIND
from sim.results.kept import Kept
from sim.results.kept import open as opened
from sim.results.manifest import FILE, Manifest
from sim.results.seals import DATA, damage, missing

ABOUT = "ABOUT.txt"
EXPLAINS = (FILE, ABOUT, dictionary.FILE)
"""Files that say what a result is and what its data files hold."""

PICTURES = (".svg", ".pdf", ".png")
CHANGES_NO_TABLE = ("engine", "keep", "tables")
"""Options of which the bytes of a table do not depend."""


def whole_result(folder: Path) -> AbstractContextManager[Path]:
    """As `whole`, for a result.

    A result of the same content that stands there is left as it is. Of another one everything is
    carried over that the program did not write, like notes, and figures of `mastosim plot`.
    """
    return whole(folder, _settle)


def _settle(new: Path, old: Path) -> bool:
    """Whether a new result is to replace an old one, which hands over the user's own files."""
    before = _readable(old)
    if before is not None and _holds(before, opened(new)):
        return False
    for path in old.iterdir():
        if not _is_ours(path, before) and not (new / path.name).exists():
            _copy(path, new / path.name)
    return True


def _readable(folder: Path) -> Kept | None:
    try:
        return opened(folder)
    except RequestError:
        return None


def _holds(old: Kept, new: Kept) -> bool:
    """Whether an old result holds everything of a new one, undamaged."""
    names = {path.name for path in new.folder.iterdir()} - {*EXPLAINS}
    return (
        _content(old.manifest) == _content(new.manifest)
        and not [*damage(old), *missing(old)]
        and all(_same(old.folder / name, new.folder / name) for name in names)
    )


def _content(manifest: Manifest) -> tuple[object, ...]:
    """A manifest without date, place and command."""
    options = {k: v for k, v in manifest.options.items() if k not in CHANGES_NO_TABLE}
    made_by = manifest.mastosim, manifest.model, manifest.kind, manifest.digest
    return (*made_by, options, manifest.studies, manifest.details)


def _same(old: Path, new: Path) -> bool:
    return old.is_file() and old.read_bytes() == new.read_bytes()


def _is_ours(path: Path, kept: Kept | None) -> bool:
    """Whether the program wrote a file of a result; of an unreadable one, by its ending."""
    if kept is None:
        ours = path.suffix in (*DATA, *PICTURES)
    else:
        stem = path.stem in kept.manifest.figures and path.suffix in PICTURES
        ours = path.name in kept.manifest.files or stem
    if LEFT_BEHIND.fullmatch(path.name):
        return True
    return path.name in EXPLAINS or (ours and not path.is_dir())


def _copy(path: Path, to: Path) -> None:
    """Copy a file, a link as a link, or a folder; nothing else can be carried over."""
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, to, symlinks=True)
    elif path.is_file() or path.is_symlink():
        shutil.copy2(path, to, follow_symlinks=False)
