"""`python -m benchmarks` measures all and writes `benchmarks/RESULTS.md`; `--quick` only prints."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import (
    beginnings,
    clinics,
    engines,
    information,
    kept,
    page,
    parts,
    processes,
    scaling,
    sweeps,
    worth,
)
from benchmarks.sizes import FULL, QUICK, Sizes

RESULTS = Path(__file__).parent / "RESULTS.md"
QUESTIONS = (
    engines.compare,
    processes.whole_runs,
    sweeps.sweeps,
    kept.kept_numbers,
    kept.lowered_once,
    information.value_of_information,
    scaling.by_horizon,
    parts.by_part,
    worth.added,
    clinics.waiting,
    beginnings.beginnings,
)


def main() -> None:
    """Answer every question in turn, and write the page."""
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("--quick", action="store_true", help="tiny numbers, and nothing is written")
    quick = words.parse_args().quick
    if importlib.util.find_spec("numba") is None:
        sys.exit("The benchmarks need numba, which is not installed.")
    text = page.written(_answers(QUICK if quick else FULL))
    print(text)
    if not quick:
        RESULTS.write_text(text, encoding="utf-8")


def _answers(sizes: Sizes) -> Iterator[page.Table]:
    for ask in QUESTIONS:
        table = ask(sizes)
        print(f"{table.question} Measured.", file=sys.stderr)
        yield table


if __name__ == "__main__":
    main()
