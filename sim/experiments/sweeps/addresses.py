"""Address of a block: a digest of everything that its numbers depend on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sim.economics.same_quantities import decided_by
from sim.results import fingerprint

LABELS = ("name", "title", "question", "answers", "comparator", "subgroups", "arms")
"""Parts of a scenario that change no patient."""


def of(document: dict[str, Any], arm: str) -> str:
    """The address of the blocks of an arm: a digest of everything that its patients depend on.

    Names, other arms, therapies outside the arm with their effects, and the number of patients are
    left out. Blocks can be used again after an arm or patients were added.
    """
    own = of_arm(document, arm)
    parts = {key: value for key, value in own.items() if key not in LABELS}
    if document.get("economics"):
        parts["economics"] = decided_by(own["economics"])
    if document.get("clinics"):
        parts["clinics"] = {k: v for k, v in document["clinics"].items() if k != "number"}
    parts["cohort"] = {k: v for k, v in document["cohort"].items() if k != "patients"}
    # as text, because the order of therapies is the order of sums and lines
    parts["therapies"] = json.dumps(own["therapies"])
    parts["reactions"] = _shared_reactions(document.get("therapies") or {}, own["therapies"])
    whole = json.dumps([fingerprint.model(), parts], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def of_arm(document: dict[str, Any], arm: str) -> dict[str, Any]:
    """The document with this arm alone: its therapies and their effects, without their worth."""
    therapies, all_ = document["arms"][arm], document.get("therapies") or {}
    effects = {
        row: effect
        for row, effect in document["effects"].items()
        if set(row.split(" + ")) <= {*therapies, "none"}
    }
    own = {name: therapy for name, therapy in all_.items() if name in therapies}
    without = ("comparator", "economics")
    kept = {key: value for key, value in document.items() if key not in without}
    kept |= {"loss": _loss_of(document["loss"], arm)} if document.get("loss") else {}
    kept |= {"economics": _economics_of(document, own)} if document.get("economics") else {}
    return {**kept, "arms": {arm: therapies}, "therapies": own, "effects": effects}


def _loss_of(loss: Any, arm: str) -> Any:
    """Loss to follow-up as this arm has it, without that of other arms."""
    if isinstance(loss, str):
        return loss
    own = loss.get("arms", {}).get(arm)
    return own or {key: value for key, value in loss.items() if key != "arms"}


def _economics_of(document: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Economics without the therapies and reactions of other arms."""
    reactions = {name for therapy in own.values() for name in therapy.get("reactions") or ()}
    names = {"therapies": {*own}, "reactions": reactions}
    economics = dict(document["economics"])
    for part in ("costs", "quality"):
        economics[part] = {
            key: {n: v for n, v in (value or {}).items() if n in names[key]}
            if key in names
            else value
            for key, value in economics[part].items()
        }
    return economics


def _shared_reactions(all_: dict[str, Any], own: Iterable[str]) -> list[str]:
    """Reactions that another therapy has too. Their lines carry the names of both."""
    names = Counter(name for therapy in all_.values() for name in therapy.get("reactions") or ())
    return sorted(n for name in own for n in all_[name].get("reactions") or () if names[n] > 1)
