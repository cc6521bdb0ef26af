"""The kinds of value in a scenario, read from text with a unit into one unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError, core_schema

from sim.scenario.form.units import UNITS, Dose, read, read_dose, split_quantity

DIGITS = re.compile(r"[+-]?[0-9]{1,1000}")


class Form(BaseModel):
    """A part of a scenario: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def check(self) -> None:
        """Refuse values that do not fit together; a form with rules has a `check` of its own."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self.check()
        return self


@dataclass(frozen=True)
class Quantity:
    """A kind of value: name, dimension (of `UNITS`), example, and limits in the code's unit.

    As an annotation of a field it reads the text, and describes the text for editors.
    """

    name: str
    dimension: str
    example: str
    low: float | None = None
    high: float | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def read(self, text: object) -> float | Dose:
        """The value in the code's unit. Raises PydanticCustomError for a value not allowed."""
        if self.is_dose:
            return read_dose(text, self.dimension)
        value = read(text, self.dimension)
        slack = 1e-12  # -99.9 % is not exactly -0.999
        under = self.low is not None and value < self.low - slack
        if under or (self.high is not None and value > self.high + slack):
            number, unit = split_quantity(text)
            scale = value / number if value else read(f"1 {unit}".strip(), self.dimension)
            raise refuse(f"'{text}' is not allowed here; allowed: {self._limits(scale, unit)}")
        return value

    @property
    def is_dose(self) -> bool:
        """True for doses, which are above 0 and keep the unit as typed."""
        return "dose" in self.dimension

    @property
    def units(self) -> list[str]:
        """The units that may be typed; none for a plain number."""
        return [unit for unit in UNITS[self.dimension] if unit]

    @property
    def allowed(self) -> str:
        """The allowed range in the unit of the example, `0 % to 100 %`; empty without limits."""
        if self.is_dose:
            return "above 0"
        return self._limits(*self._scale) if self.low is not None else ""

    def written(self, value: float) -> str:
        """A value of the code as typed in a file: 1.0 of a share is `100 %`."""
        scale, unit = self._scale
        return f"{value / scale:g} {unit}".strip()

    @property
    def _scale(self) -> tuple[float, str]:
        """The value of one unit of the example in the code's unit, and that unit."""
        unit = split_quantity(self.example)[1]
        return read(f"1 {unit}".strip(), self.dimension), unit

    def _limits(self, scale: float, unit: str) -> str:
        ends = [f"{e / scale:g} {unit}".strip() for e in (self.low, self.high) if e is not None]
        return " to ".join(ends) if len(ends) == 2 else f"{ends[0]} or more"


@dataclass(frozen=True)
class StandsFor:
    """Stands in `Annotated`: a bare text, or a bare list, stands for a mapping with this key."""

    key: str
    bare: type[str] | type[list[Any]]

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def read(self, value: Any) -> Any:
        """The mapping that a bare value stands for; other values as they are."""
        return {self.key: value} if isinstance(value, self.bare) else value


def _whole(text: object) -> int:
    if DIGITS.fullmatch(str(text)):
        return int(str(text))  # a float is exact up to 2^53 only, and seeds are larger
    number, unit = split_quantity(text)
    if unit or number != int(number):
        raise refuse(f"'{text}' should be a whole number")
    return int(number)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise refuse("should be text")
    return value


_CHANGE = "change, held as a fraction"
_SHARE = "share, held as a fraction"

Text = Annotated[str, BeforeValidator(_text)]
Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, Quantity("number", "number", "-1.5")]
NonNegative = Annotated[float, Quantity("number from 0", "number", "0.5", 0)]
Factor = Annotated[float, Quantity("factor", "number", "1.5", 0.01, 100)]
Days = Annotated[float, Quantity("time", "time, held in days", "45 days", 0)]
Share = Annotated[float, Quantity("share", _SHARE, "20 %", 0, 1)]
Change = Annotated[float, Quantity("change", _CHANGE, "-66 %", -0.999, 100)]
Variation = Annotated[float, Quantity("coefficient of variation", _CHANGE, "1.1 %", 0, 1)]
YearlyPercent = Annotated[
    float, Quantity("yearly change", "yearly change, held in percent", "2.4 %/year", -90, 1000)
]
Hazard = Annotated[float, Quantity("rate", "hazard, held per year", "0.05 per year", 0, 100)]
AgeYears = Annotated[float, Quantity("age", "age, held in years", "52 years", 0, 120)]
Kilograms = Annotated[float, Quantity("weight", "weight, held in kg", "68 kg", 0)]
Density = Annotated[
    float, Quantity("bone density", "bone density, held in g/cm2", "1.047 g/cm2", 0)
]
Ctx = Annotated[float, Quantity("CTX", "CTX, held in pg/mL", "357 pg/mL", 0)]
Balp = Annotated[float, Quantity("BALP", "BALP, held in IU", "20 IU", 0)]
Tryptase = Annotated[float, Quantity("tryptase", "tryptase, held in ug/L", "49 ug/L", 0)]
InfusionDose = Annotated[
    Dose, Quantity("dose at a visit", "infusion dose, held as typed", "1 mg/kg")
]
CourseDose = Annotated[Dose, Quantity("dose of a course", "course dose, held as typed", "1.5 MU")]


def refuse(message: str, **context: object) -> PydanticCustomError:
    """An error to raise from a check of a form, with a sentence for the user."""
    return PydanticCustomError("rule", message, context)


def only_if(is_allowed: Callable[[Any], object], message: str) -> AfterValidator:
    """A check of one value, for an annotation; `{value}` in the message is the value."""

    def checked(value: Any) -> Any:
        if not is_allowed(value):
            raise refuse(message, value=value)
        return value

    return AfterValidator(checked)


def only_one(form: Form, names: tuple[str, ...], what: str) -> str:
    """The only key given among several. Raises PydanticCustomError for none or more than one."""
    given = [name for name in names if getattr(form, name) is not None]
    if len(given) != 1:
        got = " and ".join(given) or "none"
        raise refuse(f"{what} needs exactly one of {', '.join(names)}; given: {got}")
    return given[0]
