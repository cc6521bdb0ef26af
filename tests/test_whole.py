"""A result is whole or absent: on a full disk, interrupted, killed, or written twice at once."""

import errno
import os
import random
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import sim
import sim.python.kept  # here, and not while a fixture replaces `draw`
from sim import results
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.results import atomic_folder, hidden, whole
from sim.scenario import load
from tests.conftest import shown
from tests.test_hostile import as_nobody

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
PARTS = 5

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks as POSIX has them")


@pytest.fixture
def no_exchange(monkeypatch):
    """The system cannot exchange two names: two renames do it."""
    monkeypatch.setattr(atomic_folder, "exchange", lambda *_: False)


def write(folder, word):
    """A result of several files that belong together."""
    with whole(folder) as temporary:
        (temporary / "below").mkdir()
        for i in range(PARTS):
            (temporary / "below" / f"{i}.txt").write_text(word)


def word_in(folder):
    """The word that all files of a result hold; None where there is no result."""
    if not folder.exists():
        return None
    files = sorted((folder / "below").iterdir())
    (word,) = {file.read_text() for file in files}
    assert len(files) == PARTS
    return word


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# --- failures ---------------------------------------------------------------------------------


def failing(function, at, number):
    """A function that fails at its `at`-th call, as the system would."""
    calls = iter(range(1_000_000))

    def fails(*arguments, **options):
        if next(calls) == at:
            raise OSError(number, os.strerror(number))
        return function(*arguments, **options)

    return fails


@pytest.mark.parametrize("before", [None, "old"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize(
    ("where", "name", "at"),
    [(os, "fsync", at) for at in range(PARTS + 2)]
    + [(Path, "write_text", at) for at in range(PARTS)]
    + [(Path, "mkdir", 1), (Path, "mkdir", 2), (Path, "rename", 0)],
)
@pytest.mark.usefixtures("no_exchange")
def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch, where, name, at, number, before):
    folder = tmp_path / "result"
    if before:
        write(folder, before)
    monkeypatch.setattr(where, name, failing(getattr(where, name), at, number))
    with pytest.raises(OSError, match="nothing was") as caught:
        write(folder, "new")
    monkeypatch.undo()
    assert caught.value.errno == number
    assert caught.value.filename == str(folder)
    assert word_in(folder) == before
    assert names(tmp_path) == (["result"] if before else [])


@pytest.mark.usefixtures("no_exchange")
def test_a_failure_between_the_two_renames_gives_the_old_result_back(tmp_path, monkeypatch):
    folder = tmp_path / "result"
    write(folder, "old")
    monkeypatch.setattr(Path, "rename", failing(Path.rename, 1, errno.ENOSPC))
    with pytest.raises(OSError, match="nothing was"):
        write(folder, "new")
    assert word_in(folder) == "old"
    assert names(tmp_path) == ["result"]


def _write_half(temporary, raised):
    (temporary / "half.txt").write_text("half")
    raise raised


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, ValueError])
def test_whatever_ends_the_writing_leaves_what_was_there(tmp_path, raised):
    folder = tmp_path / "result"
    write(folder, "old")
    with pytest.raises(raised), whole(folder) as temporary:
        _write_half(temporary, raised)
    assert word_in(folder) == "old"
    assert names(tmp_path) == ["result"]


def test_an_interrupt_that_became_another_error_is_an_interrupt(tmp_path, monkeypatch):
    """As when it comes while a folder is closed, which is then closed once more."""

    def interrupted(*_, **__):
        try:
            raise KeyboardInterrupt
        finally:
            os.close(-1)

    write(tmp_path / "result", "old")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "result", "new")
    assert word_in(tmp_path / "result") == "old"
    assert names(tmp_path) == ["result"]


@on_posix
@pytest.mark.parametrize(("where", "name"), [(Path, "rename"), (atomic_folder, "exchange")])
def test_an_interrupt_while_a_result_gets_its_name_waits_and_then_says_so(
    tmp_path, monkeypatch, where, name
):
    done = getattr(where, name)

    def interrupted(*names):
        signal.raise_signal(signal.SIGINT)
        return done(*names)

    write(tmp_path / "result", "old")
    if where is Path:
        monkeypatch.setattr(atomic_folder, "exchange", lambda *_: False)
    monkeypatch.setattr(where, name, interrupted)
    handler = signal.getsignal(signal.SIGINT)
    said = re.escape(f"the result is kept in '{tmp_path / 'result'}'")
    with pytest.raises(KeyboardInterrupt, match=said):
        write(tmp_path / "result", "new")
    assert word_in(tmp_path / "result") == "new"
    assert names(tmp_path) == ["result"]
    assert signal.getsignal(signal.SIGINT) is handler


