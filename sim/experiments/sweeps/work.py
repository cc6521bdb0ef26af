"""Work of a sweep in pieces: simulate some patients of a point and write one block per arm."""

from __future__ import annotations

import errno
import itertools
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import RequestError
from sim.experiments.sizes import whole
from sim.experiments.sweeps import addresses, store
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.read import Sweep
from sim.experiments.sweeps.varied import Varied, group_of, kept_outcomes
from sim.outcomes.units import UnitSums, unit_sums
from sim.results import fingerprint
from sim.scenario import ScenarioError, from_document
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.vocabulary import Engine

BLOCK = 8000
"""Most patients of a block: whole groups, and about as many as one generator draws for."""

KEPT = 64 * 2**20
"""Bytes of random numbers that a process keeps for the next point. The base case needs 46 MiB for a
whole block, and a process takes 450 MB without them."""


class Task(NamedTuple):
    """What all pieces share: the folder of the blocks, the engine and the version of the model.

    `columns` keeps random numbers from one point to the next. Every process has its own.
    """

    folder: Path
    engine: Engine
    model: str
    columns: Columns


class Piece(NamedTuple):
    """Some patients of one point, in the arms that have no block of these patients yet.

    `document` is the scenario at the point, `addresses` holds the address of each arm's block.
    """

    document: dict[str, Any]
    patients: range
    addresses: Mapping[str, str]


class Shard(NamedTuple):
    """The share of the points that one of several machines simulates: number 1 to `of`."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> Shard:
        """The share that a text like `2/8` names. Raises RequestError for another text."""
        first, _slash, second = text.partition("/")
        if not (first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second)):
            raise RequestError(f"'{text}' is not a share; write 2/8 for the second of eight")
        return cls(int(first), int(second))

    def __str__(self) -> str:
        return f"{self.number}-of-{self.of}"


WHOLE = Shard(1, 1)


class Done(NamedTuple):
    """Names of the blocks that a piece wrote, and what the piece took.

    `courses` counts patients times arms, `peak_bytes` is the most memory of the process so far, and
    `failures` gives the reason for each address whose block cannot be made.
    """

    names: tuple[str, ...]
    courses: int
    seconds: float
    peak_bytes: int
    failures: Mapping[str, str]


def do(task: Task, piece: Piece) -> Done:
    """Simulate a piece and write a block for each of its arms."""
    if fingerprint.model() != task.model:
        message = f"a worker has other sources (model {fingerprint.model()}, not {task.model})"
        raise OSError(errno.EPROTO, message)
    began = time.monotonic()
    arms, failures = _possible_arms(task, piece)
    names = tuple(
        store.save(task.folder, piece.addresses[arm], piece.patients, sums)
        for arm, sums in arms.items()
    )
    courses = len(piece.patients) * len(piece.addresses)
    return Done(names, courses, time.monotonic() - began, peak_bytes(), failures)


def _possible_arms(task: Task, piece: Piece) -> tuple[dict[str, UnitSums], dict[str, str]]:
    """Simulate the arms of a piece. Returns sums by arm, and reasons of failures by address.

    If one arm fails, the others are simulated on their own, because other points may need them. The
    document then has no parts of other arms: whether an arm can be simulated depends on its
    address, and not on the point that comes first of those that share it.
    """
    how = piece.patients, task.engine
    with suppress(ScenarioError):
        return simulated(piece.document, *how, piece.addresses, task.columns), {}
    arms: dict[str, UnitSums] = {}
    failures: dict[str, str] = {}
    for arm, at in piece.addresses.items():
        alone = addresses.of_arm(piece.document, arm)
        document = alone if addresses.of(alone, arm) == at else piece.document
        try:
            arms |= simulated(document, *how, [arm], task.columns)
        except ScenarioError as error:
            failures[at] = "; ".join(f"{m.path}: {m.message}" for m in error.mistakes)
    return arms, failures


def peak_bytes() -> int:
    """The most memory of this process so far; 0 if the system does not tell."""
    try:
        import resource
    except ModuleNotFoundError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def simulated(
    document: dict[str, Any], patients: range, engine: Engine, arms: Iterable[str],
    columns: Columns = DRAWN_ANEW,
) -> dict[str, UnitSums]:  # fmt: skip
    """Simulate patients in some arms of a document, and sum their outcomes by groups."""
    own = {key: value for key, value in document.items() if key != "answers"}  # not compared here
    study = from_document(own, ())
    kept = kept_outcomes(study, patients, engine, [*arms], columns)
    return {arm: unit_sums(outcomes, group_of(study.scenario)) for arm, outcomes in kept.items()}


Open = tuple[Varied, Point, dict[str, str]]
"""A point of a scenario, and the address of each arm that has no block yet."""


def open_points(
    sweep: Sweep, there: Mapping[str, list[range]], shard: Shard = WHOLE
) -> dict[range, list[Open]]:
    """The points that have no block yet, by range of patients, in the order of patients.

    Points that share a block count once. Which points a shard simulates does not depend on the
    blocks that exist.
    """
    begun: set[tuple[str, range]] = set()
    left: dict[range, list[Open]] = {}
    for varied in sweep.varied:
        for point in varied.points[shard.number - 1 :: shard.of]:
            missing: dict[range, dict[str, str]] = {}
            for arm, at in varied.addresses(point).items():
                for block in missing_blocks(there.get(at, []), sweep.patients, sweep.group):
                    if (at, block) not in begun:
                        begun.add((at, block))
                        missing.setdefault(block, {})[arm] = at
            for block, at_arms in missing.items():
                left.setdefault(block, []).append((varied, point, at_arms))
    return dict(sorted(left.items(), key=lambda entry: (entry[0].start, entry[0].stop)))


def pieces(left: Mapping[range, list[Open]]) -> Iterator[Piece]:
    """All open points of one range of patients, then those of the next range.

    A process can then keep the random numbers of the range from point to point.
    """
    for patients, points in left.items():
        for varied, point, at_arms in points:
            yield Piece(varied.document(point), patients, at_arms)


def missing_blocks(there: list[range], patients: int, group: int) -> Iterator[range]:
    """The blocks that are still to be made; all but the first of a gap begin at whole blocks."""
    block = whole(BLOCK, group)
    for gap in store.gaps(there, patients, group):
        ends = [*range(gap.start // block * block + block, gap.stop, block), gap.stop]
        for start, stop in itertools.pairwise([gap.start, *ends]):
            yield range(start, stop)
