"""A sweep held against its scenarios: what they do not allow, and what cannot share a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sim import blocks, outcomes
from sim.outcomes.groups import grouped
from sim.scenario import Mistake, ScenarioError, Study, from_document
from sim.scenario.provenance import Plain
from sim.scenario.report import nearest
from sim.sweeps import parameters, paths
from sim.sweeps.designs import Point
from sim.sweeps.form import SweepForm
from sim.sweeps.varied import Varied


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
            told = f"'{name}' is no outcome of '{one.study.scenario.name}'; {nearest(name, known)}"
            yield Mistake(key, told, plain.marks.get((key,)))


def outcome_names(study: Study) -> list[str]:
    """The outcomes that a study has, whatever happens to its patients."""
    names, end = blocks.names_of(study), round(study.scenario.horizon)
    arms = blocks.simulate(study, range(2), "simpy").values()
    found = [grouped(outcomes.persons(*arm, names), end).lines for arm in arms]
    return [line.name for lines in found for line in lines]


def _outside(one: Varied, plain: Plain) -> Iterator[Mistake]:
    """Values that the scenario does not allow, with the draw that has them.

    Tried at the points where a parameter is lowest or highest; if one of those is refused, at all.
    """
    if not any(_refused(one, point) for point in _outermost(one)):
        return
    told: dict[str, list[tuple[Point, Mistake]]] = {}
    for point in one.points:
        for mistake in _refused(one, point):
            told.setdefault(mistake.path, []).append((point, mistake))
    for path, cases in told.items():
        point, mistake = cases[0]
        where, mark = parameters.mark_of(plain, path)
        if where == "parameters" and point.of:
            where, mark = parameters.mark_of(plain, point.of)
        what = {"draw": "draw", "grid": "combination"}.get(point.role, "point")
        also = f" (at {len(cases)} points of {len(one.points)})" if len(cases) > 1 else ""
        about = _with_value(mistake, one.document(point))
        yield Mistake(where, f"{what} {point.number}: {path}: {about}{also}", mark)


def _with_value(mistake: Mistake, document: dict[str, Any]) -> str:
    """What is said of a value, which stands in no file that could be shown."""
    value = paths.found(document, paths.parts_of(mistake.path))
    is_about_it = isinstance(value, str) and mistake.message.startswith("is ")
    return f"'{value}' {mistake.message}" if is_about_it else mistake.message


def _unlike_the_base(one: Varied, plain: Plain) -> Iterator[Mistake]:
    """Values of a grid at which there are other outcomes than in the base case."""
    known = outcome_names(one.study)
    tried: set[tuple[int, str]] = set()
    for point in (point for point in one.points if point.role == "grid"):
        values = {(place, str(value)) for place, value in point.values.items()}
        if values <= tried:
            continue
        tried |= values
        study = from_document(one.document(point), (), one.study.publications)
        with suppress(ScenarioError):  # a point that cannot be simulated is told in its turn
            if outcome_names(study) != known:
                told = (f"combination {point.number} has other outcomes than the base case; name a "
                        "scenario for each under `scenarios`")  # fmt: skip
                yield Mistake("parameters", told, plain.key_marks.get(("parameters",)))
                return


def _outermost(one: Varied) -> list[Point]:
    """Points at which some parameter is as low or as high as it gets; of a grid all."""
    chosen: dict[int, Point] = {}
    for place, parameter in enumerate(one.joint.parameters):
        moved = [point for point in one.points if place in point.values]
        if parameter.distribution is None:
            chosen |= {point.number: point for point in moved}
            continue
        for pick in (min, max):
            point = pick(moved, key=lambda p: p.values[place])
            chosen[point.number] = point
    return [*chosen.values()]


def _refused(one: Varied, point: Point) -> list[Mistake]:
    """What is wrong with a point: what its document says, or how its patients are prepared."""
    try:
        study = from_document(one.document(point), (), one.study.publications)
        blocks.simulate(study, range(2), "simpy", ())
    except ScenarioError as error:
        return error.mistakes
    return []
