"""The kinds of result, one file each: how it is kept, shown again, and done again.

`sim.experiments.verbs` says which verb of the command line works on which kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.display import figures
from sim.display.tables import Printout
from sim.results import Kept
from sim.scenario import Study
from sim.scenario.text.settings import in_words, set_in_all
from sim.vocabulary import FORMATS

OF_DESIGN = ("cohort.patients",)
"""What is set over the file by the number of trials, which is printed itself."""


class Shown(NamedTuple):
    """A result for people: its tables, the same as facts for JSON, and what its folder holds.

    Of a result that is kept, the facts name the folder. `details` are lines that are printed above
    the tables with --verbose, `next` are commands for a result that is kept.
    """

    printout: Printout
    facts: Mapping[str, Any]
    holds: str = "Tables and figures"
    details: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


Unkept = Callable[[Shown], None]
"""Called with a result that was simulated and cannot be kept, as when the disk is full."""


def keep_or_show(
    keep: Callable[[], Path], shown: Callable[[], Shown], unkept: Unkept | None
) -> Path:
    """Keep a result; one that cannot be kept is shown, and the error raised again."""
    try:
        return keep()
    except OSError:
        if unkept is not None:
            unkept(shown())
        raise


def with_changes(shown: Shown, studies: Sequence[Study], but: Sequence[str] = ()) -> Shown:
    """Say above the tables what was set over the files of all studies, but for some paths."""
    changed = [
        setting
        for setting in set_in_all([study.settings for study in studies])
        if setting.path not in but
    ]
    facts = {**shown.facts, "changed": [setting._asdict() for setting in changed]}
    if not changed:
        return shown._replace(facts=facts)
    line = f"Changed: {'; '.join(in_words(*setting) for setting in changed)}."
    above = (line, "", *shown.printout.above)
    return shown._replace(facts=facts, printout=shown.printout._replace(above=above))


def where_worth_is(shown: Shown, studies: Sequence[Study]) -> Shown:
    """Say below the tables where costs and QALYs of studies with economics are."""
    named = [study.scenario.name for study in studies if study.scenario.economics is not None]
    if not named:
        return shown
    of = ", ".join(dict.fromkeys(named))
    notes = (
        f"Costs and QALYs are not in these tables ({of}): `mastosim run` keeps them,",
        "and `mastosim worth` values them.",
    )
    return shown._replace(printout=shown.printout._replace(notes=(*shown.printout.notes, *notes)))


def draw_in_all_formats(kept: Kept) -> list[Path]:
    """Draw the figures of a result for screens, papers and slides."""
    return figures.draw(kept, formats=FORMATS)
