"""Blocks of a sweep on disk, and the patients that they hold.

A block is written whole or not at all, and verified when it is read. One process works on a store.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from sim.errors import RequestError
from sim.outcomes.definitions.named import Measure
from sim.outcomes.units import GROUP, UnitSums
from sim.results import fingerprint
from sim.results.atomic_file import hidden_file, whole_file
from sim.results.atomic_folder import refuse_misplaced, refuse_no_file
from sim.results.hidden import clear_away
from sim.version import __version__

ABOUT = b"mastosim"
VERSION_FILE = "store.json"


class Damaged(Exception):
    """A block whose content is not what was written."""


def name_of(at: str, patients: range) -> str:
    """The name of a block."""
    return f"{at}_{patients.start}_{patients.stop}.parquet"


def save(folder: Path, at: str, patients: range, block: UnitSums) -> str:
    """Write a block, whole or not at all; returns its name.

    The folder is not flushed: if a power failure takes the name, the block is simulated again.
    """
    import pyarrow as pa
    from pyarrow import parquet

    path = folder / name_of(at, patients)
    about = json.dumps({
        "block": path.name, "shape": block.sums.shape, "data": _digest(block),
        "lines": [list(line) for line in block.measures],
    })  # fmt: skip
    sums = np.ascontiguousarray(block.sums, float).reshape(-1)
    table = pa.table({"sums": sums}).replace_schema_metadata({ABOUT: about})
    with hidden_file(path) as aside, aside.open("wb") as file:
        parquet.write_table(table, file, compression="zstd", use_dictionary=False)
    return path.name


def load(folder: Path, name: str) -> UnitSums:
    """Read a block.

    Raises Damaged if its bytes are not those written, OSError if it is absent, and RequestError for
    a folder or a dead link in its place.

    All bytes are read first, so that a read error of the disk is not reported as damage.
    """
    import pyarrow as pa
    from pyarrow import parquet

    refuse_no_file(folder / name)
    content = pa.BufferReader((folder / name).read_bytes())
    try:
        table = parquet.ParquetFile(content).read(use_threads=False)  # faster than read_table
        about = json.loads(table.schema.metadata[ABOUT])
        lines = [Measure(*line) for line in about["lines"]]
        block = UnitSums(lines, table["sums"].to_numpy().reshape(about["shape"]))
        is_whole = (about["block"], about["data"]) == (name, _digest(block))
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise Damaged(name) from error
    if not is_whole:
        raise Damaged(name)
    return block


def ranges(folder: Path) -> dict[str, list[range]]:
    """The patients of every block in a folder, by address."""
    there: dict[str, list[range]] = {}
    for path in sorted(folder.glob("[!.]*_*_*.parquet")):
        parts = path.stem.split("_")
        if len(parts) == 3 and parts[1].isdecimal() and parts[2].isdecimal():
            there.setdefault(parts[0], []).append(range(int(parts[1]), int(parts[2])))
    return there


def covering(there: list[range], patients: int, group: int = GROUP) -> list[range]:
    """Blocks that hold the first patients without a gap; an empty list if there is a gap.

    A block whose last group is not whole can only be the last.
    """
    next_block: dict[int, range] = {}
    for block in sorted(
        _usable(there, patients, group), key=lambda block: (-block.start, block.stop)
    ):
        if block.stop == patients or block.stop in next_block:
            next_block[block.start] = block
    blocks: list[range] = []
    at = 0
    while at in next_block:
        blocks.append(next_block[at])
        at = blocks[-1].stop
    return blocks


def gaps(there: list[range], patients: int, group: int = GROUP) -> list[range]:
    """The ranges of the first patients that no block holds."""
    missing: list[range] = []
    usable = _usable(there, patients, group)
    at = patients if covering(there, patients, group) else 0
    while at < patients:
        ends = [block.stop for block in usable if block.start == at]
        if not ends:
            ends = [min((b.start for b in usable if b.start > at), default=patients)]
            missing.append(range(at, ends[0]))
        at = max(ends)
    return missing


def _usable(there: list[range], patients: int, group: int = GROUP) -> list[range]:
    """Blocks without patients beyond the last one, and with whole groups up to it."""
    return [b for b in there if b.stop <= patients and (b.stop % group == 0 or b.stop == patients)]


@contextmanager
def opened(folder: Path, shard: str = "") -> Iterator[Path]:
    """Lock the folder of a store for one process per shard.

    Raises RequestError for a store of another version, or one that is in use.
    """
    from filelock import FileLock, Timeout

    refuse_misplaced(folder)
    folder.mkdir(parents=True, exist_ok=True)
    refuse_no_file(folder / VERSION_FILE)
    try:
        lock = FileLock(folder / (f".lock-{shard}" if shard else ".lock"), timeout=0).acquire()
    except Timeout:
        what = f"shard {shard} of " if shard else ""
        raise RequestError(f"another process works on {what}the store '{folder}'") from None
    with lock:
        _refuse_another_version(folder)
        clear_away(folder)
        yield folder


def _refuse_another_version(folder: Path) -> None:
    mine = {"mastosim": __version__, "model": fingerprint.model()}
    path = folder / VERSION_FILE
    if not path.exists():
        with whole_file(path) as aside:
            aside.write_text(json.dumps(mine) + "\n", encoding="utf-8")
    other = {"mastosim": "unknown", "model": "unknown"}
    with suppress(ValueError, TypeError):
        other |= json.loads(path.read_text(encoding="utf-8"))
    if other != mine:
        raise RequestError(
            f"the store '{folder}' was made by mastosim {other['mastosim']} (model "
            f"{other['model']}), this is {mine['mastosim']} (model {mine['model']}): its numbers "
            "may differ. Delete it, or choose another folder with --out"
        )


def _digest(block: UnitSums) -> str:
    lines = json.dumps([list(line) for line in block.measures])
    sums = np.ascontiguousarray(block.sums, float)
    return hashlib.sha256(sums.tobytes() + lines.encode()).hexdigest()
