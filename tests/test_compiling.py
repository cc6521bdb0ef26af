"""The batch engine is compiled by another process while SimPy answers, with the same bytes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from sim import results
from sim.cli.main import commands
from sim.experiments import all_blocks, blocks, runs
from sim.experiments.all_blocks import is_compiled_meanwhile
from sim.experiments.blocks import Work
from sim.results import effect_sums, sums
from sim.scenario import load
from sim.simulation import code_cache, compiled_loop, compiling

pytest.importorskip("numba")

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def folder():
    return Path(str(compiled_loop.folder()))


def left_in(cache):
    """What stands beside the folder for compiled code, but for its lock."""
    return {path.name for path in (cache / "mastosim").iterdir() if path.suffix != ".lock"} - {
        folder().name
    }


def at_work_for(count):
    """A compiler that is ready after some blocks."""

    @contextmanager
    def compiler():
        asked = iter([True] * count)
        yield lambda: next(asked, False)

    return compiler


def kept(study, out, monkeypatch, count):
    """The files of a run whose first blocks SimPy follows."""
    by = []
    do = blocks.do

    def noting(work, patients):
        by.append((work.engine, patients.start, patients.stop))
        return do(work, patients)

    with monkeypatch.context() as patch:
        patch.setattr(all_blocks, "is_compiled_meanwhile", lambda *_, **__: count is not None)
        patch.setattr(all_blocks, "in_another_process", at_work_for(count or 0))
        patch.setattr(blocks, "do", noting)
        with results.writing(out) as keep:
            result = runs.reduce(study, keep, engine="batch")
    assert result.mark is not None
    assert result.engine == "batch"
    sums.save_sums(result.mark.sums, out)
    effect_sums.save(result.mark.effects, out)
    result.summary.to_csv(out / "summary.csv")
    result.effects.to_csv(out / "effects.csv")
    return by, {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_simpy_answers_while_the_compiler_is_at_work_with_the_same_bytes(tmp_path, monkeypatch):
    study = load(BASE, patients=1300)
    for name in ("none", "no", "one", "five"):
        (tmp_path / name).mkdir()
    alone, expected = kept(study, tmp_path / "none", monkeypatch, None)
    assert alone == [("batch", 0, 1024), ("batch", 1024, 1300)]
    assert len(expected) == 9
    assert kept(study, tmp_path / "no", monkeypatch, 0) == (alone, expected)
    by, files = kept(study, tmp_path / "one", monkeypatch, 1)
    assert by == [("simpy", 0, 128), ("batch", 128, 1024), ("batch", 1024, 1300)]
    assert files == expected
    by, files = kept(study, tmp_path / "five", monkeypatch, 5)
    assert by[4:] == [("simpy", 512, 640), ("batch", 640, 1024), ("batch", 1024, 1300)]
    assert files == expected


def test_simpy_follows_all_patients_if_the_compiler_is_not_ready_before(monkeypatch):
    study = load(BASE, patients=150)
    expected = runs.reduce(study, engine="batch").summary
    monkeypatch.setattr(all_blocks, "is_compiled_meanwhile", lambda *_, **__: True)
    monkeypatch.setattr(all_blocks, "in_another_process", at_work_for(9))
    told: list[tuple[int, int]] = []
    first: list[runs.Result] = []
    result = runs.reduce(
        study, None, lambda *done: told.append(done), "batch", first_answer=first.append
    )
    assert told == [(256, 300), (300, 300)]
    assert [one.study.scenario.cohort.patients for one in first] == [128]
    assert result.summary.equals(expected)


def test_the_first_numbers_are_printed_long_before_the_others(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(all_blocks, "is_compiled_meanwhile", lambda *_, **__: True)
    monkeypatch.setattr(all_blocks, "in_another_process", at_work_for(1))
    monkeypatch.setattr(compiled_loop, "is_ready", lambda: False)
    words = ["run", str(BASE), "--patients", "200", "--engine", "batch", "--keep", "outcomes"]
    commands.main([*words, "--out", str(tmp_path)], standalone_mode=False)
    told = capsys.readouterr()
    said, *lines = told.err.splitlines()
    first, second = [line for line in lines if line.startswith("First")]
    assert said.endswith("about 12 seconds; SimPy follows the first patients meanwhile")
    assert first.startswith("First 128 patients: Spine change at month 60, percentage points: ")
    assert second.startswith("First 128 patients: All fractures at month 60, per 100 person-years")
    assert "Means over 200 virtual patients" in told.out
    assert "left" not in told.err, "the batch engine is much faster than what was seen so far"
    commands.main([*words, "--quiet", "--out", str(tmp_path / "quiet")], standalone_mode=False)
    assert capsys.readouterr().err == ""


def test_where_outcomes_decide_when_to_stop_all_blocks_are_alike(monkeypatch):
    monkeypatch.setattr(all_blocks, "is_compiled_meanwhile", lambda *_, **__: True)
    work = Work([load(BASE, patients=5)], "batch")
    monkeypatch.setattr(all_blocks, "in_another_process", None)
    (block,) = all_blocks.in_blocks(work, are_alike=True)
    assert block.patients == range(5)


def test_nothing_is_compiled_where_simpy_is_done_before(monkeypatch, empty_cache):
    few, many = (load(BASE, patients=n) for n in (100, 8192))
    monkeypatch.setattr(all_blocks, "available", lambda: 2)
    assert is_compiled_meanwhile([many], "batch")
    assert not is_compiled_meanwhile([many], "simpy")
    assert not is_compiled_meanwhile([few], "batch")
    assert not is_compiled_meanwhile([many], "batch", first=8100)
    monkeypatch.setattr(all_blocks, "available", lambda: 1)
    assert not is_compiled_meanwhile([many], "batch")
    monkeypatch.setattr(all_blocks, "available", lambda: 2)
    (folder() / code_cache.CODE).write_bytes(b"")
    assert not is_compiled_meanwhile([many], "batch")


def test_a_compiler_that_fails_is_soon_not_at_work_and_leaves_nothing(monkeypatch, empty_cache):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    with compiling.in_another_process() as is_at_work:
        wait_until(lambda: not is_at_work())
    assert not compiled_loop.is_ready()
    assert left_in(empty_cache) == set()
    monkeypatch.setattr(sys, "executable", str(empty_cache / "absent"))
    with compiling.in_another_process() as is_at_work:
        assert not is_at_work()
    assert left_in(empty_cache) == set()


def test_a_compiler_that_is_no_longer_wanted_is_stopped_and_leaves_nothing(empty_cache):
    def fill_the_disk():
        with compiling.in_another_process() as is_at_work:
            assert is_at_work()
            assert len(left_in(empty_cache)) == 1
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        fill_the_disk()
    assert left_in(empty_cache) == set()
    assert not compiled_loop.is_ready()
    assert processes_of(empty_cache) == []


def test_of_two_processes_one_compiles_and_the_other_waits(empty_cache):
    place = folder()
    with (
        FileLock(place.parent / f".{place.name}.lock"),
        compiling.in_another_process() as is_at_work,
    ):
        assert is_at_work()
        assert left_in(empty_cache) == set()
        (place / code_cache.CODE).write_bytes(b"")
        assert not is_at_work()
    with compiling.in_another_process() as is_at_work:
        assert not is_at_work()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_stops_the_compiler_and_leaves_nothing(empty_cache, signal_sent):
    words = [sys.executable, "-m", "sim.cli", "run", str(BASE), "--patients", "100000", "--engine",
             "batch", "--keep", "outcomes", "--out", str(empty_cache / "out")]  # fmt: skip
    run = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert "SimPy follows the first patients meanwhile" in run.stderr.readline()
    wait_until(lambda: processes_of(empty_cache / "mastosim"))
    run.send_signal(signal_sent)
    run.communicate(timeout=120)
    assert run.returncode == (130 if signal_sent == signal.SIGINT else -signal.SIGKILL)
    wait_until(lambda: not processes_of(empty_cache / "mastosim") and not left_in(empty_cache))
    assert not any(empty_cache.rglob("*.csv"))


@pytest.mark.validation
def test_the_other_process_compiles_what_is_loaded_here(empty_cache):
    with compiling.in_another_process() as is_at_work:
        wait_until(lambda: not is_at_work())
    assert compiled_loop.is_ready()
    assert left_in(empty_cache) == set()
    before = {path: path.read_bytes() for path in folder().rglob("*") if path.is_file()}
    assert len(before) == 1
    code = "from sim.simulation import compiled_loop; compiled_loop.loop()"
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True)
    assert {path: path.read_bytes() for path in before} == before, "nothing was compiled again"


def wait_until(happened, seconds=120):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def processes_of(cache):
    """Processes that compile into a folder below a cache."""
    found = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = told.read_bytes().split(b"\0")
        except OSError:
            continue
        if compiling.__name__.encode() in words and os.fsencode(cache) in words[-2]:
            found.append(told.parent.name)
    return found