def test_files_and_folders_are_on_the_disk_before_the_name_and_the_name_at_the_end(
    tmp_path, monkeypatch
):
    done: list[int | str] = []
    fsync, rename = os.fsync, Path.rename

    def sync(file):
        done.append(os.fstat(file).st_ino)
        fsync(file)

    def name(path, to):
        done.append("renamed")
        return rename(path, to)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", name)
    folder = tmp_path / "result"
    write(folder, "new")
    at = done.index("renamed")
    held = {path.stat().st_ino for path in (folder, *folder.rglob("*"))}
    assert held == set(done[:at])
    assert done[at:] == ["renamed", tmp_path.stat().st_ino]


@pytest.fixture(scope="module")
def result():
    return runs.run(load(BASE, ["cohort.patients=10"]))


# `ulimit -f`: the system refuses to let a file grow further. Python ignores the signal.
LIMITED = """
    import resource, sys
    from pathlib import Path
    from sim.experiments import runs
    from sim.experiments.kinds import run as kept_run
    from sim.scenario import load

    result = runs.run(load(sys.argv[1], ["cohort.patients=10", "horizon=6 months"]))
    for size in map(int, sys.argv[3:]):
        root = Path(sys.argv[2]) / str(size)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        try:
            kept_run.keep(result, root)
        except OSError as error:
            print(size, error, flush=True)
"""


def child(code, *given, **options):
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, given)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


@on_posix
def test_a_disk_that_fills_up_while_a_result_is_written_leaves_nothing(tmp_path):
    sizes = [0, 3_000, 20_000, 60_000]
    told, said = child(LIMITED, BASE, tmp_path, *sizes).communicate(timeout=120)
    assert "Traceback" not in said
    for size, line in zip(sizes, told.splitlines(), strict=True):
        assert line.startswith(f"{size} ")
        assert "File too large; nothing was written" in line
        assert not (tmp_path / str(size)).exists(), "nor the folders above it"


def test_a_folder_that_may_not_be_written_is_told_with_its_name(tmp_path, result):
    (tmp_path / "taken").write_text("")
    with pytest.raises(RequestError, match=r"taken' is a file where a folder belongs; move it"):
        kept_run.keep(result, tmp_path / "taken")


@on_posix
def test_a_folder_of_someone_else_stays_as_it_is(tmp_path):
    held = Path("/tmp") / f"mastosim-{os.getpid()}-whole"
    held.mkdir(mode=0o755)
    try:
        if os.geteuid() != 0:
            held.chmod(0o555)
        with as_nobody(), pytest.raises(PermissionError):
            write(held / "result", "new")
        assert names(held) == []
    finally:
        held.chmod(0o755)
        held.rmdir()


# --- what the dead leave, and what the living hold --------------------------------------------


@on_posix
def test_what_a_dead_writer_left_is_cleared_away_and_nothing_else(tmp_path):
    left = [".result-0123abcd.part", ".other-0123abcd.part"]
    kept = [".git", ".result-notes", ".result-0123abcd.partial", "result-0123abcd.part", "another"]
    for name in left + kept:
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.txt").write_text("x")
    write(tmp_path / "result", "new")
    assert names(tmp_path) == sorted([*kept, "result"])
    assert (tmp_path / ".result-notes" / "file.txt").read_text() == "x"


@on_posix
def test_a_result_that_had_just_given_way_when_its_writer_died_comes_back(tmp_path):
    for name in ("first", "second"):
        write(tmp_path / name, name)
        (tmp_path / name).rename(tmp_path / f".{name}-0123abcd.old")
    write(tmp_path / "second", "newer")
    assert (word_in(tmp_path / "first"), word_in(tmp_path / "second")) == ("first", "newer")
    assert names(tmp_path) == ["first", "second"]


