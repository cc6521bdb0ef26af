"""The meaning of each key of a form: the docstring below the field in the code.

The docstrings are read from the source when the schema is made. Pydantic reads them at import,
which takes as long as all of `mastosim check`.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache

from pydantic import BaseModel


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
