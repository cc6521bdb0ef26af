"""The loop of the batch engine written in C, compiled into a temporary folder and called by ctypes.

The loop gives the same log to the last bit, and shows what the model costs without Python. It can
follow each life in full, or with screening: first without fracture hazards and reviews, and again
with them only where the hazard at a bound could have used up the first threshold of a site. The
screening is written here a second time, independently of the one in `sim/simulation`.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.simulation import records
from sim.simulation.records import PARAMS, PATIENT, Inputs, Log, OutOfDraws
from sim.vocabulary import BONES, DAYS_PER_YEAR, MARKERS, QUANTITIES, SITES

SOURCE = Path(__file__).parent / "c" / "loop.c"
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
"""Products and sums stay apart, as the compiled Python has them."""

ROWS = 96
"""Rows of the log that are allocated per patient at first."""

NO_COMPILER = "The loop in C is left out: this machine has no C compiler named cc."

SIZES = {"BONES": len(BONES), "MARKERS": len(MARKERS), "QUANTITIES": len(QUANTITIES),
         "SITES": len(SITES)}  # fmt: skip
NUMBERS = (
    "THERAPIES", "REACTIONS", "SUBSETS", "PLANNED", "VISITS", "RUNGS", "STEPS_OF_HAZARD", "AGES",
    "MEASURE", "PLAN", "INTOLERANCE", "INFUSION", "REACTION", "REVIEW", "FRACTURE", "DEATH", "END",
    "KINDS", "NEVER", "NO_INTOLERANCE", "REACTS", "TOLERANCE", "BREAKS", "FATAL", "FATAL_DELAY",
    "DIES", "NOISE",
)  # fmt: skip
"""Constants of `sim.simulation.records` that the loop uses."""

LEFT_OUT = {
    "loss_hazard": 0, "has_stopping": 0, "own_rows": 0, "reading": records.LINEAR, "has_ratio": 0,
    "ratio_wanes": 0, "next_dose": 0,
}  # fmt: skip
LEFT_OUT_OF_THERAPIES = {
    "follows": -1, "starts_on": 0, "stop_bone": -1, "given": 1, "late": 0, "ends_course": 0,
}  # fmt: skip
"""Parameters, and of therapies of the arm, with the one value that the loop knows."""


class Found(NamedTuple):
    """A log, and how many lives were followed again after screening."""

    log: Log
    again: int


class CLoop:
    """The compiled loop, for as long as the object lives."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "records.h").write_text("\n".join(header()), encoding="utf-8")
            library = str(Path(folder) / "loop.so")
            command = ["cc", *FLAGS, f"-I{folder}", str(SOURCE), "-o", library, "-lm"]
            subprocess.run(command, check=True)
            self._follow: Any = ctypes.CDLL(library).follow
        self._follow.restype = ctypes.c_int64

    def simulate(self, inputs: Inputs, screens: bool) -> Found:
        """Follow every patient of an arm, in full or with screening."""
        refused = [*unknown(inputs.params)]
        if refused:
            raise ValueError(f"The loop in C does not know: {', '.join(refused)}.")
        count, done, again = len(inputs.patients), 0, 0
        longest, parts, room = most_rows(inputs.params), list[Log](), 0
        while done < count:
            room = max(2 * room, ROWS * (count - done), longest)
            patient, day, kind = (np.empty(room, np.int64) for _ in range(3))
            log = Log(patient, day, kind, np.empty(room))
            told = np.zeros(2, np.int64)
            done = self._call(inputs, log, longest, done, screens, told)
            if told[0] < 0:
                raise OutOfDraws
            again += int(told[1])
            parts.append(Log._make(column[: told[0]] for column in log))
        if len(parts) == 1:
            return Found(parts[0], again)
        return Found(Log._make(map(np.concatenate, zip(*parts, strict=True))), again)

    def _call(
        self, inputs: Inputs, log: Log, longest: int, first: int, screens: bool,
        told: npt.NDArray[np.int64],
    ) -> int:  # fmt: skip
        draws = np.ascontiguousarray(inputs.draws)
        number = ctypes.c_int64
        followed: int = self._follow(
            _at(inputs.params), _at(inputs.patients), number(len(inputs.patients)), _at(draws),
            number(draws.shape[1]), (ctypes.c_void_p * 4)(*(c.ctypes.data for c in log)),
            number(len(log.day)), number(longest), number(first), ctypes.c_int(screens), _at(told),
        )  # fmt: skip
        return followed


def equal(one: Log, other: Log) -> bool:
    """Whether two logs are equal to the last bit."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def is_possible() -> bool:
    """Whether this machine has a C compiler."""
    return shutil.which("cc") is not None


def unknown(params: npt.NDArray[np.void]) -> Iterator[str]:
    """The parameters of an arm that stand for something that the loop leaves out."""
    arm = params["in_arm"] != 0
    yield from (name for name, value in LEFT_OUT.items() if np.any(params[name] != value))
    for name, value in LEFT_OUT_OF_THERAPIES.items():
        infusions = arm & (params["is_infusion"] != 0) if name in {"given", "late"} else arm
        if np.any(params[name][infusions] != value):
            yield name
    if np.any(params["reaction_ends_course"] != 0):
        yield "reaction_ends_course"
    if not np.isin(params["family"][arm], (records.NO_INTOLERANCE, records.STEPS)).all():
        yield "family"
    if np.any(params["log_gradient"] < 0):
        yield "log_gradient"


def most_rows(params: npt.NDArray[np.void]) -> int:
    """Rows that a life has at most: visits, doses with reactions, steps, fractures, the end."""
    visits = int((params["visit_days"] <= params["horizon"]).sum())
    doses = int((params["plan_days"] <= params["horizon"]).sum())
    steps = records.THERAPIES * (2 + records.RUNGS)
    fractures = int(params["draws"][records.BREAKS].sum())
    return visits + doses * (1 + records.REACTIONS) + steps + fractures + 1


def header() -> Iterator[str]:
    """The records and constants of the simulation as C."""
    yield "#include <stdint.h>"
    constants = {**{name: getattr(records, name) for name in NUMBERS}, **SIZES}
    yield f"enum {{{', '.join(f'{name} = {value}' for name, value in constants.items())}}};"
    yield f"#define DAYS_PER_YEAR {DAYS_PER_YEAR!r}"
    for name, record in (("Params", PARAMS), ("Patient", PATIENT)):
        yield "typedef struct {"
        yield from map(_field, record.names or (), (record[field] for field in record.names or ()))
        yield f"}} {name};"


def _field(name: str, kind: np.dtype[Any]) -> str:
    words = {"i": "int64_t", "f": "double"}
    return f"    {words[kind.base.kind]} {name}{''.join(f'[{n}]' for n in kind.shape)};"


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
