"""The rows of a patient flow: stages one below the other, and how high they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from sim.display.figures import flow_counts
from sim.display.figures.page import MARGIN
from sim.display.figures.texts import LINE, wrapped

BETWEEN, INSIDE, BELOW = 4.5, 1.2, 3.0
"""Millimetres between two stages, within a box above its first row, and below a group of arms."""

INDENT = 2.0
"""Millimetres before an item of a therapy."""

FIRST = (flow_counts.ENROLLED, flow_counts.BEGUN, flow_counts.NOT_BEGUN)
"""Items that stand at the left; the others are parts of what stands above them."""

WHOLE = (flow_counts.FOLLOW_UP, flow_counts.MEASURED)
"""Stages whose items are parts of those enrolled."""


class Row(NamedTuple):
    """A row: its stage and item, the lines of its words, and its numbers by arm."""

    stage: str
    item: str
    lines: list[str]
    patients: dict[str, int]

    @property
    def height(self) -> float:
        """Millimetres of the row."""
        return LINE * len(self.lines) + 0.3


class Room(NamedTuple):
    """Millimetres of the words left of the boxes, and of a box with what is right of it."""

    labels: float
    box: float

    def left(self, i: int) -> float:
        """Where the box of the i-th arm begins."""
        return MARGIN + self.labels + i * self.box


def stages_of(numbers: pd.DataFrame, room: Room) -> list[list[Row]]:
    """The rows of each stage, in the order of the first arm that has it."""
    stages: dict[str, list[Row]] = {}
    for _, rows in numbers.groupby(["stage", "item"], sort=False):
        stage, item = str(rows["stage"].iloc[0]), str(rows["item"].iloc[0])
        words = f"{stage}: {item}" if item in FIRST[1:] or stage == flow_counts.MEASURED else item
        lines = wrapped(words, room.labels - INDENT - 1.0)
        row = Row(stage, item, lines, dict(zip(rows["arm"], rows["patients"], strict=True)))
        stages.setdefault(stage, []).append(row)
    last = [stages.pop(stage) for stage in WHOLE]
    return [*stages.values(), *last]


def height(stages: Sequence[Sequence[Row]]) -> float:
    """Millimetres of all stages, and below them."""
    rows = sum(row.height for stage in stages for row in stage)
    return rows + len(stages) * 2 * INSIDE + (len(stages) - 1) * BETWEEN + BELOW
