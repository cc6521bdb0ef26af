"""The action of each therapy over time: as taken, from recorded doses, and as planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.outcomes.tables import Tables, of_block
from sim.scenario import Study
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.biology.decay import decayed, time_under
from sim.simulation.lowering.cohort import dose_and_action
from sim.simulation.lowering.infusions import decay_rate
from sim.simulation.lowering.parameters import protocol_at_rate
from sim.simulation.lowering.without_chance import without_chance
from sim.simulation.records import Floats, Integers
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import Event

if TYPE_CHECKING:
    import pandas as pd

CHANGES = {True: (Event.INFUSION,), False: (Event.COURSE, Event.INTOLERANCE)}
"""Events that change the action of infusions and injections (True), and of a course."""

DIGITS = 6
"""Digits of the share of a dose that was given, which hide that a table is rounded."""

ENDS = (Event.END, Event.DEATH, Event.LOST)


def mean_actions(tables: Tables, study: Study) -> pd.DataFrame:
    """Compute the mean action of each therapy in each arm that has it, day by day.

    Parameters
    ----------
    tables
        Tables of a run.
    study
        The study of the run.

    Returns
    -------
    pandas.DataFrame
        One row per therapy, arm and day of the follow-up: therapy; arm; day; followed (patients
        under follow-up at its end); taken (mean action during the 24 hours that begin with the
        doses of the day, over these patients); planned (mean over all patients, if all went as
        planned). An action of 1 is the mean action in the published study.
    """
    import pandas as pd

    scenario, plan = study.scenario, _as_planned(study)
    weight = tables.patients["weight_kg"].to_numpy(float)
    rows = []
    for therapy in scenario.therapies:
        for arm, therapies in scenario.arms.items():
            if therapy in therapies:
                dose, each = _of_a_dose(scenario, therapy, weight)
                own = tables.events[tables.events["arm"] == arm]
                planned, _ = _by_day(plan[plan["arm"] == arm], scenario, therapy, np.ones(1))
                taken, followed = _by_day(own, scenario, therapy, each, dose)
                rows.append(pd.DataFrame({
                    "therapy": therapy, "arm": arm, "day": np.arange(len(taken)),
                    "followed": followed, "taken": taken, "planned": planned * each.mean(),
                }))  # fmt: skip
    columns = ["therapy", "arm", "day", "followed", "taken", "planned"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _as_planned(study: Study) -> pd.DataFrame:
    """The events of one patient in each arm, if all goes as planned."""
    protocol = protocol_at_rate(without_chance(study.scenario))
    names = names_of(study)._replace(reactions=())
    return of_block(simulate_arms(protocol, range(1), "simpy"), names).events


def _of_a_dose(scenario: Scenario, therapy: str, weight: Floats) -> tuple[Floats, Floats]:
    """The mg of one infusion, and what it adds to the action of each patient; 1 for a course."""
    taken, one = scenario.therapies[therapy], weight * 0 + 1
    return dose_and_action(taken, weight) if isinstance(taken, Infusions) else (one, one)


def _by_day(
    events: pd.DataFrame, scenario: Scenario, therapy: str, each: Floats, dose: Floats | None = None
) -> tuple[Floats, Integers]:
    """The mean action during each day over the patients followed to its end, and their number.

    `each` is what a `dose` of so many mg adds to the action, per patient; without `dose` all doses
    are whole. Of a course the events have the action.
    """
    therapy_form, days = scenario.therapies[therapy], round(scenario.horizon)
    is_infused, decay = isinstance(therapy_form, Infusions), 0.0
    if isinstance(therapy_form, Infusions):
        decay = decay_rate(therapy_form.exposure.half_life)
    changes = events[(events["what"] == therapy) & events["event"].isin(CHANGES[is_infused])]
    of_day = dict([*changes.groupby("day")])
    last = _last_days(events, len(each))
    action, means, followed = np.zeros(len(each)), np.full(days, np.nan), np.zeros(days, np.int64)
    for day in range(days):
        action *= decayed(decay, 1)
        if day in of_day:
            who, value = (of_day[day][name].to_numpy() for name in ("patient", "value"))
            if is_infused:
                part = 1.0 if dose is None else np.round(value / dose[who], DIGITS)
                action[who] = action[who] + each[who] * part
            else:
                action[who] = value
        alive = last > day
        followed[day] = alive.sum()
        if followed[day]:
            means[day] = action[alive].mean() * time_under(decay, 1)
    return means, followed


def _last_days(events: pd.DataFrame, patients: int) -> Integers:
    """The day on which the follow-up of each patient ended."""
    last = np.zeros(patients, np.int64)
    ends = events[events["event"].isin(ENDS)]
    last[ends["patient"].to_numpy()] = ends["day"].to_numpy()
    return last
