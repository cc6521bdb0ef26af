"""A sweep on a cluster: a scheduler and two workers of Dask on this machine, then lost one by one.

Processes are started for these tests alone and always ended; nothing waits for longer than a
minute.
"""

import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from sim.workers import cluster
from sim.workers.pieces import in_order
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
        pytest.fail("this test waits in vain")

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
    with started_in(tmp_path_factory.mktemp("machines")) as machines:
        yield machines


@pytest.fixture
def machines_to_stop(tmp_path_factory) -> Iterator[Machines]:
    """A cluster that one test may leave in any state."""
    with started_in(tmp_path_factory.mktemp("machines")) as machines:
        yield machines


@contextmanager
def started_in(folder) -> Iterator[Machines]:
    """Workers try on until the scheduler is there."""
    port = str(unused_port())
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


def killed_in_the_middle(process, root) -> threading.Thread:
    """Kill a process, beyond its help, as soon as some blocks are there."""

    def kill():
        until(lambda: len(blocks_of(root)) >= 6, "a block")
        process.kill()

    thread = threading.Thread(target=kill)
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


@contextmanager
def stranger(words: bytes) -> Iterator[str]:
    """The address of one who says this to whoever calls, and then only listens."""

    class Speaker(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError):
                self.request.sendall(words)
                while self.request.recv(4096):
                    pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Speaker) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def loops() -> list[threading.Thread]:
    """Threads of Dask that are still at work."""
    return [thread for thread in threading.enumerate() if thread.name == "IO loop"]


def refused(address) -> None:
    """No scheduler is found there, and nobody goes on looking for one."""
    before = loops()
    with pytest.raises(OSError, match="no scheduler answers"), cluster.connected(address):
        pass
    assert loops() == before


@pytest.mark.parametrize("words", [b"", b"SSH-2.0-OpenSSH_9.6\r\n"])
def test_one_who_listens_and_is_no_scheduler_is_not_waited_for(words, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    with stranger(words) as address:
        refused(address)


def test_a_worker_is_no_scheduler(machines):
    with distributed.Client(machines.address, set_as_default=False) as client:
        worker = next(iter(client.ncores()))
    refused(worker)


@pytest.mark.parametrize("other", ["absent", "math"])
def test_workers_without_mastosim_are_refused(other, machines, monkeypatch):
    """Neither a module that is nowhere nor one without a version is it."""
    monkeypatch.setattr(cluster, "VERSION", f"{other}:__version__")
    told = rf"a worker has no mastosim \(.*'{other}'"
    with pytest.raises(OSError, match=told), cluster.connected(machines.address):
        pass


def test_workers_of_another_version_are_refused(machines, tmp_path, mastosim, monkeypatch):
    monkeypatch.setattr(cluster, "__version__", "0.0.1")
    with pytest.raises(OSError, match=r"a worker has mastosim .*, this is 0\.0\.1"):
        made(written(tmp_path), tmp_path, workers=machines.address)


def test_a_piece_that_kills_worker_after_worker_is_told(machines):
    with (
        pytest.raises(OSError, match="killed several workers"),
        cluster.connected(machines.address),
    ):
        raise distributed.KilledWorker("piece", machines.address, 3)


def sent_in_the_middle(processes, number, root) -> threading.Thread:
    """Send a signal to processes as soon as some blocks are there."""

    def send():
        until(lambda: len(blocks_of(root)) >= 4, "a block")
        for process in processes:
            process.send_signal(number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.mark.validation
@pytest.mark.parametrize("who", ["scheduler", "workers"])
def test_a_cluster_that_falls_silent_is_not_waited_for(who, machines_to_stop, tmp_path, mastosim):
    """Its processes are stopped, not ended: no connection is lost, and nobody answers."""
    path, root = written(tmp_path / "sweep", SWEEP, patients=10), tmp_path / "silent"
    machines = machines_to_stop
    stopped = machines.workers if who == "workers" else [machines.scheduler]
    stopping = sent_in_the_middle(stopped, signal.SIGSTOP, root)
    words = ["sweep", path, "--out", root, "--engine", "simpy", "--quiet"]
    try:
        told = mastosim(*words, "--cluster", machines.address, "--silence", 2)
    finally:
        stopping.join(PATIENCE)
        for process in stopped:
            process.send_signal(signal.SIGCONT)
    assert told.returncode == 6, told.stderr
    assert (
        "no worker of the cluster has answered for 2 seconds; finished work is kept" in told.stderr
    )
    assert 4 <= len(blocks_of(root)) < 2 * PIECES
    assert made(path, root) == made(path, tmp_path / "alone")


@pytest.mark.validation
def test_work_that_takes_longer_than_the_silence_is_waited_for(machines):
    quiet = cluster.Cluster(machines.address, 1.5)
    assert list(in_order(time.sleep, [3, 3], quiet)) == [None, None]


def test_an_empty_address_is_refused(tmp_path, mastosim):
    told = mastosim("sweep", written(tmp_path), "--out", tmp_path, "--cluster", "")
    assert told.returncode == 2
    assert "the address is empty; write tcp://HOST:PORT" in told.stderr


@pytest.mark.validation
def test_machines_that_are_lost_cost_time_and_no_byte(machines_to_stop, tmp_path, mastosim):
    """First one of two workers, then the scheduler."""
    path = written(tmp_path / "sweep", SWEEP, patients=10)
    expected = made(path, tmp_path / "alone")

    root = tmp_path / "worker lost"
    killing = killed_in_the_middle(machines_to_stop.workers[0], root)
    found = made(path, root, workers=machines_to_stop.address, engine="simpy")
    killing.join(PATIENCE)
    assert machines_to_stop.workers[0].wait(PATIENCE) == -9
    assert found == expected

    root = tmp_path / "scheduler lost"
    killing = killed_in_the_middle(machines_to_stop.scheduler, root)
    words = ["sweep", path, "--out", root, "--engine", "simpy", "--quiet"]
    told = mastosim(*words, "--cluster", machines_to_stop.address)
    killing.join(PATIENCE)
    assert told.returncode == 6
    assert (
        "the connection to the scheduler was lost; finished work is kept, run the command again"
        in told.stderr
    )
    assert 6 <= len(blocks_of(root)) < 2 * PIECES
    assert made(path, root) == expected
