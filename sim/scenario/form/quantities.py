"""The kinds of value in a scenario: read from text with a unit, held in one unit."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from sim.scenario.units import Dose, read, read_dose, split_quantity


class Form(BaseModel):
    """A part of a scenario: closed (unknown keys refused), frozen once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _quantity(dimension: str, low: float | None = None, high: float | None = None) -> Any:
    """A validator that reads text of one dimension, within limits (in the unit held)."""

    def reader(text: object) -> float:
        value = read(text, dimension)
        slack = 1e-12  # -99.9 % is not exactly -0.999
        under = low is not None and value < low - slack
        if under or (high is not None and value > high + slack):
            unit = split_quantity(text)[1]
            scale = (
                value / split_quantity(text)[0] if value else read(f"1 {unit}".strip(), dimension)
            )
            ends = [f"{end / scale:g} {unit}".strip() for end in (low, high) if end is not None]
            allowed = " to ".join(ends) if len(ends) == 2 else f"{ends[0]} or more"
            raise PydanticCustomError(
                "range", "'{text}' is not allowed here; allowed: {allowed}",
                {"text": str(text), "allowed": allowed},
            )  # fmt: skip
        return value

    return BeforeValidator(reader)


def _whole(text: object) -> int:
    number, unit = split_quantity(text)
    if unit or number != int(number):
        raise PydanticCustomError("whole", "'{text}' should be a whole number", {"text": str(text)})
    return int(number)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("text", "should be text", {})
    return value


Text = Annotated[str, BeforeValidator(_text)]
Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, _quantity("number")]
NonNegative = Annotated[float, _quantity("number", 0)]
Factor = Annotated[float, _quantity("number", 0.01, 100)]
Days = Annotated[float, _quantity("time, held in days", 0)]
Share = Annotated[float, _quantity("share, held as a fraction", 0, 1)]
Change = Annotated[float, _quantity("share, held as a fraction", -0.999, 100)]
Variation = Annotated[float, _quantity("share, held as a fraction", 0, 1)]
YearlyPercent = Annotated[float, _quantity("yearly change, held in percent", -90, 1000)]
Hazard = Annotated[float, _quantity("hazard, held per year", 0, 100)]
AgeYears = Annotated[float, _quantity("age, held in years", 0, 120)]
Kilograms = Annotated[float, _quantity("weight, held in kg", 0)]
Density = Annotated[float, _quantity("bone density, held in g/cm2", 0)]
Ctx = Annotated[float, _quantity("CTX, held in pg/mL", 0)]
Balp = Annotated[float, _quantity("BALP, held in IU", 0)]
Tryptase = Annotated[float, _quantity("tryptase, held in ug/L", 0)]
InfusionDose = Annotated[
    Dose, BeforeValidator(lambda text: read_dose(text, "infusion dose, held as typed"))
]
CourseDose = Annotated[
    Dose, BeforeValidator(lambda text: read_dose(text, "course dose, held as typed"))
]


def refuse(message: str, **context: object) -> PydanticCustomError:
    """A mistake to raise from a check, with a sentence for the user."""
    return PydanticCustomError("rule", message, context)


def only_one(form: Form, names: tuple[str, ...], what: str) -> str:
    """The one of several keys that is given. Raises when none or more than one is."""
    given = [name for name in names if getattr(form, name) is not None]
    if len(given) != 1:
        raise refuse(
            "{what} needs exactly one of {names}; given: {given}",
            what=what, names=", ".join(names), given=" and ".join(given) or "none",
        )  # fmt: skip
    return given[0]
