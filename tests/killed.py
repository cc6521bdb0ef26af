"""Commands killed at any moment: no result is lost, none in sight is half, and the next one heals.

`python -m tests.killed N [SEED]` kills N commands at random moments, and every command before each
of its file operations in turn. It prints what was lost or half, and what was left behind after the
same command ran again.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from sim.cli.main import main
from tests.mutated import TINY, TINY_SWEEP
from tests.mutations import BASE

ONE_BY_ONE = {"blocks", "figures"}
"""Folders in which each file is whole for itself."""

OF_THE_MOMENT = ("written", "seconds", "command", "seal")
"""Keys of a manifest that are not the same twice."""

HANGS = 120.0
OPERATIONS = ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link", "os.symlink")
ALONE = ["--workers", "1", "--quiet"]
FEW = ["--patients", "5", *ALONE]
TRIALS = ["--trials", "5", *ALONE]
OLD = "RESULT"
"""Stands for the folder of the result that is kept before."""

PRICED = "PRICED"
"""Stands for the folder of the result with costs that is kept before."""

TWO_PRICES = [
    f"--two-way=economics.costs.therapies.{price} EUR"
    for price in ("interferon.per_dose=0 EUR to 30", "pamidronate.per_infusion=0 EUR to 900")
]
KEPT = ["run", "tiny.yaml", "--patients", "10", "--keep", "tables", *ALONE]

KEPT_PRICED = ["run", "priced.yaml", "--patients", "10", "--keep", "outcomes", *ALONE]

JOBS = {
    "run": ["run", "tiny.yaml", *FEW],
    "run again": KEPT,
    "run, tables": ["run", "tiny.yaml", *FEW, "--keep", "tables"],
    "run, outcomes": ["run", "tiny.yaml", *FEW, "--keep", "outcomes"],
    "compare": ["compare", "tiny.yaml", "laroche2011.yaml", *FEW, "--engine", "simpy"],
    "readings": ["readings", "tiny.yaml", *FEW, "--engine", "simpy"],
    "emulate": ["emulate", "laroche2011.yaml", *TRIALS],
    "power": ["power", "laroche2011.yaml", "--sizes", "5", *TRIALS, "--out", "results",
              "--csv", "power.csv"],
    "sweep": ["sweep", "tiny-sweep.yaml", *FEW, "--engine", "simpy"],
    "share of a sweep": ["sweep", "tiny-sweep.yaml", *FEW, "--engine", "simpy", "--shard", "1/2"],
    "extend": ["extend", OLD, "--patients", "15", *ALONE],
    "rerun": ["rerun", OLD, "--quiet"],
    "rerun elsewhere": ["rerun", OLD, "--quiet", "--out", "others"],
    "plot": ["plot", OLD, "--figure", "markers", "--format", "svg"],
    "explain": ["explain", "tiny.yaml", "--patient", "1", "--figure", "life.svg"],
    "report": ["report", OLD, "--quiet", "--xlsx", "--form", "stress"],
    "worth": ["worth", PRICED, "--quiet", "--by-patient", "--into", "worth", *TWO_PRICES],
    "new": ["new", "mine.yaml", "--force"],
    "schema": ["schema", "--out", "schema.json"],
}  # fmt: skip

PRICES = "extends: laroche2011-worth.yaml\nname: priced\nanswers:\nhorizon: 12 months\n"

Files = dict[str, bytes]


class Found(NamedTuple):
    """A fault: the job, the moment of the kill, and what was wrong after it."""

    job: str
    moment: str
    what: str


def in_a_child(folder: Path, words: list[str], before: int | None = None) -> int:
    """Start a command in a process of its own, which dies before a file operation if asked to."""
    child = os.fork()
    if child:
        with suppress(OSError):  # whichever of the two is first
            os.setpgid(child, child)
        return child
    code = 1
    try:
        os.setpgid(0, 0)
        os.chdir(folder)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        if before is not None:
            _die_before(before)
        sys.argv = ["mastosim", *words]
        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


def _die_before(count: int) -> None:
    """Count operations that change files, and kill this process before the one of this number."""
    left = iter(range(count, -1, -1))

    def watch(event: str, given: tuple[object, ...]) -> None:
        flags = given[2] if event == "open" else 0
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if (event in OPERATIONS or writes) and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def wait(child: int, seconds: float = HANGS) -> int | None:
    """The exit code of a child, negative for a signal; None for one that was stopped by us."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def files_in(folder: Path) -> Files:
    """What a user sees: every file that is not hidden, manifests without what is of the moment."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: _content(path)
        for name, path in sorted(paths.items())
        if path.is_file() and not any(part[0] == "." for part in name.split("/"))
    }


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.name != "manifest.json":
        return content
    try:
        tree = json.loads(content)
    except ValueError:
        return content
    return json.dumps({k: v for k, v in tree.items() if k not in OF_THE_MOMENT}).encode()


def faults(before: Files, now: Files, done: Files) -> Iterator[str]:
    """What is lost or half in a folder, by what it held before and holds when all went well."""
    for name in before.keys() - now.keys():
        yield f"lost: {name}"
    folders = {name.rpartition("/")[0] for name in now}
    for folder in sorted(folders):
        here = {name: now[name] for name in now if name.rpartition("/")[0] == folder}
        one_by_one = not folder.startswith(("results/", "others/")) or (
            ONE_BY_ONE & {*folder.split("/")}
        )
        groups = [{name: content} for name, content in here.items()] if one_by_one else [here]
        for group in groups:
            sides = [
                {name: side[name] for name in side if name in group}
                if one_by_one
                else {name: side[name] for name in side if name.rpartition("/")[0] == folder}
                for side in (before, done)
            ]
            if group not in sides:
                yield f"half: {folder or next(iter(group))}"


def left_behind(folder: Path) -> list[str]:
    """Hidden files and folders, but locks, and folders with nothing in them."""
    return [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if (path.name[0] == "." and not path.name.startswith(".lock"))
        or (path.is_dir() and not any(path.iterdir()))
    ]


@contextmanager
def prepared() -> Iterator[Path]:
    """A folder with scenarios, a sweep, and a kept run; a master of which copies are made."""
    with tempfile.TemporaryDirectory(prefix="killed-") as temporary:
        folder = Path(temporary) / "master"
        folder.mkdir()
        texts = {"tiny.yaml": TINY, "tiny-sweep.yaml": TINY_SWEEP, "mine.yaml": TINY,
                 "priced.yaml": PRICES, "laroche2011-worth.yaml": _shipped("laroche2011-worth"),
                 BASE.name: _shipped("laroche2011"), "schema.json": "{}", "life.svg": "mine",
                 "power.csv": "mine\n"}  # fmt: skip
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        assert wait(in_a_child(folder, KEPT)) == wait(in_a_child(folder, KEPT_PRICED)) == 0
        yield folder


def _shipped(name: str) -> str:
    return BASE.with_name(f"{name}.yaml").read_text(encoding="utf-8")


def _only(master: Path, pattern: str) -> str:
    (found,) = master.glob(pattern)
    return found.relative_to(master).as_posix()


class Job:
    """A command that is killed over and over, each time in a copy of the folder."""

    def __init__(self, master: Path, name: str) -> None:
        meant = {word: _only(master, f"results/{of}/*")
                 for word, of in ((OLD, "tiny"), (PRICED, "priced"))}  # fmt: skip
        self.master, self.name = master, name
        self.words = [meant.get(word, word) for word in JOBS[name]]
        self.before = files_in(master)
        folder = self._copy()
        began = time.monotonic()
        code = wait(in_a_child(folder, self.words))
        assert code == 0, f"{name}: {code}"
        self.seconds = time.monotonic() - began
        self.done = files_in(folder)

    def _copy(self) -> Path:
        folder = self.master.with_name("case")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.master, folder)
        return folder

    def at_random(self, rng: random.Random) -> list[Found]:
        """Kill the command at a random moment."""
        folder, moment = self._copy(), rng.uniform(0, self.seconds)
        wait(in_a_child(folder, self.words), moment)
        return self._found(folder, f"{moment:.2f} s")

    def before_operation(self, number: int) -> tuple[bool, list[Found]]:
        """Kill the command before a file operation; False where it has fewer."""
        folder = self._copy()
        killed = wait(in_a_child(folder, self.words, number)) == -signal.SIGKILL
        return killed, self._found(folder, f"operation {number}")

    def _found(self, folder: Path, moment: str) -> list[Found]:
        """What is wrong now, and after the same command ran again."""
        wrong = [*faults(self.before, files_in(folder), self.done)]
        code = wait(in_a_child(folder, self.words))
        if code != 0:
            wrong.append(f"the same command ended with {code} then")
        wrong += [f"then {what}" for what in faults(self.done, files_in(folder), self.done)]
        wrong += [f"left behind: {name}" for name in left_behind(folder)]
        return [Found(self.name, moment, what) for what in wrong]


def _warm_up() -> None:
    """Import what the commands import late, once for all children."""
    import sim.display.figures.saved
    import sim.experiments.kinds.run
    import sim.experiments.kinds.sweep
    import sim.experiments.verification  # noqa: F401


def _main() -> None:
    count, seed = int(sys.argv[1]), int((sys.argv[2:] or ["0"])[0])
    names = sys.argv[3:] or [*JOBS]
    rng, every = random.Random(seed), 0
    _warm_up()
    kills = dict.fromkeys(names, 0)
    with prepared() as master:
        for name in names:
            job, found, number, killed = Job(master, name), [], 0, True
            for _ in range(-(-count // len(names))):
                found += job.at_random(rng)
                kills[name] += 1
            while killed:
                killed, more = job.before_operation(number)
                found, number = [*found, *more], number + 1
            print(f"{name}: {kills[name]} random kills, {number - 1} operations, "
                  f"{len({one.moment for one in found})} wrong", flush=True)  # fmt: skip
            for one in found:
                print(f"  {one.moment}: {one.what!a}", flush=True)
            every += len(found)
    sys.exit(bool(every))


if __name__ == "__main__":
    _main()
