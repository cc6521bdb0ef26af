"""The figures of a result as a page shows them: for a wide and for a narrow window, with words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sim.display import figures
from sim.display.figures.caption import changes
from sim.display.figures.form import ON_SCREEN, WIDTHS, Form, formed
from sim.display.figures.page import words_of
from sim.display.figures.style import styled
from sim.reports.page.inline_svg import Inline, inline

if TYPE_CHECKING:
    import pandas as pd

    from sim.results import Kept


class Picture(NamedTuple):
    """One figure: its name in the page, its title, its caption, and both drawings.

    `described` says the picture in words to those who cannot see it.
    """

    name: str
    title: str
    caption: tuple[str, ...]
    wide: Inline
    narrow: Inline

    @property
    def described(self) -> str:
        """The text alternative: title and caption."""
        return ". ".join(part.rstrip(".") for part in (self.title, *self.caption) if part)


def pictures(
    kept: Kept, names: Iterable[str], prefix: str, tick: Callable[[], None],
    uncertainty: pd.DataFrame | None = None,
) -> Iterator[Picture]:  # fmt: skip
    """Draw figures of a kept result for a page; a figure that does not apply is left out.

    Parameters
    ----------
    kept
        The result.
    names
        Some of `sim.display.figures.OF_KIND[kind].names`.
    prefix
        Begins the names inside the drawings; unique for each result of the page.
    tick
        Called after each name for each of the two widths.
    uncertainty
        As of `sim.display.figures.draw`.
    """
    wanted = [*names]
    wide, narrow = (
        _drawn(kept, wanted, width, f"{prefix}-{width}", tick, uncertainty)
        for width in ("page", "column")
    )
    for name, (title, caption, drawing) in wide.items():
        yield Picture(f"{prefix}-{name}", title, caption, drawing, narrow[name][2])


def _drawn(
    kept: Kept, names: Iterable[str], width: str, prefix: str, tick: Callable[[], None],
    uncertainty: pd.DataFrame | None,
) -> dict[str, tuple[str, tuple[str, ...], Inline]]:  # fmt: skip
    """Title, caption and drawing of each figure that applies, by name."""
    held = {}
    said = {kept.manifest.headed["title"], changes(kept.manifest.settings)}  # by the page itself
    with styled(), formed(on_page(width)):
        for name, made in figures.drawn(kept, names, uncertainty=uncertainty):
            if made is not None:
                title, *words = words_of(made[0])
                caption = tuple(text for text in words if text not in said)
                held[name] = (title, caption, inline(made[0], f"{prefix}-{name}"))
            tick()
    return held


def on_page(width: str) -> Form:
    """The form of a figure in a page, whose title and caption are text of the page."""
    return Form(WIDTHS[width], has_caption=False, has_title=False, height=ON_SCREEN)
