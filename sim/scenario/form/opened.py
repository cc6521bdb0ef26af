"""The type of a form's field, opened, and its meaning: the docstring below the field in the code.

An opened type is without annotations and without `| None`. The docstrings are read from the source
when the schema is made. Pydantic reads them at import, which takes as long as all of
`mastosim check`.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Tag
from pydantic.fields import FieldInfo

from sim.scenario.form.quantities import StandsFor
from sim.scenario.form.quantity import Quantity
from sim.scenario.form.spread import of_lognormal, of_normal


@dataclass(frozen=True)
class Opened:
    """A bare type and what its annotations say.

    `quantity` for a number, `short` for the key that a bare value stands for, `spread` where a
    mean and SD may be given in other ways, `tag` for the name of an alternative.
    """

    bare: Any
    quantity: Quantity | None = None
    short: str = ""
    spread: bool = False
    tag: str = ""

    @property
    def inside(self) -> Opened:
        """The type of a list's items or of a mapping's values."""
        return opened(get_args(self.bare)[-1])

    @property
    def is_form(self) -> bool:
        """True for a mapping with keys of its own."""
        return isinstance(self.bare, type) and issubclass(self.bare, BaseModel)

    @property
    def fields(self) -> dict[str, FieldInfo]:
        """The fields of a form by their keys; empty for any other type."""
        fields = self.bare.model_fields.items() if self.is_form else ()
        return {info.alias or name: info for name, info in fields}

    @property
    def alternatives(self) -> list[Opened]:
        """The types of a union, empty for any other type."""
        return [opened(option) for option in get_args(self.bare)] if _is_union(self.bare) else []

    def at(self, part: str | int) -> Opened:
        """The type behind a key, an index or the tag of an alternative."""
        for option in self.alternatives or [self]:
            if option.tag == part:
                return option
            if get_origin(option.bare) in (dict, list):
                return option.inside
            if part in option.fields:
                return of_field(option.fields[str(part)])
        return Opened(None)


def of_field(info: FieldInfo) -> Opened:
    """The type of a field of a form."""
    return opened(info.annotation, info.metadata)


def opened(annotation: Any, notes: Iterable[Any] = ()) -> Opened:
    """A type, with the annotations that pydantic keeps beside it."""
    notes = list(notes)
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        return opened(annotation, [*notes, *more])
    options = [kind for kind in get_args(annotation) if kind is not type(None)]
    if _is_union(annotation) and len(options) == 1:
        return opened(options[0], notes)
    quantity = next((note for note in notes if isinstance(note, Quantity)), None)
    short = next((note.key for note in notes if isinstance(note, StandsFor)), "")
    tag = next((note.tag for note in notes if isinstance(note, Tag)), "")
    validators = {note.func for note in notes if isinstance(note, BeforeValidator)}
    return Opened(annotation, quantity, short, bool({of_normal, of_lognormal} & validators), tag)


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def explained(form: type[BaseModel]) -> dict[str, str]:
    """The sentence about each field of a form, by the field's name."""
    return _in_module(form.__module__).get(plain_name(form), {})


def meaning(form: type[BaseModel]) -> str:
    """The sentence about the form itself."""
    return inspect.cleandoc(_defined(form).__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def plain_name(form: type[BaseModel]) -> str:
    """The name of a form without that of its quantity: MeanSd."""
    return _defined(form).__name__


def _defined(form: type[BaseModel]) -> type[BaseModel]:
    origin: type[BaseModel] | None = form.__pydantic_generic_metadata__["origin"]
    return origin or form


@cache
def _in_module(name: str) -> dict[str, dict[str, str]]:
    """The docstrings of all fields of all classes of a module."""
    body = ast.parse(inspect.getsource(sys.modules[name])).body
    return {node.name: _below_fields(node) for node in body if isinstance(node, ast.ClassDef)}


def _below_fields(node: ast.ClassDef) -> dict[str, str]:
    meanings = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                meanings[field.target.id] = " ".join(text.value.split())
    return meanings
