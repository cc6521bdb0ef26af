"""A checked scenario with the source of each number, and the checks that make one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.scenario.checks.clinic import check_clinic, check_limits_of_clinic
from sim.scenario.checks.economics import check_economics
from sim.scenario.checks.forms import reader, validated
from sim.scenario.checks.life_tables import check_life_table, read_life_table
from sim.scenario.checks.markers import check_markers, without_unused
from sim.scenario.checks.publications import check_answers, is_file, read_publications, shipped
from sim.scenario.checks.recent_fracture import check_recent_fracture
from sim.scenario.checks.regimens import check_regimens, check_sequences, horizon_in, therapies_in
from sim.scenario.checks.work import check_work
from sim.scenario.form.cohort import Patients
from sim.scenario.form.quantities import Whole
from sim.scenario.form.study import Scenario, Seed
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.mistakes import Mark, Mistake, ScenarioError
from sim.scenario.protocol import assumptions, protocol
from sim.scenario.text.paths import dotted, parts_of, replaced, value_at
from sim.scenario.text.provenance import Number, Plain, Premise
from sim.scenario.text.settings import Setting, joined

# Checks of a scenario whose forms are valid.
OF_A_WHOLE_SCENARIO = (
    check_work, check_life_table, check_recent_fracture, check_limits_of_clinic
)  # fmt: skip


@dataclass(frozen=True)
class Study:
    """A valid scenario with the source of each number.

    Attributes
    ----------
    scenario
        The values, each in one unit.
    numbers
        The numbers as typed, with the publications that support each.
    document
        The texts of the file after `extends` and settings, without sources.
    digest
        SHA-256 of the document and the user's publications; the digest names the study.
    publications
        The user's own publications by the name of their file.
    uncertainty
        The distributions beside values, by path; empty for a study from a document.
    settings
        The values that were set over the file; they have no part in digest and equality.
    remarks
        Sentences about what the files do not say by themselves.
    premises
        The assumptions that are no numbers; they have no part in digest and equality.
    """

    scenario: Scenario
    numbers: tuple[Number, ...]
    document: dict[str, Any]
    digest: str
    publications: dict[str, Any] = field(default_factory=dict)
    uncertainty: dict[str, Uncertainty] = field(default_factory=dict, compare=False)
    settings: tuple[Setting, ...] = field(default=(), compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)
    premises: tuple[Premise, ...] = field(default=(), compare=False)

    def publication(self, key: str) -> dict[str, Any]:
        """A publication by its key, or by the name of a file beside the scenario.

        Times are days, whichever of the two it is. Raises KeyError for an unknown publication.
        """
        return self.publications[key] if is_file(key) else shipped(key)

    def with_(self, *, patients: int | None = None, seed: int | None = None) -> Study:
        """The same study with another number of patients or another seed.

        Parameters
        ----------
        patients
            Virtual patients per arm, 1 or more; None keeps the number.
        seed
            Seed of the random numbers, 0 or more; None keeps the seed.

        Returns
        -------
        Study
            Equal to the study that `load` reads with these numbers.

        Raises
        ------
        ScenarioError
            For a number that a scenario cannot have.

        Examples
        --------
        >>> from sim.scenario import load
        >>> study = load("scenarios/laroche2011.yaml").with_(patients=200)
        >>> study.scenario.cohort.patients
        200
        """
        changes = (self._change_of_patients(patients), ("seed", self.scenario.seed, seed, Seed))
        settings = [
            _allowed(Setting(path, value_at(self.document, parts_of(path)), str(new)), form)
            for path, old, new, form in changes
            if new not in (None, old)
        ]
        if not settings:
            return self
        document = replaced(self.document, {parts_of(s.path): s.new for s in settings})
        joint = joined(self.settings, settings)
        changed = from_document(document, self.numbers, self.publications, joint)
        return replace(changed, uncertainty=self.uncertainty, premises=self.premises)

    def _change_of_patients(self, patients: int | None) -> tuple[str, int, int | None, Any]:
        """The path, the old and the new number of patients, or of clinics, and their form."""
        clinics, old = self.scenario.clinics, self.scenario.cohort.patients
        if clinics is None or patients in (None, old):
            return "cohort.patients", old, None if clinics is not None else patients, Patients
        number, rest = divmod(patients, clinics.patients_each)
        if rest:
            message = (
                f"{patients} patients are no whole number of clinics of {clinics.patients_each}"
            )
            raise ScenarioError.of("clinics.number", message)
        return "clinics.number", clinics.number, number, Whole

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as the document, which the other process reads again."""
        return from_document, (self.document, self.numbers, self.publications, self.settings)

    def __repr__(self) -> str:
        """Two lines: name and title; patients, arms, numbers and digest."""
        own = self.scenario
        return (
            f"Study {own.name}: {own.title}\n"
            f"{own.cohort.patients} patients; arms: {', '.join(own.arms)}; seed {own.seed}; "
            f"{len(self.numbers)} numbers, {len(self.assumptions)} of them assumptions; "
            f"digest {self.digest[:8]}"
        )

    def _repr_html_(self) -> str:
        """The protocol in words and its assumptions, for notebooks; long lines are wrapped."""
        count, *listed = assumptions(self.numbers, self.premises)
        lines = protocol(self.scenario, self.document, self.numbers)
        return (
            f"<div>{_wrapped(lines)}"
            f"<details><summary>{escape(count)}</summary>{_wrapped(listed)}</details></div>"
        )

    @property
    def assumptions(self) -> tuple[Number, ...]:
        """The numbers that no publication supports."""
        return tuple(number for number in self.numbers if number.is_assumption)


