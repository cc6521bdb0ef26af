"""Files laid over files by `extends`."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

from sim.scenario.mistakes import Mistake, ScenarioError
from sim.scenario.text.file import why_no_file
from sim.scenario.text.paths import canonical_regimen
from sim.scenario.text.tree import Branch, Leaf, read_file

MOST_FILES = 16
"""Files that may stand over one another."""

# Of each group a document holds one: a patch that names one drops the others of its base.
ALTERNATIVES = (
    {"normal", "lognormal", "negative_binomial"},
    {"plateau", "saturating"},
    {"infusion", "injection"},
    {"on", "after"},
    {"mean", "median"},
    {"sd", "se", "iqr", "ci95"},
    {"exponential", "weibull", "gompertz", "lognormal_time", "loglogistic"},
    {"probability", "rate"},
)


def read_layers(path: Path, shown: str, mistakes: list[Mistake]) -> Branch:
    """The document of a file laid over the file that it extends, if any.

    Raises ScenarioError for a base that is missing, outside the file's folder, or its own base,
    together with what was found wrong before.
    """
    try:
        return _read_layers(path, shown, mistakes, ())
    except ScenarioError as error:
        raise ScenarioError([*mistakes, *error.mistakes]) from error


def _read_layers(path: Path, shown: str, mistakes: list[Mistake], seen: tuple[Path, ...]) -> Branch:
    document = with_canonical_effects(read_file(path, shown, mistakes), mistakes)
    base = document.items.pop("extends", None)
    if base is None:
        return document
    name = base.text if isinstance(base, Leaf) else None
    here = Path(os.path.realpath(path))
    try:
        wrong = _why_no_base(path, name, (*seen, here))
    except OSError as error:
        wrong = f"'{name}' cannot be read: {(error.strerror or 'unknown reason').lower()}"
    if name is None or wrong:
        raise ScenarioError([Mistake("extends", wrong, base.mark)])
    below = Path(os.path.realpath(path.parent / name))
    shown_below = str(Path(shown).parent / name)
    return lay(_read_layers(below, shown_below, mistakes, (*seen, here)), document)


def _why_no_base(path: Path, name: str | None, seen: tuple[Path, ...]) -> str:
    """Why a file cannot extend the one of this name; empty where it can."""
    refuse = "should be the name of a file in the same folder, like `laroche2011.yaml`"
    if not name:
        return refuse
    if "://" in name:
        return f"'{name}' is an address: {refuse}"
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", name) or ".." in Path(name).parts:
        return f"'{name}': {refuse}"
    below = Path(os.path.realpath(path.parent / name))
    if not below.is_relative_to(os.path.realpath(path.parent)):
        return f"'{name}' is a link to another folder: {refuse}"
    if below in seen:
        return f"'{name}' extends this file in turn"
    if len(seen) >= MOST_FILES:
        return f"more than {MOST_FILES} files over one another"
    if not below.is_file():
        why = why_no_file(path.parent / name).removeprefix("there is no such file")
        return f"there is no file '{name}' here{why}"
    return ""


def lay(base: Branch, patch: Branch, depth: int = 0) -> Branch:
    """A document with another laid over it: mappings join, all else gives way, nothing removes.

    A joined mapping stands where the patch has it, as a mistake in it is likely the patch's. Not
    so the document itself, nor for a setting its large parts: what they lack is the file's.
    """
    dropped = {key for group in ALTERNATIVES if group & set(patch.items) for key in group}
    items = {key: node for key, node in base.items.items() if key not in dropped - set(patch.items)}
    marks = dict(base.marks)
    for key, node in patch.items.items():
        old = items.get(key)
        marks[key] = patch.marks[key]
        if isinstance(node, Leaf) and node.text is None and old is not None:
            del items[key]
        elif isinstance(old, Branch) and isinstance(node, Branch) and "value" not in node.items:
            items[key] = lay(old, node, depth + 1)
        else:
            items[key] = node
    patched = depth > (1 if patch.mark.file.startswith("--set") else 0)
    return Branch(items, patch.mark if patched else base.mark, marks)


def with_canonical_effects(document: Branch, mistakes: list[Mistake]) -> Branch:
    """Effects under one spelling of each regimen, so that a what-if meets the row it changes."""
    effects = document.items.get("effects")
    if isinstance(effects, Branch):
        names = {key: canonical_regimen(key) for key in effects.items}
        counts = Counter(names.values())
        twice = [key for key in names if counts[names[key]] > 1]
        if twice:
            at = effects.marks[twice[-1]]
            message = f"{' and '.join(twice)} are one regimen"
            mistakes.append(Mistake("effects", message, at))
        document.items["effects"] = Branch(
            {names[key]: node for key, node in effects.items.items()},
            effects.mark,
            {names[key]: mark for key, mark in effects.marks.items()},
        )
    return document
