"""Tables, made by hand or by a run, as the patients of an arm: the slow way round, with pandas.

The program reduces logs and never reads its own tables back; here tables are reduced, so that a few
patients can be written down by hand, and a run held against what its tables say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim import outcomes
from sim.outcomes import AnalysisPlan, ArmRecords, SumTable
from sim.outcomes.definitions.named import Measure
from sim.outcomes.definitions.published import COLUMNS, against_reported
from sim.outcomes.definitions.statistics import statistic
from sim.outcomes.limits import carried
from sim.outcomes.rows import Rows
from sim.outcomes.summed import Products, Signed, Sums
from sim.results import Tables
from sim.vocabulary import QUANTITIES, SITES, Event
from tests.arms import by_label

DAYS_PER_YEAR = 365.25


def sums(measure: Measure, y: Any, x: Any) -> Sums:
    """Sums over patients of a numerator and a denominator."""
    counted = carried(measure, y, x)
    parts = (y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum(), (counted != 0).sum())
    return Sums(len(y), *map(float, (*parts, counted.max())))


def signed(one: tuple[Any, Any], other: tuple[Any, Any]) -> Signed:
    """Sums of the difference of two arms, above 0 and below 0."""
    (y, x), (v, u) = one, other
    up, down = np.maximum(y - v, 0), np.maximum(v - y, 0)
    differing = ((y != v) | (x != u)).sum()
    parts = (differing, up.sum(), (up * up).sum(), down.sum(), (down * down).sum())
    return Signed(*map(float, (*parts, up.max(), down.max())))


def products(one: tuple[Any, Any], other: tuple[Any, Any]) -> Products:
    """Products of the numerators and denominators of two arms."""
    (y, x), (v, u) = one, other
    return Products(*map(float, ((y * v).sum(), (y * u).sum(), (x * v).sum(), (x * u).sum())))


def records(tables: Tables, arm: str) -> ArmRecords:
    """The patients of one arm. Raises KeyError for an arm that the tables do not hold."""
    events = tables.events[tables.events["arm"] == arm].sort_values("day", kind="stable")
    if events.empty:
        raise KeyError(arm)
    patients = tables.patients.sort_values("patient", ignore_index=True)
    numbers = patients["patient"]
    place = pd.Series(np.arange(len(numbers)), index=numbers)
    ends = events[events["event"].isin([Event.DEATH, Event.END, Event.LOST])]
    ends = ends.set_index("patient").reindex(numbers)
    measured, visits = _measured(tables.measurements[tables.measurements["arm"] == arm], numbers)
    return ArmRecords(
        count=len(patients),
        end=int(tables.events["day"].max()),
        known={str(name): column.to_numpy() for name, column in patients.items()},
        years=ends["day"].to_numpy(float) / DAYS_PER_YEAR,
        died=np.where(ends["event"] == "death", 1.0, 0.0),
        events=_events(events, place),
        measured=measured,
        visits=visits,
        possible=_possible(_events(events, place), len(patients)),
    )


def sum_table(
    tables: Tables,
    arms: Sequence[str],
    comparator: str,
    subgroups: Mapping[str, Any] | None = None,
    facts: Sequence[Mapping[str, Any]] = (),
    groups: Mapping[str, Any] | None = None,
) -> SumTable:
    """The sums over all patients of the tables."""
    plan = AnalysisPlan(subgroups or {}, facts, groups or {})
    by_arm = {(0, arm): records(tables, arm) for arm in arms}
    lines = [line for arm in by_arm for line in outcomes.lines_of(arm, by_arm[arm], plan)]
    apart = [{(0, arm): 1.0, (0, comparator): -1.0} for arm in arms if arm != comparator]
    return outcomes.added([outcomes.compared(lines, apart)])


def summarise(
    scenario: str,
    tables: Tables,
    arms: Sequence[str],
    comparator: str,
    subgroups: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The summary of what the tables hold."""
    summary = outcomes.summarise(scenario, sum_table(tables, arms, comparator, subgroups))
    return pd.DataFrame(by_label(summary))


def found(people: ArmRecords, inside: Any, wanted: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """A published statistic of some patients: value, spread, Monte Carlo error."""
    outcome = statistic(people, "fact", "unit", wanted)
    y, x = outcome.numerator * inside, outcome.denominator * inside
    of_group = sums(outcome.measure, y, x)._replace(units=float(inside.sum()))
    (row,) = against_reported({"fact": (outcome.measure, of_group)}, "paper", [
        {"fact": "fact", "unit": "unit", "value": 0, "simulated": wanted}
    ])  # fmt: skip
    at = dict(zip(COLUMNS, row, strict=True))
    return at["simulated"], at["simulated_spread"], at["mc_error"]


def _events(events: pd.DataFrame, place: "pd.Series[int]") -> dict[tuple[str, str], Rows]:
    happened = {("fracture", site): NOBODY for site in SITES} | {("death", ""): NOBODY}
    for (event, what), rows in events.groupby(["event", "what"]):
        if event != "end":
            subject = "" if event == "death" else str(what)
            who = np.asarray(place[rows["patient"]], dtype=np.int64)
            day = np.asarray(rows["day"], dtype=np.int64)
            happened[str(event), subject] = Rows(who, day, rows["value"].to_numpy(float))
            if event == "infusion":
                happened.setdefault(("missed infusion", subject), NOBODY)
    return happened


def _possible(events: dict[tuple[str, str], Rows], count: int) -> dict[tuple[str, str], float]:
    """The planned infusions, as those who finished received or missed; none missed, none can be."""
    most = {}
    for event, therapy in events:
        if event == "infusion":
            missed = events["missed infusion", therapy].patient
            due = np.concatenate([events[event, therapy].patient, missed])
            planned = float(np.bincount(due, minlength=count).max())
            most[event, therapy] = planned
            most["missed infusion", therapy] = planned if len(missed) else 0.0
    return most


NOBODY = Rows(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def _measured(
    rows: pd.DataFrame, numbers: "pd.Series[int]"
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    measured, visits = {}, {}
    for quantity in (*QUANTITIES, "spine_t", "hip_t"):
        of_quantity = rows[rows["quantity"] == quantity]
        if len(of_quantity):
            wide = of_quantity.pivot(index="patient", columns="day", values="value")
            measured[quantity] = wide.reindex(numbers).to_numpy(float)
            visits[quantity] = [int(day) for day in wide.columns]
    return measured, visits
