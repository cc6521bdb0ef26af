"""How many patients of each arm began, stopped, died, were lost and measured: counts of events."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sim.outcomes.reactions import therapy_of_reactions
from sim.results import Tables
from sim.scenario.form.rules import Stop
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.vocabulary import BONES, DAYS_PER_MONTH, Event

COLUMNS = ("arm", "stage", "item", "patients")
ENROLLED, FOLLOW_UP, MEASURED = "Enrolled patients", "End of follow-up", "Bone density"
"""Stages that are no therapy: a name of a therapy has no space."""

BEGUN, NOT_BEGUN, REDUCED = "begun", "not begun", "dose reduced at least once"
INTOLERANCE, RULE = "stopped for intolerance", "stopped for the T-score at a visit"
NO_DOSE, PLAN = "no further dose, of those planned", "ended as planned"
DIED, LOST, TO_END = "on therapy until death", "on therapy until loss", "on therapy to the end"
DEATH = {"background": "died, other causes", "other": "died of a fracture, other site"}
"""The row of a cause of death; the other causes are the sites of fractures."""

LEFT = (Event.DEATH, Event.LOST, Event.END)


def counts(tables: Tables, scenario: Scenario, arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each stage, item of the stage and arm, with the number of patients.

    The patients of an arm are each in one item of the stage `End of follow-up`, and of each therapy
    either not begun or in one of the items that follow `begun`; `dose reduced at least once` is
    beside these. A stage or item that no patient of any arm is in is left out.
    """
    rows = [
        (arm, *row)
        for arm in arms
        for row in _of_arm(tables, tables.events[tables.events["arm"] == arm], scenario, arm)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    each = table.groupby(["stage", "item"])["patients"].transform("max")
    always = table["item"].isin([ENROLLED, BEGUN]) | (table["stage"] == MEASURED)
    return table[(each > 0) | always].reset_index(drop=True)


def _of_arm(
    tables: Tables, events: pd.DataFrame, scenario: Scenario, arm: str
) -> Iterator[tuple[str, str, int]]:
    left = events[events["event"].isin(LEFT)].set_index("patient")
    yield ENROLLED, ENROLLED, len(left)
    for name in scenario.therapies:
        if name in scenario.arms[arm]:
            yield from ((name, *row) for row in _of_therapy(tables, events, left, scenario, name))
    died = left[left["event"] == Event.DEATH]
    for cause in sorted(died["what"].unique()):
        words = DEATH.get(cause, f"died of a {cause} fracture")
        yield FOLLOW_UP, words, int((died["what"] == cause).sum())
    yield FOLLOW_UP, "lost to follow-up", int((left["event"] == Event.LOST).sum())
    yield FOLLOW_UP, "followed to the end", int((left["event"] == Event.END).sum())
    yield MEASURED, *_measured(tables, arm)


def _measured(tables: Tables, arm: str) -> tuple[str, int]:
    """The last visit of bone density, and how many patients of an arm had it."""
    rows = tables.measurements[tables.measurements["quantity"] == f"{BONES[0]}_g_cm2"]
    last = rows["day"].max()
    had = int(((rows["arm"] == arm) & (rows["day"] == last)).sum())
    return f"measured at month {last / DAYS_PER_MONTH:.0f}", had


def _of_therapy(
    tables: Tables, events: pd.DataFrame, left: pd.DataFrame, scenario: Scenario, name: str
) -> Iterator[tuple[str, int]]:
    """Who began a therapy, and how each of them ended it."""
    how = ends(tables, events, scenario, name)
    yield NOT_BEGUN, len(left) - len(how)
    yield BEGUN, len(how)
    is_own = (events["what"] == name) & (events["event"] == Event.INTOLERANCE)
    yield REDUCED, events.loc[is_own & (events["value"] > 0), "patient"].nunique()
    reactions = [after(reaction) for reaction in _reactions(scenario, name)]
    for item in (INTOLERANCE, *reactions, RULE, NO_DOSE, PLAN, DIED, LOST, TO_END):
        yield item, int((how == item).sum())


def after(reaction: str) -> str:
    """The item of patients whose therapy a reaction ended."""
    return f"stopped after {reaction.replace('_', ' ')}"


def _reactions(scenario: Scenario, name: str) -> list[str]:
    return [which for which, of in therapy_of_reactions(scenario).items() if of == name]


def ends(
    tables: Tables, events: pd.DataFrame, scenario: Scenario, name: str
) -> pd.Series[str]:  # fmt: skip
    """How each patient of an arm who began a therapy ended it, by the number of the patient."""
    therapy, left = scenario.therapies[name], events[events["event"].isin(LEFT)]
    left = left.set_index("patient")
    own = events[events["what"] == name].sort_values(["patient", "day"], kind="stable")
    is_dose = own["event"].isin([Event.COURSE, Event.INFUSION]) & (own["value"] > 0)
    begun = pd.Index(own.loc[is_dose, "patient"].unique(), name="patient")
    how = left["event"].reindex(begun).map({Event.DEATH: DIED, Event.LOST: LOST, Event.END: TO_END})
    is_plan = (own["event"] == Event.COURSE) & (own["value"] == 0)
    by_plan = own[is_plan | (own["event"] == Event.SCHEDULE_ENDED)]
    if isinstance(therapy, Infusions):
        day = left["day"].reindex(begun)
        how[_is_over(own, therapy, day)] = PLAN
        how[_is_without_dose(own, therapy, day, scenario.horizon)] = NO_DOSE
    how[how.index.isin(by_plan["patient"])] = PLAN
    how[how.index.isin(_by_rule(tables, by_plan, therapy.stop))] = RULE
    is_stop = (own["event"] == Event.INTOLERANCE) & (own["value"] == 0)
    how[how.index.isin(own.loc[is_stop, "patient"])] = INTOLERANCE
    last = events[(events["event"] == Event.REACTION) & (events["value"] == 1)]
    for reaction in _reactions(scenario, name):
        how[how.index.isin(last.loc[last["what"] == reaction, "patient"])] = after(reaction)
    return how


def _by_rule(tables: Tables, ended: pd.DataFrame, rule: Stop | None) -> set[int]:
    """Of patients whose therapy ended, those whose T-score of that day fulfilled its condition."""
    if rule is None or ended.empty:
        return set()
    bone, side, limit = rule.condition
    rows = tables.measurements[tables.measurements["quantity"] == f"{bone}_t"]
    scores = ended[["arm", "patient", "day"]].merge(rows, on=["arm", "patient", "day"])
    meets = scores["value"] > limit if side == "above" else scores["value"] < limit
    return set(scores.loc[meets, "patient"])


def _begins(own: pd.DataFrame, therapy: Infusions, who: pd.Index[int]) -> pd.Series[float]:
    """The day from which on each patient's plan counts: enrolment, or that of what it waits for.

    A plan that waits is taken to begin with its first dose, given or missed.
    """
    if therapy.start.after is None and not therapy.start.is_on_fracture:
        return pd.Series(0.0, who)
    return own.groupby("patient")["day"].min().reindex(who).astype(float)


def _is_over(own: pd.DataFrame, therapy: Infusions, left: pd.Series[int]) -> pd.Series[bool]:
    """Whether the plan of each patient had ended when the patient left."""
    if therapy.schedule.duration is None:
        return pd.Series(False, left.index)
    lasts = round(therapy.start.day + therapy.schedule.duration)
    return _begins(own, therapy, left.index) + lasts <= left


def _is_without_dose(
    own: pd.DataFrame, therapy: Infusions, left: pd.Series[int], horizon: float
) -> pd.Series[bool]:
    """Whether each patient's next dose was planned before the patient left, and never came.

    Only where a dose can be the last by chance.
    """
    if therapy.ends_course == 0:
        return pd.Series(False, left.index)
    doses = own[own["event"].isin([Event.INFUSION, Event.MISSED_INFUSION])]
    had = doses.groupby("patient").size().reindex(left.index)
    days = dict(enumerate(therapy.schedule.days(therapy.start.day, horizon)))
    following = had.map(days) + _begins(own, therapy, left.index)  # NaN after the last
    return following < left
