"""Files laid over files: `extends`, what a what-if changes, and `--set path=value`."""

from __future__ import annotations

import re
from pathlib import Path

from sim.scenario.report import Mark, Mistake, ScenarioError, dotted
from sim.scenario.tree import Leaf, Listing, Mapping, Node, read_file, read_text

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


def read_layers(
    path: Path, shown: str, mistakes: list[Mistake], seen: tuple[Path, ...] = ()
) -> Mapping:
    """The document of a file laid over the file that it extends, if any.

    Raises ScenarioError for a base that is missing, outside the file's folder, or its own base.
    """
    document = _with_canonical_effects(read_file(path, shown, mistakes))
    base = document.items.pop("extends", None)
    if base is None:
        return document
    name = base.text if isinstance(base, Leaf) else None
    refuse = "should be the name of a file in the same folder, like `laroche2011.yaml`"
    if not name or not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", name) or ".." in Path(name).parts:
        raise ScenarioError([Mistake("extends", refuse, base.mark)])
    below = (path.parent / name).resolve()
    if not below.is_relative_to(path.parent.resolve()):
        raise ScenarioError([Mistake("extends", refuse, base.mark)])
    if below in (*seen, path.resolve()):
        raise ScenarioError([Mistake("extends", f"'{name}' extends this file in turn", base.mark)])
    if not below.is_file():
        raise ScenarioError([Mistake("extends", f"there is no file '{name}' here", base.mark)])
    shown_below = str(Path(shown).parent / name)
    return lay(read_layers(below, shown_below, mistakes, (*seen, path.resolve())), document)


def lay(base: Mapping, patch: Mapping) -> Mapping:
    """A document with another laid over it: mappings join, all else gives way, nothing removes."""
    dropped = {key for group in ALTERNATIVES if group & set(patch.items) for key in group}
    items = {key: node for key, node in base.items.items() if key not in dropped - set(patch.items)}
    marks = dict(base.marks)
    for key, node in patch.items.items():
        old = items.get(key)
        marks[key] = patch.marks[key]
        if isinstance(node, Leaf) and node.text is None and old is not None:
            del items[key]
        elif isinstance(old, Mapping) and isinstance(node, Mapping) and "value" not in node.items:
            items[key] = lay(old, node)
        else:
            items[key] = node
    return Mapping(items, base.mark, marks)


def assign(document: Mapping, setting: str, mistakes: list[Mistake]) -> Mapping:
    """The document with one `path=value` set, as on the command line."""
    mark = Mark(f"--set {setting}", 1, 1)
    name, equals, text = setting.partition("=")
    parts = [int(p) if p.isdigit() else p for p in re.split(r"\.|\[(\d+)\]\.?", name.strip()) if p]
    if not equals or not parts or isinstance(parts[0], int):
        message = "should read path=value, like therapies.pamidronate.given=80 %"
        raise ScenarioError([Mistake("--set", f"'{setting}' {message}")])
    value = read_text(text.strip(), mark.file, mistakes)
    return lay(document, _with_canonical_effects(_nest(document, parts, value, mark)))


def _nest(within: Node | None, parts: list[str | int], value: Node, mark: Mark) -> Mapping:
    """A patch that holds nothing but the value, as deep as its path."""
    key, rest = parts[0], parts[1:]
    if isinstance(key, int):
        raise ScenarioError([Mistake("--set", f"there is no list item [{key}] on this path", mark)])
    old = within.items.get(key) if isinstance(within, Mapping) else None
    inside: Node = value
    if isinstance(old, Mapping) and isinstance(old.items.get("value"), Listing) and rest:
        old = old.items["value"]
    if rest and isinstance(rest[0], int) and isinstance(old, Listing):
        inside = _replace_item(old, rest[0], rest[1:], value, mark)
    elif rest:
        inside = _nest(old, rest, value, mark)
    return Mapping({key: inside}, mark, {key: mark})


def _replace_item(old: Listing, at: int, rest: list[str | int], value: Node, mark: Mark) -> Listing:
    if at >= len(old.items):
        raise ScenarioError(
            [Mistake("--set", f"the list has {len(old.items)} items, from [0]", mark)]
        )
    item = old.items[at]
    if rest:
        if not isinstance(item, Mapping):
            raise ScenarioError([Mistake("--set", f"item [{at}] has no {dotted(rest)}", mark)])
        value = lay(item, _nest(item, rest, value, mark))
    return Listing([*old.items[:at], value, *old.items[at + 1 :]], old.mark)


def canonical_regimen(name: str) -> str:
    """A regimen's name whatever the order it was typed in: therapies sorted and joined by ' + '."""
    return " + ".join(sorted(part.strip() for part in name.split("+")))


def _with_canonical_effects(document: Mapping) -> Mapping:
    """Effects under one spelling of each regimen, so that a what-if meets the row it changes."""
    effects = document.items.get("effects")
    if isinstance(effects, Mapping):
        names = {key: canonical_regimen(key) for key in effects.items}
        twice = [key for key in names if list(names.values()).count(names[key]) > 1]
        if twice:
            at = effects.marks[twice[-1]]
            raise ScenarioError([Mistake("effects", f"{' and '.join(twice)} are one regimen", at)])
        document.items["effects"] = Mapping(
            {names[key]: node for key, node in effects.items.items()},
            effects.mark,
            {names[key]: mark for key, mark in effects.marks.items()},
        )
    return document
