"""The doorway: a file, or a resolved document, to a Scenario with the source of each number."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from sim import evidence
from sim.scenario.form.study import Scenario
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.layers import assign, read_layers
from sim.scenario.measured import check_markers, without_unused
from sim.scenario.provenance import Number, Plain, take_off
from sim.scenario.regimens import check_regimens
from sim.scenario.report import Mark, Mistake, ScenarioError, dotted, nearest
from sim.scenario.sequences import check_sequences
from sim.scenario.tree import Leaf, Listing, Mapping, Node, Path_


@dataclass(frozen=True)
class Study:
    """A scenario that was read and found valid.

    `scenario` holds the values, `numbers` what vouches for each, `document` the resolved text
    (base and patches joined, sources taken off), whose digest names the study.
    """

    scenario: Scenario
    numbers: tuple[Number, ...]
    document: dict[str, Any]
    digest: str

    @property
    def assumptions(self) -> tuple[Number, ...]:
        """The numbers that no publication vouches for."""
        return tuple(number for number in self.numbers if number.is_assumption)


def load(path: str | Path, settings: Iterable[str] = ()) -> Study:
    """Read and check a scenario file, with `path=value` settings laid over it.

    Raises ScenarioError with every mistake found.
    """
    mistakes: list[Mistake] = []
    document = read_layers(Path(path), str(path), mistakes)
    for setting in settings:
        document = assign(document, setting, mistakes)
    return _study(document, mistakes)


def from_document(document: dict[str, Any], numbers: Iterable[Number]) -> Study:
    """A study again from its resolved document and its numbers, as a manifest keeps them.

    Raises ScenarioError when the document is not valid any more.
    """
    node = _as_node(document, Mark("the manifest", 1, 1))
    if not isinstance(node, Mapping):
        raise ScenarioError([Mistake("", "the manifest holds no scenario")])
    return replace(_study(node, []), numbers=tuple(numbers))


def _study(document: Mapping, found: list[Mistake]) -> Study:
    plain = take_off(document, evidence.keys())
    mistakes = list(plain.mistakes)
    scenario = None
    try:
        scenario = Scenario.model_validate(plain.tree)
    except ValidationError as error:
        mistakes += _explain(error, Scenario, plain, ())
    for path, tree in plain.uncertainty.items():
        try:
            Uncertainty.model_validate(tree)
        except ValidationError as error:
            mistakes += _explain(error, Uncertainty, plain, (*path, "uncertainty"))
    mistakes += check_regimens(plain)
    mistakes += check_sequences(plain)
    mistakes += check_markers(plain)
    mistakes += _unknown_answers(plain)
    told = {mistake.path for mistake in found}
    mistakes = [*found, *(mistake for mistake in mistakes if mistake.path not in told)]
    if mistakes or scenario is None:
        raise ScenarioError(sorted(mistakes, key=_by_place))
    canonical = json.dumps(plain.tree, sort_keys=True, ensure_ascii=True)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    numbers = without_unused(plain.numbers, plain.tree)
    return Study(scenario, tuple(numbers), plain.tree, digest)


def _unknown_answers(plain: Plain) -> list[Mistake]:
    answers = plain.tree.get("answers")
    if not isinstance(answers, str) or answers in set(evidence.keys()):
        return []
    message = f"'{answers}' is not a known publication; {nearest(answers, evidence.keys())}"
    return [Mistake("answers", message, plain.marks.get(("answers",)))]


def _by_place(mistake: Mistake) -> tuple[str, int, int]:
    at = mistake.mark
    return (at.file, at.line, at.column) if at else ("", 0, 0)


def _explain(
    error: ValidationError, form: type[BaseModel], plain: Plain, at: Path_
) -> list[Mistake]:
    """The mistakes of a form in the words of the file."""
    mistakes = []
    for detail in error.errors(include_input=False, include_url=False, include_context=True):
        path = (*at, *_in_the_file(detail["loc"], _look(plain, at)))
        kind, message = detail["type"], detail["msg"]
        mark = _nearest_mark(plain.marks, path)
        if kind == "extra_forbidden":
            allowed = _keys_at(form, detail["loc"][:-1])
            message = f"'{path[-1]}' is not a key here; {nearest(str(path[-1]), allowed)}"
            mark = plain.key_marks.get(path, mark)
        elif kind == "missing":
            message = "is missing"
            path = (*path, *(str(p) for p in detail["loc"][-1:] if p not in path[-1:]))
        elif kind in {"model_type", "dict_type", "model_attributes_type"}:
            message = "should be a mapping, `key: value` lines"
        elif kind == "list_type":
            message = "should be a list, in [brackets]"
        elif kind == "literal_error":
            message = f"is not known here; allowed: {detail['ctx']['expected']}"
        mistakes.append(Mistake(dotted(path), message, mark))
    return mistakes


def _look(plain: Plain, path: Path_) -> Any:
    return plain.uncertainty.get(path[:-1]) if path else plain.tree


def _in_the_file(loc: Iterable[str | int], tree: Any) -> Path_:
    """A form's path without the parts that only the form knows (tags, names of shorthands)."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(tree, dict) and part in tree
        if inside or (isinstance(tree, list) and isinstance(part, int)):
            path.append(part)
            tree = tree[part]
    return tuple(path)


def _nearest_mark(marks: dict[Path_, Mark], path: Path_) -> Mark | None:
    while path and path not in marks:
        path = path[:-1]
    return marks.get(path)


def _keys_at(form: Any, loc: Iterable[str | int]) -> list[str]:
    """The keys that a form allows at a place."""
    for part in loc:
        form = _inside(form, part)
    form = _bare(form)
    if isinstance(form, type) and issubclass(form, BaseModel):
        return [info.alias or name for name, info in form.model_fields.items()]
    return []


def _inside(form: Any, part: str | int) -> Any:
    for option in _options(form):
        bare = _bare(option)
        if any(isinstance(note, Tag) and note.tag == part for note in get_args(option)[1:]):
            return bare
        if get_origin(bare) in (dict, list):
            return get_args(bare)[-1]
        if isinstance(bare, type) and issubclass(bare, BaseModel):
            for name, info in bare.model_fields.items():
                if part in (name, info.alias):
                    return info.annotation
    return None


def _options(form: Any) -> list[Any]:
    bare = _bare(form)
    return list(get_args(bare)) if get_origin(bare) in (Union, types.UnionType) else [form]


def _bare(form: Any) -> Any:
    """A type without its annotations, and without None as an alternative."""
    while get_origin(form) is Annotated:
        form = get_args(form)[0]
    if get_origin(form) in (Union, types.UnionType):
        options = [option for option in get_args(form) if option is not type(None)]
        if len(options) == 1:
            return _bare(options[0])
    return form


def _as_node(value: Any, mark: Mark) -> Node:
    if isinstance(value, dict):
        items = {key: _as_node(item, mark) for key, item in value.items()}
        return Mapping(items, mark, dict.fromkeys(items, mark))
    return (
        Listing([_as_node(i, mark) for i in value], mark)
        if isinstance(value, list)
        else Leaf(value, mark)
    )
