"""Answers on costs, utilities, prices and discounting, from the economics of the scenario."""

from __future__ import annotations

from sim.reports.forms.given import Given
from sim.scenario.costs_and_quality import of_costs, of_discounting, of_quality
from sim.scenario.form.economics import Economics


def no_costs(given: Given) -> str | None:
    """That costs do not apply; None where the scenario has economics, as no result answers then."""
    if given.scenario.economics is not None:
        return None
    return "not applicable: this result has no costs and no utilities, and discounts nothing"


def economic_title(given: Given) -> str | None:
    """The title of the scenario."""
    return no_costs(given) or f"Title of the scenario: {given.scenario.title}"


def perspective(given: Given) -> str | None:
    """Who pays the costs that are counted."""
    return no_costs(given) or f"Perspective: {_economics(given).perspective}."


def discount_rates(given: Given) -> str | None:
    """The yearly rates of costs and of health, with their sources."""
    if without := no_costs(given):
        return without
    rates = of_discounting(_economics(given).discount)
    undiscounted = "Undiscounted values stand beside discounted ones."
    return f"Discounting: {rates}. {_sources(given, 'economics.discount.')} {undiscounted}"


def valuation(given: Given) -> str | None:
    """Utilities, and what fractures, reactions and therapies take from them, with their sources."""
    if without := no_costs(given):
        return without
    lines = of_quality(_economics(given).quality, given.scenario)
    return "\n".join([*map(_sentence, lines), _sources(given, "economics.quality.")])


def prices(given: Given) -> str | None:
    """What is counted, its price, and the sources of prices."""
    if without := no_costs(given):
        return without
    counted = "Each event of each simulated patient is counted, and multiplied by its price:"
    lines = of_costs(_economics(given).costs)
    return "\n".join([counted, *map(_sentence, lines), _sources(given, "economics.costs.")])


def currency(given: Given) -> str | None:
    """Currency and year of prices, and the levels by which other years are brought to it."""
    if without := no_costs(given):
        return without
    own = _economics(given)
    levels = ", ".join(f"{year}: {level:g}" for year, level in own.price_index.items())
    index = f"Prices of other years are brought to it by these levels of prices: {levels}."
    same = "All prices are of that year, as the scenario states them."
    return f"{own.currency} of {own.price_year}. {index if levels else same}"


def _economics(given: Given) -> Economics:
    """The economics of a scenario that has one."""
    assert given.scenario.economics is not None
    return given.scenario.economics


def _sources(given: Given, path: str) -> str:
    """The sources of the numbers below a path, and how many of them are assumptions."""
    own = [number for number in given.study.numbers if number.path.startswith(path)]
    assumed = sum(number.is_assumption for number in own)
    keys = dict.fromkeys(key for number in own for key in number.sources if key != "assumption")
    return f"Sources: {', '.join(keys) or 'none'}; {assumed} of {len(own)} numbers are assumptions."


def _sentence(line: str) -> str:
    return f"{line[0].upper()}{line[1:]}."
