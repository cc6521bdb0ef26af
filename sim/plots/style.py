"""How every figure looks, and how it is written: an arm looks the same in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("mastosim.mplstyle")

DIGITS = "%.6g"
"""Six digits, as in the other CSV files of a result: fewer than machines differ in."""

LINES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MARKERS = ("o", "s", "^", "v", "P")
NOT_AN_ARM = 5
"""The colour of the style that no arm has: it is for all arms together."""


class ArmStyle(NamedTuple):
    """Colour, line and marker of an arm; each alone tells the arms apart."""

    color: str
    linestyle: Any
    marker: str


def arm_style(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """The look of each arm, by its place in the scenario's list of arms."""
    return {
        arm: ArmStyle(
            color(place % NOT_AN_ARM), LINES[place % len(LINES)], MARKERS[place % len(MARKERS)]
        )
        for place, arm in enumerate(arms)
    }


def color(place: int) -> str:
    """A colour of the style file as a hexadecimal number."""
    import matplotlib

    cycle = matplotlib.rc_params_from_file(STYLE, use_default_template=False)["axes.prop_cycle"]
    return "#" + str(cycle.by_key()["color"][place]).lstrip("#")


@contextmanager
def styled() -> Iterator[None]:
    """The project's look, whatever settings of matplotlib the reader has at home."""
    import matplotlib.style

    with matplotlib.style.context(STYLE, after_reset=True):
        yield


def write(folder: Path, name: str, figure: Figure, numbers: pd.DataFrame) -> list[Path]:
    """Write a figure as SVG and PNG and its numbers as CSV: the same bytes every time."""
    svg, png, csv = (folder / f"{name}.{kind}" for kind in ("svg", "png", "csv"))
    figure.savefig(svg, metadata={"Date": None, "Creator": None})
    figure.savefig(png, metadata={"Software": None})
    numbers.to_csv(csv, index=False, float_format=DIGITS, lineterminator="\n", encoding="utf-8")
    return [svg, png, csv]
