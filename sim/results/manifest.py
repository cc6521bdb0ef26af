"""The manifest of a kept result: what was done, and everything that is needed to do it again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sim.results import fingerprint
from sim.results.details import FORMS, OfSweep, whole
from sim.scenario import Mark, Number, Premise, Setting, Study, from_document
from sim.scenario.form.publication import from_plain
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.protocol import count_of_assumptions
from sim.scenario.text.settings import set_in_all
from sim.version import __version__

FORM: Literal[2] = 2
"""The number of the form of manifests; a change that makes earlier ones unreadable adds one."""

FILE = "manifest.json"
LIBRARIES = ("simpy", "numpy", "scipy", "pandas", "pyarrow", "matplotlib")

Kind = Literal["run", "comparison", "readings", "emulation", "sweep", "power", "verification"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def _of_texts(tree: Any) -> Any:
    """A tree with texts at its leaves, as a scenario file has them."""
    if not isinstance(tree, dict | list | str | None):
        raise ValueError(f"holds {json.dumps(tree)} where text stands, in quotes")
    if isinstance(tree, dict | list):
        for item in tree.values() if isinstance(tree, dict) else tree:
            _of_texts(item)
    return tree


Texts = Annotated[dict[str, Any], AfterValidator(_of_texts)]


def _of_scenario(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a scenario, as far as lists and ABOUT.txt read it."""
    for key in ("name", "title", "question", "seed"):
        if not isinstance(_of_texts(document).get(key), str):
            raise ValueError(f"has no `{key}`")
    cohort = document.get("cohort")
    if not isinstance(cohort, dict) or not isinstance(cohort.get("patients"), str):
        raise ValueError("has no `cohort.patients`")
    for key, text in {"cohort.patients": cohort["patients"], "seed": document["seed"]}.items():
        try:
            whole(text)
        except (ValueError, OverflowError):
            raise ValueError(f"has a `{key}` that is not a whole number") from None
    return document


def _of_publication(tree: dict[str, Any]) -> dict[str, Any]:
    from_plain(tree)
    return tree


def _of_uncertainty(tree: Any) -> Any:
    Uncertainty.model_validate(_of_texts(tree))
    return tree


