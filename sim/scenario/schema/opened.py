"""The type of a form's field, opened: what it is without annotations and without `| None`."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

from sim.scenario.form.quantities import Quantity
from sim.scenario.form.spread import of_lognormal, of_normal


@dataclass(frozen=True)
class Opened:
    """A bare type and what its annotations say.

    `quantity` for a number, `short` for the key that a bare value stands for, `spread` where a
    mean and SD may be given in other ways.
    """

    bare: Any
    quantity: Quantity | None = None
    short: str = ""
    spread: bool = False

    @property
    def inside(self) -> Opened:
        """The type of a list's items or of a mapping's values."""
        return opened(get_args(self.bare)[-1])

    @property
    def is_form(self) -> bool:
        """True for a mapping with keys of its own."""
        return isinstance(self.bare, type) and issubclass(self.bare, BaseModel)

    @property
    def alternatives(self) -> list[Opened]:
        """The types of which a value has one."""
        return [opened(option) for option in get_args(self.bare)] if _is_union(self.bare) else []


def opened(annotation: Any, notes: Iterable[Any] = ()) -> Opened:
    """A field's type, with the annotations that pydantic keeps apart from it."""
    found = list(notes)
    while get_origin(annotation) is Annotated or _is_union(annotation):
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            found += more
            continue
        options = [option for option in get_args(annotation) if option is not type(None)]
        if len(options) > 1:
            break
        (annotation,) = options
    quantity = next((note for note in found if isinstance(note, Quantity)), None)
    validators = [note.func for note in found if isinstance(note, BeforeValidator)]
    short = next(filter(None, map(_short_for, validators)), "")
    return Opened(annotation, quantity, short, bool({of_normal, of_lognormal} & {*validators}))


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _short_for(validator: Any) -> str:
    """The key that a bare text or list stands for: `on` in the start of a therapy."""
    probes: tuple[Any, ...] = ("", [])
    for bare in probes:
        try:
            read = validator(bare)
        except PydanticCustomError:
            continue
        if isinstance(read, dict) and len(read) == 1:
            return str(next(iter(read)))
    return ""
