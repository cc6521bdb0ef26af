"""The table of the budget impact: spending by calendar year, today and with new shares of arms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.display.tables import Sheet
from sim.economics.budget import Budget, Shares
from sim.economics.ratios import amount
from sim.scenario import Scenario


def sheet(scenario: Scenario, budget: Budget) -> Sheet:
    """Show what is spent in each calendar year.

    Parameters
    ----------
    scenario
        The scenario, with economics.
    budget
        Its budget impact.
    """
    economics = scenario.economics
    assert economics is not None
    rows = [
        (
            f"calendar year {one.year}" if one.year else "all years", economics.currency,
            amount(one.today), amount(one.new),
            f"{amount(one.difference)} [{amount(one.low)} to {amount(one.high)}]",
        )
        for one in budget.years
    ]  # fmt: skip
    heads = ("Budget, undiscounted", "unit", "today", "new", "new - today")
    return Sheet(heads, rows, tuple(_notes(budget)))


def _notes(budget: Budget) -> Iterator[str]:
    yield f"{budget.patients_a_year:g} patients enter at the beginning of each calendar year. Those"
    yield "who entered before are in neither column. In brackets: 95 % Monte Carlo interval."
    yield f"Today: {_shares(budget.today)}. New: {_shares(budget.new)}."
    if max(one.year for one in budget.years) > budget.followed:
        yield f"The scenario follows patients for {budget.followed} years; later costs are left"
        yield "out."


def _shares(by_year: Sequence[Shares]) -> str:
    """The share of each arm, with those of all calendar years where they change."""
    return ", ".join(
        f"{arm} {_percents([shares[arm] for shares in by_year])} %"
        for arm in by_year[0]
        if any(shares[arm] for shares in by_year)
    )


def _percents(shares: Sequence[float]) -> str:
    if len({*shares}) == 1:
        return f"{100 * shares[0]:g}"
    return ", ".join(f"{100 * share:g}" for share in shares)
