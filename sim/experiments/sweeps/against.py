"""A sweep held against its scenarios: what they do not allow, and what cannot share a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sim.experiments.sweeps import parameters
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.form import SweepForm
from sim.experiments.sweeps.kept import kept_outcomes
from sim.experiments.sweeps.varied import Varied
from sim.scenario import Mistake, ScenarioError, Study, from_document
from sim.scenario.mistakes import nearest
from sim.scenario.text.paths import parts_of, value_at
from sim.scenario.text.provenance import Plain
from sim.simulation import lowering

FEW_ENOUGH = 10_000
"""Points that are all tried where something is wrong: a few minutes."""


def mistakes_in(form: SweepForm, varied: list[Varied], plain: Plain) -> list[Mistake]:
    """Everything that is wrong with a sweep whose parts are each well written."""
    found = [*_unalike(varied, plain)]
    for one in varied:
        found += [*_unknown_outcomes(form, one, plain), *_outside(one, plain)]
    return found or [mistake for one in varied for mistake in _unlike_the_base(one, plain)]


def _unalike(varied: list[Varied], plain: Plain) -> Iterator[Mistake]:
    """Scenarios that cannot stand in one table: of one name, or of other parameters or arms."""
    first, *others = varied
    names = [one.study.scenario.name for one in varied]
    for place, one in enumerate(others, 1):
        mark = plain.marks.get(("scenarios", place))
        told = f"'{names[place]}' differs from '{names[0]}' in"
        if names[place] in names[:place]:
            yield Mistake("scenarios", f"a second scenario named '{names[place]}'", mark)
        if one.study.scenario.seed != first.study.scenario.seed:
            yield Mistake("scenarios", f"{told} its seed; give the sweep a `seed`", mark)
        if one.study.scenario.cohort.patients != first.study.scenario.cohort.patients:
            yield Mistake("scenarios", f"{told} its patients; give the sweep `patients`", mark)
        if [*one.study.scenario.arms] != [*first.study.scenario.arms]:
            yield Mistake("scenarios", f"{told} its arms; a sweep has the same in all", mark)
        if [p.path for p in one.joint.parameters] != [p.path for p in first.joint.parameters]:
            yield Mistake("scenarios", f"{told} what is uncertain; list the parameters", mark)


def _unknown_outcomes(form: SweepForm, one: Varied, plain: Plain) -> Iterator[Mistake]:
    """Outcomes asked for that the scenario does not have."""
    known = dict.fromkeys(outcome_names(one.study))
    asked = [("outcomes", name) for name in form.outcomes]
    asked += [("target", form.target.outcome)] if form.target is not None else []
    for key, name in asked:
        if name not in known:
            told = (
                f"'{name}' is not an outcome of '{one.study.scenario.name}'; {nearest(name, known)}"
            )
            yield plain.mistake((key,), told)


def outcome_names(study: Study) -> list[str]:
    """The outcomes that a study has, whatever happens to its patients."""
    arms = kept_outcomes(study, range(2), "simpy").values()
    return [outcome.name for outcomes in arms for outcome in outcomes]


def _outside(one: Varied, plain: Plain) -> Iterator[Mistake]:
    """Values that the scenario does not allow, with the point that has them.

    Tried where a parameter is lowest or highest, and at each value of a grid; if one of those is
    refused, everywhere, or there alone if points are very many.
    """
    tried = _outermost(one)
    if not any(_refused(one, point) for point in tried):
        return
    told: dict[str, list[tuple[Point, Mistake]]] = {}
    for point in one.points if len(one.points) <= FEW_ENOUGH else tried:
        for mistake in _refused(one, point):
            told.setdefault(mistake.path, []).append((point, mistake))
    for path, cases in told.items():
        point, mistake = cases[0]
        where, mark = parameters.mark_of(plain, path)
        if where == "parameters" and point.of:
            where, mark = parameters.mark_of(plain, point.of)
        what = {"draw": " (a draw)", "grid": " (a combination)"}.get(point.role, "")
        also = f" (at {len(cases)} points of {len(one.points)})" if len(cases) > 1 else ""
        about = _with_value(mistake, one.document(point))
        yield Mistake(where, f"point {point.number}{what}: {path}: {about}{also}", mark)


def _with_value(mistake: Mistake, document: dict[str, Any]) -> str:
    """What is said of a value, which stands in no file that could be shown."""
    value = value_at(document, parts_of(mistake.path))
    is_about_it = isinstance(value, str) and mistake.message.startswith("is ")
    return f"'{value}' {mistake.message}" if is_about_it else mistake.message


def _unlike_the_base(one: Varied, plain: Plain) -> Iterator[Mistake]:
    """Choices in words at which there are other outcomes than in the base case."""
    known = outcome_names(one.study)
    for place, parameter in enumerate(one.joint.parameters):
        for point in _first_of_each_value(one, place) if parameter.base is None else ():
            study = from_document(one.document(point), (), one.study.publications)
            with suppress(ScenarioError):  # a point that cannot be simulated is told in its turn
                if outcome_names(study) != known:
                    told = (f"point {point.number} has other outcomes than the base case; name a "
                            "scenario for each under `scenarios`")  # fmt: skip
                    where, mark = parameters.mark_of(plain, parameter.path)
                    yield Mistake(where, told, mark)
                    break


def _outermost(one: Varied) -> list[Point]:
    """Points at which some parameter is as low or as high as it gets; of a grid each value once."""
    chosen: dict[int, Point] = {}
    for place, parameter in enumerate(one.joint.parameters):
        if parameter.distribution is None:
            chosen |= {point.number: point for point in _first_of_each_value(one, place)}
            continue
        moved = [point for point in one.points if place in point.values]
        for pick in (min, max):
            point = pick(moved, key=lambda p: p.values[place])
            chosen[point.number] = point
    return [*chosen.values()]


def _first_of_each_value(one: Varied, place: int) -> list[Point]:
    moved = (point for point in reversed(one.points) if place in point.values)
    return [*{str(point.values[place]): point for point in moved}.values()]


def _refused(one: Varied, point: Point) -> list[Mistake]:
    """What is wrong with a point: what its document says, or how its patients are prepared."""
    try:
        scenario = from_document(one.document(point), (), one.study.publications).scenario
        lowering.protocol(scenario)
        lowering.patients(scenario, range(2))
    except ScenarioError as error:
        return error.mistakes
    return []
