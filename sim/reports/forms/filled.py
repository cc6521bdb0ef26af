"""A form filled from kept results: each item with its answer, or with what the author writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.reports.forms.answers import ANSWERS
from sim.reports.forms.answers.checks import verdicts
from sim.reports.forms.form import Answered, Item, read
from sim.reports.forms.given import Given
from sim.results import Kept

if TYPE_CHECKING:
    import pandas as pd

NOT_APPLICABLE: Answered = "not applicable"
COLUMNS = ("form", "item", "section", "asked", "answer", "answered", "seen")
VERIFY = "the verdict of a check; give the result of `mastosim verify SCENARIO --out results` too"


@dataclass(frozen=True)
class Filled:
    """An item with its section, the answer of the results, and what the author is to write."""

    section: str
    item: Item
    text: str
    author: str

    @property
    def answered(self) -> Answered:
        """Whether the results answer the item: yes, partly, no, or not applicable."""
        if not self.text:
            return "no"
        if self.text.startswith(NOT_APPLICABLE):
            return NOT_APPLICABLE
        return "partly" if self.author else "yes"

    @property
    def answer(self) -> str:
        """The whole answer in words."""
        return "\n".join(part for part in (self.text, self.author) if part)


def filled(form: str, results: Sequence[Kept]) -> Iterator[Filled]:
    """Each item of a form in its order. Raises RequestError for an unknown form."""
    given = Given(results)
    for section, items in read(form).sections.items():
        for item in items:
            text = _text(item, given)
            yield Filled(section, item, text or "", _of_author(item, text))


def answered(form: str, results: Sequence[Kept]) -> pd.DataFrame:
    """Fill a form from kept results.

    Parameters
    ----------
    form
        A name of `FORMS`.
    results
        Kept results, one or more. The form describes the first run, or else the first result;
        others serve where they are of the same scenario.

    Returns
    -------
    DataFrame
        One row for each item: form (its name), item (its number), section, asked (in our words),
        answer, answered ("yes", "partly", "no" or "not applicable"), seen (True where the source's
        wording was seen).

    Raises
    ------
    RequestError
        For an unknown form.
    """
    import pandas as pd

    name = read(form).name
    rows = [
        (name, one.item.item, one.section, one.item.asked, one.answer, one.answered, one.item.seen)
        for one in filled(form, results)
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS])


def _text(item: Item, given: Given) -> str | None:
    if item.checks:
        return verdicts(given, item.checks)
    return None if item.answer is None else ANSWERS[item.answer](given)


def _of_author(item: Item, text: str | None) -> str:
    """What the author is to write: beside an answer, or in its place."""
    if text is None:
        return f"unanswered: {item.write or VERIFY}"
    return f"to add: {item.add}" if item.add and not text.startswith(NOT_APPLICABLE) else ""
