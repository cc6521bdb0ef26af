"""The figure of what trials of several sizes would be worth, written into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.display.figures import style
from sim.display.figures.form import STANDARD, formed
from sim.display.figures.style import styled
from sim.display.figures.titles import TITLES
from sim.economics.information.trials import Trials
from sim.results.atomic_file import files_aside, placed
from sim.vocabulary import FORMATS

NAME = "trials"


def save(
    trials: Trials, evpi: float, count: int, title: str, arms: Sequence[str], money: str,
    into: Path,
) -> list[Path]:  # fmt: skip
    """Write EVSI, and ENBS where the costs of a trial were said, by patients per arm.

    Parameters
    ----------
    trials
        What the trials are worth.
    evpi
        Value of perfect information in money per patient.
    count
        Number of draws.
    title, arms, money
        Title of the scenario, its arms, and its currency.
    into
        The folder, which is made where there is none. It receives all files or none.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    from sim.display.figures.worth import trials as by_size
    from sim.display.figures.worth.about import About

    told = f"A trial tells the mean of '{trials.outcome}' in each arm"
    after = f"after {round(trials.follow_up, 2):g} years."
    about = About(title, (*arms,), money, (f"{told} {after}",))
    with styled(), formed(STANDARD._replace(heading=TITLES[NAME])):
        drawn = by_size.figure(trials.by_size, evpi, count, about)
        with files_aside(into, NAME) as made:
            return placed(style.write(made, NAME, *drawn, FORMATS), into)
