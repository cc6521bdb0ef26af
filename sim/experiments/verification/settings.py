"""Changes of a scenario that several checks make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.vocabulary import SITES

Changes = Mapping[Any, Any]
"""New values of parts of a document by their `DocumentPath`; None removes the part."""


def each_of(part: Sequence[str], names: Iterable[str], values: Mapping[str, Any]) -> Changes:
    """The same values in several entries of a part of the document."""
    return {(*part, name, key): value for name in names for key, value in values.items()}


def each_site(key: str, value: Any) -> Changes:
    """The same value of one setting at every fracture site."""
    return each_of(("fractures", "sites"), SITES, {key: value})


def base_rate(rate: str) -> Changes:
    """Another base rate of fractures."""
    return {("fractures", "base_rate"): rate}


def mortality_ratio(ratio: str) -> Changes:
    """Another standardised mortality ratio."""
    return {("mortality", "standardised_mortality_ratio"): ratio}


NO_GRADIENT = each_site("gradient", "1")
NO_FATAL_FRACTURES = each_site("case_fatality", "0 %")
NO_DEATHS: Changes = {**mortality_ratio("0"), **NO_FATAL_FRACTURES}
