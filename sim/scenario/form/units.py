"""Quantities typed as text with a unit, converted by a closed table.

1 month = 30.4375 days, 1 year = 365.25 days.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from sim.scenario.mistakes import nearest
from sim.vocabulary import DAYS_PER_MONTH, DAYS_PER_YEAR

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "CAD", "AUD", "JPY")

# dimension -> unit as written -> factor to the unit in the code
UNITS: dict[str, dict[str, float]] = {
    "time, held in days": {
        "day": 1, "days": 1, "week": 7, "weeks": 7,
        "month": DAYS_PER_MONTH, "months": DAYS_PER_MONTH,
        "year": DAYS_PER_YEAR, "years": DAYS_PER_YEAR,
    },
    "time of a visit, held in minutes": {"minutes": 1, "minute": 1, "hours": 60, "hour": 60},
    "amount of a drug, held in mg": {"mg": 1, "g": 1000},
    "age, held in years": {"years": 1, "year": 1},
    "weight, held in kg": {"kg": 1},
    "share, held as a fraction": {"%": 0.01},
    "change, held as a fraction": {"%": 0.01},
    "yearly change, held in percent": {"%/year": 1},
    "hazard, held per year": {
        "per year": 1, "per month": 12,
        "per 100 person-years": 0.01, "per 1000 person-years": 0.001,
    },
    "infusion dose, held as typed": {"mg/kg": 1, "mg": 1},
    "course dose, held as typed": {"MU": 1, "mg": 1, "ug": 1},
    "CTX, held in pg/mL": {"pg/mL": 1, "ng/L": 1, "ng/mL": 1000, "ug/L": 1000},
    "BALP, held in IU": {"IU": 1},
    "tryptase, held in ug/L": {"ug/L": 1, "ng/mL": 1},
    "bone density, held in g/cm2": {"g/cm2": 1},
    "money, held as typed": dict.fromkeys(CURRENCIES, 1),
    "money a year, held as typed": {f"{currency}/year": 1 for currency in CURRENCIES},
    "number": {"": 1},
}  # fmt: skip

SHARE = "share, held as a fraction"
LONGEST_QUANTITY = 100

_QUANTITY = re.compile(r"([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d,].*)?")
_KINDS = {dict: "a mapping", list: "a list", type(None): "an empty value"}
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)")


@dataclass(frozen=True)
class Dose:
    """An amount with its unit as typed: a dose in mg, mg/kg, MU or ug, or a price in a currency."""

    amount: float
    unit: str

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"


def split_quantity(text: object) -> tuple[float, str]:
    """A number and the unit behind it. Raises PydanticCustomError for anything else."""
    if not isinstance(text, str):
        raise _wrong(f"should be one value, not {_KINDS.get(type(text), 'this')}")
    if len(text) > LONGEST_QUANTITY:
        raise _wrong(f"'{text[:40]}...' is too long for a number")
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        if re.fullmatch(r"[-+]?\.?(nan|inf|infinity)\b.*", text.strip(), re.IGNORECASE):
            raise _wrong(f"'{text}' is not a finite number")
        comma = re.fullmatch(r"\s*[-+]?\d+,\d+.*", text)
        hint = "; write decimals with a point, thousands without a comma" if comma else ""
        raise _wrong(f"'{text}' does not start with a number{hint}")
    number = float(match[1])
    if not math.isfinite(number):
        raise _wrong(f"'{text}' is too large")
    return number, (match[2] or "").strip()


def read(text: object, dimension: str) -> float:
    """A quantity in the code's unit of this dimension (a key of UNITS).

    A share may be typed as counts, `2 of 10`. Raises PydanticCustomError for any other text.
    """
    if dimension == SHARE and (share := _counted(text)) is not None:
        return share
    number, unit = split_quantity(text)
    factor = _factor(str(text), unit, dimension)
    value = number * factor if factor >= 1 else number / round(1 / factor)  # 41 % is 0.41 exactly
    if not math.isfinite(value):
        raise _wrong(f"'{text}' is too large")
    return value


def read_dose(text: object, dimension: str) -> Dose:
    """A dose with its unit as typed."""
    number, unit = split_quantity(text)
    _factor(str(text), unit, dimension)
    return Dose(number, unit)


def _counted(text: object) -> float | None:
    """A share typed as counts, one division: 2 of 10 is exactly 0.2; None for any other text."""
    if not isinstance(text, str) or len(text) > LONGEST_QUANTITY:
        return None
    parts = re.split(r"\s+(?:out\s+)?of\b\s*|\s*/\s*", text.strip())
    numeric = len(parts) == 2 and all(_NUMBER.fullmatch(part) for part in parts)
    if not numeric and not re.search(r"\bof\b", text):
        return None
    if not numeric or not re.search(r"\d\s+of\s", text):
        raise _wrong(f"'{text}' should be written like 20 % or 2 of 10")
    count, total = parts
    if float(count) < 0 or float(total) < 0:
        raise _wrong(f"'{text}': a count is 0 or more")
    if not (count.isdecimal() and total.isdecimal()):
        whole = "counts are whole numbers, like 2 of 10; write other shares with %"
        raise _wrong(f"'{text}': {whole}")
    if int(total) == 0:
        raise _wrong(f"'{text}': the second count is 1 or more")
    if int(count) > int(total):
        raise _wrong(f"'{text}': the first count is at most {total}")
    return int(count) / int(total)


def _factor(text: str, unit: str, dimension: str) -> float:
    table = UNITS[dimension]
    if unit in table:
        return table[unit]
    what = dimension.split(",")[0]
    if "" in table:
        raise _wrong(f"'{text}': write a plain number, without a unit")
    if not unit and dimension == SHARE:
        share = "write a share with %, like 50 %, or as counts, like 2 of 10"
        raise _wrong(f"'{text}' has no unit; {share}")
    if not unit:
        raise _wrong(f"'{text}' has no unit; units of {what}: {', '.join(table)}")
    raise _wrong(f"'{text}': '{unit}' is not a unit of {what}; {nearest(unit, table)}")


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", message)