@on_posix
def test_what_a_living_writer_holds_is_left_alone(tmp_path):
    code = """
        import sys
        from pathlib import Path
        from sim.results import whole
        for name in ("mine", "result"):
            with whole(Path(sys.argv[1]) / name) as temporary:
                (temporary / "file.txt").write_text("theirs")
    """
    with whole(tmp_path / "result") as temporary:
        (temporary / "below").mkdir()
        (temporary / "below" / "0.txt").write_text("ours")
        told, said = child(code, tmp_path).communicate(timeout=60)
        assert (told, said) == ("", "")
        assert (temporary / "below" / "0.txt").read_text() == "ours"
        with whole(tmp_path / "third"):
            assert temporary.is_dir()
    assert names(tmp_path) == ["mine", "result", "third"]
    assert (tmp_path / "result" / "below" / "0.txt").read_text() == "ours"


@on_posix
def test_a_writer_whose_folder_vanishes_before_it_is_locked_begins_again(tmp_path, monkeypatch):
    lock = hidden._lock
    steal = iter([True])

    def stolen(folder, at_once=False):
        if next(steal, False):
            folder.rmdir()
        return lock(folder, at_once)

    monkeypatch.setattr(hidden, "_lock", stolen)
    write(tmp_path / "result", "new")
    assert word_in(tmp_path / "result") == "new"


# --- signals ----------------------------------------------------------------------------------

# Replaces one result by another without end, and says when it began.
WRITER = """
    import sys, uuid
    from pathlib import Path
    from sim.results import whole

    folder, times, code = Path(sys.argv[1]), int(sys.argv[2]), 0
    print("begun", flush=True)
    try:
        for _ in range(times):
            with whole(folder) as temporary:
                (temporary / "below").mkdir()
                word = str(uuid.uuid4())
                for i in range(5):
                    (temporary / "below" / f"{i}.txt").write_text(word)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)  # here, where the frames of the interrupt are gone: a `with` may wait in them
"""
ENDLESS = 1_000_000


def stop(writers, number, rng):
    """Send a signal to writers that have begun, at a random moment; their codes and messages."""
    for writer in writers:
        assert writer.stdout.readline() == "begun\n"
    time.sleep(rng.uniform(0, 0.15))
    for writer in writers:
        writer.send_signal(number)
    said = [writer.communicate(timeout=60)[1] for writer in writers]
    return [writer.returncode for writer in writers], said


@pytest.mark.validation
@on_posix
def test_killed_at_any_moment_the_result_is_whole_or_absent(tmp_path):
    """Two writers at a time, killed together; what they leave is gone with the next writer."""
    rng, seen = random.Random(1), set()
    for _ in range(3):
        writers = [child(WRITER, tmp_path / "result", ENDLESS) for _ in range(2)]
        codes, _ = stop(writers, signal.SIGKILL, rng)
        assert codes == [-signal.SIGKILL] * 2
        seen.add(word_in(tmp_path / "result"))
        left = [name for name in names(tmp_path) if name != "result"]
        assert all(hidden.LEFT_BEHIND.fullmatch(name) for name in left)
    assert len(seen) > 1
    write(tmp_path / "result", "at last")
    assert word_in(tmp_path / "result") == "at last"
    assert names(tmp_path) == ["result"]


@pytest.mark.validation
@on_posix
def test_interrupted_at_any_moment_nothing_is_left_over(tmp_path):
    rng = random.Random(2)
    for _ in range(2):
        writers = [child(WRITER, tmp_path / f"result{i}", ENDLESS) for i in range(2)]
        codes, said = stop(writers, signal.SIGINT, rng)
        assert codes == [130, 130], said
        for i in range(2):
            word_in(tmp_path / f"result{i}")  # whole or absent
        assert set(names(tmp_path)) <= {"result0", "result1"}


@pytest.mark.validation
def test_two_writers_of_one_result_both_finish_and_one_of_them_stays(tmp_path):
    writers = [child(WRITER, tmp_path / "result", 40) for _ in range(2)]
    said = [writer.communicate(timeout=120)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], said
    assert word_in(tmp_path / "result")
    assert names(tmp_path) == ["result"]


