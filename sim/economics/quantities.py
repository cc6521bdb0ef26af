"""Quantities per patient and arm: what was used, and times in states, before any price.

Costs and QALYs are sums of these quantities, each times a price or a weight, so another price needs
no other simulation. Each quantity is computed twice: as it is, and discounted. What is paid is
discounted at the rate of costs, time and losses of utility at the rate of health.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from sim.economics import lives, states
from sim.economics.clinic_use import of_clinic
from sim.economics.discounting import ByDay
from sim.economics.lives import Lives, Pair
from sim.economics.pricing import cost_of
from sim.economics.therapy_prices import PAID_PER, changes_of, key_from
from sim.outcomes.arm import ArmRecords
from sim.scenario.form.economics import Economics, ShortLoss
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.form.therapy_costs import TherapyCosts
from sim.simulation.lowering.infusions import reaction_names, reactions_of
from sim.simulation.records import Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, QUANTITIES, SITES, Event

WEEKS_PER_YEAR = DAYS_PER_YEAR / 7
DXA, MARKERS = QUANTITIES[: len(BONES)], QUANTITIES[len(BONES) :]


Column = Callable[[Lives], Pair]
"""How a quantity is computed from the lives of the patients of an arm."""


def keys_of(scenario: Scenario) -> tuple[str, ...]:
    """List the quantities of a scenario with economics: the same in every arm, in one order.

    Parameters
    ----------
    scenario
        Values of a study.

    Returns
    -------
    tuple of str
        Keys such as `life-years`, `given: pamidronate`, `fracture: hip` and
        `well-years: none/first/later`, with the states of vertebral, hip and other fractures.

    Raises
    ------
    ValueError
        If the scenario has no economics.
    """
    return tuple(key for key, _ in _layout(scenario))


def quantities(records: ArmRecords, scenario: Scenario) -> Floats:
    """Compute the quantities of the patients of one arm.

    Parameters
    ----------
    records
        Records of the patients of the arm.
    scenario
        Values of the study, with economics.

    Returns
    -------
    numpy.ndarray of float, shape (patients, 2, keys)
        Quantities in the order of `keys_of`: counts, and times in years. First undiscounted, then
        discounted.

    Raises
    ------
    ValueError
        If the scenario has no economics.

    References
    ----------
    docs/decisions.md, section "Costs and quality of life".
    """
    people, columns = Lives(records, economics_of(scenario)), [*_layout(scenario)]
    both = np.empty((2, len(columns), records.count))
    for at, (_, column) in enumerate(columns):
        both[:, at] = column(people)
    return np.moveaxis(both, -1, 0)


def costs_of_year(records: ArmRecords, scenario: Scenario, paid_on: ByDay) -> Floats:
    """Compute the cost of the patients of one arm on some days.

    Parameters
    ----------
    records, scenario
        As of `quantities`.
    paid_on
        What a cost counts on each day, such as 1 on some and 0 on others, and the integral of it
        (`sim.economics.by_year`).

    Returns
    -------
    numpy.ndarray of float, shape (patients,)
        Cost per patient, in the currency of the scenario.
    """
    economics = economics_of(scenario)
    people, total = Lives(records, economics, paid_on), np.zeros(records.count)
    prices = cost_of(economics.costs)
    for key, column in _layout(scenario):
        if price := prices.get(key, 0.0):
            total += price * column(people).discounted
    return total


def economics_of(scenario: Scenario) -> Economics:
    """Return the economics of a scenario. Raises ValueError where it has none."""
    if scenario.economics is None:
        raise ValueError("the scenario has no economics")
    return scenario.economics


def _layout(scenario: Scenario) -> Iterator[tuple[str, Column]]:
    """Each quantity with the way in which it is computed."""
    quality, costs = economics_of(scenario).quality, economics_of(scenario).costs
    yield "life-years", lives.life_years
    for name, therapy in scenario.therapies.items():
        of_therapy = quality.therapies.get(name)
        at_start = None if of_therapy is None else of_therapy.at_start
        own = dict(_of_therapy(name, therapy, at_start))
        yield from own.items()
        yield from _of_later_prices(name, costs.therapies.get(name), own)
    yield "dxa", partial(lives.occasions, names=DXA)
    yield "markers", partial(lives.occasions, names=MARKERS)
    for site in SITES:
        yield f"fracture: {site}", partial(lives.events, event=Event.FRACTURE, subject=site)
        yield f"years after: {site}", partial(lives.years_after, site=site)
    for name, labels in _reactions(scenario).items():
        yield f"reaction: {name}", partial(lives.reactions, labels=labels)
        if name in quality.reactions:
            loss = quality.reactions[name]
            yield f"reaction loss: {name}", partial(lives.reaction_loss, labels=labels, loss=loss)
    yield from of_clinic(scenario)
    for at, state in enumerate(states.COMBINED):
        yield f"well-years: {state}", partial(lives.well_years, state=at)


def _of_therapy(
    name: str, therapy: Infusions | Course, at_start: ShortLoss | None
) -> Iterator[tuple[str, Column]]:
    """The quantities of one therapy."""
    if isinstance(therapy, Course):
        doses = partial(lives.doses, therapy=name, a_year=therapy.times_per_week * WEEKS_PER_YEAR)
        yield f"doses: {name}", doses
    else:
        yield f"given: {name}", partial(lives.events, event=Event.INFUSION, subject=name)
        yield f"missed: {name}", partial(lives.missed, therapy=name)
    is_course = isinstance(therapy, Course)
    yield f"loss: {name}", partial(lives.years_on, therapy=name, is_course=is_course)
    if at_start is not None:
        yield (
            f"start loss: {name}",
            partial(lives.start_loss, therapy=name, is_course=is_course, loss=at_start),
        )


def _of_later_prices(
    name: str, prices: TherapyCosts | None, own: Mapping[str, Column]
) -> Iterator[tuple[str, Column]]:
    """What was given of a therapy from the day of each later price on."""
    for kind, per in PAID_PER.items():
        for day, _ in changes_of(prices, per) if prices is not None else ():
            column = own[key_from(kind, name, 0)]
            yield key_from(kind, name, day), partial(lives.from_day, day=day, column=column)


def _reactions(scenario: Scenario) -> dict[str, list[str]]:
    """Labels in records by the name in the file: therapies may share the name of a reaction."""
    of_name: dict[str, list[str]] = {}
    slots = zip(reactions_of(scenario), reaction_names(scenario), strict=True)
    for (_, _, name, _), label in slots:
        of_name.setdefault(name, []).append(label)
    return of_name
