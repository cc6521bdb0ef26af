"""A sweep's file, checked against its scenarios; every mistake in one report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sim import blocks, outcomes
from sim.outcomes.groups import grouped
from sim.refusal import Refused
from sim.scenario import Mistake, ScenarioError, Study, from_document, load
from sim.scenario.provenance import Plain, as_it_stands
from sim.scenario.report import nearest
from sim.scenario.tree import read_file
from sim.scenario.validation import validated
from sim.sweeps import joint, parameters, paths
from sim.sweeps.designs import MOST_POINTS, Point, points, size
from sim.sweeps.form import SweepForm
from sim.sweeps.joint import Joint

NAMED = ("title", "question", "outcomes", "target")
"""What a sweep says of itself, and no number depends on."""

AROUND = ("base", "low", "high", "level")
"""Points that every design has; the others are its own."""


class Varied(NamedTuple):
    """One scenario of a sweep: the study, its parameters, and every point over them."""

    study: Study
    joint: Joint
    points: list[Point]

    def document(self, point: Point) -> dict[str, Any]:
        """The scenario's document at a point."""
        values = {
            path: parameter.written(point.values[place])
            for place, parameter in enumerate(self.joint.parameters)
            if place in point.values
            for path in parameter.places
        }
        return paths.laid(self.study.document, values)


class Sweep(NamedTuple):
    """A sweep that was read and found valid; points have the same numbers in every scenario."""

    form: SweepForm
    varied: list[Varied]
    document: dict[str, Any]
    digest: str

    @property
    def patients(self) -> int:
        """Patients of every point."""
        return self.varied[0].study.scenario.cohort.patients

    @property
    def draws(self) -> int:
        """Draws of a sampled design; elsewhere the points of the design itself."""
        return sum(point.role not in AROUND for point in self.varied[0].points)


def load_sweep(
    path: str | Path, patients: int | None = None, draws: int | None = None, seed: int | None = None
) -> Sweep:
    """Read a sweep and the scenarios that it names, with other numbers where they are given.

    Raises ScenarioError with every mistake found; Refused for draws of a design without any.
    """
    mistakes: list[Mistake] = []
    try:
        plain = as_it_stands(read_file(Path(path), str(path), mistakes))
    except ScenarioError as error:
        raise ScenarioError(error.mistakes, "sweep") from None
    _refuse_a_scenario(plain)
    _set_numbers(plain.tree, patients, draws, seed)
    form, wrong = validated(SweepForm, plain, plain.tree)
    mistakes += wrong
    if form is None or mistakes:
        raise ScenarioError(mistakes, "sweep")
    studies = [
        _loaded(form, plain, Path(path), name, place, mistakes)
        for place, name in enumerate(form.files)
    ]
    return checked(form, plain, [study for study in studies if study is not None], mistakes)


def checked(form: SweepForm, plain: Plain, studies: list[Study], mistakes: list[Mistake]) -> Sweep:
    """A sweep over studies that were loaded. Raises ScenarioError with these mistakes and more."""
    varied = [
        one for study in studies if (one := _varied(form, plain, study, mistakes)) is not None
    ]
    if mistakes:
        raise ScenarioError(mistakes, "sweep")
    mistakes += _unalike(varied, plain)
    for one in varied:
        mistakes += [*_unknown_outcomes(form, one, plain), *_outside(one, plain)]
    if not mistakes:
        mistakes += [mistake for one in varied for mistake in _unlike_the_base(one, plain)]
    if mistakes:
        raise ScenarioError(mistakes, "sweep")
    said = {key: value for key, value in plain.tree.items() if key not in NAMED}
    known = [[one.study.digest, _uncertainty(one.study)] for one in varied]
    whole = json.dumps([said, known], sort_keys=True)
    return Sweep(form, varied, plain.tree, hashlib.sha256(whole.encode()).hexdigest())


def _refuse_a_scenario(plain: Plain) -> None:
    """Raise ScenarioError for the file of a scenario: one mistake, not one for each key."""
    if "mastosim" in plain.tree and "mastosim_sweep" not in plain.tree:
        told = "this is a scenario; `mastosim run` simulates it, and a sweep names it"
        mark = plain.key_marks.get(("mastosim",))
        raise ScenarioError([Mistake("mastosim", told, mark)], "sweep")


def _uncertainty(study: Study) -> dict[str, Any]:
    """What draws depend on, and the digest of a study leaves out, as no patient feels it."""
    return {
        path: one.model_dump(mode="json", exclude_none=True)
        for path, one in study.uncertainty.items()
    }


def _set_numbers(tree: Any, patients: int | None, draws: int | None, seed: int | None) -> None:
    """Numbers of the command line in the place of the file's."""
    for key, number in (("patients", patients), ("seed", seed)):
        if number is not None:
            tree[key] = str(number)
    if draws is None:
        return
    design = tree.get("design")
    held = next(iter(design.values()), None) if isinstance(design, dict) else None
    key = "trajectories" if isinstance(held, dict) and "trajectories" in held else "draws"
    if not isinstance(held, dict) or key not in held:
        raise Refused("the design of this sweep draws nothing; leave out --draws")
    held[key] = str(draws)


def _loaded(
    form: SweepForm, plain: Plain, path: Path, name: str, place: int, mistakes: list[Mistake]
) -> Study | None:
    """One of the scenarios, with the patients and the seed of the sweep."""
    settings = [] if form.patients is None else [f"cohort.patients={form.patients}"]
    settings += [] if form.seed is None else [f"seed={form.seed}"]
    try:
        return load(path.parent / name, settings)
    except ScenarioError as error:
        key = ("scenarios", place) if form.scenarios is not None else ("scenario",)
        told = f"'{name}' cannot be used: {error.mistakes[0].message}"
        absent = error.mistakes[0].mark is not None and error.mistakes[0].mark.line == 0
        mark = plain.marks.get(key)
        mistakes += [Mistake(str(key[0]), told, mark)] if absent else error.mistakes
        return None


def _varied(form: SweepForm, plain: Plain, study: Study, mistakes: list[Mistake]) -> Varied | None:
    """A scenario with its parameters and points; None where something is wrong with them."""
    before = len(mistakes)
    found = parameters.resolve(form, plain, study, mistakes)
    if not found and len(mistakes) == before:
        told = f"'{study.scenario.name}' says nothing of uncertainty; list what varies"
        mark = plain.marks.get(("parameters",), plain.marks.get(()))
        mistakes.append(Mistake("parameters", told, mark))
    if len(mistakes) > before:
        return None
    together = joint.joined(form, plain, found, mistakes)
    if form.design.name in ("indices", "morris") and not together.is_independent:
        told = f"{form.design.name} asks for parameters that vary on their own"
        mistakes.append(Mistake("design", told, plain.marks.get(("design",))))
    if (count := size(form.design, together)) > MOST_POINTS:
        told = f"{count:,} points; allowed: up to {MOST_POINTS:,}"
        mistakes.append(Mistake("design", told, plain.marks.get(("design",))))
    if len(mistakes) > before:
        return None
    return Varied(study, together, points(form.design, together, study.scenario.seed))


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
