"""Mutated files of each kind: every command ends in an answer, within two seconds.

`python -m tests.mutated N [SEED [KIND ...]]` changes N files of each kind, or of those
that are named, and prints the command and the file of whatever went wrong. A file that went wrong
stays in a folder that is named at the end.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sim.cli.exit_codes import BUG, NOT_VALID, SOME_POINTS_FAILED, WRONG_USAGE
from sim.cli.main import main
from tests.mutations import FOLDER, TEXTS, changed, mutated

SLOWEST = 2.0
"""Seconds of processor time that an answer may take."""

HANGS = 60
"""Seconds after which a command is stopped."""

ANSWERS = (0, WRONG_USAGE, NOT_VALID, SOME_POINTS_FAILED)
EVIDENCE = FOLDER.parent / "sim" / "evidence" / "laroche2011.yaml"
SWEEPS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("sweeps/*.yaml")}
TINY = "extends: laroche2011.yaml\nname: tiny\nhorizon: 12 months\n"
TINY_SWEEP = """\
mastosim_sweep: 1
name: tiny
title: A sweep
question: Which?
scenario: tiny.yaml
patients: 10
design: one_at_a_time
parameters:
  therapies.pamidronate.given: {low: 80 %, high: 95 %}
"""


LIFE_TABLE = "sex,age,hazard\nfemale,0,0.02\nfemale,60,0.2\nmale,0,0.1\nmale,90,0.3\n"
PRICED = "extends: laroche2011-worth.yaml\nname: priced\nanswers:\nhorizon: 12 months\n"


class Stopped(BaseException):
    """A command that did not come to an end."""


class Ended(NamedTuple):
    """How a command ended: its exit code, what it printed, and the seconds that it worked."""

    code: int
    text: str
    seconds: float

    @property
    def wrong(self) -> str:
        """What is wrong with the end; empty for an answer."""
        if self.code not in ANSWERS:
            return f"exit code {self.code}"
        if not all(map(_is_shown, self.text)):
            return "control characters printed"
        if "Traceback" in self.text:
            return "a traceback"
        return f"{self.seconds:.1f} s" if self.seconds > SLOWEST else ""


def _is_shown(sign: str) -> bool:
    return sign.isprintable() or sign == "\n" or unicodedata.category(sign) == "Zs"


def ended(words: list[str]) -> Ended:
    """Run a command in this process."""
    said, code, began, argv = io.StringIO(), 0, time.process_time(), sys.argv
    sys.argv = ["mastosim", *words]
    before = signal.signal(signal.SIGALRM, _stop)
    signal.alarm(HANGS)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        print(repr(error), file=said)
        code = BUG
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        sys.argv = argv
    return Ended(code, said.getvalue(), time.process_time() - began)


def _stop(*_: object) -> None:
    raise Stopped


Case = tuple[list[str], Path | None]
"""A command, and the file that was changed for it."""


def scenarios(folder: Path, rng: random.Random) -> Case:
    """A shipped scenario, or a what-if, with pieces changed."""
    path = folder / "case.yaml"
    _write(path, mutated(TEXTS[rng.choice([*TEXTS])], rng))
    return ["check", str(path)], path


def sweeps(folder: Path, rng: random.Random) -> Case:
    """A shipped sweep with pieces changed."""
    path = folder / "sweeps" / "case.yaml"
    _write(path, mutated(SWEEPS[rng.choice([*SWEEPS])], rng))
    return ["check", str(path)], path


def publications(folder: Path, rng: random.Random) -> Case:
    """A publication beside a scenario that is compared with it, with pieces changed."""
    path = folder / "paper.yaml"
    _write(path, mutated(EVIDENCE.read_text(encoding="utf-8"), rng))
    _write(folder / "case.yaml", f"{TINY}answers: paper.yaml\n")
    return ["check", str(folder / "case.yaml")], path


def manifests(folder: Path, rng: random.Random) -> Case:
    """The manifest of a run with values, or pieces of its text, changed."""
    path = folder / "results" / "tiny" / "kept" / "manifest.json"
    _write_json(path, (folder / "manifest.json").read_text(encoding="utf-8"), rng)
    verb = rng.choice(["show", "list", "explain", "extend"])
    result = [] if verb == "list" else [str(path.parent)]
    more = {"explain": ["--patient", "0"], "extend": ["--patients", "12"]}.get(verb, [])
    return [verb, *result, *more, "--out", str(folder / "results")], path


def stores(folder: Path, rng: random.Random) -> Case:
    """The label of a store of blocks, changed."""
    path = _store(folder)
    _write_json(path, (folder / "store.json").read_text(encoding="utf-8"), rng)
    return _sweep(folder), path


def life_tables(folder: Path, rng: random.Random) -> Case:
    """A life table of the user beside a scenario, with pieces changed."""
    path = folder / "mine.csv"
    _write(path, mutated(LIFE_TABLE, rng))
    _write(folder / "case.yaml", f"{TINY}mortality: {{life_table: {{file: mine.csv, "
           "source: assumption}}\n")  # fmt: skip
    return ["check", str(folder / "case.yaml")], path


def tables(folder: Path, rng: random.Random) -> Case:
    """A table of a run with costs, with bytes changed."""
    kept = folder / "priced"
    path = kept / rng.choice(sorted(held.name for held in (folder / "priced tables").iterdir()))
    for held in (folder / "priced tables").iterdir():
        (kept / held.name).write_bytes(held.read_bytes())
    path.write_bytes(bytes_changed(path.read_bytes(), rng))
    verb = rng.choice(["show", "worth", "extend", "rerun"])
    more = ["--patients", "12"] if verb == "extend" else []
    quiet = [] if verb == "show" else ["--quiet"]
    return [verb, str(kept), *more, *quiet, "--out", str(folder / "others")], path


def blocks(folder: Path, rng: random.Random) -> Case:
    """A block of a sweep with bytes changed."""
    held = folder / "blocks"
    if not held.exists():
        shutil.copytree(_store(folder).parent, held)
    names = sorted(path.relative_to(held) for path in held.rglob("*.parquet"))
    path = _store(folder).parent / rng.choice(names)
    _store(folder).write_bytes((held / "store.json").read_bytes())
    for name in names:
        (_store(folder).parent / name).write_bytes((held / name).read_bytes())
    path.write_bytes(bytes_changed(path.read_bytes(), rng))
    return _sweep(folder), path


def bytes_changed(content: bytes, rng: random.Random) -> bytes:
    """A file with one bit flipped, bytes lost, doubled or set to 0, or with another content."""
    i, j = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    kind = rng.choice(["flip", "flip", "flip", "lose", "double", "zero", "other"])
    if kind == "flip":
        at = min(i, len(content) - 1)
        return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]
    if kind == "lose":
        return content[:i] + content[j:]
    if kind == "double":
        return content[:j] + content[i:]
    if kind == "zero":
        return content[:i] + bytes(j - i) + content[j:]
    return rng.choice([b"", b"garbage" * 99, b"\0" * 99, b"PAR1" * 9])


def settings(folder: Path, rng: random.Random) -> Case:
    """One to three settings of the command line, each a line of a scenario with pieces changed."""
    texts = []
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(["cohort.patients=20", "horizon=12 months", "arms={a: [pamidronate]}",
                           "therapies.pamidronate.given=80 %", "seed=3"])  # fmt: skip
        texts += ["--set", mutated(text, rng).replace("\0", "")]
    return ["check", str(folder / "laroche2011.yaml"), *texts], None


KINDS: dict[str, Callable[[Path, random.Random], Case]] = {
    "scenario": scenarios, "sweep": sweeps, "publication": publications, "manifest": manifests,
    "store.json": stores, "settings": settings, "life table": life_tables, "table": tables,
    "block": blocks,
}  # fmt: skip


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def _write_json(path: Path, text: str, rng: random.Random) -> None:
    """JSON with values changed, three times of four; else with pieces of its text changed."""
    tree: Any = json.loads(text)
    _write(path, json.dumps(changed(tree, rng)) if rng.random() < 0.75 else mutated(text, rng))


def _store(folder: Path) -> Path:
    """The label of the store of blocks."""
    return next(folder.glob("sweeps/results/**/store.json"))


def _sweep(folder: Path) -> list[str]:
    """A sweep whose blocks are all there after the first time, and without its figures."""
    file = folder / "sweeps" / "tiny-sweep.yaml"
    out = folder / "sweeps" / "results"
    given = f"--engine simpy --workers 1 --quiet --shard 1/1 --out {out}"
    return ["sweep", str(file), *given.split()]


def prepare(folder: Path) -> None:
    """Fill a folder with scenarios, sweeps, a kept run and a sweep."""
    (folder / "sweeps").mkdir()
    for name, text in {
        **TEXTS,
        "tiny.yaml": TINY,
        "priced.yaml": PRICED,
        "sweeps/tiny-sweep.yaml": TINY_SWEEP,
    }.items():
        _write(folder / name, text)
    _write(folder / "sweeps" / "tiny-sweep.yaml", TINY_SWEEP.replace("tiny.yaml", "../tiny.yaml"))
    for words in (
        ["run", str(folder / "tiny.yaml"), "--patients", "10", "--keep", "outcomes", "--quiet",
         "--out", str(folder / "results")],
        ["run", str(folder / "priced.yaml"), "--patients", "10", "--keep", "tables", "--quiet",
         "--engine", "simpy", "--out", str(folder / "results")],
        _sweep(folder),
    ):  # fmt: skip
        done = ended(words)
        assert done.code == 0, done.text
    (priced,) = folder.glob("results/priced/*/")
    shutil.move(priced, folder / "priced")
    (folder / "priced tables").mkdir()
    for held in (folder / "priced").iterdir():
        if held.suffix in (".csv", ".parquet") and held.name != "dictionary.csv":
            shutil.copy(held, folder / "priced tables")
    (kept,) = folder.glob("results/tiny/*/")
    kept.rename(kept.with_name("kept"))
    for held in (kept.with_name("kept") / "manifest.json", _store(folder)):
        (folder / held.name).write_bytes(held.read_bytes())


def attack(folder: Path, kind: str, count: int, seed: int) -> list[tuple[list[str], Ended]]:
    """Change `count` files of a kind; the commands that went wrong, and how."""
    rng, wrong = random.Random(f"{kind} {seed}"), []
    for number in range(count):
        words, path = KINDS[kind](folder, rng)
        done = ended(words)
        if done.wrong:
            if path is not None:
                kept = folder / f"wrong-{kind}-{seed}-{number}{path.suffix}"
                kept.write_bytes(path.read_bytes())
                words = [*words, f"# {kept}"]
            wrong.append((words, done))
    return wrong


def _main() -> None:
    count, seed = int(sys.argv[1]), int((sys.argv[2:] or ["0"])[0])
    kinds = sys.argv[3:] or [*KINDS]
    failed, folder = 0, Path(tempfile.mkdtemp(prefix="mutated-"))
    prepare(folder)
    for kind in kinds:
        wrong = attack(folder, kind, count, seed)
        failed += len(wrong)
        print(f"{kind}: {count} files, {len(wrong)} wrong", flush=True)
        for words, done in wrong:
            print(f"  {done.wrong}: mastosim {' '.join(words)!a}")
            print(f"    {done.text[-300:]!a}", flush=True)
    print(f"In {folder}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    os.environ["COLUMNS"] = "120"
    _main()
