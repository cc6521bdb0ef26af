"""A comparison in its folder: table, figure and manifest, whole or absent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim import results
from sim.experiments import archive
from sim.experiments.comparisons.notes import reading, whose
from sim.experiments.comparisons.running import Comparison
from sim.scenario import Study
from sim.vocabulary import FORMATS


def digest_of(studies: Sequence[Study]) -> str:
    """Twelve characters that name a comparison: its studies in their order, and the version."""
    digests = " ".join(archive.digest_of(study) for study in studies)
    return hashlib.sha256(digests.encode()).hexdigest()[:12]


def keep(comparison: Comparison, root: Path, command: str = "", seconds: float = 0.0) -> Path:
    """Write a comparison to `root/comparison/<digest>`: table, figure, manifest; returns it.

    `comparison.csv` is the whole summary, and so holds the numbers of the figure beside it.
    """
    from sim.display.figures import comparison as page
    from sim.display.figures.style import styled, write

    folder = root / "comparison" / digest_of(comparison.studies)
    with results.whole(folder) as temporary:
        archive.write_csv(comparison.summary, temporary / "comparison.csv")
        with styled():
            drawn = page.figure(
                comparison.summary, _title(comparison), _captioned(comparison.studies)
            )
            if drawn is not None:
                write(temporary, "comparison", drawn[0], comparison.summary, FORMATS)
        text = json.dumps(_manifest(comparison, command, seconds), indent=1, ensure_ascii=False)
        (temporary / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return folder


def _title(comparison: Comparison) -> str:
    first, *others = (study.scenario.name for study in comparison.studies)
    return f"{first} beside {', '.join(others)}"


def _captioned(studies: Sequence[Study]) -> list[str]:
    """What the caption of the figure opens with."""
    first, others = studies[0].scenario, whose(studies)
    same = "" if others else ", the same in every scenario and arm"
    people = f"{first.cohort.patients} virtual patients{same}; seed {first.seed}."
    return [people, *others, reading(studies)]


def _manifest(comparison: Comparison, command: str, seconds: float) -> dict[str, Any]:
    """What was compared, and each scenario as its own manifest would describe it."""
    return {
        "digest": digest_of(comparison.studies),
        "against": comparison.studies[0].scenario.name,
        "command": command,
        "seconds": round(seconds, 1),
        "scenarios": [
            {
                "name": study.scenario.name,
                **archive.manifest_of(study, command, seconds, comparison.engine),
            }
            for study in comparison.studies
        ],
    }
