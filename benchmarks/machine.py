"""The machine on which was measured, by its class and without its name, and the versions."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import subprocess
from pathlib import Path

from benchmarks import c_loop
from benchmarks.page import Table
from benchmarks.sizes import Sizes
from sim.experiments.bounds import memory_of_machine
from sim.experiments.forecast import in_bytes
from sim.workers.pieces import available

PACKAGES = ("mastosim", "numpy", "numba", "llvmlite", "simpy", "dask")


def machine(_: Sizes) -> Table:
    """Processor, cores, memory, system and versions."""
    memory = memory_of_machine()
    rows = [
        ["processor", _processor()],
        ["cores", str(available())],
        ["memory", in_bytes(memory) if memory else "not told"],
        ["system", f"{platform.system()} {platform.machine()}"],
        ["C compiler", _compiler()],
        ["Python", platform.python_version()],
        *([name, _version(name)] for name in PACKAGES),
    ]
    return Table("Machine and versions", ["what", "which"], rows)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _compiler() -> str:
    if not c_loop.is_possible():
        return "none"
    told = subprocess.run(["cc", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.sub(r" *\(.*?\)", "", told.splitlines()[0])


def _processor() -> str:
    """The name of the processor as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
