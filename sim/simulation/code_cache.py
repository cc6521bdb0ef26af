"""The folder for compiled code, named after a digest of the sources.

A change of any of these sources leads to another folder. Outdated machine code is never loaded.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path


def folder_of(modules: Iterable[str]) -> str | None:
    """Folder for the machine code of some modules; the folder is made if it is missing.

    Parameters
    ----------
    modules : iterable of str
        Names of imported modules.

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
    return folder is not None and any(Path(folder).rglob("*.nbc"))


def _root() -> Path:
    """Folder for the caches of this user."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(named) if named else Path.home() / ".cache"
