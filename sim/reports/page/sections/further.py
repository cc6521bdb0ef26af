"""The further results of a page: emulations, readings, sweeps, power, comparisons, with figures."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sim.display.figures import OF_KIND
from sim.display.tables import Sheet
from sim.experiments import verbs
from sim.reports.page.contents import Contents
from sim.reports.page.pictures import pictures
from sim.reports.page.sections import Section
from sim.results import Kept

HEADINGS = {
    "run": "Run of {}",
    "comparison": "Comparison of {}",
    "readings": "Readings of the annual increase: {}",
    "emulation": "The published study again: {}",
    "sweep": "Sensitivity: {}",
    "power": "Power of trials: {}",
    "verification": "Checks of the program: {}",
}
"""The heading of the section of each kind of result."""


def sections(contents: Contents) -> list[Section]:
    """A section for each further result, and for the first where it is no run."""
    results = [*([] if contents.is_run else [contents.kept]), *contents.others]
    return [_section(contents, kept, number) for number, kept in enumerate(results, start=1)]


def count(contents: Contents) -> int:
    """How many drawings these sections make: two of each figure."""
    return 2 * sum(len(OF_KIND[kept.manifest.kind].usual) for kept in contents.others)


def _section(contents: Contents, kept: Kept, number: int) -> Section:
    """The tables that the command printed, with the figures of a further result."""
    shown, kind = verbs.show(kept), kept.manifest.kind
    names = [] if kept is contents.kept else OF_KIND[kind].usual
    drawn = pictures(kept, names, f"further{number}", contents.tick)
    facts = {
        "sheets": [_sheet(sheet) for sheet in shown.printout.sheets],
        "above": paragraphs(shown.printout.above),
        "notes": paragraphs(shown.printout.notes),
        "pictures": [*drawn],
        "folder": kept.folder.name,
        "differs": contents.differs(kept),
    }
    heading = HEADINGS[kind].format(kept.manifest.about)
    entry = verbs.KINDS[kind].called.removeprefix("a ").removeprefix("an ").capitalize()
    return Section(f"further{number}", entry, heading, "further.html", facts)


def _sheet(sheet: Sheet) -> Sheet:
    return sheet._replace(notes=tuple(paragraphs(sheet.notes)))


def paragraphs(lines: Iterable[str]) -> list[str]:
    """Lines of a terminal as paragraphs: an empty line ends one.

    >>> paragraphs(["One sentence,", "in two lines.", "", "Another."])
    ['One sentence, in two lines.', 'Another.']
    """
    return [" ".join(group) for is_text, group in groupby(lines, bool) if is_text]
