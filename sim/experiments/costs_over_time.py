"""Costs over the time since entry: the patients of a study are simulated for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.economics.by_year import costs_so_far, ends_of_years
from sim.economics.groups import Groups, Quantities
from sim.economics.measures import measures_of, sites_of
from sim.economics.pricing import COST, UNDISCOUNTED
from sim.economics.quantities import economics_of
from sim.experiments.simulated_again import simulated_again
from sim.outcomes import records_by_arm
from sim.outcomes.labels import Label, Line, contrasts_of
from sim.outcomes.summary import summarise
from sim.outcomes.sums import sum_table
from sim.results.tables import as_filed
from sim.scenario import Study
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR, EVERYONE, FORMATS, Engine, Progress

if TYPE_CHECKING:
    import pandas as pd

NAME = "costs_over_time"
WAYS = (f"{COST}{UNDISCOUNTED}", COST)


def over_time(study: Study, progress: Progress | None = None) -> pd.DataFrame:
    """Compute what a patient has cost until the end of each year since entry.

    Parameters
    ----------
    study : Study
        A study with economics.
    progress : callable, optional
        Called with the number of patient courses done and to do.

    Returns
    -------
    pandas.DataFrame
        One row for each arm and year, and for each difference and year, undiscounted and
        discounted, with the columns of `worth.csv` and `years` since entry. The last year has the
        numbers of the run.
    """
    scenario, by_group = study.scenario, _so_far(study, progress)
    arms, against = [*scenario.arms], scenario.compared_with
    lines = [*_lines(study, by_group)]
    pairs = [{(0, arm): 1.0, (0, against): -1.0} for arm in arms if arm != against]
    contrasts = contrasts_of([line.label for line in lines], pairs)
    table = sum_table(lines, contrasts, part=max(1, len(by_group.patients)))
    found = summarise(scenario.name, table).drop(columns=["carriers", "subgroup"])
    ends = ends_of_years(round(scenario.horizon))
    years = [round(end / DAYS_PER_YEAR, 2) for end in ends]
    parts = len(found) // len(ends)
    return as_filed(found.assign(years=np.tile(years, parts)))


def _lines(study: Study, by_group: Quantities) -> Iterator[Line]:
    """Each way of discounting in each arm, with all years after each other."""
    scenario, patients = study.scenario, by_group.patients
    economics, sites = economics_of(scenario), sites_of(scenario)
    inside = (patients > 0).astype(float)
    for at, arm in enumerate(scenario.arms):
        for way, name in enumerate(WAYS):
            for year, end in enumerate(ends_of_years(round(scenario.horizon))):
                named = {one.name: one for one in measures_of(economics, end, sites)}
                label = Label((0, arm), EVERYONE, *named[name])
                yield Line(label, inside, by_group.sums[:, at, way, year], patients)


def _so_far(study: Study, progress: Progress | None) -> Quantities:
    """Costs by group, arm, way of discounting and year since entry."""
    ends = [str(end) for end in ends_of_years(round(study.scenario.horizon))]
    groups = Groups.none([*study.scenario.arms], ends, unit=study.scenario.together)
    for costs in simulated_again(study, _of_patients, progress):
        groups = groups.plus(costs)
    return groups.quantities()


def _of_patients(study: Study, engine: Engine, patients: range) -> Floats:
    """Costs of some patients: patients x arms x ways of discounting x years."""
    records = records_by_arm(study, patients, engine)
    return np.stack([costs_so_far(own, study.scenario) for own in records.values()], axis=1)


def drawn_into(folder: Path, table: pd.DataFrame, study: Study) -> list[Path]:
    """Draw the figure of `over_time` as SVG, PDF and PNG, with its CSV, into an unseen folder."""
    from sim.display.figures import style
    from sim.display.figures.form import STANDARD, formed
    from sim.display.figures.style import styled
    from sim.display.figures.titles import TITLES
    from sim.display.figures.worth import over_time as curves
    from sim.display.figures.worth.about import About

    scenario, economics = study.scenario, economics_of(study.scenario)
    money = f"{economics.currency} of {economics.price_year}"
    patients = f"{scenario.cohort.patients} virtual patients, the same in every arm."
    about = About(scenario.title, (*scenario.arms,), money, (patients,))
    with styled(), formed(STANDARD._replace(heading=TITLES[NAME])):
        return style.write(folder, NAME, *curves.figure(table, about), FORMATS)
