"""What the model computes for a few patients: events by kind, and calls of its functions.

`python -m tests.counted` writes the counts to `tests/counted.csv`, and `tests/test_counted.py`
compares. Counts do not depend on the machine, so that a change that makes the model compute more
is seen where times are too noisy. Counts do not see slower machine code: `make bench` does.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from benchmarks.workload import FROZEN
from sim.scenario import load
from sim.simulation import lowering
from sim.simulation.lives import follow_plainly
from sim.simulation.records import (
    DEATH,
    END,
    FRACTURE,
    INFUSION,
    INTOLERANCE,
    KINDS,
    MEASURE,
    PLAN,
    REACTION,
    REVIEW,
    STATE,
    Inputs,
    Log,
)
from sim.simulation.simulate import inputs_of

TABLE = Path(__file__).parent / "counted.csv"
PATIENTS = 20
COLUMNS = ("arm", "what", "name", "count")
MODEL = "sim.simulation.model", "sim.simulation.biology"

FIRST_OF_EVENT = {
    MEASURE: "measurement", PLAN: "plan", INTOLERANCE: "intolerance", INFUSION: "infusion",
    REACTION: "reaction", REVIEW: "review", FRACTURE: "fracture", DEATH: "death", END: "end",
}  # fmt: skip

Counts = dict[tuple[str, str, str], int]


def counted() -> Counts:
    """The counts of each arm of the frozen base case; of calls, those of once a patient or more."""
    protocol = lowering.protocol(load(FROZEN).scenario, 64)
    counts: Counts = {}
    for arm, inputs in inputs_of(protocol, range(PATIENTS)).items():
        calls, log = followed(inputs)
        rows = Counter(("rows of the log", event_of(kind)) for kind in log.kind.tolist())
        often = {key: count for key, count in calls.items() if count >= PATIENTS}
        for (what, name), count in sorted({**rows, **often}.items()):
            counts[arm, what, name] = count
    return counts


def event_of(kind: int) -> str:
    """The event of a kind in the log."""
    return FIRST_OF_EVENT[max(first for first in FIRST_OF_EVENT if first <= kind)]


def followed(inputs: Inputs) -> tuple[Counter[tuple[str, str]], Log]:
    """The calls of `math` and of the functions of the model in the plain loop, and its log."""
    calls: Counter[tuple[str, str]] = Counter()
    room = 256 * len(inputs.patients)
    patient, day, kind = (np.empty(room, np.int64) for _ in range(3))
    log = Log(patient, day, kind, np.empty(room))

    def look(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__module__ == "math":
            calls["calls of math", function.__name__] += 1
        elif event == "call" and frame.f_globals["__name__"].startswith(MODEL):
            module = frame.f_globals["__name__"].removeprefix("sim.simulation.")
            calls["calls of the model", f"{module}.{frame.f_code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        params = inputs.params.reshape(1)
        states, due = np.zeros(2, STATE), np.zeros(KINDS, np.int64)
        rows = follow_plainly(params, inputs.patients, inputs.draws, states, due, log, 0)[1]
    finally:
        sys.setprofile(before)
    return calls, Log._make(column[:rows] for column in log)


def committed() -> Counts:
    """The counts that were written down."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            (row["arm"], row["what"], row["name"]): int(row["count"])
            for row in csv.DictReader(file)
        }


def main() -> None:
    """Write the counts down."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((*names, count) for names, count in counted().items())


if __name__ == "__main__":
    main()
