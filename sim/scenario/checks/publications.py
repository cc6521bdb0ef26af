"""Publications of facts: those shipped with mastosim, and files beside the scenario."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sim import evidence
from sim.scenario.checks.forms import validated
from sim.scenario.form.publication import Publication
from sim.scenario.form.statistics import SUBGROUP, measured_in
from sim.scenario.mistakes import Mark, Mistake, ScenarioError, nearest
from sim.scenario.text.provenance import Plain, as_it_stands
from sim.scenario.text.tree import read_file
from sim.vocabulary import CLINICAL

_FILE = re.compile(r"[\w][\w.-]*\.ya?ml")


def is_file(name: str) -> bool:
    """True where a source or `answers` names a file beside the scenario, not a shipped key."""
    return name.endswith((".yaml", ".yml"))


@cache
def shipped(key: str) -> dict[str, Any]:
    """A shipped publication as plain values, read by the form that a user's own file has.

    Raises KeyError for a key that is not among `evidence.keys()`.
    """
    return Publication.model_validate(_as_texts(evidence.publication(key))).plain


def _as_texts(value: Any) -> Any:
    """A value of YAML with its numbers as texts, as the forms read them."""
    if isinstance(value, dict):
        return {key: _as_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_texts(item) for item in value]
    return value if value is None else str(value)


def read_publications(plain: Plain, folder: Path, mistakes: list[Mistake]) -> dict[str, Any]:
    """The publications that a scenario names by their files, as plain values.

    Mistakes in the files are added to `mistakes`.
    """
    named: dict[str, tuple[str, Mark | None]] = {**plain.files}
    answers = plain.tree.get("answers")
    if isinstance(answers, str) and is_file(answers):
        named[answers] = ("answers", plain.mark_of(("answers",)))
    publications = {}
    for name, (path, mark) in named.items():
        if not is_beside(folder, name, _FILE):
            others = sorted(file.name for file in folder.glob("*.y*ml"))
            message = f"there is no file '{name}' beside the scenario; {nearest(name, others)}"
            mistakes.append(Mistake(path, message, mark))
        elif (publication := _read(folder / name, mistakes)) is not None:
            publications[name] = publication.plain
    return publications


def is_beside(folder: Path, name: str, allowed: re.Pattern[str]) -> bool:
    """True for a file of this name in the folder itself, not behind a link to another folder."""
    inside = Path(os.path.realpath(folder / name)).parent == Path(os.path.realpath(folder))
    return allowed.fullmatch(name) is not None and inside and (folder / name).is_file()


def _read(path: Path, mistakes: list[Mistake]) -> Publication | None:
    """The publication in a file; None where it is not valid."""
    try:
        document = as_it_stands(read_file(path, str(path), mistakes))
    except ScenarioError as error:
        mistakes.extend(error.mistakes)
        return None
    publication, wrong = validated(Publication, document, document.tree)
    mistakes.extend(wrong)
    return publication


def check_answers(plain: Plain, own: dict[str, Any]) -> Iterator[Mistake]:
    """Mistakes of `answers`: an unknown publication, or one about arms that are not there."""
    answers = plain.tree.get("answers")
    if not isinstance(answers, str):
        return
    if is_file(answers):
        for problem in _problems(own[answers], plain) if answers in own else ():
            yield plain.mistake(("answers",), f"{answers}, {problem}")
    elif answers not in evidence.keys():  # noqa: SIM118
        message = f"'{answers}' is not a known publication; {nearest(answers, evidence.keys())}"
        beside = "; or a file of your own beside the scenario, like my-study.yaml"
        yield plain.mistake(("answers",), message + beside)


def _problems(paper: dict[str, Any], plain: Plain) -> Iterator[str]:
    """Arms, therapies and reactions of a publication that the scenario does not have."""
    arms, therapies = plain.mapping("arms"), plain.mapping("therapies")
    subgroups = plain.mapping("subgroups")
    reactions = dict.fromkeys(
        name
        for therapy in therapies
        for reaction in plain.mapping("therapies", therapy, "reactions")
        for name in (reaction, f"{therapy} {reaction}")
    )
    for name, group in paper["groups"].items():
        yield from _unknown(f"group '{name}'", group["arm"], "an arm", arms)
        if SUBGROUP in group:
            yield from _unknown(f"group '{name}'", group[SUBGROUP], "a subgroup", subgroups)
        for therapy in (key for key in group if key not in ("arm", SUBGROUP)):
            yield from _unknown(f"group '{name}'", therapy, "a therapy", therapies)
    for fact in paper["facts"]:
        simulated = fact.get("simulated", {"statistic": ""})
        statistic = measured_in(simulated["statistic"], simulated.get("in"))
        of = simulated.get("of")
        if statistic == "share_stopped":
            yield from _unknown(f"fact '{fact['fact']}'", of, "a therapy", therapies)
        elif statistic == "share_with_reaction":
            yield from _unknown(f"fact '{fact['fact']}'", of, "a reaction", reactions)
        elif of in CLINICAL and "clinical" not in plain.mapping("fractures", "sites", "vertebral"):
            needed = "needs `fractures.sites.vertebral.clinical`, which the scenario does not give"
            yield f"fact '{fact['fact']}': '{of}' {needed}"


def _unknown(where: str, name: str, kind: str, known: Iterable[str]) -> Iterator[str]:
    if name not in known:
        yield f"{where}: '{name}' is not {kind}; {nearest(name, known)}"
