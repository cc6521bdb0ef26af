"""Options of the functions, refused with the sentences of the command line."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from sim.errors import RequestError
from sim.scenario.mistakes import nearest

ChoiceT = TypeVar("ChoiceT", bound=str)


def one_of(name: str, value: ChoiceT, allowed: Collection[str]) -> ChoiceT:
    """Return a choice, or raise RequestError with the allowed ones.

    Examples
    --------
    >>> one_of("engine", "batch", ["auto", "simpy", "batch"])
    'batch'
    """
    if value not in allowed:
        raise RequestError(f"Invalid value for '{name}': {value!r}; {nearest(str(value), allowed)}")
    return value


def at_least(name: str, value: int, least: int) -> int:
    """Return a whole number that is large enough, or raise RequestError.

    Examples
    --------
    >>> at_least("trials", 20, 1)
    20
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise RequestError(f"Invalid value for '{name}': {value!r} is not a valid integer.")
    if value < least:
        raise RequestError(f"Invalid value for '{name}': {value} is not in the range x>={least}.")
    return int(value)


class Text(str):
    """A text that a Python shell and a notebook show as it is printed."""

    def __repr__(self) -> str:
        """The text itself, without quotes and with its lines."""
        return str(self)
