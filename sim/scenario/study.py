"""The doorway: a file, or a resolved document, to a Scenario with the source of each number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim import evidence
from sim.scenario.checks.forms import reader, validated
from sim.scenario.checks.markers import check_markers, without_unused
from sim.scenario.checks.publications import (
    check_answers,
    is_file,
    read_publications,
    shipped,
)
from sim.scenario.checks.regimens import check_regimens, horizon_in, therapies_in
from sim.scenario.checks.sequences import check_sequences
from sim.scenario.form.cohort import Patients
from sim.scenario.form.study import Scenario, Seed
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.mistakes import Mark, Mistake, ScenarioError, closest
from sim.scenario.protocol import assumptions, protocol
from sim.scenario.text.layers import read_layers
from sim.scenario.text.paths import dotted, parts_of, replaced, value_at
from sim.scenario.text.provenance import Number, Plain, take_off
from sim.scenario.text.settings import Setting, in_full, joined, set_over
from sim.scenario.text.tree import Branch, Leaf, Listing, Node

OF_A_SWEEP = "mastosim_sweep"
"""The key that a sweep has, and no scenario."""


@dataclass(frozen=True)
class Study:
    """A scenario that was read and found valid.

    `scenario` holds the values, `numbers` what vouches for each, `document` the resolved text
    (base and patches joined, sources taken off), whose digest names the study, `publications`
    the user's own ones by the name of their file, `uncertainty` the distribution that stands
    beside a value or the keys of a mapping, by path; a document alone has none. `settings` are
    the values that were set over the file.
    """

    scenario: Scenario
    numbers: tuple[Number, ...]
    document: dict[str, Any]
    digest: str
    publications: dict[str, Any] = field(default_factory=dict)
    uncertainty: dict[str, Uncertainty] = field(default_factory=dict, compare=False)
    settings: tuple[Setting, ...] = field(default=(), compare=False)

    def publication(self, key: str) -> dict[str, Any]:
        """A publication by its key, or by the name of a file beside the scenario.

        Raises KeyError for one that the scenario does not name.
        """
        return self.publications[key] if is_file(key) else shipped(key)

    def with_(self, *, patients: int | None = None, seed: int | None = None) -> Study:
        """The same study with another number of patients or another seed.

        Raises ScenarioError for a number that a scenario cannot have.
        """
        scenario = self.scenario
        new_patients = scenario.cohort.patients if patients is None else patients
        new_seed = scenario.seed if seed is None else seed
        changes = {
            "cohort.patients": (scenario.cohort.patients, new_patients, Patients),
            "seed": (scenario.seed, new_seed, Seed),
        }
        settings = [
            _checked(Setting(path, value_at(self.document, parts_of(path)), str(new)), form)
            for path, (old, new, form) in changes.items()
            if new != old
        ]
        if not settings:
            return self
        document = replaced(self.document, {parts_of(s.path): s.new for s in settings})
        cohort = scenario.cohort.model_copy(update={"patients": new_patients})
        return replace(
            self,
            scenario=scenario.model_copy(update={"cohort": cohort, "seed": new_seed}),
            document=document,
            digest=_digest(document, self.publications),
            settings=joined(self.settings, settings),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """How another process is handed a study: by what it can be made of again."""
        return from_document, (self.document, self.numbers, self.publications, self.settings)

    def _repr_html_(self) -> str:
        """The protocol in words and what it assumes, as a notebook shows them."""
        count, *listed = assumptions(self.numbers)
        lines = protocol(self.scenario, self.document)
        return (
            f"<div><pre>{escape(chr(10).join(lines))}</pre>"
            f"<details><summary>{escape(count)}</summary>"
            f"<pre>{escape(chr(10).join(listed))}</pre></details></div>"
        )

    @property
    def assumptions(self) -> tuple[Number, ...]:
        """The numbers that no publication vouches for."""
        return tuple(number for number in self.numbers if number.is_assumption)


def load(
    path: str | Path,
    settings: Iterable[str] = (),
    patients: int | None = None,
    seed: int | None = None,
) -> Study:
    """Read and check a scenario file.

    `settings` are `path=value` texts laid over the file; `patients` and `seed` replace the numbers
    of the file and of the settings. Raises ScenarioError with every mistake found.
    """
    mistakes: list[Mistake] = []
    document = read_layers(Path(path), str(path), mistakes)
    _refuse_a_sweep(document)
    document, laid = set_over(document, in_full(settings, patients, seed), mistakes)
    return replace(_study(document, mistakes, Path(path).parent), settings=laid)


def _refuse_a_sweep(document: Branch) -> None:
    """Raises ScenarioError with one mistake for a sweep, also where its first key is misspelt."""
    told = "this is a sweep; `mastosim sweep FILE` does it"
    if OF_A_SWEEP in document.items:
        raise ScenarioError([Mistake(OF_A_SWEEP, told, document.marks[OF_A_SWEEP])])
    strange = [key for key in document.items if key not in Scenario.model_fields]
    meant = closest(OF_A_SWEEP, strange) if "design" in strange else None
    if meant is not None:
        told = f"did you mean '{OF_A_SWEEP}'? Then {told}"
        raise ScenarioError([Mistake(meant, told, document.marks[meant])])


def from_document(
    document: dict[str, Any],
    numbers: Iterable[Number],
    publications: dict[str, Any] | None = None,
    settings: Iterable[Setting] = (),
) -> Study:
    """A study again from its document, numbers and publications, as a manifest keeps them.

    `settings` are those that the document contains already.

    Raises ScenarioError when the document is not valid any more.
    """
    node = _as_node(document, Mark("the manifest", 1, 1))
    if not isinstance(node, Branch):
        raise ScenarioError([Mistake("", "the manifest holds no scenario")])
    study = _study(node, [], publications=publications)
    return replace(study, numbers=tuple(numbers), settings=tuple(settings))


def _study(
    document: Branch,
    before: list[Mistake],
    folder: Path | None = None,
    publications: dict[str, Any] | None = None,
) -> Study:
    """A document checked. Raises ScenarioError for its mistakes and those found before."""
    plain = take_off(document, evidence.keys())
    scenario, mistakes = validated(Scenario, plain, plain.tree)
    mistakes = [*plain.mistakes, *mistakes]
    uncertainty = _uncertainty(plain, mistakes)
    therapies = therapies_in(plain) if scenario is None else scenario.therapies
    horizon = horizon_in(plain) if scenario is None else scenario.horizon
    mistakes += check_regimens(plain, therapies, horizon)
    mistakes += check_sequences(plain, therapies)
    mistakes += check_markers(plain)
    own = publications or {} if folder is None else read_publications(plain, folder, mistakes)
    mistakes += check_answers(plain, own)
    reported = {mistake.path for mistake in before}
    mistakes = [*before, *(mistake for mistake in mistakes if mistake.path not in reported)]
    if mistakes or scenario is None:
        raise ScenarioError(sorted(mistakes, key=_position))
    numbers = without_unused(plain.numbers, plain.tree)
    return Study(scenario, tuple(numbers), plain.tree, _digest(plain.tree, own), own, uncertainty)


def _uncertainty(plain: Plain, mistakes: list[Mistake]) -> dict[str, Uncertainty]:
    """The distributions beside values, by path; mistakes in them are added to `mistakes`."""
    read = {}
    for path, tree in plain.uncertainty.items():
        uncertainty, wrong = validated(Uncertainty, plain, tree, (*path, "uncertainty"))
        mistakes += wrong
        if uncertainty is not None:
            read[dotted(path)] = uncertainty
    return read


def _digest(document: dict[str, Any], publications: dict[str, Any]) -> str:
    """The digest by which a study is known: of its document and of the user's publications."""
    whole = {"scenario": document, "publications": publications} if publications else document
    canonical = json.dumps(whole, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _checked(setting: Setting, form: Any) -> Setting:
    """A setting whose value its form allows. Raises ScenarioError for any other."""
    try:
        reader(form).validate_python(setting.new)
    except ValidationError as error:
        raise ScenarioError([Mistake(setting.path, error.errors()[0]["msg"])]) from error
    return setting


def _position(mistake: Mistake) -> tuple[str, int, int]:
    mark = mistake.mark
    return (mark.file, mark.line, mark.column) if mark else ("", 0, 0)


def _as_node(value: Any, mark: Mark) -> Node:
    if isinstance(value, dict):
        items = {key: _as_node(item, mark) for key, item in value.items()}
        return Branch(items, mark, dict.fromkeys(items, mark))
    return (
        Listing([_as_node(i, mark) for i in value], mark)
        if isinstance(value, list)
        else Leaf(value, mark)
    )
