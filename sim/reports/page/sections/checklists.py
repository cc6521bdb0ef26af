"""The reporting forms as far as the results fill them; what the author must write stands out."""

from __future__ import annotations

from collections import Counter

from sim.reports.forms.filled import NOT_APPLICABLE, filled
from sim.reports.forms.form import Answered
from sim.reports.page.contents import Contents
from sim.reports.page.sections import Section
from sim.vocabulary import REPORTING_FORMS

COUNTED: dict[Answered, str] = {
    "yes": "answered", "partly": "answered in part", "no": "unanswered",
    NOT_APPLICABLE: "not applicable",
}  # fmt: skip


def section(contents: Contents) -> Section:
    """Every form, each item with its answer or with what the author is to write."""
    results = (contents.kept, *contents.others)
    forms = []
    for name, title in REPORTING_FORMS.items():
        items = [*filled(name, results)]
        counts = Counter(item.answered for item in items)
        said = (f"{counts[key]} {words}" for key, words in COUNTED.items() if counts[key])
        forms.append({"name": name, "title": title, "entries": items, "counts": ", ".join(said)})
    return Section("checklists", "Checklists", "Checklists", "checklists.html", {"forms": forms})
