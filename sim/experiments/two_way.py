"""At which two prices the verdict on a run changes: no patient is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import PydanticCustomError

from sim.display.figures import style
from sim.display.figures.form import STANDARD, formed
from sim.display.figures.style import styled
from sim.display.figures.titles import TITLES
from sim.economics.groups import Quantities
from sim.economics.same_quantities import quantities_change
from sim.economics.two_way import CORNERS, Boundary, boundaries, net_differences
from sim.errors import RequestError
from sim.results.atomic_file import files_aside, placed
from sim.scenario import Study, load
from sim.scenario.form.units import split_quantity
from sim.scenario.text.paths import parts_of, value_at
from sim.vocabulary import FORMATS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Range(NamedTuple):
    """A price that is varied: the ends of its range, their unit, and the price in force."""

    path: str
    low: float
    high: float
    unit: str
    now: float | None = None

    def at(self, share: float) -> float:
        """The price at a share of the range."""
        return self.low + share * (self.high - self.low)

    def setting(self, share: float) -> str:
        """The setting of the price at a share of the range."""
        return f"{self.path}={self.at(share):.15g} {self.unit}".strip()


@dataclass(frozen=True)
class TwoWay:
    """Where the verdict changes in the plane of two prices.

    Attributes
    ----------
    study : Study
        The study that was valued.
    first, second : Range
        The prices.
    lines : list of Boundary
        For each arm but the comparator, and each worth of a QALY.
    """

    study: Study
    first: Range
    second: Range
    lines: list[Boundary]

    def plot(self) -> Figure:
        """Draw the lines on which the verdict changes; nothing is written."""
        with styled():
            return style.showing(self.drawn()[0])

    def save(self, into: str | Path) -> list[Path]:
        """Write the figure as SVG, PDF and PNG, and its numbers as CSV, into a folder.

        Parameters
        ----------
        into : path
            The folder, which is made where there is none. It receives all files or none.

        Returns
        -------
        list of Path
            The files, named `two_way`.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        with files_aside(Path(into), "two_way") as made:
            return placed(self.drawn_into(made), Path(into))

    def drawn_into(self, folder: Path) -> list[Path]:
        """Draw the figure into a folder that nobody sees yet."""
        with styled(), formed(STANDARD._replace(heading=TITLES["two_way"])):
            return style.write(folder, "two_way", *self.drawn(), FORMATS)

    def drawn(self) -> style.Drawn:
        """The figure and its numbers, in the style of now."""
        from sim.display.figures.worth import two_way as plane
        from sim.display.figures.worth.about import About

        scenario = self.study.scenario
        assert scenario.economics is not None
        about = About(scenario.title, (*scenario.arms,), scenario.economics.currency)
        return plane.figure(self.first, self.second, self.lines, about)


def asked_for(ranges: Mapping[str, Sequence[str]] | None) -> list[Range]:
    """Return the two ranges that were asked for, by path; none where nothing was.

    Raises RequestError for another number of ranges, and for ends that are no range of one unit.
    """
    if not ranges:
        return []
    if len(ranges) != 2:
        raise RequestError(f"{len(ranges)} ranges of prices; a two-way threshold needs two")
    return [_range(path, ends) for path, ends in ranges.items()]


def _range(path: str, ends: Sequence[str]) -> Range:
    try:
        (low, unit), (high, of_high) = (split_quantity(str(end)) for end in ends)
    except (PydanticCustomError, ValueError):
        unit, of_high, low, high = "", "-", 0.0, 0.0
    if unit != of_high or not low < high:
        given = " to ".join(map(str, ends))
        raise RequestError(f"{path}: '{given}' is no range; write it like '0 EUR to 30 EUR'")
    return Range(path, low, high, unit)


def two_way(study: Study, of_patients: Quantities, ranges: Sequence[Range]) -> TwoWay:
    """Find the lines on which the net benefit of an arm is 0 in the plane of two prices.

    Parameters
    ----------
    study : Study
        A study with economics.
    of_patients : Quantities
        What was counted of its patients.
    ranges : sequence of Range
        The two prices.

    Returns
    -------
    TwoWay
        The lines, exact because net benefit is linear in prices.

    Raises
    ------
    RequestError
        For a value that changes what is counted, or that net benefit is not linear in.
    ScenarioError
        For a path or an end that is not valid.
    """
    first, second = (one._replace(now=_now(study, one)) for one in ranges)
    corners = {}
    for x, y in CORNERS:
        changed = load(study, [first.setting(x), second.setting(y)])
        if quantities_change(study, changed):
            raise RequestError(
                f"{first.path} and {second.path}: one of them changes what is counted; a two-way "
                "threshold takes prices, which are laid on what was counted"
            )
        corners[x, y] = net_differences(of_patients, changed.scenario)
    lines = boundaries(corners)
    if lines is None:
        raise RequestError(
            f"{first.path} and {second.path}: net benefit is not linear in both together; choose "
            "two prices, or a price and a multiplier"
        )
    return TwoWay(study, first, second, lines)


def _now(study: Study, price: Range) -> float | None:
    """The price in force, as it is written; None where it has another unit or there is none."""
    text = value_at(study.document, parts_of(price.path))
    if not isinstance(text, str):
        return None
    amount, unit = split_quantity(text)
    return amount if unit == price.unit else None
