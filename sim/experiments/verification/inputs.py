"""The numbers of the file: each is converted to the unit of the model, and each is used."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from sim.experiments.verification import settings
from sim.experiments.verification.subject import Subject, sums_of
from sim.experiments.verification.verdict import Case, Verdict, each
from sim.scenario import ScenarioError, Study
from sim.scenario.form.therapy import Infusions
from sim.scenario.form.units import CURRENCIES
from sim.scenario.text.paths import DocumentPath, parts_of, value_at
from sim.vocabulary import SITES, UNCHANGED

LONGER = 4
"""Factor on follow-up, for numbers that take effect after its end."""

LONGEST = 36_500

LISTED = {
    "nothing": "never used",
    "elsewhere": "about no patient, time or treatment of this study",
    "inputs": "used, without effect on any outcome",
    "fixed": "with no other value allowed",
}

STEPS = ("x1.1", "x0.9", "+1", "-1", "x0.5", "x3", "+0.5", "-0.2", "+50")
"""Changes of a number, small ones first."""

NUMBER = r"[-+]?[\d.]+(?:[eE][-+]?\d+)?"

YEAR = 365.25
"""Kept apart from the program's own constants on purpose: this table checks them."""

TIMES = {"day": 1.0, "week": 7.0, "month": YEAR / 12, "year": YEAR}
FACTORS: dict[str, tuple[float, ...]] = {
    "%": (0.01,),
    "per month": (12.0,),
    "per 100 person-years": (0.01,),
    "per 1000 person-years": (0.001,),
    **dict.fromkeys(("ug/L", "ng/mL"), (1.0, 1000.0)),
    **dict.fromkeys(("%/year", "per year", "kg", "g/cm2", "pg/mL", "ng/L", "IU"), (1.0,)),
    **dict.fromkeys(("mg", "mg/kg", "MU", "ug", ""), (1.0,)),
    **dict.fromkeys([f"{money}{per}" for money in CURRENCIES for per in ("", "/year")], (1.0,)),
}


def every_number(subject: Subject) -> Verdict:
    """Each number is changed alone; the inputs of the model or an outcome change with it.

    A number that changes neither is tried again in a wider study: followed longer, of women and
    men, with markers that follow treatment. If it changes nothing there either, it is never used
    and the check fails. The evidence lists the others: numbers with an effect in the wider study
    only, and numbers that are used without effect on any outcome of these patients. Numbers of
    `economics` are not changed: the model reads none of them.
    """
    base = _outcomes(subject, subject.study), _inputs(subject, subject.study)
    every = changed_numbers(subject.study)
    effects = {}
    for name, path in every.items():
        effects[name] = _effect(subject, base, path)
        subject.tick()
    names = {effect: [n for n, e in effects.items() if e == effect] for effect in LISTED}
    counts = ", ".join(f"{len(names[effect])} {LISTED[effect]}" for effect in LISTED)
    details = tuple(f"{LISTED[effect]}: {n}" for effect in LISTED for n in names[effect])
    evidence = f"{len(effects)} numbers changed one by one in {subject.some} patients: {counts}"
    return Verdict(not names["nothing"], evidence, details)


def changed_numbers(study: Study) -> dict[str, DocumentPath]:
    """The path of each number that the model reads, by its name."""
    return {name: path for name, path in paths(study).items() if path[0] != "economics"}


def paths(study: Study) -> dict[str, DocumentPath]:
    """The path of each number in the document of a study, by the name that --set knows."""
    every = {number.path: parts_of(number.path) for number in study.numbers}
    return {n: path for n, path in every.items() if isinstance(value_at(study.document, path), str)}


def _effect(subject: Subject, base: tuple[object, object], path: DocumentPath) -> str:
    """The effect of a number, a key of `LISTED`, or `outcomes`."""
    effect = "fixed"
    for study in _changed(subject, path, {}):
        if _outcomes(subject, study) != base[0]:
            return "outcomes"
        if _inputs(subject, study) != base[1]:
            effect = "inputs"
        elif effect == "fixed":
            effect = "nothing"
    return "elsewhere" if effect == "nothing" and _has_effect_in_wider(subject, path) else effect


def _has_effect_in_wider(subject: Subject, path: DocumentPath) -> bool:
    """True where a number changes the inputs of a wider study."""
    wider = _wider(subject)
    inputs = _inputs(subject, subject.changed(wider))
    return any(_inputs(subject, study) != inputs for study in _changed(subject, path, wider))


def _wider(subject: Subject) -> settings.Changes:
    """Follow-up and plans four times as long, both sexes, markers that every regimen changes."""
    scenario = subject.scenario
    regimens = [name for name in scenario.effects if name != "none"]
    plans: dict[DocumentPath, str] = {
        ("therapies", name, "exposure", "action_1", "over"): _days(therapy.exposure.action_1.over)
        for name, therapy in scenario.therapies.items()
        if isinstance(therapy, Infusions)
    }
    return {
        ("horizon",): _days(min(scenario.horizon, LONGEST / LONGER)),
        ("cohort", "female"): "50 %",
        **plans,
        **settings.each_of(("effects",), regimens, dict.fromkeys(scenario.cohort.markers, "-20 %")),
    }


