"""A scheduler of Dask with workers of one thread each on this machine, for the time of a block."""

from __future__ import annotations

import importlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.workload import ROOT

PATIENCE = 120.0
"""Seconds in which all workers have to come."""


class Scheduler(NamedTuple):
    """The address of a scheduler, and its process."""

    address: str
    process: int

    def cpu(self) -> float:
        """CPU seconds of the scheduler so far."""
        times = importlib.import_module("psutil").Process(self.process).cpu_times()
        return float(times.user + times.system)


@contextmanager
def started(workers: int) -> Iterator[Scheduler]:
    """The scheduler, once all workers have come."""
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        port = here.getsockname()[1]
    address, quiet = f"tcp://127.0.0.1:{port}", ["--no-dashboard", "--host", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as folder:
        scheduler = ["scheduler", "--port", str(port), *quiet]
        worker = ["worker", address, *quiet, "--nthreads", "1", "--no-nanny",
                  "--local-directory", folder]  # fmt: skip
        processes = [_begun(words, Path(folder)) for words in (scheduler, *[worker] * workers)]
        try:
            _wait_for(Path(folder), workers)
            yield Scheduler(address, processes[0].pid)
        finally:
            for process in processes:
                process.kill()
                process.wait()


def _begun(words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """One of Dask's programs; what it says goes to a file."""
    with (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("wb") as told:
        command = [sys.executable, "-m", "dask", *words]
        return subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT)


def _wait_for(folder: Path, workers: int) -> None:
    end = time.monotonic() + PATIENCE
    while sum("Registered to" in log.read_text() for log in folder.glob("worker-*")) < workers:
        if time.monotonic() > end:
            raise TimeoutError(f"{workers} workers of Dask did not come in {PATIENCE:g} seconds.")
        time.sleep(0.05)
