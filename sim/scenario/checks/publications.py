"""A user's own publications: files of facts that stand beside the scenario which names them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sim.scenario.checks.forms import validated
from sim.scenario.form.publication import Publication
from sim.scenario.mistakes import Mark, Mistake, ScenarioError, nearest
from sim.scenario.text.provenance import Plain, as_it_stands
from sim.scenario.text.tree import read_file

_FILE = re.compile(r"[\w][\w.-]*\.ya?ml")


def is_file(name: str) -> bool:
    """True where a source or an answer is a file beside the scenario, not a key of the project."""
    return name.endswith((".yaml", ".yml"))


def read_publications(plain: Plain, folder: Path, mistakes: list[Mistake]) -> dict[str, Any]:
    """Every publication that the scenario names by its file, as plain values.

    What is wrong with one goes to `mistakes`.
    """
    named: dict[str, tuple[str, Mark | None]] = {**plain.files}
    answers = plain.tree.get("answers")
    if isinstance(answers, str) and is_file(answers):
        named[answers] = ("answers", plain.marks.get(("answers",)))
    found = {}
    for name, (path, mark) in named.items():
        held = _read(name, path, mark, folder, mistakes)
        if held is not None:
            found[name] = held
    return found


def _read(
    name: str, path: str, mark: Mark | None, folder: Path, mistakes: list[Mistake]
) -> dict[str, Any] | None:
    inside = Path(os.path.realpath(folder / name)).parent == Path(os.path.realpath(folder))
    if not _FILE.fullmatch(name) or not inside or not (folder / name).is_file():
        others = sorted(file.name for file in folder.glob("*.y*ml"))
        what = f"there is no file '{name}' beside the scenario; {nearest(name, others)}"
        mistakes.append(Mistake(path, what, mark))
        return None
    try:
        document = as_it_stands(read_file(folder / name, str(folder / name), mistakes))
    except ScenarioError as error:
        mistakes.extend(error.mistakes)
        return None
    publication, wrong = validated(Publication, document, document.tree)
    mistakes.extend(wrong)
    return None if publication is None else publication.plain
