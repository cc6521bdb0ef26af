"""`python -m benchmarks` measures all and writes `docs/benchmarks.md`.

`--only NAME` measures one section and leaves the others of the page as they are; `--quick` takes
tiny numbers, prints the page and writes nothing. The exit code is 1 if a target that must be met is
not.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from benchmarks import (
    beginnings,
    clinics,
    cluster,
    engines,
    figure,
    forecasts,
    information,
    kept,
    machine,
    measured,
    memory,
    other_tools,
    page,
    parts,
    processes,
    scaling,
    sweeps,
    worth,
    yardstick,
)
from benchmarks.sizes import FULL, QUICK, Sizes

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
SECTIONS: dict[str, Callable[[Sizes], page.Table]] = {
    "engines": engines.compare,
    "miscore": other_tools.miscore,
    "c": yardstick.against_c,
    "cohorts": processes.whole_runs,
    "memory": memory.by_part,
    "sweeps": sweeps.sweeps,
    "cluster": cluster.on_a_cluster,
    "kept": kept.kept_numbers,
    "lowered": kept.lowered_once,
    "loop": kept.faster_loop,
    "information": information.value_of_information,
    "horizons": scaling.by_horizon,
    "visits": scaling.by_visits,
    "arms": scaling.by_arms,
    "parts": parts.by_part,
    "worth": worth.added,
    "clinics": clinics.waiting,
    "beginnings": beginnings.beginnings,
    "forecasts": forecasts.forecasts,
    "machine": machine.machine,
}
"""The sections of the page in their order, by the name for `--only`."""


def main() -> None:
    """Measure what is asked for, and write the page."""
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("--quick", action="store_true", help="tiny numbers, and nothing is written")
    words.add_argument("--only", action="append", choices=SECTIONS, help="one section, or several")
    asked = words.parse_args()
    if importlib.util.find_spec("numba") is None:
        sys.exit("The benchmarks need numba, which is not installed.")
    names = {*asked.only, "machine"} if asked.only else SECTIONS.keys()
    found = dict[str, page.Table]()
    for name, table in _answers(names, QUICK if asked.quick else FULL):
        found[name] = table
        if not asked.quick:
            _write({name: table})  # at once: the next section can take long, or fail
    if asked.quick:
        print(page.written(found.values()))
        return
    _draw()
    if short := page.missed(found.values()):
        sys.exit("\n".join(short))


def _answers(names: Collection[str], sizes: Sizes) -> Iterator[tuple[str, page.Table]]:
    for name, ask in SECTIONS.items():
        if name in names:
            table = ask(sizes)
            print(f"{table.question} Measured.", file=sys.stderr)
            yield name, table


def _write(found: measured.Tables) -> None:
    """Put what was measured into the page, beside what it has of the other sections."""
    all_of_it = {**measured.read(), **found}
    tables = {name: all_of_it[name] for name in SECTIONS if name in all_of_it}
    measured.write(tables)
    PAGE.write_text(page.written(tables.values()), encoding="utf-8")


def _draw() -> None:
    """Draw the figure from all sections, once every one was measured."""
    tables = measured.read()
    if tables.keys() == SECTIONS.keys():
        figure.draw(tables)


if __name__ == "__main__":
    main()
