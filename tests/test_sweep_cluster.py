"""A sweep on a cluster: a scheduler and two workers of Dask on this machine, then lost one by one.

Processes are started for these tests alone and always ended; nothing waits for longer than a
minute.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from sim import cluster
from tests.test_sweep_store import blocks_of, made, written

distributed = pytest.importorskip("distributed")

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
SWEEP = "design: {probabilistic: {draws: 8}}"
PIECES = 3 + 8

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="no alarm ends what waits for ever"
)


@pytest.fixture(autouse=True)
def not_for_ever() -> Iterator[None]:
    """Whatever waits in vain is interrupted."""

    def end(*_) -> None:
        raise TimeoutError("this test waits in vain")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(int(PATIENCE))
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


class Machines(NamedTuple):
    """The scheduler, its address, and the workers."""

    scheduler: subprocess.Popen[bytes]
    address: str
    workers: list[subprocess.Popen[bytes]]


def begun(words, folder) -> subprocess.Popen[bytes]:
    """One of Dask's programs; what it says goes to a file."""
    told = (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("wb")
    command = [sys.executable, "-m", "dask", *words]
    with told:
        return subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT)


def until(come, what) -> None:
    """Wait for something, though not for ever."""
    end = time.monotonic() + PATIENCE
    while not come():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.005)


def unused_port() -> int:
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        port: int = here.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def machines(tmp_path_factory) -> Iterator[Machines]:
    """Workers try on until the scheduler is there."""
    folder, port = tmp_path_factory.mktemp("machines"), str(unused_port())
    address, bare = f"tcp://127.0.0.1:{port}", ["--no-dashboard", "--host", "127.0.0.1"]
    alone = ["--nthreads", "1", "--no-nanny", "--death-timeout", f"{PATIENCE:.0f}"]
    worker = ["worker", address, *bare, *alone, "--local-directory", str(folder)]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for words in (["scheduler", "--port", port, *bare], worker, worker):
            started += [begun(words, folder)]
        logs = [*folder.glob("worker-*.log")]
        until(lambda: all("Registered to" in log.read_text() for log in logs), "a worker")
        yield Machines(started[0], address, started[1:])
    finally:
        for process in started:
            process.kill()
            process.wait(PATIENCE)


def killed_in_the_middle(process, root) -> Thread:
    """Kill a process, beyond its help, as soon as some blocks are there."""

    def kill():
        until(lambda: len(blocks_of(root)) >= 6, "a block")
        process.kill()

    thread = Thread(target=kill)
    thread.start()
    return thread


@pytest.mark.parametrize("form", ["tcp://127.0.0.1:{}", "127.0.0.1:{}", "tcp://127.0.0.1", "here"])
def test_where_nothing_listens_nothing_waits(form, tmp_path, mastosim):
    path, address = written(tmp_path), form.format(unused_port())
    began = time.monotonic()
    told = mastosim("sweep", path, "--out", tmp_path, "--cluster", address, "--quiet")
    assert time.monotonic() - began < 10
    assert told.returncode == 2
    assert told.stderr == f"mastosim: no scheduler answers: {address}\n"


def test_workers_of_another_version_are_refused(machines, tmp_path, mastosim, monkeypatch):
    monkeypatch.setattr("sim.__version__", "0.0.1")
    with pytest.raises(OSError, match=r"a worker has mastosim .*, this is 0\.0\.1"):
        made(written(tmp_path), tmp_path, workers=machines.address)


def test_a_piece_that_kills_worker_after_worker_is_told(machines):
    with (
        pytest.raises(OSError, match="killed worker after worker"),
        cluster.connected(machines.address),
    ):
        raise distributed.KilledWorker("piece", machines.address, 3)


def test_machines_that_are_lost_cost_time_and_no_byte(machines, tmp_path, mastosim):
    """First one of two workers, then the scheduler."""
    path = written(tmp_path / "sweep", SWEEP, patients=10)
    expected = made(path, tmp_path / "alone")

    root = tmp_path / "worker lost"
    killing = killed_in_the_middle(machines.workers[0], root)
    found = made(path, root, workers=machines.address, engine="simpy")
    killing.join(PATIENCE)
    assert machines.workers[0].wait(PATIENCE) == -9
    assert found == expected

    root = tmp_path / "scheduler lost"
    killing = killed_in_the_middle(machines.scheduler, root)
    words = ["sweep", path, "--out", root, "--engine", "simpy", "--quiet"]
    told = mastosim(*words, "--cluster", machines.address)
    killing.join(PATIENCE)
    assert told.returncode == 2
    assert "lost the scheduler; what was done is kept, the same command goes on" in told.stderr
    assert 6 <= len(blocks_of(root)) < 2 * PIECES
    assert made(path, root) == expected
