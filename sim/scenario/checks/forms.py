"""Mistakes that a form finds, in the words of the file and with their positions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, reduce
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sim.scenario.form.opened import Opened, opened
from sim.scenario.mistakes import Mistake, nearest
from sim.scenario.text.paths import DocumentPath, value_at
from sim.scenario.text.provenance import Plain

MAPPING = "should be a mapping, `key: value` lines"
SHOULD_BE = {"list_type": "should be a list, in [brackets]"}
SHOULD_BE |= dict.fromkeys(("model_type", "dict_type", "model_attributes_type"), MAPPING)

FormT = TypeVar("FormT", bound=BaseModel)


def validated(
    form: type[FormT], plain: Plain, tree: Any, at: DocumentPath = ()
) -> tuple[FormT | None, list[Mistake]]:
    """A part of a document read by its form, or its mistakes; `at` is the path of the part."""
    try:
        return form.model_validate(tree), []
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        return None, [_explained(detail, form, plain, tree, at) for detail in details]


@cache
def reader(form: Any) -> TypeAdapter[Any]:
    """The reader of a type of value, made once: making a reader takes longer than reading."""
    return TypeAdapter(form)


def _explained(
    detail: ErrorDetails, form: type[BaseModel], plain: Plain, tree: Any, at: DocumentPath
) -> Mistake:
    """A mistake of a form in the words of the file."""
    inside = detail.get("ctx", {}).get("place", ())
    path = (*at, *_in_the_file((*detail["loc"], *inside), tree))
    kind = detail["type"]
    message = SHOULD_BE.get(kind, detail["msg"])
    if kind == "extra_forbidden":
        allowed = _keys_at(form, detail["loc"][:-1])
        message = f"'{path[-1]}' is not a key here; {nearest(str(path[-1]), allowed)}"
    elif kind == "missing":
        path = (*path, *(str(p) for p in detail["loc"][-1:] if p not in path[-1:]))
        message = "is missing" + (" (left empty)" if path in plain.key_marks else "")
    elif kind == "literal_error":
        message = _unknown_word(value_at(tree, path[len(at) :]), detail["ctx"]["expected"])
    return plain.mistake(path, message, at_key=kind in {"extra_forbidden", "missing"})


def _unknown_word(value: Any, expected: str) -> str:
    """Help for a word that is none of those of its key; a list or a mapping is not repeated."""
    words = nearest(str(value), re.findall(r"'([^']*)'", expected))
    return (
        f"'{value}' is not known here; {words}"
        if isinstance(value, str)
        else f"is not known here; {words}"
    )


def _in_the_file(loc: Iterable[str | int], tree: Any) -> DocumentPath:
    """A path of a form without the parts that no file has: tags, keys of bare values."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(tree, dict) and part in tree
        if inside or (isinstance(tree, list) and isinstance(part, int)):
            path.append(part)
            tree = tree[part]
    return tuple(path)


def _keys_at(form: Any, loc: Iterable[str | int]) -> list[str]:
    """The keys that a form allows at a path."""
    return [*reduce(Opened.at, loc, opened(form)).fields]
