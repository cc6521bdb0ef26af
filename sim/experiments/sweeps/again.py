"""A sweep from its manifest, to be done again: nothing is read but what the manifest holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.experiments.sweeps.form import SweepForm
from sim.experiments.sweeps.read import Sweep, checked
from sim.scenario import Mark, Number, ScenarioError, Study, from_document
from sim.scenario.checks.forms import validated
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.text.provenance import Plain


def held(study: Study) -> dict[str, Any]:
    """A study as a manifest of a sweep keeps it."""
    return {
        "document": study.document,
        "publications": study.publications,
        "numbers": [
            {"path": n.path, "text": n.text, "sources": list(n.sources), "note": n.note}
            for n in study.numbers
        ],
        "uncertainty": {
            path: _as_text(one.model_dump(exclude_none=True))
            for path, one in study.uncertainty.items()
        },
    }


def of_manifest(path: Path) -> Sweep:
    """The sweep that a manifest describes. Raises ScenarioError where it is not valid any more."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    plain = Plain(tree=kept["specification"])
    form, mistakes = validated(SweepForm, plain, plain.tree)
    if form is None:
        raise ScenarioError(mistakes, "sweep")
    mark = Mark(str(path), 1, 1)
    studies = [_study(one, mark) for one in kept["scenarios"].values()]
    return checked(form, plain, studies, mistakes)


def _study(kept: dict[str, Any], mark: Mark) -> Study:
    numbers = [
        Number(n["path"], n["text"], tuple(n["sources"]), n["note"], mark) for n in kept["numbers"]
    ]
    study = from_document(kept["document"], numbers, kept["publications"])
    uncertainty = {p: Uncertainty.model_validate(tree) for p, tree in kept["uncertainty"].items()}
    return replace(study, uncertainty=uncertainty)


def _as_text(tree: Any) -> Any:
    """Numbers as the text that a file would have."""
    if isinstance(tree, dict):
        return {key: _as_text(item) for key, item in tree.items()}
    return [_as_text(item) for item in tree] if isinstance(tree, list) else str(tree)
