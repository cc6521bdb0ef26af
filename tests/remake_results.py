"""Remake the committed summaries and figures of the shipped scenarios: `make results`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from sim import archive, runs

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


def remake(scenario: Path, results: Path) -> Path:
    """Run one scenario as it is and put its small files into results/<scenario>/."""
    with tempfile.TemporaryDirectory() as scratch:
        kept = archive.keep(runs.run(scenario), Path(scratch))
        folder = results / kept.parent.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in sorted(kept.iterdir()):
            if path.suffix in {".csv", ".svg", ".png"}:
                shutil.copyfile(path, folder / path.name)
        return folder


if __name__ == "__main__":
    for scenario in SCENARIOS:
        print(remake(scenario, ROOT / "results"))
