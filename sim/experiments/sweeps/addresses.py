"""Where a block stands: a digest of all that its numbers depend on, and of nothing else."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from sim.version import __version__

DECIDES = ("evidence", "outcomes", "scenario/form", "simulation", "vocabulary.py")
"""The sources that a simulated number may depend on."""

COMPUTES = ("numpy", "scipy", "numba")
"""The libraries that it may depend on, in its last digit."""

LABELS = ("name", "title", "question", "answers", "comparator", "subgroups", "arms")
"""What a scenario says that no patient feels."""


@cache
def model() -> str:
    """Twelve characters that stand for this version of everything that decides a number."""
    computed_with = [f"{name} {importlib.metadata.version(name)}" for name in COMPUTES]
    digest = hashlib.sha256(" ".join([__version__, *computed_with]).encode())
    root = Path(__file__).parents[2]
    for name in DECIDES:
        part = root / name
        files = [part] if part.is_file() else sorted(part.rglob("*.*"))
        for path in files:
            if path.suffix in (".py", ".csv", ".yaml"):
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def of(document: dict[str, Any], arm: str) -> str:
    """Where the blocks of an arm of a scenario stand: a digest of all that it depends on.

    Not on its name, on other arms, on therapies that it does not have and their effects, or on the
    number of patients: an arm, or patients, can be added and what is there stays good.
    """
    own = of_arm(document, arm)
    felt = {key: value for key, value in own.items() if key not in LABELS}
    felt["cohort"] = {k: v for k, v in document["cohort"].items() if k != "patients"}
    # as text, in their order, which that of sums and lines goes by
    felt["therapies"] = json.dumps(own["therapies"])
    felt["reactions"] = _shared_reactions(document.get("therapies") or {}, own["therapies"])
    whole = json.dumps([model(), felt], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def of_arm(document: dict[str, Any], arm: str) -> dict[str, Any]:
    """The document as if this arm were the only one: its therapies alone, and their effects."""
    therapies, all_ = document["arms"][arm], document.get("therapies") or {}
    effects = {
        row: effect
        for row, effect in document["effects"].items()
        if set(row.split(" + ")) <= {*therapies, "none"}
    }
    own = {name: therapy for name, therapy in all_.items() if name in therapies}
    kept = {key: value for key, value in document.items() if key != "comparator"}
    return {**kept, "arms": {arm: therapies}, "therapies": own, "effects": effects}


def _shared_reactions(all_: dict[str, Any], own: Iterable[str]) -> list[str]:
    """Reactions that another therapy has too, and whose lines are called after both therefore."""
    names = Counter(name for therapy in all_.values() for name in therapy.get("reactions") or ())
    return sorted(n for name in own for n in all_[name].get("reactions") or () if names[n] > 1)
