"""A note in the title of a panel whose arms have the same values, and so cover each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from sim.display.figures.page import MM_PER_INCH
from sim.display.figures.texts import millimetres

NOTES = (", {arms} alike", ", alike")
"""In words, and shorter where they do not fit the panel; left out where neither fits."""


def are_alike(courses: Mapping[str, pd.DataFrame], columns: Sequence[str]) -> bool:
    """Whether two arms or more have the same values in some columns."""
    values = [course[[*columns]].reset_index(drop=True) for course in courses.values()]
    return len(values) > 1 and all(values[0].equals(other) for other in values[1:])


def say(axes: Axes, courses: Mapping[str, pd.DataFrame], columns: Sequence[str]) -> None:
    """Add to the title of a panel that its arms coincide, where they do."""
    before = axes.get_title(loc="left")
    if not before or not are_alike(courses, columns):
        return
    words = "both arms" if len(courses) == 2 else f"all {len(courses)} arms"
    title = next(text for text in axes.findobj(Text) if _says(text, before))
    page = axes.get_figure(root=True)
    assert page is not None
    room = axes.get_position().width * page.get_figwidth() * MM_PER_INCH
    *above, last = before.split("\n")
    lines = (last + note.format(arms=words) for note in NOTES)
    fitting = [line for line in lines if millimetres(line, is_title=True) <= room]
    if fitting:
        title.set_text("\n".join([*above, fitting[0]]))


def _says(text: object, words: str) -> bool:
    """Whether an artist is a text of these words."""
    return isinstance(text, Text) and text.get_text() == words
