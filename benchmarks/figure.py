"""The figure of the page: how cost grows, from the tables of the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measured import Tables
from benchmarks.page import Table

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
    cohorts = tables["cohorts"]
    largest = cohorts.rows[-1][0]
    visits = _points(tables["visits"], "months between visits", "µs a patient")
    same_patients = {"engine": "batch", "patients": "1,000", "workers": "1"}
    draws = _points(tables["sweeps"], "draws", "seconds", **same_patients)
    return [
        Course("Patients", "patients", _points(cohorts, "patients", "seconds", workers="1")[1:]),
        Course("Horizon", "years", _points(tables["horizons"], "years", "µs a patient")),
        Course("Visits", "visits a year", [(12 / months, cost) for months, cost in visits]),
        Course("Arms", "arms", _points(tables["arms"], "arms", "µs a patient")),
        Course("Draws of a sweep", "draws", draws),
        Course("Workers", "workers", _points(cohorts, "workers", "seconds", patients=largest),
               proportional=False),
    ]  # fmt: skip


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


def _points(table: Table, x: str, y: str, **where: str) -> Points:
    """Two columns of a table as numbers, of the rows that have these cells in other columns."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    chosen = [row for row in rows if all(row[name] == cell for name, cell in where.items())]
    return [(_value(row[x]), _value(row[y])) for row in chosen]


def _value(cell: str) -> float:
    return float(cell.replace(",", ""))
