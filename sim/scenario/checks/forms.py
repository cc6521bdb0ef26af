"""What a form finds wrong, in the words of the file and with its places."""

from __future__ import annotations

import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Tag, TypeAdapter, ValidationError

from sim.scenario.mistakes import Mark, Mistake, nearest
from sim.scenario.text.paths import DocumentPath, dotted
from sim.scenario.text.provenance import Plain

FormT = TypeVar("FormT", bound=BaseModel)


def validated(
    form: type[FormT], plain: Plain, tree: Any, at: DocumentPath = ()
) -> tuple[FormT | None, list[Mistake]]:
    """A part of a document as its form, or what is wrong with it; `at` is where the part stands."""
    try:
        return form.model_validate(tree), []
    except ValidationError as error:
        return None, _explain(error, form, plain, tree, at)


@cache
def reader(form: Any) -> TypeAdapter[Any]:
    """The reader of a part of a form, made once: making a reader takes longer than a reading."""
    return TypeAdapter(form)


def _explain(
    error: ValidationError, form: type[BaseModel], plain: Plain, tree: Any, at: DocumentPath
) -> list[Mistake]:
    """The mistakes of a form in the words of the file."""
    mistakes = []
    for detail in error.errors(include_input=False, include_url=False, include_context=True):
        path = (*at, *_in_the_file(detail["loc"], tree))
        kind, message = detail["type"], detail["msg"]
        mark = _nearest_mark(plain.marks, path)
        if kind == "extra_forbidden":
            allowed = _keys_at(form, detail["loc"][:-1])
            message = f"'{path[-1]}' is not a key here; {nearest(str(path[-1]), allowed)}"
            mark = plain.key_marks.get(path, mark)
        elif kind == "missing":
            path = (*path, *(str(p) for p in detail["loc"][-1:] if p not in path[-1:]))
            mark = plain.key_marks.get(path, mark)
            message = "is missing" + (" (left empty)" if path in plain.key_marks else "")
        elif kind in {"model_type", "dict_type", "model_attributes_type"}:
            message = "should be a mapping, `key: value` lines"
        elif kind == "list_type":
            message = "should be a list, in [brackets]"
        elif kind == "literal_error":
            message = f"is not known here; allowed: {detail['ctx']['expected']}"
        mistakes.append(Mistake(dotted(path), message, mark))
    return mistakes


def _in_the_file(loc: Iterable[str | int], tree: Any) -> DocumentPath:
    """A form's path without the parts that only the form knows (tags, names of shorthands)."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(tree, dict) and part in tree
        if inside or (isinstance(tree, list) and isinstance(part, int)):
            path.append(part)
            tree = tree[part]
    return tuple(path)


def _nearest_mark(marks: dict[DocumentPath, Mark], path: DocumentPath) -> Mark | None:
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
