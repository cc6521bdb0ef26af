"""What single patients went through, as the rows of a swimmer plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH, Event

MOST = 15
"""Patients shown: more lanes than these say little more."""

TAKEN = 0.74
"""The share of a lane that bars of courses and lines of doses take together."""

HAPPENED = (Event.INTOLERANCE, Event.FRACTURE, Event.DEATH)
"""Events that bring a patient to the upper lanes."""

POINTS = (Event.INFUSION, Event.MISSED_INFUSION, *HAPPENED)
COLUMNS = ("arm", "lane", "patient", "item", "what", "from_month", "to_month", "share_of_full_dose")


class Order(NamedTuple):
    """The patients from the uppermost lane on; the first `with_event` of them had an event."""

    patients: tuple[int, ...]
    with_event: int


def lanes(tables: Tables, arms: tuple[str, ...]) -> tuple[pd.DataFrame, Order]:
    """One row for each follow-up, course at one dose, dose, intolerance, fracture and death shown.

    Months since entry; `share_of_full_dose` is that of a course, empty elsewhere. Patients with an
    event in any arm have the upper lanes; in both groups they stand in the order of their numbers.
    """
    first = sorted(tables.patients["patient"])[:MOST]
    events = tables.events[tables.events["patient"].isin(first)]
    rows = pd.concat([of_arm(events[events["arm"] == arm], arm) for arm in arms], ignore_index=True)
    affected = set(rows.loc[rows["item"].isin(HAPPENED), "patient"])
    order = Order(tuple(sorted(first, key=lambda p: (p not in affected, p))), len(affected))
    lane = {patient: i for i, patient in enumerate(order.patients)}
    for end in ("from", "to"):
        rows[f"{end}_month"] = rows[f"{end}_day"] / DAYS_PER_MONTH
    return rows.assign(lane=rows["patient"].map(lane)).reindex(columns=list(COLUMNS)), order


def of_arm(events: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The follow-ups, courses, doses, intolerances, fractures and deaths of one arm, in days."""
    ends = events[events["event"].isin([Event.DEATH, Event.LOST, Event.END])].set_index("patient")[
        "day"
    ]
    followed = pd.DataFrame({"patient": ends.index, "to_day": ends.to_numpy()})
    followed = followed.assign(from_day=0, item="follow-up", what="")
    points = events[events["event"].isin(POINTS)]
    points = points.assign(item=points["event"], from_day=points["day"], to_day=points["day"])
    courses = _courses(events, ends)
    return pd.concat([part for part in (followed, courses, points) if len(part)]).assign(arm=arm)


def _courses(events: pd.DataFrame, ends: pd.Series[int]) -> pd.DataFrame:
    """Each stretch of a course at one dose, until the next change or the end of follow-up."""
    steps = events[events["event"].isin([Event.COURSE, Event.INTOLERANCE])]
    steps = steps.sort_values(["patient", "what", "day"], kind="stable")
    of_course = steps.groupby(["patient", "what"])
    until = of_course["day"].shift(-1).fillna(steps["patient"].map(ends)).astype(float)
    share = steps["value"] / of_course["value"].transform("max")
    stretches = steps.assign(
        item=Event.COURSE, from_day=steps["day"], to_day=until, share_of_full_dose=share
    )
    return stretches[(steps["value"] > 0) & (until > steps["day"])]


def slots(numbers: pd.DataFrame) -> dict[str, float]:
    """Where in a lane each therapy stands, from its middle: courses above, doses below."""
    names = [*therapies(numbers, Event.COURSE), *therapies(numbers, Event.INFUSION)]
    middle = (len(names) - 1) / 2
    return {name: TAKEN * (i - middle) / len(names) for i, name in enumerate(names)}


def middles(rows: pd.DataFrame, slots: Mapping[str, float]) -> pd.Series[float]:
    """The height at which the therapy of each row stands."""
    return rows["lane"] + rows["what"].map(slots).astype(float)


def therapies(numbers: pd.DataFrame, item: str) -> list[str]:
    """What was taken, or planned as a dose, in any arm: a therapy stands alike in all of them."""
    return sorted(numbers.loc[numbers["item"].isin([item, f"missed {item}"]), "what"].unique())
