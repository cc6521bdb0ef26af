"""The tables of economics: net benefit, verdicts, prices, costs and health; the ratio last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.display.numbers import significant
from sim.display.tables import Printout, Sheet, side_by_side, verdicts
from sim.economics.compared import BreakEven, Compared
from sim.economics.incremental import ON_FRONTIER, Standing
from sim.economics.pricing import UNDISCOUNTED
from sim.economics.ratios import amount
from sim.economics.valued import SUBGROUP, of_everyone
from sim.scenario import Scenario
from sim.scenario.protocol import accrual, past_evidence
from sim.vocabulary import EVERYONE, Arms

if TYPE_CHECKING:
    import pandas as pd

NET = "net benefit"
NOT_INCLUDED = (
    "Monte Carlo intervals: the uncertainty of prices, utilities and effects is not included",
    "(`mastosim sweep`).",
)


def printout(
    scenario: Scenario, worth: pd.DataFrame, compared: Sequence[Compared],
    prices: Sequence[BreakEven], standings: Sequence[Standing], readings: str = "",
) -> Printout:  # fmt: skip
    """Show what the outcomes of a run are worth.

    Parameters
    ----------
    scenario
        The scenario, with economics.
    worth
        The table of `sim.economics.valued`.
    compared, prices, standings
        What `sim.economics.compared` and `sim.economics.incremental` say of the arms.
    readings
        The readings that were averaged, with their weights; empty for the scenario's own.
    """
    net, *others = _sheets(of_everyone(worth))
    said = tuple(verdicts.of_net_benefit(of_everyone(worth), compared))
    shown = [
        net._replace(notes=said), *_of_prices(prices, scenario), *others,
        *_of_arms(standings, scenario), *_of_subgroups(worth),
    ]  # fmt: skip
    notes = (*verdicts.of_ratio(compared), "", *NOT_INCLUDED)
    return Printout(tuple(shown), notes, (*terms(scenario, readings), ""))


def sheets(worth: pd.DataFrame) -> list[Sheet]:
    """The tables of net benefit, and of costs and health, discounted and not.

    Those of each subgroup of the scenario follow, discounted.
    """
    return [*_sheets(of_everyone(worth)), *_of_subgroups(worth)]


def terms(scenario: Scenario, readings: str = "") -> Iterator[str]:
    """Who pays, in which money, what is discounted, past the evidence, and how it is read."""
    own = scenario.economics
    assert own is not None
    later = own.discount.after_30_years
    after = f", both {later:g} % after 30 years" if later is not None else ""
    yield f"Perspective: {own.perspective}. Prices: {own.currency} of {own.price_year}."
    yield (
        f"Discounted per year: costs {own.discount.costs:g} %, health {own.discount.health:g} %"
        f"{after}."
    )
    if said := past_evidence(scenario):
        yield said
    average = f"the average of {readings}" if readings else accrual(scenario)
    read = f"Annual increase read as: {average}"
    yield f"{read}. Costs of fractures and QALYs depend on it."


def _sheets(worth: pd.DataFrame) -> Iterator[Sheet]:
    """Net benefit, costs and health with discounting, and the same without."""
    is_net = worth["outcome"].str.startswith(NET)
    is_plain = worth["outcome"].str.endswith(UNDISCOUNTED)
    for title, rows in (
        ("Net benefit per patient", worth[is_net]),
        ("Costs and health per patient, discounted", worth[~is_net & ~is_plain]),
        ("Costs and health per patient, undiscounted", worth[is_plain]),
    ):
        named = rows.assign(outcome=rows["outcome"].str.removesuffix(UNDISCOUNTED), carriers=1)
        yield side_by_side.sheet(title, named, side_by_side.ARMS)


def _of_subgroups(worth: pd.DataFrame) -> Iterator[Sheet]:
    """Net benefit, costs and health of each subgroup, with discounting."""
    if SUBGROUP not in worth:
        return
    shown = worth[~worth["outcome"].str.endswith(UNDISCOUNTED) & (worth[SUBGROUP] != EVERYONE)]
    for name, rows in shown.groupby(SUBGROUP, sort=False):
        title = f"{name}: worth per patient, discounted"
        yield side_by_side.sheet(title, rows.assign(carriers=1), side_by_side.ARMS)


def _of_arms(standings: Sequence[Standing], scenario: Scenario) -> Iterator[Sheet]:
    """All arms by cost, where there are more than two."""
    if len(standings) < 3:
        return
    own = scenario.economics
    assert own is not None
    rows = [
        (
            one.arm, one.status, amount(one.cost), significant(one.effect, 4),
            "" if one.icer is None else f"{amount(one.icer)} over {one.against}",
        )
        for one in standings
    ]  # fmt: skip
    heads = ("Arms by cost", "standing", own.currency, "QALYs", f"{own.currency} per QALY gained")
    yield Sheet(heads, rows, (f"Only arms {ON_FRONTIER} can be the best buy.",))


def _of_prices(prices: Sequence[BreakEven], scenario: Scenario) -> Iterator[Sheet]:
    """The price of each therapy at which an arm is just worth its cost."""
    own = scenario.economics
    if not prices or own is None:
        return
    rows = [
        (
            f"{one.quantity}, {Arms(*one.arms).label()}", own.currency, amount(one.price),
            f"{amount(one.threshold)} {own.currency}", _break_even(one),
        )
        for one in prices
    ]  # fmt: skip
    heads = ("Price at which the net benefit is 0", "unit", "price", "a QALY worth", "break-even")
    yield Sheet(heads, rows, ("Each price alone; all else stays as it is.",))


def _break_even(one: BreakEven) -> str:
    return amount(one.break_even) if one.break_even >= 0 else "none from 0 up"
