"""The four readings in their folder: table, figure and manifest, whole or absent."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sim import results
from sim.experiments import archive
from sim.experiments.readings.four import Four
from sim.experiments.readings.running import SideBySide
from sim.vocabulary import FORMATS


def digest_of(four: Four) -> str:
    """Twelve characters that name the scenario and the four readings, its own before the others."""
    digests = map(archive.digest_of, (four.study, *four.studies.values()))
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()[:12]


def folder_of(four: Four, root: Path) -> Path:
    """Where the readings of a scenario belong below a folder of results."""
    return root / four.study.scenario.name / f"{digest_of(four)}-readings"


def keep(found: SideBySide, root: Path, command: str = "", seconds: float = 0.0) -> Path:
    """Write the readings to their folder, whole or not at all; returns the folder.

    `readings.csv` is the whole summary, and so holds the numbers of the figure beside it.
    """
    from sim.display.figures import readings as page
    from sim.display.figures.style import styled, write

    folder = folder_of(found.four, root)
    with results.whole(folder) as temporary:
        with styled():
            title = f"{found.four.study.scenario.name} under four readings of its annual increase"
            drawn = page.figure(found.summary, found.four.own, title, said(found.four))
            write(temporary, "readings", drawn, found.summary, FORMATS)
        text = json.dumps(_manifest(found, command, seconds), indent=1, ensure_ascii=False)
        (temporary / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return folder


def said(four: Four) -> list[str]:
    """Who was simulated, and under which readings: what no reader of the numbers may miss."""
    scenario = four.study.scenario
    return [
        f"{scenario.cohort.patients} virtual patients, the same under every reading and in every "
        f"arm; seed {scenario.seed}.",
        "Annual increase read as:",
        *(f"- {words}" for words in four.in_words()),
    ]


def _manifest(found: SideBySide, command: str, seconds: float) -> dict[str, Any]:
    """What was simulated, and each reading as a manifest of its own would describe it."""
    return {
        "digest": digest_of(found.four),
        "own": found.four.own,
        "command": command,
        "seconds": round(seconds, 1),
        "readings": [
            {
                "reading": name,
                "origin": found.four.origins[name],
                **archive.manifest_of(study, command, seconds, found.engine),
            }
            for name, study in found.four.studies.items()
        ],
    }
