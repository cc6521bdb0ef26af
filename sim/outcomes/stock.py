"""The stock of drugs of clinics day by day, from what was taken out of it and the orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.outcomes.enrolment import days_of_enrolment
from sim.outcomes.tables import Tables
from sim.scenario import Study
from sim.simulation.clinic import Store, Supply, rules_of
from sim.simulation.records import Floats, Integers
from sim.vocabulary import Event

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["therapy", "arm", "day", "lowest", "median", "highest"]


def stocks(tables: Tables, study: Study) -> pd.DataFrame:
    """Compute the stock of each drug at the end of each day, over the clinics of each arm.

    Parameters
    ----------
    tables
        Tables of a run.
    study
        The study of the run.

    Returns
    -------
    pandas.DataFrame
        One row per therapy with a stock, arm that has it, and day since the limits of the clinic
        began: therapy; arm; day; lowest, median and highest stock of the clinics, mg. No rows
        without a stock.
    """
    import pandas as pd

    scenario, rows = study.scenario, []
    for therapy in () if scenario.clinic is None else scenario.clinic.supply:
        for arm in (arm for arm, own in scenario.arms.items() if therapy in own):
            left = of_clinics(tables, study, arm, therapy)
            rows.append(pd.DataFrame({
                "therapy": therapy, "arm": arm, "day": np.arange(left.shape[1]),
                "lowest": left.min(axis=0), "median": np.median(left, axis=0),
                "highest": left.max(axis=0),
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


def of_clinics(tables: Tables, study: Study, arm: str, therapy: str) -> Floats:
    """Compute the stock of one drug at the end of each day in each clinic of an arm.

    Parameters
    ----------
    tables, study
        As of `stocks`.
    arm, therapy
        Names of the arm, and of a therapy with a stock.

    Returns
    -------
    numpy.ndarray of float, shape (clinics, days)
        Stock in mg, by day since the limits of the clinic began.

    Raises
    ------
    ValueError
        Without a clinic.
    """
    scenario = study.scenario
    if scenario.clinic is None:
        raise ValueError("the scenario has no clinic")
    days = round(scenario.clinic.enrolment) + round(scenario.horizon) + 1
    out = _taken(tables, arm, therapy, days_of_enrolment(study), scenario.together, days)
    supply = rules_of(scenario).supplies[[*scenario.therapies].index(therapy)]
    return np.array([_left(supply, of_clinic) for of_clinic in out])


def _taken(
    tables: Tables, arm: str, therapy: str, first: Integers, together: int, days: int
) -> Floats:
    """Milligrams that were taken out of the stock of each clinic on each day: clinics x days.

    A dose from the stock has a row of what was thrown away, be it 0 mg.
    """
    events = tables.events
    own = events[(events["arm"] == arm) & (events["what"] == therapy)]
    thrown = own[own["event"] == Event.WASTED]
    doses = own[own["event"] == Event.INFUSION].merge(thrown, on=["patient", "day"])
    patient = doses["patient"].to_numpy(np.int64)
    day = first[patient] + doses["day"].to_numpy(np.int64)
    out = np.zeros((len(first) // together, days))
    np.add.at(out, (patient // together, day), (doses["value_x"] + doses["value_y"]).to_numpy())
    return out


def _left(supply: Supply, out: Floats) -> list[float]:
    """The stock at the end of each day from the first order on."""
    store, left = Store(supply._replace(
        begins=0, shortages=tuple(_earlier(supply))
    )), []  # fmt: skip
    for day, taken in enumerate(out.tolist()):
        store.receive(day)
        store.on_hand -= taken
        left.append(store.on_hand)
    return left


def _earlier(supply: Supply) -> list[tuple[range, float]]:
    """Shortages in days since the first order."""
    begin = supply.begins
    return [(range(days.start - begin, days.stop - begin), of) for days, of in supply.shortages]
