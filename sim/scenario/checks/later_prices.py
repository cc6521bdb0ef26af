"""Prices of a therapy that change at a time: what each entry of `later` may hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sim.scenario.durations import in_time
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy_costs import PER
from sim.scenario.mistakes import Mistake, closest
from sim.scenario.text.paths import DocumentPath
from sim.scenario.text.provenance import Plain

Path = tuple[str, ...]


def check_later_prices(
    plain: Plain, path: Path, is_what: str, allowed: Collection[str], is_used: bool
) -> Iterator[Mistake]:
    """Mistakes of the later prices of one therapy.

    Parameters
    ----------
    plain
        The document.
    path
        Where the prices of the therapy stand.
    is_what
        The therapy in words, such as `interferon is a course`.
    allowed
        Prices that a therapy of its kind has.
    is_used
        Whether an arm has the therapy; then a price that is missing is reported by itself.

    Yields
    ------
    Mistake
        An entry without a price, a price of another kind of therapy, and one that changes a price
        which is not there.
    """
    given, entries = plain.mapping(*path), plain.mapping(*path).get("later")
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        own: DocumentPath = (*path, "later", number)
        keys = [*entry] if isinstance(entry, dict) else []
        prices = [key for key in keys if key in PER]
        misspelt = [key for key in keys if key not in PER and closest(key, PER)]
        if keys and not prices and not misspelt:
            message = f"has no price; allowed beside `from`: {', '.join(allowed)}"
            yield plain.mistake(own, message)
        for key in prices:
            if key not in allowed:
                message = f"{is_what}; allowed: {', '.join(allowed)}"
                yield plain.mistake((*own, key), message, at_key=True)
            elif given.get(key) is None and not is_used:
                message = f"changes a price that is missing; write `{key}` beside `later` too"
                yield plain.mistake((*own, key), message, at_key=True)


def remarks_on_later_prices(scenario: Scenario) -> Iterator[str]:
    """Sentences about later prices that nobody pays: they begin after the end of follow-up."""
    assert scenario.economics is not None
    for name, prices in scenario.economics.costs.therapies.items():
        for number, later in enumerate(prices.later):
            if later.begin > scenario.horizon:
                yield (
                    f"economics.costs.therapies.{name}.later[{number}]: begins at "
                    f"{in_time(later.begin)}, after the end of follow-up at "
                    f"{in_time(scenario.horizon)}: nobody pays it"
                )
