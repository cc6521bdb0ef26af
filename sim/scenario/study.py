"""The doorway: a file, or a resolved document, to a Scenario with the source of each number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim import evidence
from sim.scenario.checks.forms import reader, validated
from sim.scenario.checks.markers import check_markers, without_unused
from sim.scenario.checks.publications import is_file, read_publications
from sim.scenario.checks.regimens import check_regimens
from sim.scenario.checks.sequences import check_sequences
from sim.scenario.form.cohort import Patients
from sim.scenario.form.study import Scenario, Seed
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.mistakes import Mark, Mistake, ScenarioError, closest, nearest
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
        return self.publications[key] if is_file(key) else evidence.publication(key)

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
        from sim.scenario.protocol import html

        return html(self)

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
    found: list[Mistake],
    folder: Path | None = None,
    publications: dict[str, Any] | None = None,
) -> Study:
    plain = take_off(document, evidence.keys())
    held = {} if publications is None else publications
    scenario, mistakes = validated(Scenario, plain, plain.tree)
    mistakes = [*plain.mistakes, *mistakes]
    uncertain = {}
    for path, tree in plain.uncertainty.items():
        found_one, wrong = validated(Uncertainty, plain, tree, (*path, "uncertainty"))
        mistakes += wrong
        if found_one is not None:
            uncertain[dotted(path)] = found_one
    for check in (check_regimens, check_sequences, check_markers):
        mistakes += check(plain)
    own = held if folder is None else read_publications(plain, folder, mistakes)
    mistakes += _unknown_answers(plain, own)
    told = {mistake.path for mistake in found}
    mistakes = [*found, *(mistake for mistake in mistakes if mistake.path not in told)]
    if mistakes or scenario is None:
        raise ScenarioError(sorted(mistakes, key=_by_place))
    numbers = without_unused(plain.numbers, plain.tree)
    return Study(scenario, tuple(numbers), plain.tree, _digest(plain.tree, own), own, uncertain)


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


def _unknown_answers(plain: Plain, own: dict[str, Any]) -> list[Mistake]:
    """A publication to answer to that is not known, or speaks of arms that are not there."""
    answers, mark = plain.tree.get("answers"), plain.marks.get(("answers",))
    if not isinstance(answers, str) or is_file(answers):
        paper = own.get(str(answers), {"groups": {}, "facts": []})
        problems = [
            *(
                (f"group '{name}'", _strangers(group, plain))
                for name, group in paper["groups"].items()
            ),
            *((f"fact '{fact['fact']}'", _unknown_subject(fact, plain)) for fact in paper["facts"]),
        ]
        return [
            Mistake("answers", f"{answers}, {where}: {problem}", mark)
            for where, found in problems
            for problem in found
        ]
    if answers in evidence.keys():  # noqa: SIM118
        return []
    message = f"'{answers}' is not a known publication; {nearest(answers, evidence.keys())}"
    beside = "; or a file of your own beside the scenario, like my-study.yaml"
    return [Mistake("answers", message + beside, mark)]


def _unknown_subject(fact: dict[str, Any], plain: Plain) -> list[str]:
    """The course or the reaction that a fact is about and the scenario does not have."""
    wanted = fact.get("simulated", {})
    therapies = plain.tree.get("therapies") or {}
    reactions = [
        name
        for therapy in therapies.values()
        if isinstance(therapy, dict) and isinstance(therapy.get("reactions"), dict)
        for name in therapy["reactions"]
    ]
    known = {"share_stopped": list(therapies), "share_with_reaction": reactions}
    names = known.get(wanted.get("statistic"))
    if names is None or wanted["of"] in names:
        return []
    what = "a therapy" if wanted["statistic"] == "share_stopped" else "a reaction"
    return [f"'{wanted['of']}' is not {what}; {nearest(wanted['of'], names)}"]


def _strangers(group: dict[str, str], plain: Plain) -> list[str]:
    """The arm and the courses of a group that the scenario does not have."""
    arms, therapies = plain.tree.get("arms") or {}, plain.tree.get("therapies") or {}
    found = [] if group["arm"] in arms else [("an arm", group["arm"], arms)]
    found += [("a therapy", name, therapies) for name in group if name not in ("arm", *therapies)]
    return [f"'{name}' is not {what}; {nearest(name, known)}" for what, name, known in found]


def _by_place(mistake: Mistake) -> tuple[str, int, int]:
    at = mistake.mark
    return (at.file, at.line, at.column) if at else ("", 0, 0)


def _as_node(value: Any, mark: Mark) -> Node:
    if isinstance(value, dict):
        items = {key: _as_node(item, mark) for key, item in value.items()}
        return Branch(items, mark, dict.fromkeys(items, mark))
    return (
        Listing([_as_node(i, mark) for i in value], mark)
        if isinstance(value, list)
        else Leaf(value, mark)
    )
