"""Where compiled code is kept: a folder named after the sources that it was compiled from.

So machine code cannot outlive a source edit, whichever file the edit is in.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path


def folder_of(modules: Iterable[str]) -> str | None:
    """The folder for code compiled from these modules; None where nothing can be written."""
    digest = hashlib.sha256()
    for name in modules:
        digest.update(Path(str(sys.modules[name].__file__)).read_bytes())
    folder = _root() / "mastosim" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except OSError:
        return None


def holds_code(folder: str | None) -> bool:
    """True where a folder of the cache holds machine code."""
    return folder is not None and any(Path(folder).rglob("*.nbc"))


def _root() -> Path:
    """The folder for caches of this user."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(named) if named else Path.home() / ".cache"