class Part(BaseModel):
    """A part of a manifest, without other keys than these."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HeldNumber(Part):
    """A number of a scenario: its path, its text, and its sources."""

    path: str
    text: str
    sources: tuple[str, ...]
    note: str


class HeldSetting(Part):
    """A value that was set over a scenario file; `old` is the value of the file."""

    path: str
    old: Any
    new: Any


class HeldStudy(Part):
    """A study as a manifest holds it; `name` is unique in its result."""

    name: str
    document: Annotated[dict[str, Any], AfterValidator(_of_scenario)]
    publications: dict[str, Annotated[dict[str, Any], AfterValidator(_of_publication)]]
    numbers: tuple[HeldNumber, ...]
    uncertainty: dict[str, Annotated[dict[str, Any], AfterValidator(_of_uncertainty)]]
    settings: tuple[HeldSetting, ...]
    assumptions: str
    premises: tuple[Premise, ...] = ()

    def study(self) -> Study:
        """The study again. Raises ScenarioError where the document is not valid any more."""
        mark = Mark("the manifest", 1, 1)
        numbers = [Number(n.path, n.text, n.sources, n.note, mark) for n in self.numbers]
        settings = [Setting(s.path, s.old, s.new) for s in self.settings]
        return replace(
            from_document(self.document, numbers, self.publications, settings),
            uncertainty={p: Uncertainty.model_validate(u) for p, u in self.uncertainty.items()},
            premises=self.premises,
        )


class Manifest(Part):
    """What was done: the kind, the studies, and the options of the experiment.

    `digest` names the result, `model` is the fingerprint of everything that decides its numbers,
    `options` are what the experiment needs to be done again, `details` what it says of itself
    besides. `tables` and `figures` are the names of its files, `files` the SHA-256 of each data
    file, and `seal` that of the manifest itself without the seal.
    """

    form: Literal[2] = FORM
    kind: Kind
    mastosim: str
    model: str
    digest: str
    options: dict[str, Any]
    studies: Annotated[tuple[HeldStudy, ...], Field(min_length=1)]
    details: dict[str, Any] = {}
    tables: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    files: dict[str, str] = {}
    command: str
    written: str
    seconds: float
    git_commit: str | None
    python: str
    machine: str
    libraries: dict[str, str]
    seal: str = ""

    def __repr__(self) -> str:
        """Two lines: what was done, and what made it."""
        return (
            f"Manifest, {self.kind}: {self.about}, {self.patients} patients, seed {self.seed}\n"
            f"mastosim {self.mastosim}, model {self.model}; digest {self.digest}; {self.written}"
        )

    @model_validator(mode="after")
    def _has_a_head(self) -> Manifest:
        if not {"name", "title", "question"} <= self.headed.keys():
            raise ValueError("`details` has no `sweep` with name, title and question")
        patients = self.options.get("patients")
        if patients is not None and not (isinstance(patients, int) and patients > 0):
            raise ValueError("`options.patients` is not a whole number above 0")
        return self

    @field_validator("details")
    @classmethod
    def _as_of_its_kind(cls, details: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        form = FORMS.get(info.data.get("kind", ""))
        sweep = details.get("sweep")
        has_head = isinstance(sweep, dict) and {"name", "title", "question"} <= sweep.keys()
        if form is not None and (form is not OfSweep or has_head):
            form.model_validate(details)
        return details

    @field_validator("options")
    @classmethod
    def _with_a_number_of_patients(cls, options: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(options.get("patients", 0), int):
            raise ValueError("`patients` is not a whole number")
        return options

    @property
    def headed(self) -> Mapping[str, Any]:
        """What has name, title and question of the result: the sweep, or the first scenario."""
        sweep = self.details.get("sweep")
        if self.kind == "sweep":
            return sweep if isinstance(sweep, dict) else {}
        return self.studies[0].document

    @property
    def patients(self) -> int:
        """Virtual patients: those of the options, or those of the first study."""
        in_file: str = self.studies[0].document["cohort"]["patients"]
        return int(self.options.get("patients") or whole(in_file))

    @property
    def seed(self) -> int:
        """The seed of the first study, which all studies share."""
        return whole(self.studies[0].document["seed"])

    @property
    def scenarios(self) -> list[str]:
        """The names of the scenarios, each once."""
        return list(dict.fromkeys(str(held.document["name"]) for held in self.studies))

    @property
    def about(self) -> str:
        """What the result is about: its scenarios, and the name of a sweep."""
        scenarios = ", ".join(self.scenarios)
        return f"{self.headed['name']} ({scenarios})" if self.kind == "sweep" else scenarios

    @property
    def settings(self) -> list[HeldSetting]:
        """What was set alike in all studies, and is not as in the file."""
        return set_in_all([held.settings for held in self.studies])


def made(
    kind: Kind,
    studies: Mapping[str, Study],
    options: BaseModel,
    digest: str,
    command: str = "",
    seconds: float = 0.0,
    details: Mapping[str, Any] | None = None,
) -> Manifest:
    """The manifest of a result that was made just now from these studies."""
    return Manifest(
        kind=kind,
        mastosim=__version__,
        model=fingerprint.model(),
        digest=digest,
        options=options.model_dump(mode="json"),
        studies=tuple(held(name, study) for name, study in studies.items()),
        details=dict(details or {}),
        command=command,
        written=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        seconds=round(seconds, 1),
        git_commit=_git_commit(),
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}",
        libraries={name: importlib.metadata.version(name) for name in LIBRARIES},
    )


def held(name: str, study: Study) -> HeldStudy:
    """A study as a manifest holds it."""
    return HeldStudy(
        name=name,
        document=study.document,
        publications=study.publications,
        numbers=tuple(HeldNumber.model_validate(n, from_attributes=True) for n in study.numbers),
        uncertainty={
            path: _as_text(one.model_dump(exclude_none=True))
            for path, one in study.uncertainty.items()
        },
        settings=tuple(HeldSetting(**one._asdict()) for one in study.settings),
        assumptions=count_of_assumptions(study.numbers, study.premises),
        premises=study.premises,
    )


def digest_of(studies: Sequence[Study], options: BaseModel | None = None) -> str:
    """Twelve characters that name a result.

    They depend on its scenarios with their seeds, on the version, and on options where given.
    """
    digests = [_short(f"{__version__} {study.digest}") for study in studies]
    if options is not None:
        digests.append(_short(options.model_dump_json()))
    return digests[0] if len(digests) == 1 else _short(" ".join(digests))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _as_text(tree: Any) -> Any:
    """Numbers as the text that a file would have."""
    if isinstance(tree, dict):
        return {key: _as_text(item) for key, item in tree.items()}
    return [_as_text(item) for item in tree] if isinstance(tree, list) else str(tree)


def _git_commit() -> str | None:
    """The commit of the checkout that this code runs from, None outside of one."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
