"""Files laid over files by `extends`."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

from sim.scenario import shipped
from sim.scenario.form.regimen import canonical_name
from sim.scenario.mistakes import Mistake, ScenarioError
from sim.scenario.text.file import why_no_file
from sim.scenario.text.provenance import BESIDE
from sim.scenario.text.tree import Branch, Leaf, is_empty, read_file

MOST_FILES = 16
"""The most files in a chain of `extends`."""

# Keys that exclude each other: a patch with one of a group drops the others of its base.
ALTERNATIVES = (
    {"normal", "lognormal", "negative_binomial", "poisson", "shares"},
    {"shipped", "file"},
    {"plateau", "saturating"},
    {"infusion", "injection"},
    {"on", "after"},
    {"mean", "median"},
    {"sd", "se", "iqr", "ci95"},
    {"exponential", "weibull", "gompertz", "lognormal_time", "loglogistic"},
    {"probability", "rate"},
    {"free_of_fracture", "with_fracture"},
)


def read_layers(
    path: Path, shown: str, mistakes: list[Mistake], document: Branch | None = None
) -> Branch:
    """The document of a file laid over the file that it extends, if any.

    A `document` that is given is taken as the content of the file, which need not exist.

    Raises ScenarioError for a base that is missing, outside the folder of the file, or extends the
    file itself, together with the `mistakes` before.
    """
    try:
        document = read_file(path, shown, mistakes) if document is None else document
        return _with_base(document, path, shown, mistakes, ())
    except ScenarioError as error:
        raise ScenarioError([*mistakes, *error.mistakes]) from error


def _with_base(
    document: Branch, path: Path, shown: str, mistakes: list[Mistake], seen: tuple[Path, ...]
) -> Branch:
    document = with_canonical_effects(document, mistakes)
    base = document.items.pop("extends", None)
    if base is None:
        return document
    name = base.text if isinstance(base, Leaf) else None
    here = Path(os.path.realpath(path))
    try:
        problem = _why_no_base(path, name, (*seen, here))
    except OSError as error:
        problem = f"'{name}' cannot be read: {(error.strerror or 'unknown reason').lower()}"
    if name is None or problem:
        raise ScenarioError.of("extends", problem, base.mark)
    below = Path(os.path.realpath(shipped.found(name, path.parent)))
    shown_below = str(Path(shown).parent / name) if below.parent == here.parent else below.name
    base_document = read_file(below, shown_below, mistakes)
    return laid_over(
        _with_base(base_document, below, shown_below, mistakes, (*seen, here)), document
    )


def _why_no_base(path: Path, name: str | None, seen: tuple[Path, ...]) -> str:
    """Why a file cannot extend the file of this name; empty where it can."""
    refuse = "should be the name of a file in the same folder, like `laroche2011.yaml`"
    if not name:
        return refuse
    if "://" in name:
        return f"'{name}' is an address: {refuse}"
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", name) or ".." in Path(name).parts:
        return f"'{name}': {refuse}"
    beside = path.parent / name
    found = shipped.found(name, path.parent)
    below = Path(os.path.realpath(found))
    if found == beside and not below.is_relative_to(os.path.realpath(path.parent)):
        return f"'{name}' is a link to another folder: {refuse}"
    if below in seen:
        return f"'{name}' extends this file; two files cannot extend each other"
    if len(seen) >= MOST_FILES:
        return f"more than {MOST_FILES} files extend one another"
    if not below.is_file():
        why = why_no_file(beside).removeprefix("there is no such file")
        return f"there is no file '{name}' here{why}"
    return ""


def laid_over(base: Branch, patch: Branch) -> Branch:
    """A study with a patch laid over it; an arm that the patch adds does not become comparator.

    Without a `comparator` the last arm is it. That of the base stays it while it is there.
    """
    changed = lay(base, patch)
    before, arms = base.items.get("arms"), changed.items.get("arms")
    kept = kept_comparator(base)
    if "comparator" in patch.items or ("comparator" in base.items and kept is None):
        return changed
    changed.items.pop("comparator", None)
    if isinstance(before, Branch) and isinstance(arms, Branch) and before.items:
        last = list(before.items)[-1] if kept is None else str(kept.text)
        if last in arms.items and last != list(arms.items)[-1]:
            changed.items["comparator"] = Leaf(last, arms.marks[last])
            changed.marks["comparator"] = arms.marks[last]
    return changed


def kept_comparator(document: Branch) -> Leaf | None:
    """The comparator that `laid_over` kept; None where a file names it, or it is the last arm."""
    node, arms = document.items.get("comparator"), document.items.get("arms")
    if isinstance(node, Leaf) and isinstance(arms, Branch) and node.text is not None:
        return node if node.mark is arms.marks.get(node.text) else None
    return None


def remarks_on(document: Branch) -> tuple[str, ...]:
    """Sentences about what the files of a document do not say by themselves."""
    kept = kept_comparator(document)
    if kept is None:
        return ()
    why = f"the last arm of {kept.mark.file}, which an added arm does not replace"
    return (f"comparator: {kept.text}, {why}; `comparator: ...` names another",)


def lay(base: Branch, patch: Branch, depth: int = 0) -> Branch:
    """A document with a patch laid over it.

    Mappings are joined, other values replaced, and an empty key removes the entry of the base. A
    joined mapping gets the position of the patch, which is the likely cause of a mistake in it. The
    document itself, and for a setting its top-level parts, keep the position of the base.
    """
    dropped = {key for group in ALTERNATIVES if group & set(patch.items) for key in group}
    items = {key: node for key, node in base.items.items() if key not in dropped - set(patch.items)}
    marks = dict(base.marks)
    for key, node in patch.items.items():
        old = items.get(key)
        marks[key] = patch.marks[key]
        if is_empty(node) and old is not None:
            del items[key]
        elif isinstance(old, Branch) and isinstance(node, Branch) and not _replaces(node, old):
            items[key] = lay(old, node, depth + 1)
        else:
            items[key] = node
    patched = depth > (1 if patch.mark.file.startswith("--set") else 0)
    return Branch(items, patch.mark if patched else base.mark, marks)


def _replaces(node: Branch, old: Branch) -> bool:
    """True where one of two mappings is a value with what stands beside it, and gives way."""
    return "value" in node.items or ("value" in old.items and not {*node.items} <= {*BESIDE})


def with_canonical_effects(document: Branch, mistakes: list[Mistake]) -> Branch:
    """The document with canonical names of regimens, so that a patch meets the row of its base."""
    effects = document.items.get("effects")
    if isinstance(effects, Branch):
        names = {key: canonical_name(key) for key in effects.items}
        counts = Counter(names.values())
        repeated = [key for key in names if counts[names[key]] > 1]
        if repeated:
            at = effects.marks[repeated[-1]]
            message = f"{' and '.join(repeated)} are the same regimen"
            mistakes.append(Mistake("effects", message, at))
        rows = {names[key]: node for key, node in effects.items.items()}
        marks = {names[key]: mark for key, mark in effects.marks.items()}
        document.items["effects"] = Branch(rows, effects.mark, marks)
    return document
