"""Several workers give what one gives, in order: threads, and processes even when one is killed."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import RequestError
from sim.experiments import runs, sharing, sizes
from sim.outcomes import CELL
from sim.scenario import Mistake, ScenarioError, load
from sim.simulation import compiled_loop, lives
from sim.workers import pieces
from sim.workers.pieces import available, in_order
from tests.pieces import killed_always, killed_once, slower_first, too_many_fractures

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"


@pytest.mark.parametrize("in_threads", [False, True])
def test_results_come_in_the_order_of_the_pieces(in_threads):
    found = in_order(slower_first, range(9), 2, in_threads)
    assert list(found) == [i**2 for i in range(9)]
    assert list(in_order(slower_first, [], 2, in_threads)) == []


def test_threads_work_at_the_same_time_and_take_pieces_only_as_they_need_them():
    both, taken = threading.Barrier(2, timeout=60), []

    def pieces_taken():
        for piece in range(20):
            taken.append(piece)
            yield piece

    def meet(piece):
        both.wait()  # one thread alone would wait for ever
        return piece

    done = in_order(meet, pieces_taken(), 2, in_threads=True)
    assert next(done) == 0
    assert len(taken) == 2 * pieces.AHEAD
    assert [*done] == [*range(1, 20)]


def test_an_error_in_a_thread_arrives_and_no_later_piece_is_begun():
    begun = []

    def fails(piece):
        begun.append(piece)
        if piece == 3:
            raise ScenarioError([Mistake("fractures", "lower the rates")])
        return piece

    done = in_order(fails, range(100), 2, in_threads=True)
    assert [next(done) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ScenarioError, match="lower the rates"):
        next(done)
    assert len(begun) < 12


INTERRUPTED = """
import time
from sim.workers.pieces import in_order
for _ in in_order(time.sleep, [0.1] * 1000, 2, in_threads=True):
    print("at work", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="no interrupt can be sent to one process here")
def test_an_interrupt_ends_threads():
    words = [sys.executable, "-c", INTERRUPTED]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"at work\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)  # all pieces would take 50 seconds
    assert said.endswith(b"KeyboardInterrupt\n")


def test_workers_are_threads_where_the_loop_is_compiled(monkeypatch):
    assert sharing.are_threads("batch")
    assert not sharing.are_threads("simpy")
    monkeypatch.setattr(compiled_loop, "loop", lambda: lives.follow_plainly)
    assert not sharing.are_threads("batch")


def test_work_of_a_process_that_was_killed_is_done_again(tmp_path):
    mark = tmp_path / "killed"
    found = list(in_order(partial(killed_once, mark), range(6), 2))
    assert mark.exists()
    assert found == [i**2 for i in range(6)]


def test_a_piece_that_kills_every_process_ends_the_work(monkeypatch):
    monkeypatch.setattr(pieces, "TRIES", 2)
    with pytest.raises(OSError, match="killed 2 times"):
        list(in_order(killed_always, range(2), 2))


class Unpacked:
    """Work that counts how often it reached another process."""

    times = 0

    def __init__(self) -> None:
        self.power = 2

    def __setstate__(self, state: dict[str, int]) -> None:
        Unpacked.times += 1
        self.power = state["power"]

    def __call__(self, piece: int) -> int:
        return int(piece**self.power)


def test_work_is_unpacked_once_in_a_process_however_many_its_pieces(workers_here):
    assert list(in_order(Unpacked(), range(6), 2)) == [i**2 for i in range(6)]
    assert Unpacked.times == 1


def test_a_negative_number_of_workers_is_refused(study):
    with pytest.raises(RequestError, match="-1 workers are asked for; allowed: 0 or more"):
        runs.run(study, engine="batch", workers=-1)


WITHOUT_GUARD = """
import sys
import sim
print("script", flush=True)
sim.run(sys.argv[1], patients=200, engine=sys.argv[2], workers=2, keep='outcomes')
"""


@pytest.mark.validation
def test_a_script_without_a_guard_is_told_in_a_sentence(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_GUARD)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(script), str(BASE), "simpy"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "put what the script does under `if __name__ == '__main__':`" in done.stderr
    assert done.stderr.count("Traceback") == 1
    assert len(done.stderr.splitlines()) < 30
    script.write_text(WITHOUT_GUARD.replace("sim.run", "if __name__ == '__main__': sim.run"))
    assert subprocess.run(words, env=environment, capture_output=True, timeout=60).returncode == 0
    script.write_text(WITHOUT_GUARD)  # which the threads of the batch engine do not need
    words = [*words[:-1], "batch"]
    assert subprocess.run(words, env=environment, capture_output=True, timeout=60).returncode == 0


