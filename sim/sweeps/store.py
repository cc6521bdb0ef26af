"""Blocks of a sweep on disk: each found by what it was made from, whole or absent."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.outcomes.groups import GROUP, Grouped, Line
from sim.refusal import Refused
from sim.schema import Floats

DECIDES = (
    "biology", "blocks.py", "cohort", "draws.py", "engine_batch.py", "engine_simpy.py", "evidence",
    "model", "outcomes", "scenario", "schema.py",
)  # fmt: skip
"""The sources that a simulated number may depend on."""

COMPUTES = ("numpy", "scipy", "numba")
"""The libraries that it may depend on, in its last digit."""

LABELS = ("name", "title", "question", "answers", "comparator", "subgroups", "arms")
"""What a scenario says that no patient feels."""

LONGEST_WRITING = 3600.0
"""Seconds after which a block that is still being written was given up."""

ABOUT = b"mastosim"
HELD = "store.json"


class Damaged(Exception):
    """A block that does not hold what was written."""


@cache
def model() -> str:
    """Twelve characters that stand for this version of everything that decides a number."""
    computed_with = [f"{name} {importlib.metadata.version(name)}" for name in COMPUTES]
    digest = hashlib.sha256(" ".join([sim.__version__, *computed_with]).encode())
    root = Path(sim.__file__).parent
    for name in DECIDES:
        part = root / name
        files = [part] if part.is_file() else sorted(part.rglob("*.*"))
        for path in files:
            if path.suffix in (".py", ".csv", ".yaml"):
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def address(document: dict[str, Any], arm: str) -> str:
    """Where the blocks of an arm of a scenario stand: a digest of all that it depends on.

    Not on its name, on other arms, on therapies that it does not have and their effects, or on the
    number of patients: an arm, or patients, can be added and what is there stays good.
    """
    own = of_arm(document, arm)
    felt = {key: value for key, value in own.items() if key not in LABELS}
    felt["cohort"] = {k: v for k, v in document["cohort"].items() if k != "patients"}
    # as text, in their order, which that of sums and lines goes by
    felt["therapies"] = json.dumps(own["therapies"])
    felt["reactions"] = _shared_reactions(document.get("therapies") or {}, own["therapies"])
    whole = json.dumps([model(), felt], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def of_arm(document: dict[str, Any], arm: str) -> dict[str, Any]:
    """The document as if this arm were the only one: its therapies alone, and their effects."""
    therapies, all_ = document["arms"][arm], document.get("therapies") or {}
    effects = {
        row: effect
        for row, effect in document["effects"].items()
        if set(row.split(" + ")) <= {*therapies, "none"}
    }
    own = {name: therapy for name, therapy in all_.items() if name in therapies}
    kept = {key: value for key, value in document.items() if key != "comparator"}
    return {**kept, "arms": {arm: therapies}, "therapies": own, "effects": effects}


def _shared_reactions(all_: dict[str, Any], own: Iterable[str]) -> list[str]:
    """Reactions that another therapy has too, and whose lines are called after both therefore."""
    names = Counter(name for therapy in all_.values() for name in therapy.get("reactions") or ())
    return sorted(n for name in own for n in all_[name].get("reactions") or () if names[n] > 1)


def name_of(at: str, patients: range) -> str:
    """The name of a block."""
    return f"{at}_{patients.start}_{patients.stop}.parquet"


def save(folder: Path, at: str, patients: range, found: Grouped) -> str:
    """Write a block aside, make sure of it, and give it its name, which is returned.

    A name that is lost with the power is a block done again, so the folder need not be waited for.
    """
    import pyarrow as pa
    from pyarrow import parquet

    sums = np.ascontiguousarray(found.sums, float)
    about = {"block": name_of(at, patients), "shape": sums.shape, "data": _digest(sums, found)}
    about["lines"] = [list(line) for line in found.lines]
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


def load(folder: Path, name: str) -> Grouped:
    """Read a block. Raises Damaged for one that is not what was written; OSError for none.

    It is read before it is understood, so that a drive that fails does not pass for damage.
    """
    import pyarrow as pa
    from pyarrow import parquet

    written = pa.BufferReader((folder / name).read_bytes())
    try:
        held = parquet.read_table(written, use_threads=False)
        about = json.loads(held.schema.metadata[ABOUT])
        lines = [Line(*line) for line in about["lines"]]
        sums = held["sums"].to_numpy().reshape(about["shape"])
        block, data = about["block"], about["data"]
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise Damaged(name) from error
    found = Grouped(lines, sums)
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


def covering(there: list[range], patients: int) -> list[range]:
    """Blocks that hold the first patients without a gap; none where there is one.

    One whose last group is not whole ends there for good.
    """
    going_on: dict[int, range] = {}
    for block in sorted(there, key=lambda r: (-r.start, r.stop)):
        leads_on = block.stop == patients or block.stop in going_on
        if leads_on and _fits(block, patients):
            going_on[block.start] = block
    found: list[range] = []
    at = 0
    while at in going_on:
        found.append(going_on[at])
        at = found[-1].stop
    return found


def gaps(there: list[range], patients: int) -> list[range]:
    """The first patients but for those in blocks, between which some may be missing."""
    found: list[range] = []
    at = patients if covering(there, patients) else 0
    while at < patients:
        block = _beginning(there, at, patients)
        if block is None:
            later = [r.start for r in there if r.start > at and _fits(r, patients)]
            block = range(at, min(later, default=patients))
            found.append(block)
        at = block.stop
    return found


def _beginning(there: list[range], at: int, patients: int) -> range | None:
    """The longest block that begins with a patient."""
    fits = [r for r in there if r.start == at and _fits(r, patients)]
    return max(fits, key=lambda r: r.stop, default=None)


def _fits(block: range, patients: int) -> bool:
    return block.stop <= patients and (block.stop % GROUP == 0 or block.stop == patients)


@contextmanager
def opened(folder: Path, shard: str = "") -> Iterator[Path]:
    """The folder of a store, which no other process then works on as the same shard.

    Raises Refused for a store of another version, or one that is in use.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / (f".lock-{shard}" if shard else ".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        what = f"shard {shard} of " if shard else ""
        raise Refused(f"another process works on {what}the store '{folder}'") from None
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
    mine = {"mastosim": sim.__version__, "model": model()}
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
        raise Refused(
            f"the store '{folder}' was made by mastosim {other['mastosim']} (model "
            f"{other['model']}), this is {mine['mastosim']} (model {mine['model']}): its numbers "
            "may differ. Delete it, or choose another folder with --out"
        )


def _digest(sums: Floats, found: Grouped) -> str:
    lines = json.dumps([list(line) for line in found.lines])
    return hashlib.sha256(np.ascontiguousarray(sums).tobytes() + lines.encode()).hexdigest()
