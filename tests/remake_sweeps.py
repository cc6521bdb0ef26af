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

from sim import results as kept_results
from sim.display import figures
from sim.experiments import sweeps
from sim.experiments.information import information as value_of_knowing
from sim.results import dictionary, draws
from sim.workers.pieces import available

ROOT = Path(__file__).parents[1]
SWEEPS = sorted((ROOT / "scenarios" / "sweeps").glob("*.yaml"))
RESULTS = ROOT / "results"
PAGE = ROOT / "docs" / "sweep-findings.md"
BULK = {
    "outcomes.csv",
    "alone.csv",
    "psa_costs.csv",
    "psa_effects.csv",
    "psa_parameters.csv",
    "noise.csv",
    "indices.csv",
    dictionary.FILE,
}
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
    kept = kept_results.open(swept.folder)
    if not draws.why_not(kept):
        figures.draw(kept, ("acceptability", "evppi"), into, ("svg",))
        known(kept).to_csv(into / "information.csv", index=False, float_format="%.4g",
                           lineterminator="\n")  # fmt: skip
    return into


def known(kept: kept_results.Kept) -> pd.DataFrame:
    """EVPI with its bracket, the probability of each arm to be the best buy, and the EVPPI."""
    found = value_of_knowing(kept)
    at, perfect, bracket = [*found.curves.thresholds], found.perfect, found.bracket
    rows = [
        ("EVPI", "all", perfect.value, perfect.corrected.se if perfect.corrected else None),
        ("EVPI with noise", "all", perfect.naive, None),
        ("noise, %", "all", 100 * perfect.noise, None),
        ("at least", "all", bracket.low, bracket.low_se),
        ("at most", "all", bracket.high, bracket.high_se),
        *((f"best at {worth:.15g}, %", arm, 100 * share, None) for number, worth in enumerate(at)
          for arm, share in zip(found.study.scenario.arms, found.curves.best[number], strict=True)),
        *(("EVPPI", one.name, one.value, one.se) for one in found.parameters),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["value_of", "name", "value", "standard_error"])


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


def information(folder: Path) -> Iterator[str]:
    """The value of knowing each number, beside that of knowing all."""
    names = pd.read_csv(folder / "parameters.csv").set_index("parameter")["name"]
    frame = pd.read_csv(folder / "information.csv")
    yield "| known | worth per patient, EUR | standard error |"
    yield "| --- | --- | --- |"
    for row in frame[frame["value_of"].isin(["EVPI", "EVPPI"])].to_dict("records"):
        name = "all seven" if row["value_of"] == "EVPI" else names[row["name"]]
        yield f"| {name} | {_n(row['value'])} | {_n(row['standard_error'])} |"


MAIN = ("spine annual increase", "all fractures")
TABLES = {"summary": summary, "information": information}


def _n(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for path in SWEEPS:
        if not wanted or path.stem in wanted:
            print(remake(path, RESULTS))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), RESULTS), encoding="utf-8")