FIRST = """
import time
from sim.workers.pieces import in_order
for _ in in_order(time.sleep, [0, 60, 60], 2):
    print("at work", flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no group of processes to clear away here")
def test_workers_end_when_the_first_process_is_killed():
    """They have its output too, which ends with the last of them."""
    words = [sys.executable, "-c", FIRST]
    first = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert first.stdout.readline() == b"at work\n"
        first.kill()
        assert first.communicate(timeout=20)[0] == b""
    finally:
        with suppress(ProcessLookupError):
            os.killpg(first.pid, signal.SIGKILL)
        first.communicate()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no cores are set apart here")
def test_cores_are_those_that_this_process_may_use():
    assert available() == len(os.sched_getaffinity(0))


SETTINGS = [
    f"cohort.patients={3 * CELL + 17}", "horizon=6 months", "visits.dxa=[6 months]",
    "subgroups={women: {sex: female}}",
]  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return load(BASE, SETTINGS)


@pytest.fixture(scope="module")
def alone(study):
    return runs.run(study, engine="batch")


def test_two_threads_give_the_same_result(study, alone, monkeypatch):
    monkeypatch.setitem(sizes.BLOCK, "batch", CELL)
    found = runs.run(study, engine="batch", workers=2)
    for one, other in zip(alone.tables, found.tables, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    same_outcomes(alone, found)


def test_two_processes_give_the_same_outcomes(study, alone):
    same_outcomes(alone, runs.run(study, engine="simpy", workers=2, outcomes_only=True))


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same_outcomes(
    study, alone, workers, monkeypatch, workers_here
):
    monkeypatch.setitem(sizes.BLOCK, "batch", CELL)
    found = runs.run(study, engine="batch", workers=workers, outcomes_only=True)
    same_outcomes(alone, found)


@pytest.mark.parametrize("cells", [1, 2, 64])
def test_no_size_of_block_changes_an_outcome(study, alone, cells, monkeypatch):
    monkeypatch.setitem(sizes.BLOCK, "batch", cells * CELL)
    same_outcomes(alone, runs.run(study, engine="batch", outcomes_only=True))


def test_the_other_engine_has_the_same_outcomes(study, alone):
    same_outcomes(alone, runs.run(study, engine="simpy", outcomes_only=True))


def test_the_sums_are_those_over_all_patients_at_once(study, alone, monkeypatch):
    monkeypatch.setattr("sim.outcomes.sums.CELL", 10**6)
    at_once = runs.run(study, engine="batch", outcomes_only=True).sums
    np.testing.assert_allclose(alone.sums.own, at_once.own, rtol=1e-13)
    np.testing.assert_allclose(alone.sums.paired, at_once.paired, rtol=1e-13)


def test_a_run_without_tables_says_so(study):
    result = runs.run(study, engine="batch", outcomes_only=True)
    with pytest.raises(ValueError, match="outcomes only"):
        _ = result.events


def test_workers_are_worth_their_start():
    """A process takes seconds to start, a thread none."""
    for engine, block in sizes.BLOCK.items():
        assert sizes.workers_for(block, engine) == 1
        assert sizes.workers_for(10**9, engine) == available()
    for engine, few in sizes.PATIENTS_PER_PROCESS.items():
        assert sizes.workers_for(2 * few - 1, engine, in_threads=False) == 1
        assert sizes.workers_for(2 * few, engine, in_threads=False) == min(2, available())
    assert sizes.workers_for(2 * sizes.BLOCK["batch"], "batch") == min(2, available())


def test_a_mistake_that_only_simulating_finds_is_told_by_a_worker_too():
    with pytest.raises(ScenarioError, match="lower the rates 0") as caught:
        list(in_order(too_many_fractures, range(1), 2))
    assert caught.value.mistakes[0].path == "fractures"


def same_outcomes(one, other):
    assert one.sums.labels == other.sums.labels
    np.testing.assert_array_equal(one.sums.own, other.sums.own)
    np.testing.assert_array_equal(one.sums.paired, other.sums.paired)
    pd.testing.assert_frame_equal(one.summary, other.summary, check_exact=True)
    pd.testing.assert_frame_equal(one.reported, other.reported, check_exact=True)
