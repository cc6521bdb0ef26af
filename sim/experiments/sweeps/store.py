"""Blocks of a sweep on disk: written whole, found damaged, one process at a time."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from sim.errors import RequestError
from sim.experiments.sweeps import addresses
from sim.outcomes.definitions.named import Measure
from sim.outcomes.units import UnitSums
from sim.simulation.records import Floats
from sim.version import __version__

LONGEST_WRITING = 3600.0
"""Seconds after which a block that is still being written was given up."""

ABOUT = b"mastosim"
HELD = "store.json"


class Damaged(Exception):
    """A block that does not hold what was written."""


def name_of(at: str, patients: range) -> str:
    """The name of a block."""
    return f"{at}_{patients.start}_{patients.stop}.parquet"


def save(folder: Path, at: str, patients: range, found: UnitSums) -> str:
    """Write a block aside, make sure of it, and give it its name, which is returned.

    A name that is lost with the power is a block done again, so the folder need not be waited for.
    """
    import pyarrow as pa
    from pyarrow import parquet

    sums = np.ascontiguousarray(found.sums, float)
    about = {"block": name_of(at, patients), "shape": sums.shape, "data": _digest(sums, found)}
    about["lines"] = [list(line) for line in found.measures]
    held = pa.table({"sums": sums.reshape(-1)}).replace_schema_metadata({ABOUT: json.dumps(about)})
    path = folder / name_of(at, patients)
    aside = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            parquet.write_table(held, file, compression="zstd", use_dictionary=False)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path.name


def load(folder: Path, name: str) -> UnitSums:
    """Read a block. Raises Damaged for one that is not what was written; OSError for none.

    It is read before it is understood, so that a drive that fails does not pass for damage.
    """
    import pyarrow as pa
    from pyarrow import parquet

    written = pa.BufferReader((folder / name).read_bytes())
    try:
        held = parquet.ParquetFile(written).read(use_threads=False)  # faster than read_table
        about = json.loads(held.schema.metadata[ABOUT])
        lines = [Measure(*line) for line in about["lines"]]
        sums = held["sums"].to_numpy().reshape(about["shape"])
        block, data = about["block"], about["data"]
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise Damaged(name) from error
    found = UnitSums(lines, sums)
    if block != name or data != _digest(sums, found):
        raise Damaged(name)
    return found


def ranges(folder: Path) -> dict[str, list[range]]:
    """The patients of every block that is there, by address."""
    there: dict[str, list[range]] = {}
    for path in sorted(folder.glob("[!.]*_*_*.parquet")):
        parts = path.stem.split("_")
        if len(parts) == 3 and parts[1].isdecimal() and parts[2].isdecimal():
            there.setdefault(parts[0], []).append(range(int(parts[1]), int(parts[2])))
    return there


@contextmanager
def opened(folder: Path, shard: str = "") -> Iterator[Path]:
    """The folder of a store, which no other process then works on as the same shard.

    Raises RequestError for a store of another version, or one that is in use.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / (f".lock-{shard}" if shard else ".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        what = f"shard {shard} of " if shard else ""
        raise RequestError(f"another process works on {what}the store '{folder}'") from None
    try:
        _refuse_another_version(folder)
        _clear_away(folder)
        yield folder
    finally:
        lock.release()


def _clear_away(folder: Path) -> None:
    """Remove what a writer that was killed left of a block; one at work has an hour for it."""
    long_ago = time.time() - LONGEST_WRITING
    for path in folder.glob(".*.parquet.*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < long_ago:
                path.unlink()


def _refuse_another_version(folder: Path) -> None:
    mine = {"mastosim": __version__, "model": addresses.model()}
    held = folder / HELD
    if not held.exists():
        aside = held.with_name(f".{HELD}.{os.getpid()}")
        aside.write_text(json.dumps(mine) + "\n", encoding="utf-8")
        aside.replace(held)
        return
    other = {"mastosim": "unknown", "model": "unknown"}
    with suppress(ValueError, TypeError):
        other |= json.loads(held.read_text(encoding="utf-8"))
    if other != mine:
        raise RequestError(
            f"the store '{folder}' was made by mastosim {other['mastosim']} (model "
            f"{other['model']}), this is {mine['mastosim']} (model {mine['model']}): its numbers "
            "may differ. Delete it, or choose another folder with --out"
        )


def _digest(sums: Floats, found: UnitSums) -> str:
    lines = json.dumps([list(line) for line in found.measures])
    return hashlib.sha256(np.ascontiguousarray(sums).tobytes() + lines.encode()).hexdigest()
