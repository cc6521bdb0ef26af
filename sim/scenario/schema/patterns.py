"""Single values as an editor can check them: a type of YAML, a regular expression, limits.

The patterns allow slightly more than a scenario does and never less: an editor marks no valid
value as wrong.
"""

from __future__ import annotations

from typing import Any, get_args

from sim import evidence
from sim.scenario.form.quantities import Days
from sim.scenario.form.quantity import Quantity
from sim.scenario.form.units import UNITS
from sim.scenario.text.provenance import ASSUMPTION

Json = dict[str, Any]

TEXT: Json = {"type": ["string", "number", "boolean"]}  # as YAML sees what is typed
WHOLE: Json = {
    "type": ["integer", "string"],
    "pattern": "^[+]?[0-9]+(?:[.]0*)?$",
    "minimum": 0,
    "errorMessage": "a whole number",
}

_DIGITS = "(?:[0-9]+[.]?[0-9]*|[.][0-9]+)"
_POWER = f"{_DIGITS}[eE][-+]?[0-9]+"
_OWN_FILE: Json = {"title": "own file", "type": "string", "pattern": "[.]yaml$"}


def as_json(quantity: Quantity) -> Json:
    """A quantity as it is typed: text with a unit, or a number without."""
    message = f"{in_words(quantity)}; like `{quantity.example}`"
    text = {"type": ["string"], "pattern": f"^{pattern(quantity)}$", "errorMessage": message}
    if quantity.units:
        return text
    return {**text, "type": ["number", "string"], "minimum": quantity.low, "maximum": quantity.high}


def pattern(quantity: Quantity) -> str:
    """The regular expression of a quantity: sign, number and unit, or a word.

    A share may also be `2 of 10`.
    """
    sign = "[+]?" if quantity.low >= 0 else "[-+]?"
    number = f"{sign}(?:{_number(quantity)}|{_POWER})"
    measured = rf"{number}\s*(?:{'|'.join(quantity.units)})" if quantity.units else number
    counted = r"[0-9]+\s+of\s+[0-9]+"
    others = [counted] if _is_share(quantity) else [*quantity.words]
    return f"(?:{'|'.join([measured, *others])})" if others else measured


def times() -> Json:
    """Times of visits: `3 months` or `every 12 months`, or a list of such times."""
    (days,) = get_args(Days)[1:]
    time = {
        "type": ["string"],
        "pattern": rf"^(?:every\s+)?{pattern(days)}$",
        "errorMessage": "a time like `3 months`, or `every 12 months`",
    }
    return {**time, "type": ["string", "array"], "items": time}


def sources(more: tuple[str, ...] = (ASSUMPTION,)) -> Json:
    """A shipped publication, each with a short citation, or a file of the user."""
    keys = evidence.keys()
    citations = [evidence.short_citation(evidence.publication(key)) for key in keys]
    known = {
        "title": "publication",
        "enum": [*more, *keys],
        "enumDescriptions": [*("supported by no publication" for _ in more), *citations],
    }
    return {"anyOf": [known, _OWN_FILE]}


def in_words(quantity: Quantity) -> str:
    """The allowed texts in words: `time: 0 days or more; unit: day, days, week, ...`."""
    if not quantity.units:
        return f"a plain number: {quantity.allowed}"
    counts = ", or counts like 2 of 10" if _is_share(quantity) and quantity.low == 0 else ""
    words = "".join(f", or the word {word}" for word in quantity.words)
    return f"{quantity.name}: {quantity.allowed}; unit: {', '.join(quantity.units)}{counts}{words}"


def _is_share(quantity: Quantity) -> bool:
    return quantity.units == ["%"]


def _number(quantity: Quantity) -> str:
    """A pattern of digits; with one unit, as many as the upper limit has."""
    if len(quantity.units) != 1:
        return _DIGITS
    (unit,) = quantity.units
    most = round(quantity.high / UNITS[quantity.dimension][unit])
    zeros = len(str(most)) - 1
    if most != 10**zeros or zeros == 0:
        return f"0*[0-9]{{1,{zeros + 1}}}(?:[.][0-9]*)?|[.][0-9]+"
    return f"0*10{{{zeros}}}(?:[.]0*)?|0*[0-9]{{1,{zeros}}}(?:[.][0-9]*)?|[.][0-9]+"
