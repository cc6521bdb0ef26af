"""The fingerprint of the model: a digest of everything that decides a simulated number."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

from sim.version import __version__

DECIDES = ("evidence", "outcomes", "scenario/form", "simulation", "vocabulary.py", "economics")
"""Sources that a simulated number may depend on."""

COMPUTES = ("numpy", "scipy", "numba")
"""Libraries that its last digits may depend on."""


@cache
def model() -> str:
    """Twelve characters that identify this version of everything that decides a number."""
    computed_with = [f"{name} {importlib.metadata.version(name)}" for name in COMPUTES]
    digest = hashlib.sha256(" ".join([__version__, *computed_with]).encode())
    root = Path(__file__).parents[1]
    for name in DECIDES:
        part = root / name
        files = [part] if part.is_file() else sorted(part.rglob("*.*"))
        for path in files:
            if path.suffix in (".py", ".csv", ".yaml"):
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]
