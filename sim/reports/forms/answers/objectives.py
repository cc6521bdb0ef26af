"""Answers on the objectives: purpose, outputs, aims of the experiments, and what is compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.reports.forms.given import Given, named
from sim.results import Kept
from sim.scenario.text.settings import in_words

if TYPE_CHECKING:
    import pandas as pd

AGAINST = ("against", "against_arm")
"""Columns that name what is subtracted, empty for an outcome by itself."""

TABLES = ("summary", "comparison", "readings")
"""Tables of results with the columns `outcome`, `unit` and `time`."""

DIFFERENCES = "Each outcome is also given as the difference of an arm from the comparator."
ERRORS = (
    "Each estimate has a 95 % Monte Carlo interval from the sums over patients: of shares exact "
    "(Clopper-Pearson), of counts by the weights of patients, of means by Student's t. Differences "
    "of arms are paired: both arms have the same patients. docs/effects.md gives the formulas."
)
OVER_CLINICS = (
    "Each estimate has a 95 % Monte Carlo interval from the sums over clinics, by Student's t: a "
    "clinic is the unit, because its patients wait for each other. Differences of arms are paired: "
    "both arms have the same patients, in clinics of its own for each arm."
)


def purpose(given: Given) -> str:
    """Title and question of the scenario, its arms, and the publication that it answers to."""
    own = given.scenario
    parts = [f"{_ended(own.title)} Question: {own.question}"]
    if own.answers is not None:
        title = given.study.publication(own.answers).get("citation", {}).get("title", own.answers)
        parts.append(f"Its results are compared with those of a publication: {title}.")
    parts.append(f"The model follows virtual patients in {len(own.arms)} arms: {_arms(given)}.")
    return " ".join(parts)


def errors(given: Given) -> str:
    """How the Monte Carlo interval of an estimate is made, by the unit of independence."""
    return ERRORS if given.scenario.clinic is None else OVER_CLINICS


def outputs(given: Given) -> str | None:
    """Each outcome with its unit and months, and how its error is computed; None without any."""
    name = next((name for name in TABLES if given.main.has(name)), None)
    if name is None:
        return None
    table = given.main.table(name, ["outcome", "unit", "time"])
    for column in AGAINST:
        table = table[table[column] == ""] if column in table else table
    lines = [
        f"{unit}: {'; '.join(_outcomes(rows))}." for unit, rows in table.groupby("unit", sort=False)
    ]
    return "\n".join([*lines, DIFFERENCES, *_effects(given.main), errors(given)])


def aims(given: Given) -> str:
    """The arms compared, what was set over the file, and the further results that were given."""
    own = given.scenario
    lines = [f"Comparison of arms: {_arms(given)}."]
    if len(own.arms) > 1:
        lines.append(f"The others are compared with {own.compared_with}.")
    changed = [in_words(*setting) for setting in given.study.settings]
    lines.append(f"Set over the scenario file: {'; '.join(changed) or 'nothing'}.")
    lines += [_aim(kept) for kept in given.used[1:]]
    lines.append("Nothing is optimised.")
    return "\n".join(lines)


def comparators(given: Given) -> str:
    """The arms and their therapies, as the protocol has them."""
    return f"Arms: {_arms(given)}. The others are compared with {given.scenario.compared_with}."


def _arms(given: Given) -> str:
    arms = given.scenario.arms.items()
    return "; ".join(f"{arm} ({' + '.join(therapies) or 'no therapy'})" for arm, therapies in arms)


def _outcomes(rows: pd.DataFrame) -> Iterator[str]:
    """Each outcome of a unit, with the months at which it is computed."""
    for outcome, times in rows.groupby("outcome", sort=False)["time"]:
        months = ", ".join(f"{time:g}" for time in sorted(set(times.dropna())))
        yield f"{outcome} (month {months})" if months else str(outcome)


def _effects(kept: Kept) -> Iterator[str]:
    """The kinds of effects, with what each estimand says of patients who die."""
    if not kept.has("effects"):
        return
    table = kept.table("effects", ["effect", "estimand"])
    for estimand, effects in table.groupby("estimand", sort=False)["effect"]:
        yield f"Effects, {estimand}: {'; '.join(dict.fromkeys(effects))}."


def _aim(kept: Kept) -> str:
    """What a further result is for."""
    if kept.manifest.kind == "sweep":
        about = kept.detail("sweep")
        return f"Sweep {about['name']} ({about['design']}): {about['question']}"
    aim = {
        "run": "another run of the scenario",
        "comparison": "scenarios side by side",
        "readings": "the four readings of the annual increase",
        "emulation": "the published study, simulated many times",
        "power": "power of trials with these arms",
        "verification": "checks of the program",
    }[kept.manifest.kind]
    return f"{named(kept).capitalize()}: {aim}."


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
