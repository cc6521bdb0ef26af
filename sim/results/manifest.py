"""The manifest of a kept result: what was done, and everything that is needed to do it again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from sim.results import fingerprint
from sim.results.details import FORMS, OfSweep, whole
from sim.results.held import HeldSetting, HeldStudy, Part, held, patients_in
from sim.scenario.text.settings import set_in_all
from sim.version import __version__

if TYPE_CHECKING:
    from sim.scenario import Study

FORM: Literal[2] = 2
"""The number of the form of manifests; a change that makes earlier ones unreadable adds one."""

FILE = "manifest.json"
LIBRARIES = ("simpy", "numpy", "scipy", "pandas", "pyarrow", "matplotlib")

Kind = Literal["run", "comparison", "readings", "emulation", "sweep", "power", "verification"]
KINDS: tuple[Kind, ...] = get_args(Kind)


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
    details: dict[str, Any] = Field({})
    tables: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    files: dict[str, str] = Field({})
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
        first = f"Manifest, {self.kind}: {self.about}, {self.patients} patients, seed {self.seed}"
        return f"{first}\nmastosim {self.mastosim}; digest {self.digest}; {self.written}"

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
        return int(self.options.get("patients") or patients_in(self.studies[0].document))

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


def _git_commit() -> str | None:
    """The commit of the checkout that this code runs from, None outside of one."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
