"""The shipped scenarios and sweeps with their titles and questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.scenario import shipped
from sim.scenario.text.tree import Leaf, read_file


class Example(NamedTuple):
    """A shipped scenario or sweep.

    Attributes
    ----------
    name : str
        Name by which every command takes the example.
    kind : str
        `scenario` or `sweep`.
    title, question : str
        Title and question of the file; the question is empty where the file has none.
    path : Path
        The file.
    """

    name: str
    kind: str
    title: str
    question: str
    path: Path


def examples() -> Iterator[Example]:
    """The shipped scenarios and sweeps with their titles and questions, scenarios first."""
    for name, path in shipped.paths().items():
        items = read_file(path, path.name, []).items
        texts = {key: node.text or "" for key, node in items.items() if isinstance(node, Leaf)}
        kind = "sweep" if "mastosim_sweep" in texts else "scenario"
        yield Example(name, kind, texts.get("title", ""), texts.get("question", ""), path)
