"""Economics: everything that the arms can do to a patient needs its price and its loss.

The checks read the tree of a file, so that a mistake elsewhere does not hide a missing price.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import PydanticCustomError

from sim.scenario.checks.later_prices import check_later_prices, remarks_on_later_prices
from sim.scenario.checks.markers import in_the_cohort
from sim.scenario.checks.regimens import Therapies
from sim.scenario.form.study import AS_A_COURSE, Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.form.units import CURRENCIES, split_quantity
from sim.scenario.mistakes import Mistake, closest, nearest
from sim.scenario.text.paths import DocumentPath, dotted
from sim.scenario.text.provenance import Plain
from sim.vocabulary import SITES

Path = tuple[str, ...]
COSTS, QUALITY = ("economics", "costs"), ("economics", "quality")
INDEX, YEAR = ("economics", "price_index"), "year"

PER_INFUSION, PER_MISSED, PER_DOSE = "per_infusion", "per_missed_infusion", "per_dose"


def check_economics(plain: Plain, therapies: Therapies) -> Iterator[Mistake]:
    """Mistakes of economics: absent and misplaced prices, unknown names, other currencies."""
    if not plain.mapping("economics"):
        return
    yield from _currencies(plain)
    yield from _years(plain)
    used = _in_arms(plain, therapies)
    for within in (COSTS, QUALITY):
        yield from _unknown(plain, (*within, "therapies"), therapies, "a therapy")
        caused = [name for therapy in therapies for name in _reactions(plain, therapy)]
        yield from _unknown(plain, (*within, "reactions"), caused, "a reaction of a therapy")
        if plain.mapping(*within):
            yield from _reactions_left_out(plain, within, used)
    if plain.mapping(*COSTS):
        for name, therapy in therapies.items():
            yield from _prices_of(plain, name, therapy, name in used)
        yield from _measurements(plain)


def remarks_on_economics(scenario: Scenario) -> Iterator[str]:
    """Sentences about economics that is allowed and worth a look."""
    if scenario.economics is None:
        return
    yield from remarks_on_later_prices(scenario)
    for site in SITES:
        left = getattr(scenario.economics.quality.fractures, site)
        if left.first_year > left.later:
            yield (
                f"economics.quality.fractures.{site}: utility falls from {left.first_year:g} of "
                f"its value in the first year to {left.later:g} later; are the two exchanged?"
            )
    if scenario.fractures.sites.vertebral.clinical is not None:
        yield (
            "economics.costs.fractures.vertebral: paid for every vertebral fracture, also for "
            "those that do not come to clinical attention (fractures.sites.vertebral.clinical)"
        )


def _in_arms(plain: Plain, therapies: Therapies) -> list[str]:
    """The therapies that some arm has, in the order of the file."""
    arms = plain.mapping("arms").values()
    named = {name for names in arms if isinstance(names, list) for name in map(str, names)}
    return [name for name in therapies if name in named]


def _reactions(plain: Plain, therapy: str) -> list[str]:
    return [*plain.mapping("therapies", therapy, "reactions")]


def _currencies(plain: Plain) -> Iterator[Mistake]:
    """Prices in another currency than that of the file."""
    currency = plain.mapping("economics").get("currency")
    for path, text in _texts(plain.mapping("economics"), ("economics",)):
        unit = _currency_of(text)
        if currency in CURRENCIES and unit in CURRENCIES and unit != currency:
            message = f"'{text}' is not in {currency}, the currency of all prices; convert it"
            yield plain.mistake(path, message)


def _years(plain: Plain) -> Iterator[Mistake]:
    """Prices of another year without a level of prices for it."""
    own, levels = plain.mapping("economics").get("price_year"), plain.mapping(*INDEX)
    for path, year in _texts(plain.mapping(*COSTS), COSTS):
        if path[-1] == YEAR and year != own and not {year, own} <= {*levels}:
            levels_of = f"`price_index` with both, like {{{year}: 80, {own}: 100}}"
            message = f"prices of {year} beside those of {own} need {levels_of}"
            yield plain.mistake(path, message)


def _texts(node: Any, path: DocumentPath) -> Iterator[tuple[DocumentPath, str]]:
    """Every text below a path of the document."""
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _texts(item, (*path, key))
    elif isinstance(node, str):
        yield path, node


def _currency_of(text: str) -> str:
    """The currency of a price or of a yearly cost; any other text for other values."""
    try:
        return split_quantity(text)[1].partition("/")[0]
    except PydanticCustomError:
        return ""


def _unknown(plain: Plain, within: Path, known: Iterable[str], kind: str) -> Iterator[Mistake]:
    known = list(dict.fromkeys(known))
    for name in _named(plain, within):
        if name not in known:
            message = f"'{name}' is not {kind}; {nearest(name, known)}"
            yield plain.mistake((*within, name), message, at_key=True)


def _named(plain: Plain, within: Path) -> list[str]:
    return [*plain.mapping(*within)]


def _is_misspelt(plain: Plain, within: Path, name: str, known: Iterable[str]) -> bool:
    """True where an unknown key is likely to mean a name, and is reported as that alone."""
    known = list(known)
    return any(closest(key, known) == name for key in _named(plain, within) if key not in known)


def _reactions_left_out(plain: Plain, within: Path, used: list[str]) -> Iterator[Mistake]:
    """Reactions of the arms without a price, or without a loss of utility."""
    causes: dict[str, str] = {}
    for therapy in used:
        for name in _reactions(plain, therapy):
            causes.setdefault(name, therapy)
    given = plain.mapping(*within, "reactions")
    for name, therapy in causes.items():
        path = (*within, "reactions")
        if given.get(name) is None and not _is_misspelt(plain, path, name, causes):
            loss = "its loss of utility, like {loss: 0.1, for: 3 days}, with loss 0 for none"
            what = _price_of("it", plain) if within == COSTS else loss
            yield _missing(plain, (*path, name), f"{therapy} can cause it; write {what}")


def _prices_of(
    plain: Plain, name: str, therapy: Infusions | Course | str, is_used: bool
) -> Iterator[Mistake]:
    """Prices of a therapy that are missing, or that belong to another kind of therapy."""
    is_course = isinstance(therapy, Course) or therapy == AS_A_COURSE
    by = "injection" if "injection" in plain.mapping("therapies", name) else "infusion"
    why = {
        PER_INFUSION: f"the arms give {name} by {by}; write {_price_of(f'one {by}', plain)}",
        PER_MISSED: f"an {by} of {name} can be missed; write {_price_of('one missed', plain)}",
    }
    if is_course:
        why = {PER_DOSE: f"{name} is a course; write {_price_of('one dose', plain)}"}
    is_what = f"{name} is a course" if is_course else f"{name} is given by {by}"
    path = (*COSTS, "therapies", name)
    given = plain.mapping(*path)
    for key in (key for key in (PER_INFUSION, PER_MISSED, PER_DOSE) if key in {*given} - {*why}):
        message = f"{is_what}; allowed: {', '.join(why)}"
        yield plain.mistake((*path, key), message, at_key=True)
    yield from check_later_prices(plain, path, is_what, [*why], is_used)
    known = [*plain.mapping("therapies")]
    if is_used and not _is_misspelt(plain, path[:-1], name, known):
        for key in (key for key in why if given.get(key) is None):
            if not _is_misspelt(plain, path, key, why):
                yield _missing(plain, (*path, key), why[key])


def _measurements(plain: Plain) -> Iterator[Mistake]:
    """Measurements of the study without a price."""
    markers = ", ".join(in_the_cohort(plain.tree))
    what = {"dxa": "bone density is"} | ({"markers": f"{markers} are"} if markers else {})
    path = (*COSTS, "measurements")
    for key, is_what in what.items():
        if plain.mapping(*path).get(key) is None and not _is_misspelt(plain, path, key, what):
            why = f"{is_what} measured at entry and at visits; write {_price_of('one', plain)}"
            yield _missing(plain, (*path, key), why)


def _price_of(what: str, plain: Plain) -> str:
    currency = plain.mapping("economics").get("currency")
    nothing = f"0 {currency if currency in CURRENCIES else 'EUR'}"
    return f"the price of {what}, {nothing} if it costs nothing"


def _missing(plain: Plain, path: Path, why: str) -> Mistake:
    """A mistake of an absent key, marked at the nearest key above it."""
    above = path[:-1]
    while above and above not in plain.key_marks:
        above = above[:-1]
    return Mistake(dotted(path), f"is missing: {why}", plain.mark_of(above, at_key=True))