def run(out):
    command = [sys.executable, "-m", "sim.cli", "run", str(BASE), "--patients", "10", "-q"]
    return subprocess.Popen(
        [*command, "--out", str(out), "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(pattern, folder):
    """Wait until a run has begun to write."""
    for _ in range(6000):
        if list(folder.rglob(pattern)):
            return
        time.sleep(0.01)
    raise AssertionError(f"nothing like {pattern} came")


@pytest.mark.validation
@on_posix
def test_the_command_interrupted_while_it_writes_leaves_nothing_and_exits_with_130(tmp_path):
    going = [run(tmp_path / str(i)) for i in range(2)]
    for i, pattern in enumerate((".*.part", "summary.csv")):
        wait_for(pattern, tmp_path / str(i))
        going[i].send_signal(signal.SIGINT)
    for i, process in enumerate(going):
        told, said = process.communicate(timeout=60)
        assert (shown(process.returncode), told) == (130, ""), said
        assert said.strip() == "Interrupted; an unfinished result is not kept."
        assert not (tmp_path / str(i)).exists()


# Keeps one result several times over, without the figures, which take long.
KEEPER = """
    import sys
    from pathlib import Path
    from sim.display import figures
    from sim.experiments import runs
    from sim.experiments.kinds import run as kept_run
    from sim.scenario import load

    figures.draw = lambda *_, **__: []
    result = runs.run(load(sys.argv[1], ["cohort.patients=10", "horizon=6 months"]))
    for _ in range(5):
        print(kept_run.keep(result, Path(sys.argv[2])), flush=True)
"""


@pytest.mark.validation
def test_two_runs_into_one_folder_at_once_both_finish(tmp_path):
    going = [child(KEEPER, BASE, tmp_path) for _ in range(2)]
    ends = [process.communicate(timeout=120) for process in going]
    assert [process.returncode for process in going] == [0, 0], ends
    (folder,) = {Path(line) for told, _ in ends for line in told.splitlines()}
    assert names(tmp_path / "laroche2011") == [folder.name]
    assert results.open(folder).manifest.digest == folder.name
    assert len(results.load(folder).patients) == 10


# --- single files -----------------------------------------------------------------------------
SINGLE: dict[str, list[object]] = {
    "new": ["new", "mine.yaml", "--force"],
    "schema": ["schema", "--out", "mine.json"],
    "power": ["power", BASE, "--trials", 2, "--sizes", 2, "-q", "--csv", "mine.csv"],
}


@pytest.mark.parametrize("command", SINGLE)
def test_a_file_in_the_place_of_another_is_whole_or_that_one(
    command, mastosim, tmp_path, monkeypatch
):
    name = next(word for word in SINGLE[command] if str(word).startswith("mine"))
    (tmp_path / name).write_text("mine")
    (tmp_path / name).chmod(0o640)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        done = mastosim(*SINGLE[command], cwd=tmp_path)
    assert done.returncode == 2
    assert f"No space left on device; nothing was written: {name}" in done.stderr
    assert (tmp_path / name).read_text() == "mine"
    assert names(tmp_path) == [name]
    assert mastosim(*SINGLE[command], cwd=tmp_path).returncode == 0
    assert (tmp_path / name).read_text() != "mine"
    assert names(tmp_path) == [name]
    if os.name == "posix":
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o640


@on_posix
def test_a_file_follows_links_and_is_written_into_what_is_none(mastosim, tmp_path):
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("real.json")
    assert mastosim("schema", "--out", tmp_path / "link.json").returncode == 0
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() != "{}"
    assert mastosim("schema", "--out", "/dev/null").returncode == 0
    assert Path("/dev/null").is_char_device()


def test_figures_of_python_come_all_or_none(tmp_path, monkeypatch):
    folder = kept_run.make(load(BASE, patients=5), tmp_path / "results", "tables")

    def interrupted(*_):
        raise KeyboardInterrupt

    into = tmp_path / "figures"
    with monkeypatch.context() as patch:
        patch.setattr("sim.display.figures.incidence.figure", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sim.plot(folder, into=into, figure=["markers", "incidence"], format="svg")
    assert not into.exists()
    drawn = sim.plot(folder, into=into, figure="markers", format="svg")
    assert sorted(path.name for path in drawn) == names(into)
