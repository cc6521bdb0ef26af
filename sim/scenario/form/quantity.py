"""One kind of value: how it is typed, read into one unit, and limited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError, core_schema

from sim.scenario.form.units import UNITS, Dose, read, read_dose, split_quantity
from sim.scenario.mistakes import nearest

MOST_DIGITS = 6
"""A limit that takes more characters, with its point, is shown in the unit of the example."""


@dataclass(frozen=True)
class Quantity:
    """A kind of value: name, dimension (of `UNITS`), example, and limits in the code's unit.

    `words` are texts that may stand in place of a number, and are held as typed. `hint` follows the
    limits where a value is outside them.

    As an annotation of a field it reads the text, and describes the text for editors.
    """

    name: str
    dimension: str
    example: str
    low: float
    high: float
    words: tuple[str, ...] = ()
    hint: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def read(self, text: object) -> float | Dose | str:
        """The value in the code's unit. Raises PydanticCustomError for a value not allowed."""
        if text in self.words:
            return str(text)
        if self.words and isinstance(text, str) and text[:1].isalpha():
            raise refuse(
                f"'{text}' is no {self.name}; {nearest(text, [*self.words, self.example])}"
            )
        dose = read_dose(text, self.dimension) if self.is_dose else None
        value = dose.amount if dose is not None else read(text, self.dimension)
        slack = 1e-12  # -99.9 % is not exactly -0.999
        if not self.low - slack <= value <= self.high + slack:
            limits = self._limits(split_quantity(text)[1])
            message = "'{text}' is not allowed here; allowed: {limits}{hint}"
            hint = f". {self.hint}" if self.hint else ""
            raise refuse(message, text=str(text), limits=limits, hint=hint)
        return value if dose is None else dose

    @property
    def is_dose(self) -> bool:
        """True for doses and prices, which keep the unit as typed."""
        return self.dimension.endswith("held as typed")

    @property
    def units(self) -> list[str]:
        """The units that may be typed; none for a plain number."""
        return [unit for unit in UNITS[self.dimension] if unit]

    @property
    def allowed(self) -> str:
        """The allowed range in the unit of the example, `0 % to 100 %`."""
        return self._limits(self._scale[1])

    def written(self, value: float) -> str:
        """A value of the code as typed in a file: 1.0 of a share is `100 %`."""
        scale, unit = self._scale
        return f"{value / scale:g} {unit}".strip()

    @property
    def _scale(self) -> tuple[float, str]:
        """The value of one unit of the example in the code's unit, and that unit."""
        unit = split_quantity(self.example)[1]
        return read(f"1 {unit}".strip(), self.dimension), unit

    def _limits(self, unit: str) -> str:
        """The limits in a unit; in that of the example where they would be long numbers."""
        scale = UNITS[self.dimension].get(unit)
        digits = [] if scale is None else [_digits(end / scale) for end in (self.low, self.high)]
        if not digits or max(map(len, digits)) > MOST_DIGITS:
            scale, unit = self._scale
            digits = [_digits(end / scale) for end in (self.low, self.high)]
        return " to ".join(f"{number} {_as_counted(unit, number)}".strip() for number in digits)


def _digits(number: float) -> str:
    """A limit as people write it: 100000 and not 1e+05."""
    return f"{number:.0f}" if number == round(number) else f"{number:g}"


def _as_counted(unit: str, number: str) -> str:
    """A unit behind a number: 1 day, 2 days."""
    return unit.removesuffix("s") if number == "1" and unit in ("days", "years") else unit


def refuse(message: str, **context: object) -> PydanticCustomError:
    """An error to raise from a check of a form, with a sentence for the user.

    `place` in the context is the path of the mistake below the form that is checked.
    """
    return PydanticCustomError("rule", message, context)
