"""What a worker does for a sweep: simulate one point, write its blocks, and say their names."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sim import outcomes
from sim.experiments.sweeps import addresses, coverage, store
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.read import Sweep
from sim.experiments.sweeps.varied import Varied
from sim.outcomes.groups import Grouped, grouped
from sim.scenario import ScenarioError, from_document
from sim.simulation import lowering
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import Engine

BLOCK = 8000
"""The most patients of a block: whole groups, and about as many as draw their numbers at once."""


KEPT = 128 * 2**20
"""Bytes of random numbers that a process keeps for the next point: several times what a block of
the base case needs, and a quarter of what a process takes anyway."""


class Task(NamedTuple):
    """What all pieces share: the folder of blocks, the engine, the version of the model.

    `columns` keeps the random numbers of a range of patients from one point to the next, in every
    process for itself.
    """

    folder: Path
    engine: Engine
    model: str
    columns: Columns


class Piece(NamedTuple):
    """Some patients of one point, in the arms that are not there yet.

    `addresses` are those of the arms' blocks; `document` is the scenario at the point.
    """

    document: dict[str, Any]
    patients: range
    addresses: Mapping[str, str]


class Shard(NamedTuple):
    """A share of the points, for one of several machines: number 1 to `of`."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}-of-{self.of}"


WHOLE = Shard(1, 1)


class Done(NamedTuple):
    """Names of the blocks that were written, and what that took.

    `courses` are those of patients, `peak_bytes` the most memory that the process had; `failures`
    says by address why blocks cannot be made.
    """

    names: tuple[str, ...]
    courses: int
    seconds: float
    peak_bytes: int
    failures: Mapping[str, str]


def do(task: Task, piece: Piece) -> Done:
    """Simulate a piece and write a block for each of its arms."""
    if addresses.model() != task.model:
        told = f"a worker has other sources (model {addresses.model()}, not {task.model})"
        raise OSError(errno.EPROTO, told)
    began = time.monotonic()
    arms, failures = _possible_arms(task, piece)
    names = tuple(
        store.save(task.folder, piece.addresses[arm], piece.patients, sums)
        for arm, sums in arms.items()
    )
    courses = len(piece.patients) * len(piece.addresses)
    return Done(names, courses, time.monotonic() - began, peak_bytes(), failures)


def _possible_arms(task: Task, piece: Piece) -> tuple[dict[str, Grouped], dict[str, str]]:
    """The arms of a piece, each on its own where one of them cannot be simulated, and why not.

    Other points may need the others, which are the same for them.
    """
    how = piece.patients, task.engine
    with suppress(ScenarioError):
        return simulated(piece.document, *how, piece.addresses, task.columns), {}
    arms: dict[str, Grouped] = {}
    failures: dict[str, str] = {}
    for arm, at in piece.addresses.items():
        try:
            document = _as_the_only_one(piece.document, arm, at)
            arms |= simulated(document, *how, [arm], task.columns)
        except ScenarioError as error:
            failures[at] = "; ".join(f"{m.path}: {m.message}" for m in error.mistakes)
    return arms, failures


def _as_the_only_one(document: dict[str, Any], arm: str, at: str) -> dict[str, Any]:
    """The document without what its arm has no part in, and what may be wrong with that.

    So whether an arm can be simulated depends on what its address stands for, and not on which of
    the points that share it came first. The whole document where the address would be another one.
    """
    alone = addresses.of_arm(document, arm)
    return alone if addresses.of(alone, arm) == at else document


def peak_bytes() -> int:
    """The most memory that this process had so far; 0 where the system does not tell."""
    try:
        import resource
    except ModuleNotFoundError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def simulated(
    document: dict[str, Any], patients: range, engine: Engine, arms: Iterable[str],
    columns: Columns = DRAWN_ANEW,
) -> dict[str, Grouped]:  # fmt: skip
    """The outcomes of some patients in some arms of a document, group by group."""
    study = from_document(asked_nothing(document), ())
    names, end = names_of(study), round(study.scenario.horizon)
    protocol = lowering.protocol(study.scenario)
    return {
        arm: grouped(outcomes.persons(inputs, log, names), end)
        for arm, (inputs, log) in simulate_arms(
            protocol, patients, engine, [*arms], columns
        ).items()
    }


def asked_nothing(document: dict[str, Any]) -> dict[str, Any]:
    """A document without the publication that it answers to, which a sweep has no use for."""
    return {key: value for key, value in document.items() if key != "answers"}


Open = tuple[Varied, Point, dict[str, str]]
"""A point of a scenario, and the addresses of its arms that have no block yet."""


def open_points(
    sweep: Sweep, there: Mapping[str, list[range]], shard: Shard = WHOLE
) -> dict[range, list[Open]]:
    """The points that have no block yet of a range of patients, without those that share one.

    A shard does every so-manieth point, whatever is done already.
    """
    begun: set[tuple[str, range]] = set()
    left: dict[range, list[Open]] = {}
    for varied in sweep.varied:
        for point in varied.points:
            if point.number % shard.of == shard.number - 1:
                missing = _missing(varied, point, there, sweep.patients, begun)
                for patients, at_arms in missing.items():
                    left.setdefault(patients, []).append((varied, point, at_arms))
    return dict(sorted(left.items(), key=lambda entry: (entry[0].start, entry[0].stop)))


def pieces(left: Mapping[range, list[Open]]) -> Iterator[Piece]:
    """All open points of one range of patients, then those of the next.

    So a process goes through the points of a range with the same random numbers.
    """
    for patients, points in left.items():
        for varied, point, at_arms in points:
            yield Piece(varied.document(point), patients, at_arms)


def _missing(
    varied: Varied, point: Point, there: Mapping[str, list[range]], patients: int,
    begun: set[tuple[str, range]],
) -> dict[range, dict[str, str]]:  # fmt: skip
    """The blocks of a point by arm, but for those of another point that is the same."""
    document, missing = varied.document(point), dict[range, dict[str, str]]()
    for arm in varied.study.scenario.arms:
        at = addresses.of(document, arm)
        gaps = coverage.gaps(there.get(at, []), patients)
        for block in (block for gap in gaps for block in split(gap)):
            if (at, block) not in begun:
                begun.add((at, block))
                missing.setdefault(block, {})[arm] = at
    return missing


def split(patients: range) -> list[range]:
    """Patients in blocks, the first one so that the others begin at whole ones."""
    ends = [*range(patients.start // BLOCK * BLOCK + BLOCK, patients.stop, BLOCK), patients.stop]
    starts = [patients.start, *ends[:-1]]
    return [range(a, b) for a, b in zip(starts, ends, strict=True) if a < b]
