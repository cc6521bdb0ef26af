"""Several processes give what one gives, in order, even when one of them is killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import RequestError
from sim.experiments import runs, sizes
from sim.outcomes import CELL
from sim.scenario import ScenarioError, load
from sim.workers import pieces
from sim.workers.pieces import available, in_order
from tests.pieces import killed_always, killed_once, slower_first, too_many_fractures

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"


def test_results_come_in_the_order_of_the_pieces():
    assert list(in_order(slower_first, range(9), 2)) == [i**2 for i in range(9)]
    assert list(in_order(slower_first, [], 2)) == []


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
sim.run(sys.argv[1], patients=600, workers=2, keep='outcomes')
"""


@pytest.mark.validation
def test_a_script_without_a_guard_is_told_in_a_sentence(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_GUARD)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(script), str(BASE)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "put what the script does under `if __name__ == '__main__':`" in done.stderr
    assert done.stderr.count("Traceback") == 1
    assert len(done.stderr.splitlines()) < 30
    script.write_text(WITHOUT_GUARD.replace("sim.run", "if __name__ == '__main__': sim.run"))
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


def test_two_processes_give_the_same_result(study, alone, monkeypatch):
    monkeypatch.setitem(sizes.BLOCK, "batch", CELL)
    found = runs.run(study, engine="batch", workers=2)
    for one, other in zip(alone.tables, found.tables, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    same_outcomes(alone, found)


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
    for engine, block in sizes.BLOCK.items():
        assert sizes.workers_for(block, engine) == 1
        assert sizes.workers_for(10**9, engine) == available()


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
