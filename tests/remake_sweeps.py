"""Do the shipped sweeps and put their figures and tables into results/ and docs/sweep-findings.md.

`python -m tests.remake_sweeps [NAME ...]`; blocks that are there already are not simulated again.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from sim.experiments import sweeps
from sim.results import dictionary
from sim.workers.pieces import available

ROOT = Path(__file__).parents[1]
SWEEPS = sorted((ROOT / "scenarios" / "sweeps").glob("*.yaml"))
RESULTS = ROOT / "results"
PAGE = ROOT / "docs" / "sweep-findings.md"
BULK = {"outcomes.csv", "alone.csv", "noise.csv", "indices.csv", dictionary.FILE}
"""Tables that are too large to be committed."""


def remake(path: Path, results: Path) -> Path:
    """Do one sweep, and copy its small files into results/sweeps/<name>/."""
    swept = sweeps.run(sweeps.load_sweep(path), results, workers=available())
    into = swept.folder.parent
    for old in into.glob("*.*"):
        if old.is_file():
            old.unlink()
    for held in sorted(swept.folder.iterdir()):
        if held.suffix in (".svg", ".csv") and held.name not in BULK:
            shutil.copyfile(held, into / held.name)
    return into


def with_tables(page: str, results: Path) -> str:
    """The page with the tables between its marks made anew: `<!-- summary base-case-psa -->`."""

    def made(found: re.Match[str]) -> str:
        kind, name = found[1].split()
        table = "\n".join(TABLES[kind](results / "sweeps" / name))
        return f"<!-- {found[1]} -->\n{table}\n<!-- end -->"

    return re.sub(r"<!-- (\w+ [\w-]+) -->\n.*?<!-- end -->", made, page, flags=re.DOTALL)


def summary(folder: Path) -> Iterator[str]:
    """Base case, mean and spread over the draws of the main outcomes."""
    frame = pd.read_csv(folder / "summary.csv")
    yield "| scenario | outcome | base case | mean ± SE | SD | SD of parameters | 95 % of draws |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in frame.to_dict("records"):
        if row["outcome"] in MAIN and isinstance(row["against_arm"], str):
            cells = (
                row["scenario"], f"{row['outcome']}, {row['unit']}", _n(row["base"]),
                f"{_n(row['mean'])} ± {_n(row['mean_error'])}", _n(row["sd"]),
                _n(row["sd_parameters"]), f"{_n(row['q2.5'])} to {_n(row['q97.5'])}",
            )  # fmt: skip
            yield f"| {' | '.join(map(str, cells))} |"


MAIN = ("spine annual increase", "all fractures")
TABLES = {"summary": summary}


def _n(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for path in SWEEPS:
        if not wanted or path.stem in wanted:
            print(remake(path, RESULTS))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), RESULTS), encoding="utf-8")
