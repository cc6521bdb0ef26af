"""Names that come back from a CSV file, a spreadsheet and a folder as they were written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator

from sim.scenario.form.quantities import Text, only_if
from sim.scenario.form.quantity import refuse
from sim.vocabulary import ALIVE, EVERYONE

LONGEST_NAME = 100

# What readers of CSV files take for a missing value, a truth or a number.
_MISSING = {
    "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "None", "NULL", "null", "#N/A", "#N/A N/A",
    "#NA", "<NA>", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
}  # fmt: skip
_TRUTH = {"T", "F", "TRUE", "FALSE", "True", "False", "true", "false"}
_NUMBER = re.compile(
    r"[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?i?|[-+]?inf(inity)?|[-+]?0x[0-9a-f.]+(p[-+]?\d+)?",
    re.IGNORECASE,
)
"""Decimal numbers; infinity; complex and hexadecimal numbers, which R reads."""

_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)

Named = TypeVar("Named", bound=Mapping[str, Any])


def _possible(name: str) -> str:
    if reason := why_not(name):
        raise refuse("'{name}' cannot be a name; {reason}", name=name, reason=reason)
    return name


Name = Annotated[Text, AfterValidator(_possible)]
"""The name of a parameter or of a published fact."""


FolderName = Annotated[Text, only_if(
    lambda name: re.fullmatch(r"[a-z0-9]([a-z0-9_.-]{0,59}[a-z0-9_-])?", name)
    and not is_of_windows(name),
    "'{value}' cannot name a folder of results; allowed: small letters, digits, - and _, and "
    "no name that Windows keeps for itself, like con",
)]  # fmt: skip
"""The name of a scenario or a sweep, which their folders of results get."""


def possible_names(what: str, taken: Iterable[str] = ()) -> Callable[[Named], Named]:
    """A check of the names of a mapping, for an annotation; `what` is `an arm`, for example."""
    reserved = set(taken)

    def checked(named: Named) -> Named:
        for name in named:
            if name in reserved:
                raise refuse("'{name}' cannot name {what}; the word is taken", name=name, what=what)
            if reason := why_not(name):
                message = "'{name}' cannot name {what}; {reason}"
                raise refuse(message, name=name, what=what, reason=reason)
        return named

    return checked


def subgroup_names(named: Named) -> Named:
    """Subgroups with possible names. Raises PydanticCustomError for others."""
    if EVERYONE in named:
        raise refuse("'all' cannot name a subgroup; it means all patients")
    if ALIVE in named:
        raise refuse(f"'{ALIVE}' cannot name a subgroup; results have such a row already")
    return possible_names("a subgroup")(named)


def why_not(name: str) -> str:
    """Why a text cannot be a name; empty where it can."""
    if not name.strip():
        return "the name is empty"
    if name != name.strip():
        return "a name neither begins nor ends with a space"
    if not name.isprintable() or len(name) > LONGEST_NAME:
        return f"a name is one line of up to {LONGEST_NAME} characters"
    if name in _MISSING or name in _TRUTH or _NUMBER.fullmatch(name):
        kind = "a missing value" if name in _MISSING else "a truth value"
        kind = kind if name in _MISSING | _TRUTH else "a number"
        return f"readers of CSV files take it for {kind}; add a word"
    if name[0] in "=+-@":
        return f"a spreadsheet takes a text that begins with {name[0]} for a formula"
    if is_of_windows(name):
        return "Windows keeps this name for itself"
    return ""


def is_of_windows(name: str) -> bool:
    """True for a name that no file or folder can have on Windows, like `con` or `nul.csv`."""
    return _OF_WINDOWS.fullmatch(name) is not None
