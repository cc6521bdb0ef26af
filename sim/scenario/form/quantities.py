"""The kinds of value in a scenario, read from text with a unit into one unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import core_schema

from sim.scenario.form.quantity import Quantity, refuse
from sim.scenario.form.units import LONGEST_QUANTITY, Dose, split_quantity

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
    if len(str(text)) <= LONGEST_QUANTITY and DIGITS.fullmatch(str(text)):
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
_TIME = "time, held in days"
_YEARLY = "yearly change, held in percent"
_CENTURY = 36525.0

Text = Annotated[str, BeforeValidator(_text)]
Whole = Annotated[int, BeforeValidator(_whole)]

# Limits keep every calculation of the model finite and its work bounded. They are far beyond what
# patients, drugs and trials have. A kind of value for each limit, as names are keys of the schema.
Number = Annotated[float, Quantity("number", "number", "-1.5", -1e9, 1e9)]
NonNegative = Annotated[float, Quantity("number from 0", "number", "0.5", 0, 1e9)]
Factor = Annotated[float, Quantity("factor", "number", "1.5", 0.01, 100)]
TScore = Annotated[float, Quantity("T-score", "number", "-2.5", -10, 10)]
TScoreSd = Annotated[float, Quantity("SD of T-scores", "number", "1.1", 0, 5)]
Correlation = Annotated[float, Quantity("correlation", "number", "0.6", -1, 1)]
Count = Annotated[float, Quantity("count", "number", "3.5", 0, 50)]
CountSd = Annotated[float, Quantity("SD of counts", "number", "3.6", 0, 50)]
Action = Annotated[float, Quantity("action", "number", "0.15", 0.0001, 10_000)]
LogSd = Annotated[float, Quantity("SD of logarithms", "number", "0.3", 0, 5)]
Mortality = Annotated[float, Quantity("ratio of mortality", "number", "1", 0, 1e9)]
Exponent = Annotated[float, Quantity("exponent", "number", "1", 0, 10)]
Frailty = Annotated[float, Quantity("SD of a frailty", "number", "0.8", 0, 10)]
FrailtyVariance = Annotated[float, Quantity("variance of a frailty", "number", "3.5", 0, 20)]
Shape = Annotated[float, Quantity("shape", "number", "0.7", 0.1, 20)]
Often = Annotated[float, Quantity("times per week", "number", "3", 0.01, 1000)]
Days = Annotated[float, Quantity("time", _TIME, "45 days", 0, _CENTURY)]
StartDay = Annotated[float | str, Quantity(
    "time or fracture", _TIME, "45 days", 0, _CENTURY, words=("fracture",)
)]  # fmt: skip
HalfLife = Annotated[float, Quantity("half-life", _TIME, "45 days", 0.01, _CENTURY)]
FromADay = Annotated[float, Quantity("time from a day", _TIME, "45 days", 1, _CENTURY)]
_MINUTES = "time of a visit, held in minutes"
Minutes = Annotated[float, Quantity("minutes", _MINUTES, "12 minutes", 0, 1440)]
VisitMinutes = Annotated[float, Quantity("minutes of a visit", _MINUTES, "172 minutes", 1, 1440)]
Early = Annotated[float, Quantity("minutes early or late", _MINUTES, "-5 minutes", -720, 720)]
Milligrams = Annotated[float, Quantity(
    "amount of a drug", "amount of a drug, held in mg", "6000 mg", 0, 1e9
)]  # fmt: skip
Vial = Annotated[float, Quantity("vial", "amount of a drug, held in mg", "90 mg", 0.1, 100_000)]
Share = Annotated[float, Quantity("share", _SHARE, "20 %", 0, 1)]
Risk = Annotated[float, Quantity("risk", _SHARE, "20 %", 1e-6, 1 - 1e-6)]
Change = Annotated[float, Quantity("change", _CHANGE, "-66 %", -0.999, 100)]
Variation = Annotated[float, Quantity("coefficient of variation", _CHANGE, "1.1 %", 0, 1)]
YearlyPercent = Annotated[float, Quantity("yearly change", _YEARLY, "2.4 %/year", -90, 1000)]
YearlySd = Annotated[float, Quantity("SD of yearly changes", _YEARLY, "0.5 %/year", 0, 1000)]
Hazard = Annotated[float, Quantity("rate", "hazard, held per year", "0.05 per year", 0, 100)]
AgeYears = Annotated[float, Quantity("age", "age, held in years", "52 years", 0, 120)]
AgeSd = Annotated[float, Quantity("SD of ages", "age, held in years", "9 years", 0, 120)]
Kilograms = Annotated[float, Quantity("weight", "weight, held in kg", "68 kg", 1, 500)]
KilogramsSd = Annotated[float, Quantity("SD of weights", "weight, held in kg", "13 kg", 0, 500)]
_BMD = "bone density, held in g/cm2"
Density = Annotated[float, Quantity("bone density", _BMD, "1.047 g/cm2", 0.1, 10)]
DensitySd = Annotated[float, Quantity("SD of bone densities", _BMD, "0.11 g/cm2", 0.01, 1)]
Ctx = Annotated[float, Quantity("CTX", "CTX, held in pg/mL", "357 pg/mL", 0.1, 100_000)]
CtxSd = Annotated[float, Quantity("SD of CTX", "CTX, held in pg/mL", "158 pg/mL", 0, 100_000)]
Balp = Annotated[float, Quantity("BALP", "BALP, held in IU", "20 IU", 0.01, 100_000)]
BalpSd = Annotated[float, Quantity("SD of BALP", "BALP, held in IU", "8 IU", 0, 100_000)]
Tryptase = Annotated[
    float, Quantity("tryptase", "tryptase, held in ug/L", "49 ug/L", 0.01, 100_000)
]
TryptaseSd = Annotated[
    float, Quantity("SD of tryptase", "tryptase, held in ug/L", "40 ug/L", 0, 100_000)
]
InfusionDose = Annotated[Dose, Quantity(
    "dose at a visit", "infusion dose, held as typed", "1 mg/kg", 0.0001, 100_000
)]  # fmt: skip
CourseDose = Annotated[Dose, Quantity(
    "dose of a course", "course dose, held as typed", "1.5 MU", 0.0001, 100_000
)]  # fmt: skip

Price = Annotated[Dose, Quantity("price", "money, held as typed", "396 EUR", 0, 1e9)]
YearlyCost = Annotated[Dose, Quantity(
    "yearly cost", "money a year, held as typed", "300 EUR/year", 0, 1e9
)]  # fmt: skip
PriceLevel = Annotated[float, Quantity("level of prices", "number", "100", 0.001, 1e9)]
Discounting = Annotated[float, Quantity("discount rate", _YEARLY, "2.5 %/year", 0, 20)]
Utility = Annotated[float, Quantity(
    "utility", "number", "0.9", -1, 1, hint="1 is full health, 0 is death"
)]  # fmt: skip
Multiplier = Annotated[float, Quantity(
    "multiplier of utility", "number", "0.7", 0, 1,
    hint="Was a loss meant? Write what is left, 1 less the loss",
)]  # fmt: skip
Loss = Annotated[float, Quantity("loss of utility", "number", "0.02", 0, 2)]


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
