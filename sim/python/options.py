"""Options of the functions, refused with the sentences of the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def refuse_together(some: Mapping[str, object], others: Mapping[str, object]) -> None:
    """Raise RequestError where one of some options is given and one of the others as well.

    Examples
    --------
    >>> refuse_together({"pilot": False}, {"draws": 10})
    """
    for option in (name for name, value in some.items() if value):
        for other in (name for name, value in others.items() if value is not None):
            raise RequestError(f"{option} and {other} do not go together; leave one out")


class Text(str):
    """A text that a Python shell and a notebook show as it is printed."""

    def __repr__(self) -> str:
        """The text itself, without quotes and with its lines."""
        return str(self)
