"""A study as a manifest holds it: its texts, its numbers with their sources, its settings."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from sim.results.details import whole
from sim.scenario.mistakes import Mark
from sim.scenario.text.provenance import Number, Premise
from sim.scenario.text.settings import Setting

if TYPE_CHECKING:
    from sim.scenario import Study


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
    numbers = {**_numbers_of_patients(document), "seed": document["seed"]}
    for key, text in numbers.items():
        try:
            whole(text)
        except (ValueError, OverflowError):
            raise ValueError(f"has a `{key}` that is not a whole number") from None
    return document


def patients_in(document: dict[str, Any]) -> int:
    """Return the patients per arm of the document of a scenario: of its cohort, or its clinics."""
    return math.prod(map(whole, _numbers_of_patients(document).values()))


def _numbers_of_patients(document: dict[str, Any]) -> dict[str, str]:
    """The numbers that say how many patients a scenario has, by path."""
    part, keys = "cohort", ["patients"]
    if document.get("clinics") is not None:
        from sim.scenario.form.clinic import Clinics

        part, keys = "clinics", [*Clinics.model_fields]
    tree = document.get(part)
    holds = tree if isinstance(tree, dict) else {}
    for key in keys:
        if not isinstance(holds.get(key), str):
            raise ValueError(f"has no `{part}.{key}`")
    return {f"{part}.{key}": holds[key] for key in keys}


def _of_publication(tree: dict[str, Any]) -> dict[str, Any]:
    from sim.scenario.form.publication import from_plain

    from_plain(tree)
    return tree


def _of_uncertainty(tree: Any) -> Any:
    from sim.scenario.form.uncertainty import Uncertainty

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
        from sim.scenario import from_document
        from sim.scenario.form.uncertainty import Uncertainty

        mark = Mark("the manifest", 1, 1)
        numbers = [Number(n.path, n.text, n.sources, n.note, mark) for n in self.numbers]
        settings = [Setting(s.path, s.old, s.new) for s in self.settings]
        return replace(
            from_document(self.document, numbers, self.publications, settings),
            uncertainty={p: Uncertainty.model_validate(u) for p, u in self.uncertainty.items()},
            premises=self.premises,
        )


def held(name: str, study: Study) -> HeldStudy:
    """A study as a manifest holds it."""
    from sim.scenario.protocol import count_of_assumptions

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


def _as_text(tree: Any) -> Any:
    """Numbers as the text that a file would have."""
    if isinstance(tree, dict):
        return {key: _as_text(item) for key, item in tree.items()}
    return [_as_text(item) for item in tree] if isinstance(tree, list) else str(tree)
