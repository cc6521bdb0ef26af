"""How good the time left is that a command tells: after two seconds, and half way."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.page import Table, Target, number, with_range
from benchmarks.rounds import median
from benchmarks.sizes import Sizes
from benchmarks.workload import ROOT

WITHIN, FIRST = 1.5, 2.0
"""The factor within which the whole time is to be forecast, and the seconds after which."""

NOTE = f"""\
Each command is a fresh process with one worker, on the clock of its own CPU time, so that other
work of the machine changes nothing; those with two workers are on the clock of the wall. The
forecast is the time so far plus the time that the bar of a
terminal says is left, in times of the whole time of the command: 1 is right, 2 is twice too long.
It is taken at the first report {FIRST:g} seconds after the start or later, and again half way.
`rerun` and `extend` begin with the first result, `worth` and `information` with that of the line
above."""

COLUMNS = ["command", "rounds", "seconds", "told first, s", "forecast then", "half way"]


class Told(NamedTuple):
    """Seconds since the start of a command, and seconds that it said were left."""

    at: float
    left: float


class Course(NamedTuple):
    """What a command told of the time left, and the seconds that it took."""

    told: list[Told]
    seconds: float

    def forecast(self, since: float) -> float | None:
        """The first forecast from a time on, or else the last, in times of the true seconds.

        None without any.
        """
        later = [told for told in self.told if told.at >= since]
        found = later[:1] or self.told[-1:]
        return (found[0].at + found[0].left) / self.seconds if found else None


class Asked(NamedTuple):
    """The words of a command with a place for its size, in full and at a try."""

    words: str
    full: int
    quick: int

    def command(self, is_full: bool) -> list[str]:
        """The words of the command line."""
        return self.words.format(self.full if is_full else self.quick).split()


RUN, OUTCOMES = "run laroche2011 --patients {}", "--keep outcomes"
COMMANDS: dict[str, Asked] = {
    "run, batch, outcomes": Asked(f"{RUN} {OUTCOMES} --workers 1", 150_000, 400),
    "rerun": Asked("rerun laroche2011/latest", 0, 0),
    "extend": Asked("extend laroche2011/latest --workers 1 --patients {}", 300_000, 600),
    "run, batch, figures": Asked(f"{RUN} --workers 1 --seed 3", 25_000, 20),
    "run, batch, CSV": Asked(f"{RUN} --keep tables --tables csv --seed 4", 10_000, 20),
    "run, SimPy": Asked(f"{RUN} {OUTCOMES} --engine simpy --workers 1 --seed 5", 1_500, 20),
    "run, batch, outcomes, two workers": Asked(
        f"{RUN} {OUTCOMES} --workers 2 --seed 2", 300_000, 400
    ),
    "run, SimPy, two workers": Asked(
        f"{RUN} {OUTCOMES} --engine simpy --workers 2 --seed 6", 3_000, 600
    ),
    "run, clinics": Asked(f"run clinic-nine-places {OUTCOMES} --set clinics.number={{}}", 5, 2),
    "run --until": Asked(
        f"run laroche2011 {OUTCOMES} --workers 1 --seed {{}} --until spine.difference:0.05", 7, 7
    ),
    "compare": Asked("compare laroche2011 poor-attendance --workers 1 --patients {}", 40_000, 20),
    "readings": Asked("readings laroche2011 --workers 1 --patients {}", 40_000, 20),
    "emulate": Asked("emulate laroche2011 --workers 1 --trials {}", 10_000, 5),
    "emulate --uncertain": Asked("emulate laroche2011 --uncertain --workers 1 --trials {}", 150, 3),
    "power": Asked("power laroche2011 --workers 1 --trials {}", 600, 5),
    "sweep": Asked("sweep base-case-psa --patients 200 --workers 1 --draws {}", 200, 2),
    "sweep, two workers": Asked(
        "sweep base-case-psa --patients 300 --workers 2 --draws {}", 300, 4
    ),
    "sweep, pilot": Asked("sweep base-case-psa --pilot --seed {}", 8, 8),
    "verify": Asked("verify laroche2011 --patients {}", 2_000, 50),
    "run, with economics": Asked(
        f"run laroche2011-worth {OUTCOMES} --workers 1 --patients {{}}", 100_000, 20
    ),
    "worth, two readings": Asked(
        "worth laroche2011-worth/latest --reading plateau=60% --reading compound=40%", 0, 0
    ),
    "sweep, fresh patients": Asked("sweep zoledronate-psa --workers 1 --draws {}", 100, 100),
    "information, a trial": Asked(
        "information sweeps/zoledronate-psa/latest --workers 1 --trial QALYs --sizes {}", 100_000, 9
    ),
    "report": Asked("report laroche2011/latest", 0, 0),
}


def forecasts(sizes: Sizes) -> Table:
    """The whole time that is forecast, in times of the true one, by command."""
    courses: dict[str, list[Course]] = {name: [] for name in COMMANDS}
    for _ in range(sizes.forecasts):
        with tempfile.TemporaryDirectory() as folder:
            for name, asked in COMMANDS.items():
                words = [*asked.command(sizes.compiles), "--out", folder]
                courses[name].append(watched(words))
    rows = [_row(name, of_one) for name, of_one in courses.items()]
    return Table(
        "How good is the time left that a command tells?", COLUMNS, rows, NOTE, [target(courses)]
    )


def watched(words: Sequence[str]) -> Course:
    """Do a command in a process of its own, on the clock of its CPU time."""
    command = [sys.executable, "-m", "benchmarks.forecast_child", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"mastosim {' '.join(words)}: {done.stderr}")
    found = json.loads(done.stdout)
    return Course([Told(*told) for told in found["told"]], found["seconds"])


def _row(name: str, courses: Sequence[Course]) -> list[str]:
    first = [course.told[0].at for course in courses if course.told]
    seconds = median([course.seconds for course in courses])
    return [
        name, str(len(courses)), number(seconds), number(median(first)) if first else "never",
        _ratios(early(courses)), _ratios(late(courses)),
    ]  # fmt: skip


def _ratios(found: list[float]) -> str:
    return with_range(found) if found else ""


def early(courses: Sequence[Course]) -> list[float]:
    """The first forecasts after two seconds, in times of the true time."""
    return [found for course in courses if (found := course.forecast(FIRST)) is not None]


def late(courses: Sequence[Course]) -> list[float]:
    """The forecasts half way."""
    times = [(course, course.seconds / 2) for course in courses]
    return [found for course, at in times if (found := course.forecast(at)) is not None]


def target(courses: Mapping[str, Sequence[Course]]) -> Target:
    """The factor by which the median forecast of the worst command is wrong, either way."""
    ratios = [median(found) for of_one in courses.values() if (found := early(of_one))]
    worst = max((max(ratio, 1 / ratio) for ratio in ratios), default=None)
    what = f"time left after {FIRST:g} seconds, worst command: factor by which it is wrong"
    return Target(what, "at most", WITHIN, worst)
