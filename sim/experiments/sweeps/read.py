"""A sweep's file, checked against its scenarios; every mistake in one report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import RequestError
from sim.experiments.sweeps import against, joint, parameters
from sim.experiments.sweeps.designs import MOST_POINTS, points, size
from sim.experiments.sweeps.form import SweepForm
from sim.experiments.sweeps.varied import AROUND, Varied, group_of
from sim.scenario import Mistake, ScenarioError, Study, load, shipped
from sim.scenario.checks.clinic import BESIDE_CLINICS
from sim.scenario.checks.forms import validated
from sim.scenario.text.mapping import read_mapping
from sim.scenario.text.paths import mapping_at
from sim.scenario.text.provenance import Plain, as_it_stands
from sim.scenario.text.tree import Branch, read_file

SweepLike = str | Path | Mapping[str, Any]
"""A sweep's file, or its keys and texts as `yaml.safe_load` reads a file."""

NAMED = ("title", "question", "outcomes", "target")
"""Keys that describe a sweep; no number depends on them."""


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
    def group(self) -> int:
        """Patients that are summed up at once: a clinic, or `GROUP` who do not meet."""
        return group_of(self.varied[0].scenario)

    @property
    def draws(self) -> int:
        """Draws of a sampled design; elsewhere the points of the design itself."""
        return sum(point.role not in AROUND for point in self.varied[0].points)


def load_sweep(
    file: SweepLike, patients: int | None = None, draws: int | None = None, seed: int | None = None
) -> Sweep:
    """Read a sweep and the scenarios that it names, with other numbers where they are given.

    A mapping finds its scenarios in the current folder, a file in its own; a name of a shipped
    sweep or scenario stands for the shipped file where no file has it. Raises ScenarioError with
    every mistake found; RequestError for draws of a design without any.
    """
    mistakes: list[Mistake] = []
    file = file if isinstance(file, Mapping) else shipped.found(file)
    try:
        plain = as_it_stands(_document(file, mistakes))
    except ScenarioError as error:
        raise ScenarioError(error.mistakes, "sweep") from None
    folder = Path() if isinstance(file, Mapping) else Path(file).parent
    _refuse_a_scenario(plain)
    _set_numbers(plain.tree, patients, draws, seed)
    form, wrong = validated(SweepForm, plain, plain.tree)
    mistakes += wrong
    if form is None or mistakes:
        raise ScenarioError(mistakes, "sweep")
    studies = []
    for place, name in enumerate(form.files):
        try:
            studies.append(_study(shipped.found(name, folder), form))
        except ScenarioError as error:
            mistakes += _of_a_file(form, plain, place, error.mistakes)
    if len({study.scenario.together for study in studies}) > 1:
        sizes = ", ".join(f"{s.scenario.name}: {s.scenario.together}" for s in studies)
        raise RequestError(f"the scenarios of a sweep have clinics of one size; patients: {sizes}")
    return checked(form, plain, studies, mistakes)


def _study(file: Path, form: SweepForm) -> Study:
    """A scenario with the patients of the sweep: a number of clinics, where it has clinics."""
    try:
        return load(file, (), form.patients, form.seed)
    except ScenarioError as error:
        if not any(mistake.message == BESIDE_CLINICS for mistake in error.mistakes):
            raise
    return load(file, (), None, form.seed).with_(patients=form.patients)


def _document(file: SweepLike, mistakes: list[Mistake]) -> Branch:
    if isinstance(file, Mapping):
        return read_mapping(file, mistakes)
    return read_file(Path(file), str(file), mistakes)


def checked(form: SweepForm, plain: Plain, studies: list[Study], mistakes: list[Mistake]) -> Sweep:
    """A sweep over studies that were loaded. Raises ScenarioError with these mistakes and more."""
    varied = []
    for study in studies:
        try:
            varied.append(_varied(form, plain, study))
        except ScenarioError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ScenarioError(mistakes, "sweep")
    if mistakes := against.mistakes_in(form, varied, plain):
        raise ScenarioError(mistakes, "sweep")
    decides = {key: value for key, value in plain.tree.items() if key not in NAMED}
    # the uncertainty decides the draws; the digest of a study has no part of it
    known = [
        [study.digest, {path: uncertainty.model_dump(mode="json", exclude_none=True)
                        for path, uncertainty in study.uncertainty.items()}]
        for study in studies
    ]  # fmt: skip
    whole = json.dumps([decides, known], sort_keys=True)
    return Sweep(form, varied, plain.tree, hashlib.sha256(whole.encode()).hexdigest())


def _refuse_a_scenario(plain: Plain) -> None:
    """Raise ScenarioError for the file of a scenario: one mistake, not one for each key."""
    message = "this is a scenario; `mastosim run` simulates it, and a sweep names it"
    for key in ("mastosim", "extends"):
        if key in plain.tree and not {"mastosim_sweep", "design"} & plain.tree.keys():
            raise ScenarioError([plain.mistake((key,), message, at_key=True)], "sweep")


def _set_numbers(tree: Any, patients: int | None, draws: int | None, seed: int | None) -> None:
    """Replace numbers of the file by those of the command line."""
    tree |= {
        key: str(number)
        for key, number in (("patients", patients), ("seed", seed)) if number is not None
    }  # fmt: skip
    if draws is None:
        return
    design = tree.get("design")
    name = design if isinstance(design, str) else next(iter(design or {}), "")
    if name in ("one_at_a_time", "grid") or not isinstance(design, str | dict):
        raise RequestError("the design of this sweep has no draws; leave out --draws")
    key = "trajectories" if name == "morris" else "draws"
    tree["design"] = {name: {**mapping_at(tree, ("design", name)), key: str(draws)}}


def _of_a_file(form: SweepForm, plain: Plain, place: int, mistakes: list[Mistake]) -> list[Mistake]:
    """Mistakes in a scenario's file; a file that cannot be read is one at its name in the sweep."""
    first = mistakes[0]
    if first.mark is None or first.mark.line:
        return mistakes
    key = ("scenarios", place) if form.scenarios is not None else ("scenario",)
    message = f"'{form.files[place]}' cannot be used: {first.message}"
    return [Mistake(str(key[0]), message, plain.mark_of(key))]


def _varied(form: SweepForm, plain: Plain, study: Study) -> Varied:
    """A scenario with its parameters and points. Raises ScenarioError with what is wrong."""
    mistakes: list[Mistake] = []
    moved = parameters.resolve(form, plain, study, mistakes)
    if not moved and not mistakes:
        message = f"'{study.scenario.name}' states no uncertainty; list what varies"
        mistakes.append(plain.mistake(("parameters",), message))
    if mistakes:
        raise ScenarioError(mistakes, "sweep")
    together = joint.joined(form, plain, moved, mistakes)
    if form.design.name in ("indices", "morris") and (together.groups or together.is_correlated):
        message = f"{form.design.name} asks for parameters that vary on their own"
        mistakes.append(plain.mistake(("design",), message))
    if (count := size(form.design, together)) > MOST_POINTS:
        message = f"{count:,} points; allowed: up to {MOST_POINTS:,}"
        mistakes.append(plain.mistake(("design",), message))
    if mistakes:
        raise ScenarioError(mistakes, "sweep")
    every = points(form.design, together, study.scenario.seed)
    return Varied(study, together, every, form.patients_by_draw == "fresh")
