"""Settings laid over a document: `path=value`, as `--set` on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from sim.scenario.mistakes import Mark, Mistake, ScenarioError
from sim.scenario.text.layers import laid_over, lay, with_canonical_effects
from sim.scenario.text.paths import DocumentPath, dotted, parts_of
from sim.scenario.text.provenance import as_it_stands
from sim.scenario.text.tree import DEEPEST, Branch, Listing, Node, read_text


class Setting(NamedTuple):
    """A value that was set over a document: its path, the old and the new value.

    Values are texts as typed, or lists and mappings of texts. `old` is None where the document had
    no value, `new` is None where the value was removed.
    """

    path: str
    old: Any
    new: Any


def in_words(path: str, old: Any, new: Any) -> str:
    """A changed value with the old one: `therapies.x.given: 95 % -> 80 %`."""
    return f"{path}: {as_text(old)} -> {as_text(new)}"


def set_to(path: str, new: Any) -> str:
    """A changed value alone: `therapies.x.given = 80 %`."""
    return f"{path} = {as_text(new)}"


class IsSetting(Protocol):
    """A value that was set over a document, in memory or in a manifest."""

    @property
    def path(self) -> str:
        """Its path."""

    @property
    def old(self) -> Any:
        """The value of the document."""

    @property
    def new(self) -> Any:
        """The value that was set."""


SettingT = TypeVar("SettingT", bound=IsSetting)


def set_in_all(settings: Sequence[Sequence[SettingT]]) -> list[SettingT]:
    """What was set alike over several documents, and is not what stands in them."""
    first, *others = settings
    laid = [{(s.path, json.dumps(s.new)) for s in other} for other in others]
    return [
        one
        for one in first
        if one.old != one.new and all((one.path, json.dumps(one.new)) in keys for keys in laid)
    ]


def as_text(value: Any) -> str:
    """A value of a document as text; `nothing` for None."""
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def in_full(settings: Iterable[str], patients: int | None, seed: int | None) -> list[str]:
    """Settings followed by those for the number of patients and the seed, where given."""
    given = {"cohort.patients": patients, "seed": seed}
    return [*settings, *(f"{path}={n}" for path, n in given.items() if n is not None)]


def set_over(
    document: Branch, settings: Sequence[str], mistakes: list[Mistake]
) -> tuple[Branch, tuple[Setting, ...]]:
    """The document with settings laid over it in their order, and a record of each path.

    A setting that cannot be laid over the document is skipped and added to `mistakes`.
    """
    changed, paths = document, []
    for setting in settings:
        try:
            path, patch = _patch(changed, setting, mistakes)
        except ScenarioError as error:
            mistakes += error.mistakes
            continue
        changed = laid_over(changed, with_canonical_effects(patch, mistakes))
        paths.append(path)
    return changed, tuple(
        Setting(dotted(path), _typed_at(document, path), _typed_at(changed, path))
        for path in dict.fromkeys(paths)
    )


def joined(before: Iterable[Setting], after: Iterable[Setting]) -> tuple[Setting, ...]:
    """Settings with later settings over them: of each path the first old and the last new value."""
    by_path = {setting.path: setting for setting in before}
    for setting in after:
        by_path[setting.path] = setting._replace(old=by_path.get(setting.path, setting).old)
    return tuple(by_path.values())


def _patch(document: Branch, setting: str, mistakes: list[Mistake]) -> tuple[DocumentPath, Branch]:
    """The path of a setting, and a document that contains its value alone."""
    mark = Mark(f"--set {setting}", 1, 1)
    name, equals, text = setting.partition("=")
    parts = parts_of(name)
    if len(parts) > DEEPEST:
        raise ScenarioError.of("--set", f"a path with more than {DEEPEST} parts", mark)
    if not equals or not parts or isinstance(parts[0], int) or parts[0] == "value":
        message = "should read path=value, like therapies.pamidronate.given=80 %"
        raise ScenarioError.of("--set", f"'{setting}' {message}")
    value = read_text(text.strip(), mark.file, mistakes)
    return parts, _nest(document, parts, value, mark)


def _nest(within: Node | None, parts: DocumentPath, value: Node, mark: Mark) -> Branch:
    """A patch that contains the value alone, nested as deep as its path."""
    key, rest = parts[0], parts[1:]
    if isinstance(key, int):
        raise ScenarioError.of("--set", f"the path has no list at [{key}]", mark)
    old = within.items.get(key) if isinstance(within, Branch) else None
    inside: Node = value
    if isinstance(old, Branch) and isinstance(old.items.get("value"), Listing) and rest:
        old = old.items["value"]
    if rest and isinstance(rest[0], int) and isinstance(old, Listing):
        inside = _replace_item(old, rest[0], rest[1:], value, mark)
    elif rest:
        inside = _nest(old, rest, value, mark)
    return Branch({key: inside}, mark, {key: mark})


def _replace_item(old: Listing, at: int, rest: DocumentPath, value: Node, mark: Mark) -> Listing:
    if at >= len(old.items):
        message = f"the list has {len(old.items)} items, counted from [0]"
        raise ScenarioError.of("--set", message, mark)
    item = old.items[at]
    if rest:
        if not isinstance(item, Branch):
            raise ScenarioError.of("--set", f"item [{at}] has no {dotted(rest)}", mark)
        value = lay(item, _nest(item, rest, value, mark))
    return Listing([*old.items[:at], value, *old.items[at + 1 :]], old.mark)


def _typed_at(document: Branch, path: DocumentPath) -> Any:
    """The value at a path as it was typed; None where the document has none."""
    node: Node | None = document
    for part in path:
        if isinstance(node, Branch) and part not in node.items:
            node = node.items.get("value")
        node = _inside(node, part)
    value = as_it_stands(node).tree if node else None
    return value.get("value", value) if isinstance(value, dict) else value


def _inside(node: Node | None, part: str | int) -> Node | None:
    """The entry of a mapping or the item of a list; None where there is none."""
    if isinstance(node, Branch) and isinstance(part, str):
        return node.items.get(part)
    if isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return None
