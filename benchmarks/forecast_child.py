"""A process that does one command on the clock of its own CPU time, and prints its forecasts.

Called as `python -m benchmarks.forecast_child WORD ...`, with the words of a command of mastosim.
Other work of the machine then changes nothing, so a command with one worker is forecast as on a
machine that does nothing else. A command with `--workers 2` is on the clock of the wall. Printed
are the seconds at each report of progress with the seconds that were said to be left, and the
seconds of the whole process.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import sys
import time
from types import SimpleNamespace

from sim.cli import progress, time_left


def main() -> None:
    """Do the command, and print what it told."""
    told: list[tuple[float, float]] = []
    tell = time_left.TimeLeft.tell

    def noted(self: time_left.TimeLeft, done: int, total: int) -> None:
        tell(self, done, total)
        if (seconds := self.seconds()) is not None:
            told.append((now(), seconds))

    several = "--workers 2" in " ".join(sys.argv)
    begun = time.perf_counter() - time.process_time()
    now = functools.partial(_since, begun) if several else time.process_time
    clock = SimpleNamespace(monotonic=now)
    vars(time_left)["time"] = vars(progress)["time"] = clock
    time_left.TimeLeft.tell = noted  # type: ignore[method-assign]
    sys.argv = ["mastosim", *sys.argv[1:]]
    with contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module("sim.cli.main").main()
    print(json.dumps({"told": told, "seconds": now()}))


def _since(begun: float) -> float:
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
