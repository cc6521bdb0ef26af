"""The figure of the page: how cost grows, from the tables of the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measured import Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILE = Path(__file__).parents[1] / "docs" / "figures" / "benchmarks.svg"
MILLIMETRES = 25.4
WIDTH, HEIGHT = 183, 96
Points = list[tuple[float, float]]


class Course(NamedTuple):
    """Cost against something that grows, both in times the first point."""

    title: str
    below: str
    points: Points
    proportional: bool = True


def draw(tables: Tables, path: Path = FILE) -> None:
    """Draw the figure into a file."""
    from matplotlib import pyplot

    from sim.display.figures import style

    courses = courses_of(tables)
    with style.styled():
        size = (WIDTH / MILLIMETRES, HEIGHT / MILLIMETRES)
        figure, panels = pyplot.subplots(2, 3, figsize=size, layout="constrained")
        for axes, course in zip(panels.flat, courses, strict=True):
            _panel(axes, course)
        figure.savefig(path, metadata=style.UNDATED["svg"])
        pyplot.close(figure)


def courses_of(tables: Tables) -> list[Course]:
    """What the panels show."""
    cohorts, sweeps = tables["cohorts"], tables["sweeps"]
    alone = [row for row in cohorts.rows if row[1] == "1" and _value(row[0]) > 1]
    largest = [row for row in cohorts.rows if row[0] == cohorts.rows[-1][0]]
    batch = [row for row in sweeps.rows if row[0] == "batch" and row[3] == "1"]
    months = [(_value(row[0]), _value(row[2])) for row in tables["visits"].rows]
    return [
        Course("Patients", "patients", _columns(alone, 0, 3)),
        Course("Horizon", "years", _columns(tables["horizons"].rows, 0, 2)),
        Course("Visits", "visits a year", [(12 / each, cost) for each, cost in months]),
        Course("Arms", "arms", _columns(tables["arms"].rows, 0, 1)),
        Course("Draws of a sweep", "draws", _columns(batch, 1, 5)),
        Course("Workers", "workers", _columns(largest, 1, 3), proportional=False),
    ]


def _panel(axes: Axes, course: Course) -> None:
    """Cost in times the first point, on scales of doubling; dashed: in proportion."""
    from sim.display.figures.style import DASHED, GRID, INK

    first, cost = course.points[0]
    xs = [x for x, _ in course.points]
    ys = [y / cost for _, y in course.points]
    power = 1 if course.proportional else -1
    axes.plot(xs, [(x / first) ** power for x in xs], **DASHED)
    axes.plot(xs, ys, color=INK, marker="o")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(color=GRID, linewidth=0.5)
    axes.set_title(course.title)
    axes.set_xlabel(course.below)
    axes.set_ylabel("cost, times the first")
    axes.minorticks_off()
    axes.set_xticks(xs, [f"{x:,.0f}" for x in xs])
    ends = {1.0, ys[-1], (xs[-1] / first) ** power}
    axes.set_yticks([*ends], [f"{end:.2g}" if end < 10 else f"{end:,.0f}" for end in ends])


def _columns(rows: Sequence[Sequence[str]], x: int, y: int) -> Points:
    return [(_value(row[x]), _value(row[y])) for row in rows]


def _value(cell: str) -> float:
    return float(cell.replace(",", ""))
