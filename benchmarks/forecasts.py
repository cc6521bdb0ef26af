"""How good the time left is that a command tells on a terminal: after two seconds, and half way."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.page import Table, Target, number, with_range
from benchmarks.rounds import median
from benchmarks.sizes import Sizes
from benchmarks.terminal import Course, watched

WITHIN, FIRST = 1.5, 2.0
"""The factor within which the whole time is to be forecast, and the seconds after which."""

NOTE = f"""\
Each command runs in a terminal of its own, and the time left is read
from its bar. The forecast is the time so far plus the time that is told to be left, in times of the
whole time of the command: 1 is right, 2 is twice too long. It is taken at the first time left that
is told {FIRST:g} seconds after the start or later, and again half way. Median of the rounds, with
the least and the greatest in brackets. `rerun`, `extend`, `worth`, `information` and `report`
begin with the result of the line above."""

COLUMNS = ["command", "rounds", "seconds", "told first, s", "forecast then", "half way"]


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
    "run, batch, outcomes": Asked(f"{RUN} {OUTCOMES} --workers 1", 300_000, 400),
    "rerun": Asked("rerun laroche2011/latest", 0, 0),
    "extend": Asked("extend laroche2011/latest --workers 1 --patients {}", 600_000, 600),
    "run, batch, two workers": Asked(f"{RUN} {OUTCOMES} --workers 2 --seed 2", 400_000, 400),
    "run, batch, figures": Asked(f"{RUN} --workers 1 --seed 3", 40_000, 20),
    "run, batch, CSV": Asked(f"{RUN} --keep tables --tables csv --seed 4", 20_000, 20),
    "run, SimPy": Asked(f"{RUN} {OUTCOMES} --engine simpy --workers 1 --seed 5", 3_000, 20),
    "run, SimPy, two workers": Asked(
        f"{RUN} {OUTCOMES} --engine simpy --workers 2 --seed 6", 4_000, 40
    ),
    "run, clinics": Asked(f"run clinic-nine-places {OUTCOMES} --set clinics.number={{}}", 20, 1),
    "run --until": Asked(
        f"run laroche2011 {OUTCOMES} --workers 1 --seed {{}} --until spine.difference:0.05", 7, 7
    ),
    "compare": Asked("compare laroche2011 poor-attendance --workers 1 --patients {}", 120_000, 20),
    "readings": Asked("readings laroche2011 --workers 1 --patients {}", 60_000, 20),
    "emulate": Asked("emulate laroche2011 --workers 1 --trials {}", 15_000, 5),
    "report": Asked("report laroche2011/latest --form stress", 0, 0),
    "emulate --uncertain": Asked("emulate laroche2011 --uncertain --trials {}", 400, 3),
    "power": Asked("power laroche2011 --workers 1 --trials {}", 1_000, 5),
    "sweep": Asked("sweep base-case-psa --patients 200 --workers 1 --draws {}", 300, 2),
    "sweep, two workers": Asked(
        "sweep base-case-psa --patients 1000 --workers 2 --draws {}", 300, 2
    ),
    "sweep, pilot": Asked("sweep base-case-psa --pilot --seed {}", 8, 8),
    "verify": Asked("verify laroche2011 --patients {}", 2_000, 50),
    "run, with economics": Asked(
        f"run laroche2011-worth {OUTCOMES} --workers 1 --patients {{}}", 200_000, 20
    ),
    "worth, two readings": Asked(
        "worth laroche2011-worth/latest --reading plateau=60% --reading compound=40%", 0, 0
    ),
    "sweep, fresh patients": Asked("sweep zoledronate-psa --workers 1 --draws {}", 200, 8),
    "information, a trial": Asked(
        "information sweeps/zoledronate-psa/latest --workers 1 --trial QALYs --sizes {}", 2_000, 9
    ),
}


def forecasts(sizes: Sizes) -> Table:
    """The whole time that is forecast, in times of the true one, by command."""
    courses: dict[str, list[Course]] = {name: [] for name in COMMANDS}
    for _ in range(sizes.few_rounds if sizes.compiles else 1):
        with tempfile.TemporaryDirectory() as folder:
            for name, asked in COMMANDS.items():
                words = [*asked.command(sizes.compiles), "--out", folder]
                courses[name].append(watched(words))
    rows = [_row(name, of_one) for name, of_one in courses.items()]
    return Table(
        "How good is the time left that a command tells?", COLUMNS, rows, NOTE, [target(courses)]
    )


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
