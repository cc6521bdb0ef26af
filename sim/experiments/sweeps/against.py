"""A sweep compared with its scenarios: values they do not allow, and what cannot share a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sim.economics.columns import UNITS
from sim.economics.pricing import outcomes_of
from sim.experiments.sizes import whole
from sim.experiments.sweeps import parameters
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.form import SweepForm
from sim.experiments.sweeps.varied import Varied, kept_outcomes
from sim.scenario import Mistake, ScenarioError, Study
from sim.scenario.mistakes import nearest
from sim.scenario.text.paths import parts_of, value_at
from sim.scenario.text.provenance import Plain
from sim.simulation import lowering

DECIDE_THE_RATE = ("fractures.base_rate", "fractures.frailty_variance")
"""Parameters that decide whether a base rate gives the share of patients that a source prints."""

MOST_TRIED = 200
"""Points of all scenarios that are tried before a sweep begins: about two seconds. The others are
tried when they are simulated."""


def mistakes_in(form: SweepForm, scenarios: list[Varied], plain: Plain) -> list[Mistake]:
    """Everything that is wrong with a sweep whose parts are each well written."""
    mistakes = [*_unalike(scenarios, plain)]
    most = _most_tried(scenarios)
    for varied in scenarios:
        mistakes += [*_unknown_outcomes(form, varied, plain), *_outside(varied, plain, most)]
    return mistakes or [m for varied in scenarios for m in _unlike_the_base(varied, plain)]


def _unalike(scenarios: list[Varied], plain: Plain) -> Iterator[Mistake]:
    """Scenarios that cannot stand in one table: of one name, or of other parameters or arms."""
    first, *others = scenarios
    names = [varied.scenario.name for varied in scenarios]
    for place, varied in enumerate(others, 1):
        mark = plain.marks.get(("scenarios", place))
        if names[place] in names[:place]:
            yield Mistake("scenarios", f"a second scenario named '{names[place]}'", mark)
        for difference, value in _alike_in_all(varied).items():
            if value != _alike_in_all(first)[difference]:
                message = f"'{names[place]}' differs from '{names[0]}' in {difference}"
                yield Mistake("scenarios", message, mark)


def _alike_in_all(varied: Varied) -> dict[str, Any]:
    """What all scenarios of a sweep share, by the words for a difference."""
    return {
        "its seed; give the sweep a `seed`": varied.scenario.seed,
        "its patients; give the sweep `patients`": varied.scenario.cohort.patients,
        "its arms; a sweep has the same in all": [*varied.scenario.arms],
        "what is uncertain; list the parameters": [p.path for p in varied.joint.parameters],
    }


def _unknown_outcomes(form: SweepForm, varied: Varied, plain: Plain) -> Iterator[Mistake]:
    """Outcomes asked for that the scenario does not have."""
    known, scenario = dict.fromkeys(outcome_names(varied.study)), varied.scenario.name
    asked = [("outcomes", name) for name in form.outcomes]
    asked += [("target", form.target.outcome)] if form.target is not None else []
    for key, name in asked:
        if name not in known:
            message = f"'{name}' is not an outcome of '{scenario}'; {nearest(name, known)}"
            yield plain.mistake((key,), message)


def outcome_names(study: Study) -> list[str]:
    """The outcomes that a study has, whatever happens to its patients."""
    unsolved = replace(study, scenario=lowering.at_any_rate(study.scenario))
    few = range(whole(2, study.scenario.together))
    arms = kept_outcomes(unsolved, few, "simpy").values()
    names = [one.name for own in arms for one in own if one.unit not in UNITS]
    economics = study.scenario.economics
    worth = [] if economics is None else outcomes_of(economics)
    return [*names, *(one.name for one in worth)]


def _outside(varied: Varied, plain: Plain, most: int) -> Iterator[Mistake]:
    """Values that the scenario does not allow, with the point that has them.

    Tried where a parameter is lowest or highest, and at each value of a grid; if one of those is
    refused, at the first points as well. Never more than `most` of either. The base rate is
    solved only where one of `DECIDE_THE_RATE` is outermost, because solving takes most of the time.
    """
    every = range(len(varied.joint.parameters))
    outermost = _outermost(varied, every)[:most]
    deciding = [p for p in every if varied.joint.parameters[p].path.startswith(DECIDE_THE_RATE)]
    solved = {point.number for point in _outermost(varied, deciding)}
    mistakes_at = {p.number: _refused(varied, p, p.number in solved) for p in outermost}
    if not any(mistakes_at.values()):
        return
    refused: dict[str, list[tuple[Point, Mistake]]] = {}
    tried = {point.number: point for point in (*varied.points[:most], *outermost)}
    for number, point in tried.items():
        if number not in mistakes_at:
            mistakes_at[number] = _refused(varied, point, number in solved)
        for mistake in mistakes_at[number]:
            refused.setdefault(mistake.path, []).append((point, mistake))
    for path, cases in refused.items():
        point, mistake = cases[0]
        where, mark = parameters.mark_of(plain, path)
        if where == "parameters" and point.of:
            where, mark = parameters.mark_of(plain, point.of)
        what = {"draw": " (a draw)", "grid": " (a combination)"}.get(point.role, "")
        of = f"{len(tried)} tried of {len(varied.points)}"
        of = of if len(tried) < len(varied.points) else f"{len(varied.points)}"
        also = f" (at {len(cases)} points of {of})" if len(cases) > 1 else ""
        value = value_at(varied.document(point), parts_of(path))  # no file could show the value
        names_it = isinstance(value, str) and mistake.message.startswith("is ")
        about = f"'{value}' {mistake.message}" if names_it else mistake.message
        yield Mistake(where, f"point {point.number}{what}: {path}: {about}{also}", mark)


def not_tried(scenarios: Sequence[Varied]) -> int:
    """The number of points with an outermost value, or one of a grid, that were too many to try."""
    most = _most_tried(scenarios)
    every = (_outermost(varied, range(len(varied.joint.parameters))) for varied in scenarios)
    return sum(max(len(outermost) - most, 0) for outermost in every)


def _most_tried(scenarios: Sequence[Varied]) -> int:
    """The points of each scenario that are tried."""
    return max(1, MOST_TRIED // len(scenarios))


def _unlike_the_base(varied: Varied, plain: Plain) -> Iterator[Mistake]:
    """Choices in words at which there are other outcomes than in the base case."""
    in_words = [i for i, of in enumerate(varied.joint.parameters) if of.base is None]
    known = outcome_names(varied.study) if in_words else []
    for place in in_words:
        parameter = varied.joint.parameters[place]
        for point in _first_of_each_value(varied, place)[:MOST_TRIED]:
            study = varied.study_at(point)
            with suppress(ScenarioError):  # `gather` names points that cannot be simulated
                if outcome_names(study) != known:
                    message = (f"point {point.number} has other outcomes than the base case; name "
                               "a scenario for each under `scenarios`")  # fmt: skip
                    where, mark = parameters.mark_of(plain, parameter.path)
                    yield Mistake(where, message, mark)
                    break


def _outermost(varied: Varied, places: Iterable[int]) -> list[Point]:
    """Points at which some parameter is as low or as high as it gets; of a grid each value once."""
    chosen: dict[int, Point] = {}
    for place in places:
        parameter = varied.joint.parameters[place]
        if parameter.distribution is None:
            chosen |= {point.number: point for point in _first_of_each_value(varied, place)}
            continue
        moved = [point for point in varied.points if place in point.values]
        ends = (pick(moved, key=lambda point: point.values[place]) for pick in (min, max))
        chosen |= {point.number: point for point in ends}
    return [*chosen.values()]


def _first_of_each_value(varied: Varied, place: int) -> list[Point]:
    moved = (point for point in reversed(varied.points) if place in point.values)
    return [*{str(point.values[place]): point for point in moved}.values()]


def _refused(varied: Varied, point: Point, is_solved: bool) -> list[Mistake]:
    """What is wrong with a point: what its document says, or how its patients are prepared."""
    try:
        scenario = varied.study_at(point).scenario
        lowering.protocol(scenario if is_solved else lowering.at_any_rate(scenario))
        lowering.patients(scenario, range(2))
    except ScenarioError as error:
        return error.mistakes
    return []
