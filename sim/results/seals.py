"""SHA-256 of the data files of a result and of its manifest, written once and compared later."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import RequestError
from sim.results import dictionary
from sim.results.kept import Kept
from sim.results.manifest import FILE, Manifest
from sim.results.tables import Damaged

DATA = (".csv", ".parquet")
"""Endings of the data files of a result."""


def data_files(folder: Path) -> list[Path]:
    """The data files in the folder of a result, by name; its dictionary explains them."""
    paths = (path for path in folder.iterdir() if path.suffix in DATA)
    return sorted(path for path in paths if path.name != dictionary.FILE)


def sealed(manifest: Manifest, folder: Path) -> Manifest:
    """The manifest with the SHA-256 of each data file in a folder, and with its own."""
    files = {path.name: of_file(path) for path in data_files(folder)}
    manifest = manifest.model_copy(update={"files": files})
    return manifest.model_copy(update={"seal": of_manifest(manifest)})


def of_file(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_manifest(manifest: Manifest) -> str:
    """The SHA-256 of a manifest without its seal."""
    return hashlib.sha256(manifest.model_dump_json(exclude={"seal"}).encode()).hexdigest()


def damage(kept: Kept) -> Iterator[str]:
    """A sentence for the manifest if it was changed, and for each data file that was."""
    yield from _of_manifest(kept)
    for name, sha256 in kept.manifest.files.items():
        path = kept.folder / name
        if path.exists() and not (path.is_file() and of_file(path) == sha256):
            yield f"'{path}' is damaged: its SHA-256 is not the one in {FILE}; run again"


def _of_manifest(kept: Kept) -> Iterator[str]:
    if of_manifest(kept.manifest) != kept.manifest.seal:
        yield f"'{kept.folder / FILE}' is damaged: it was changed after it was written; run again"


def missing(kept: Kept) -> Iterator[str]:
    """A sentence for each data file that is not there."""
    paths = (kept.folder / name for name in kept.manifest.files)
    yield from (f"'{path}' is missing; run again" for path in paths if not path.exists())


def refuse_changed_manifest(kept: Kept) -> None:
    """Raise Damaged for a manifest that is not what was written."""
    for why in _of_manifest(kept):
        raise Damaged(why)


@contextmanager
def reading(kept: Kept, tell: Callable[[str], object]) -> Iterator[None]:
    """Tell of every file of a result that is missing or changed, while the result is read.

    What cannot be done with a result that is damaged fails as Damaged, whatever the reason.
    """
    found = [*damage(kept), *missing(kept)]
    for why in found:
        tell(why)
    try:
        yield
    except Exception as error:
        of_the_disk = isinstance(error, OSError) and error.errno is not None
        if not found or of_the_disk or isinstance(error, RequestError):
            raise
        raise Damaged(found[0]) from None


def refuse_damaged(kept: Kept) -> None:
    """Raise Damaged, with a sentence for each file of a result that was changed."""
    found = [*damage(kept)]
    if found:
        raise Damaged("\n".join(found))