def _wrapped(lines: Iterable[str]) -> str:
    """Lines as HTML that keeps their indents and does not run out of a notebook's cell."""
    text = escape("\n".join(lines))
    return f'<div style="white-space: pre-wrap; text-align: left">{text}</div>'


def from_document(
    document: dict[str, Any],
    numbers: Iterable[Number],
    publications: dict[str, Any] | None = None,
    settings: Iterable[Setting] = (),
) -> Study:
    """A study from a document that is kept in a manifest or changed by a program.

    Parameters
    ----------
    document
        The document of a Study: nested mappings and lists of texts, without sources.
    numbers
        The numbers of the study with their sources.
    publications
        The user's own publications by the name of their file.
    settings
        The settings that the document already contains, for the record.

    Returns
    -------
    Study
        The study without uncertainty, which a document does not contain.

    Raises
    ------
    ScenarioError
        For a document that is not valid, or not valid any more.
    """
    if not isinstance(document, dict):
        raise ScenarioError.of("", "the manifest holds no scenario")
    plain = Plain(deepcopy(document), {(): Mark("the manifest", 1, 1)})
    study = checked(plain, [], publications=publications)
    return replace(study, numbers=tuple(numbers), settings=tuple(settings))


def checked(
    plain: Plain,
    before: list[Mistake],
    folder: Path | None = None,
    publications: dict[str, Any] | None = None,
) -> Study:
    """Check a document; its publications are read from `folder`, or given.

    Parameters
    ----------
    plain
        The document without sources.
    before
        Mistakes that were found before.
    folder
        Folder of the user's publications and life table.
    publications
        The publications by the name of their file, where there is no folder.

    Returns
    -------
    Study
        The study, without settings and remarks.

    Raises
    ------
    ScenarioError
        For the mistakes of the document and those found `before`.
    """
    unread = [] if folder is None else read_life_table(plain, folder)
    scenario, mistakes = validated(Scenario, plain, plain.tree)
    mistakes = [*plain.mistakes, *unread, *mistakes]
    uncertainty = _uncertainty(plain, mistakes)
    therapies = therapies_in(plain) if scenario is None else scenario.therapies
    horizon = horizon_in(plain) if scenario is None else scenario.horizon
    mistakes += check_regimens(plain, therapies, horizon)
    mistakes += check_sequences(plain, therapies)
    mistakes += check_markers(plain)
    mistakes += check_economics(plain, therapies)
    mistakes += check_clinic(plain, therapies)
    if scenario is not None:
        for check in OF_A_WHOLE_SCENARIO:
            mistakes += check(scenario, plain)
    own = publications or {} if folder is None else read_publications(plain, folder, mistakes)
    mistakes += check_answers(plain, own)
    reported = {mistake.path for mistake in before}
    mistakes = [*before, *(mistake for mistake in mistakes if mistake.path not in reported)]
    if mistakes or scenario is None:
        raise ScenarioError(sorted(mistakes, key=lambda mistake: mistake.position))
    used, premises = (without_unused(x, plain.tree) for x in (plain.numbers, plain.premises))
    kept = (used, plain.tree, _digest(plain.tree, own), own, uncertainty)
    return Study(scenario, *kept, premises=premises)


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
    """The digest that names a study: of its document and the user's publications."""
    whole = {"scenario": document, "publications": publications} if publications else document
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _allowed(setting: Setting, form: Any) -> Setting:
    """A setting whose value is allowed by its form. Raises ScenarioError for another value."""
    try:
        reader(form).validate_python(setting.new)
    except ValidationError as error:
        raise ScenarioError.of(setting.path, error.errors()[0]["msg"]) from error
    return setting
