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

LINES: tuple[Any, ...] = (
    "-",
    (0, (4, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (4, 1.2, 1.2, 1.2, 1.2, 1.2)),
)
NOT_AN_ARM = 5
"""The colour of the style that no arm has: it is for all arms together."""


SYMBOLS = ("o", "s", "^", "v", "P")


class ArmStyle(NamedTuple):
    """Colour, line and marker of an arm; each alone tells the arms apart."""

    color: str
    linestyle: Any
    marker: str


def arm_style(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """The look of each arm, by its place in the scenario's list of arms."""
    return {
        arm: ArmStyle(
            color(place % NOT_AN_ARM), LINES[place % len(LINES)], SYMBOLS[place % len(SYMBOLS)]
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


def diamond() -> dict[str, Any]:
    """How a published value looks in every figure: an open diamond, for it is no arm."""
    return {
        "marker": "D", "markersize": 4, "linestyle": "none", "markeredgecolor": "#222222",
        "markerfacecolor": "white", "markeredgewidth": 0.9, "zorder": 5,
    }  # fmt: skip


UNDATED: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
"""What a kind of file would say about when and with what it was made, left out."""


def write(
    folder: Path,
    name: str,
    figure: Figure,
    numbers: pd.DataFrame,
    formats: Sequence[str] = ("svg", "png"),
) -> list[Path]:
    """Write a figure in each format and its numbers as CSV: the same bytes every time.

    `formats` are of "svg", "pdf" and "png". Returns the files in that order, the CSV last.
    """
    files = [folder / f"{name}.{kind}" for kind in (*formats, "csv")]
    for path, kind in zip(files, formats, strict=False):
        figure.savefig(path, metadata=UNDATED[kind])
    numbers.to_csv(
        files[-1], index=False, float_format=DIGITS, lineterminator="\n", encoding="utf-8"
    )
    return files
