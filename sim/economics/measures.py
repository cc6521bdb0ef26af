"""The outcomes of economics as measures: what each can be, and what one rare event changes.

A rare event is known by the quantities that it adds: a fracture is one fracture of its site and a
year in the first state instead of none. Prices and utilities lay any outcome on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sim.economics.pricing import STATES, Worth, outcomes_of
from sim.outcomes.definitions.named import Measure
from sim.scenario.form.economics import Economics, Quality
from sim.scenario.form.study import Scenario
from sim.vocabulary import DAYS_PER_YEAR, SITES

Quantity = Mapping[str, float]
"""Quantities by their keys."""


def measures_of(economics: Economics, day: int, sites: Collection[str]) -> list[Measure]:
    """List the outcomes of economics as measures.

    Parameters
    ----------
    economics
        The economics of a scenario.
    day
        Last day of the follow-up.
    sites
        Sites at which patients can fracture, from `sites_of`.

    Returns
    -------
    list of Measure
        In the order of `outcomes_of`.
    """
    events = [*_rare_events(economics, sites)]
    return [
        Measure(one.name, one.unit, day, "mean", 1.0, one.least, one.most(economics, day),
                largest_change(one, events))
        for one in outcomes_of(economics)
    ]  # fmt: skip


def sites_of(scenario: Scenario) -> list[str]:
    """Sites at which patients of a scenario can fracture."""
    if scenario.fractures.base_rate.rate == 0:
        return []
    return [site for site in SITES if getattr(scenario.fractures.sites, site).share > 0]


def largest_change(outcome: Worth, events: Sequence[Quantity]) -> float:
    """The most that one of some events changes an outcome, without its sign."""
    changes = [
        sum(amount * outcome.weights.get(key, 0.0) for key, amount in event.items())
        for event in events
    ]
    return max(map(abs, changes), default=0.0)


def _rare_events(economics: Economics, sites: Collection[str]) -> Iterator[Quantity]:
    """What one fracture at each site, and one reaction of each name, add to the quantities."""
    quality = economics.quality
    for site in sites:
        yield {f"fracture: {site}": 1.0, **_first_year(site, quality)}
    for name in economics.costs.reactions:
        loss = quality.reactions.get(name)
        years = 0.0 if loss is None else loss.days / DAYS_PER_YEAR
        yield {f"reaction: {name}": 1.0, f"reaction loss: {name}": years}


def _first_year(site: str, quality: Quality) -> Quantity:
    """A year in the first state of a site instead of none, at the highest utility."""
    none, first, _ = STATES
    after = "/".join(first if one == site else none for one in SITES)
    before = "/".join(none for _ in SITES)
    return {f"well-years: {after}": quality.highest, f"well-years: {before}": -quality.highest}