def _days(time: float) -> str:
    return f"{LONGER * time:.17g} days"


def _outcomes(subject: Subject, study: Study) -> tuple[object, ...]:
    """Every outcome in every arm and subgroup, as sums over patients, without published facts."""
    study = replace(study, scenario=study.scenario.model_copy(update={"answers": None}))
    with contextlib.suppress(ScenarioError):
        sums = sums_of(study, range(subject.some))
        return (*sums.labels, sums.own.tobytes())
    return ("refused",)


def _inputs(subject: Subject, study: Study) -> list[bytes]:
    """The inputs of the model for the patients of every arm."""
    with contextlib.suppress(ScenarioError):
        arms = Subject(study, subject.many).inputs(subject.some)
        return [part.tobytes() for inputs in arms.values() for part in inputs]
    return []


def _changed(subject: Subject, path: DocumentPath, wider: settings.Changes) -> Iterator[Study]:
    """The studies with a number changed, a little, then more, where the form allows the change.

    The share of a site is changed at the expense of another site.
    """
    text = str(value_at(subject.study.document, path))
    for step in STEPS:
        new = stepped(text, step)
        if new is not None and new != text:
            with contextlib.suppress(ScenarioError):
                changes = {**wider, path: new, **_at_expense_of(subject, path, new)}
                yield subject.changed(changes)


def stepped(text: str, step: str) -> str | None:
    """A quantity changed: `x1.1` multiplies it, `+1` adds 1 in its unit."""
    match = re.fullmatch(rf"((?:every\s+)?)({NUMBER})(.*)", text.strip(), re.DOTALL)
    if match is None:
        return None
    number = float(match[2])
    new = number * float(step[1:]) if step[0] == "x" else number + float(step)
    if "of" in match[3].split():
        new = round(new)
    return f"{match[1]}{new:.10g}{match[3]}"


def _at_expense_of(subject: Subject, path: DocumentPath, text: str) -> settings.Changes:
    """Shares of the sites add up to 100 %: the largest other share makes up for the change."""
    now, _ = _split(text)
    if path[:2] != ("fractures", "sites") or path[-1] != "share" or math.isnan(now):
        return {}
    sites = {site: getattr(subject.scenario.fractures.sites, site).share for site in SITES}
    other = max((site for site in SITES if site != path[2]), key=lambda site: sites[site])
    left = 100 * (sites[str(path[2])] + sites[other]) - now
    return {("fractures", "sites", other, "share"): f"{left:.12g} %"}


@each("quantities of the file")
def quantities(subject: Subject) -> Iterator[Case]:
    """Every quantity of the file is converted to the unit that the model uses."""
    for name, path in paths(subject.study).items():
        text, value = str(value_at(subject.study.document, path)), _held_at(subject.scenario, path)
        if isinstance(value, (int, float)):
            right = any(math.isclose(value, v, rel_tol=UNCHANGED) for v in _conversions(text, path))
            yield Case(f"{name}: {text} is held as {value:g}", right)


AGES = {"age", "baseline_at"}
"""Keys of ages, which the model holds in years."""


def _conversions(text: str, path: DocumentPath) -> list[float]:
    """Possible values of a text in the model: times in days, ages in years, shares as fractions."""
    counts = re.fullmatch(r"(\d+) (?:out )?of (\d+)", text)
    if counts:
        return [int(counts[1]) / int(counts[2])]
    number, unit = _split(text)
    if unit.rstrip("s") in TIMES:
        return [number if AGES & {*path} else number * TIMES[unit.rstrip("s")]]
    return [number * factor for factor in FACTORS.get(unit, ())]


def in_days(text: str) -> float:
    """A time in days."""
    number, unit = _split(text)
    return number * TIMES[unit.rstrip("s")]


def _split(text: str) -> tuple[float, str]:
    match = re.fullmatch(rf"({NUMBER})\s*(.*)", text.strip())
    return (float(match[1]), match[2]) if match else (math.nan, text)


def _held_at(form: Any, path: DocumentPath) -> Any:
    """The value of the scenario at a path of its file; None where the scenario has another form."""
    for key in path:
        form = _part(form, key)
        if form is None:
            return None
    return getattr(form, "amount", form)


def _part(form: Any, key: str | int) -> Any:
    if isinstance(form, (dict, list)):
        inside = key in form if isinstance(form, dict) else isinstance(key, int) and key < len(form)
        return form[key] if inside else None  # type: ignore[index]
    if not isinstance(form, BaseModel):
        return None
    if isinstance(key, int):
        return _part(getattr(form, "phases", None) or getattr(form, "steps", None), key)
    fields = {field.alias or name: name for name, field in type(form).model_fields.items()}
    return getattr(form, fields[key]) if key in fields else None
