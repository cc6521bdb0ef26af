"""Prices of a clinic: all that it has needs one, and no work is paid for twice."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic_core import PydanticCustomError

from sim.scenario.form.clinic import UNLIMITED
from sim.scenario.form.clinic_costs import OF_THE_DAY
from sim.scenario.form.study import Scenario
from sim.scenario.form.units import CURRENCIES, split_quantity
from sim.scenario.mistakes import Mistake, closest, nearest
from sim.scenario.text.provenance import Plain

COSTS = ("economics", "costs")
PRICES = (*COSTS, "clinic")
THROWN_AWAY, PAID_FOR = "per_mg_thrown_away", "per_infusion_is_for"

WHAT = {
    "per_place": "`places` other than `unlimited`", "per_chair_hour": "`chairs`",
    "per_nurse_hour": "`nurses`", "per_overtime_hour": "`chairs`",
}  # fmt: skip
"""What a clinic has to have for each price."""


def check_clinic_costs(plain: Plain) -> Iterator[Mistake]:
    """Mistakes of the prices of a clinic: absent, misplaced, and paid for twice."""
    if not plain.mapping(*COSTS):
        return
    given, has_clinic = plain.mapping(*PRICES), bool(plain.mapping("clinic"))
    if given and not has_clinic:
        yield plain.mistake(PRICES, "the scenario has no clinic to pay for", at_key=True)
    elif has_clinic and not given:
        yield plain.mistake(PRICES, f"is missing: {_example(plain)}")
    elif has_clinic:
        yield from _of_what_there_is(plain)
        yield from _of_drugs(plain)
        yield from _twice(plain)


def check_overtime(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    """A mistake where overtime has a price, and no day tells how much of it there is."""
    clinic, economics = scenario.clinic, scenario.economics
    if clinic is None or economics is None or economics.costs.clinic is None:
        return
    price = economics.costs.clinic.per_overtime_hour
    if price is not None and price.amount > 0 and not clinic.open_days(scenario.horizon):
        message = (
            "overtime is that of the days on which everyone is enrolled and nobody has ended, and "
            "there is none: shorten clinic.enrolment"
        )
        yield plain.mistake((*PRICES, "per_overtime_hour"), message)


def _of_what_there_is(plain: Plain) -> Iterator[Mistake]:
    """Prices that are missing, and prices of what the clinic does not have."""
    given, chairs = plain.mapping(*PRICES), plain.mapping("clinic", "chairs")
    has_places = plain.mapping("clinic").get("places") not in (None, UNLIMITED)
    has = {
        "per_place": has_places, "per_chair_hour": bool(chairs),
        "per_nurse_hour": bool(plain.mapping("clinic", "chairs", "nurses")),
        "per_overtime_hour": bool(chairs),
    }  # fmt: skip
    for key, is_there in has.items():
        misspelt = any(closest(other, WHAT) == key for other in given if other not in WHAT)
        if is_there and given.get(key) is None and not misspelt:
            message = f"is missing: the clinic has {WHAT[key]}; write {_price(plain)}"
            yield plain.mistake((*PRICES, key), message)
        elif not is_there and given.get(key) is not None:
            message = f"stands with {WHAT[key]}, which the clinic does not have"
            yield plain.mistake((*PRICES, key), message, at_key=True)


def _of_drugs(plain: Plain) -> Iterator[Mistake]:
    """Drugs of the stock without a price, and prices of others."""
    stocked, given = plain.mapping("clinic", "supply"), plain.mapping(*PRICES, THROWN_AWAY)
    for name in given:
        if name not in stocked:
            known = nearest(name, stocked) if stocked else "the clinic has no `supply`"
            message = f"'{name}' is not a drug with a stock; {known}"
            yield plain.mistake((*PRICES, THROWN_AWAY, name), message, at_key=True)
    for name in stocked:
        misspelt = any(closest(other, stocked) == name for other in given if other not in stocked)
        if given.get(name) is None and not misspelt:
            message = f"is missing: the stock of {name} is in whole vials; write {_price(plain)}"
            yield plain.mistake((*PRICES, THROWN_AWAY, name), message)


def _twice(plain: Plain) -> Iterator[Mistake]:
    """Prices of the day beside a tariff that pays for the visit."""
    given, served = plain.mapping(*PRICES), plain.mapping("clinic").get("serves")
    if given.get(PAID_FOR) != "drug and visit":
        return
    for name in map(str, served) if isinstance(served, list) else ():
        own = plain.mapping(*COSTS, "therapies", name)
        later = own.get("later")
        ever = [own, *(later if isinstance(later, list) else [])]
        is_tariff = any(_is_paid(of.get("per_infusion")) for of in ever if isinstance(of, dict))
        for key in (key for key in OF_THE_DAY if is_tariff and _is_paid(given.get(key))):
            message = (
                f"per_infusion of {name} is for `drug and visit`, so the visit would be paid for "
                f"twice; write 0 {_currency(plain)} here, or the price of the drug alone there "
                f"with `{PAID_FOR}: drug`"
            )
            yield plain.mistake((*PRICES, key), message)


def _is_paid(price: object) -> bool:
    """Whether a text is a price above 0."""
    try:
        return isinstance(price, str) and split_quantity(price)[0] > 0
    except PydanticCustomError:
        return False


def _example(plain: Plain) -> str:
    has_chairs, money = bool(plain.mapping("clinic", "chairs")), _currency(plain)
    own = f"per_chair_hour: 6 {money}, per_overtime_hour: 120 {money}"
    prices = own if has_chairs else f"per_place: 90 {money}"
    return f"the patients share a clinic; write its prices, like {{{PAID_FOR}: drug, {prices}}}"


def _price(plain: Plain) -> str:
    return f"its price, 0 {_currency(plain)} if it costs nothing"


def _currency(plain: Plain) -> str:
    currency = plain.mapping("economics").get("currency")
    return str(currency) if currency in CURRENCIES else "EUR"
