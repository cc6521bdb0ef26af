"""Loading a scenario: a file, a mapping of Python, or a study that gets settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim import evidence
from sim.scenario import shipped
from sim.scenario.form.study import Scenario
from sim.scenario.mistakes import Mistake, ScenarioError, closest
from sim.scenario.study import Study, checked
from sim.scenario.text.layers import read_layers, remarks_on
from sim.scenario.text.mapping import SHOWN, read_mapping
from sim.scenario.text.paths import parts_of, value_at
from sim.scenario.text.provenance import take_off
from sim.scenario.text.settings import in_full, joined, set_over
from sim.scenario.text.tree import Branch

OF_A_SWEEP = "mastosim_sweep"
"""The key that marks a file as a sweep."""


ScenarioLike = str | Path | Mapping[str, Any] | Study
"""A scenario as a user may give it: a file, a document as a mapping, or a study."""


def load(
    scenario: ScenarioLike,
    settings: Iterable[str] = (),
    patients: int | None = None,
    seed: int | None = None,
) -> Study:
    """Read and check a scenario.

    Parameters
    ----------
    scenario
        A file, or the name of a shipped scenario where no file has it; a mapping of keys and texts
        as YAML is read; or a study, which gets the settings.
        The file that a scenario extends and its publications are in the folder of the file, of a
        mapping in the current folder.
    settings
        Texts `path=value` that are set over the scenario in their order.
    patients
        Virtual patients per arm in place of the number of the file and the settings.
    seed
        Seed of the random numbers in place of the seed of the file and the settings.

    Returns
    -------
    Study
        The scenario with the source of each number.

    Raises
    ------
    ScenarioError
        With all mistakes of the file and the settings.

    Examples
    --------
    >>> from sim.scenario import load
    >>> study = load("scenarios/laroche2011.yaml", ["horizon=24 months"], patients=50)
    >>> study.scenario.horizon
    730.5
    >>> study.settings[0]
    Setting(path='horizon', old='60 months', new='24 months')
    """
    if isinstance(scenario, Study):
        return _changed(scenario, [*settings], patients, seed)
    mistakes: list[Mistake] = []
    if isinstance(scenario, Mapping):
        path = Path(SHOWN)
        document = read_layers(path, SHOWN, mistakes, read_mapping(scenario, mistakes))
    else:
        path = shipped.found(scenario)
        document = read_layers(path, str(path), mistakes)
    _refuse_a_sweep(document)
    document, recorded = set_over(document, in_full(settings, patients, seed), mistakes)
    plain = take_off(document, evidence.keys())
    study = checked(plain, mistakes, path.parent)
    return replace(study, settings=recorded, remarks=remarks_on(document))


def _changed(study: Study, settings: list[str], patients: int | None, seed: int | None) -> Study:
    """A study with settings over it; what was not set keeps its source and its uncertainty."""
    if not settings:
        return study.with_(patients=patients, seed=seed)
    mistakes: list[Mistake] = []
    document = read_mapping(study.document, mistakes)
    document, recorded = set_over(document, in_full(settings, patients, seed), mistakes)
    plain = take_off(document, evidence.keys())
    changed = checked(plain, mistakes, publications=study.publications)
    were_set = {setting.path for setting in recorded}
    before = {(n.path, n.text): n for n in study.numbers if n.path not in were_set}

    def stays(path: str) -> bool:
        old, new = (value_at(of.document, parts_of(path)) for of in (study, changed))
        return path not in were_set and bool(old == new)

    return replace(
        changed,
        numbers=tuple(before.get((new.path, new.text), new) for new in changed.numbers),
        uncertainty={path: of for path, of in study.uncertainty.items() if stays(path)},
        settings=joined(study.settings, recorded),
        remarks=study.remarks,
        premises=tuple(premise for premise in study.premises if stays(premise.path)),
    )


def _refuse_a_sweep(document: Branch) -> None:
    """Raise ScenarioError with one mistake for a sweep, also where its first key is misspelt."""
    message = "this is a sweep; run it with `mastosim sweep FILE`"
    if OF_A_SWEEP in document.items:
        raise ScenarioError.of(OF_A_SWEEP, message, document.marks[OF_A_SWEEP])
    unknown = [key for key in document.items if key not in Scenario.model_fields]
    misspelt = closest(OF_A_SWEEP, unknown) if "design" in unknown else None
    if misspelt is not None:
        message = f"did you mean '{OF_A_SWEEP}'? Then {message}"
        raise ScenarioError.of(misspelt, message, document.marks[misspelt])
