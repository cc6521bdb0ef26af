"""What stands on a filled form, whatever its format: title, lines above, a table per section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sim.reports.forms.filled import Filled, filled
from sim.reports.forms.form import Answered, Form, read
from sim.reports.forms.given import Given, named
from sim.results import Kept

HEADS = ("item", "asked", "answer")
NOT_SEEN = "source not seen"
COUNTED: Mapping[Answered, str] = {
    "yes": "answered", "partly": "answered in part", "no": "unanswered",
    "not applicable": "not applicable",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """A form with the lines above its tables, and its rows."""

    form: Form
    above: tuple[str, ...]
    rows: tuple[Filled, ...]

    @property
    def sections(self) -> Iterator[tuple[str, Iterator[Filled]]]:
        """The rows by section."""
        return groupby(self.rows, lambda row: row.section)


def layout(name: str, results: Sequence[Kept]) -> Layout:
    """Lay a form out. Raises RequestError for an unknown form."""
    rows = (*filled(name, results),)
    return Layout(read(name), (*_above(Given(results), rows),), rows)


def asked(row: Filled) -> str:
    """What an item asks, marked where the source was not seen."""
    return row.item.asked if row.item.seen else f"{row.item.asked} ({NOT_SEEN})"


def _above(given: Given, rows: Sequence[Filled]) -> Iterator[str]:
    yield f"Scenario: {given.scenario.name}. {given.scenario.title}"
    yield f"Filled from: {', '.join(map(named, given.used))}"
    strange = [named(kept) for kept in given.results if kept not in given.used]
    if strange:
        yield f"Of another scenario, not used: {', '.join(strange)}"
    counts = Counter(row.answered for row in rows)
    words = ", ".join(f"{counts[key]} {word}" for key, word in COUNTED.items() if counts[key])
    yield f"{len(rows)} items: {words}."
    yield "Items are in our own words."
    if not all(row.item.seen for row in rows):
        yield f'"{NOT_SEEN}": we could not read the source\'s wording of the item.'
