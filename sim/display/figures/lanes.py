"""What single patients went through, as the rows of a swimmer plot."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH, Event

MOST = 30
"""Patients shown: more lanes than these cannot be read on a page."""

POINTS = (Event.INFUSION, Event.MISSED_INFUSION, Event.FRACTURE, Event.DEATH)
COLUMNS = ("arm", "lane", "patient", "item", "what", "from_month", "to_month", "share_of_full_dose")


class Order(NamedTuple):
    """The patients from the uppermost lane on, and the arm and course that order them."""

    patients: tuple[int, ...]
    arm: str
    course: str


def lanes(tables: Tables, arms: tuple[str, ...]) -> tuple[pd.DataFrame, Order]:
    """One row for each follow-up, course at one dose, infusion, fracture and death shown.

    Months since entry; `share_of_full_dose` is that of a course, empty elsewhere. The order of
    the lanes is that of the time on the first course, then of follow-up, then of the number.
    """
    first = sorted(tables.patients["patient"])[:MOST]
    events = tables.events[tables.events["patient"].isin(first)]
    rows = pd.concat([of_arm(events[events["arm"] == arm], arm) for arm in arms], ignore_index=True)
    order = _order(rows, arms, first)
    lane = {patient: i for i, patient in enumerate(order.patients)}
    for end in ("from", "to"):
        rows[f"{end}_month"] = rows[f"{end}_day"] / DAYS_PER_MONTH
    return rows.assign(lane=rows["patient"].map(lane)).reindex(columns=list(COLUMNS)), order


def of_arm(events: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The follow-ups, courses, infusions, fractures and deaths of one arm, in days."""
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


def _order(rows: pd.DataFrame, arms: tuple[str, ...], patients: list[int]) -> Order:
    """Patients by time on the first course of the first arm with one, then by follow-up."""
    courses = rows[rows["item"] == Event.COURSE]
    arm = next((arm for arm in arms if (courses["arm"] == arm).any()), arms[0])
    here = rows[rows["arm"] == arm]
    names = sorted(here.loc[here["item"] == Event.COURSE, "what"].unique())
    course = str(names[0]) if names else ""
    days = here["to_day"] - here["from_day"]
    total = days.groupby([here["item"], here["what"], here["patient"]]).sum()

    def key(patient: int) -> tuple[float, float, int]:
        taken = float(total.get((Event.COURSE, course, patient), 0.0))
        return -taken, -float(total["follow-up", "", patient]), patient

    return Order(tuple(sorted(patients, key=key)), arm, course)
