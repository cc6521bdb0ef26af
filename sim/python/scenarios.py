"""Functions that read scenarios: `examples`, `check`, `cite` and `explain`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.experiments import checking, verbs
from sim.experiments.patient_history import Life, format_of, write
from sim.experiments.patient_history import explain as followed
from sim.python.options import Text, one_of
from sim.scenario import ScenarioLike, as_settings
from sim.scenario.examples import examples as shipped

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Study

FORMS = ("text", "bibtex", "csl")


def examples() -> pd.DataFrame:
    """List the scenarios and sweeps that travel with mastosim.

    Returns
    -------
    pandas.DataFrame
        One row for each: `name`, by which every function accepts it in place of a file; `kind`,
        `scenario` or `sweep`; `title`; `question`, empty where the file has none; `path`.

    Examples
    --------
    >>> table = examples()
    >>> table.set_index("name").loc["poor-attendance", "title"]
    'One infusion in five is missed'
    """
    import pandas as pd

    return pd.DataFrame([*shipped()])


def check(scenario: ScenarioLike, *, settings: Mapping[str, Any] | None = None) -> Study:
    """Read and check a scenario.

    Parameters
    ----------
    scenario : path, mapping or Study
        Scenario file; a document as a mapping, as `yaml.safe_load` reads a file; or a study. The
        file that a mapping extends is looked for in the current folder.
    settings : mapping, optional
        Values by path that change the scenario, like `{"therapies.pamidronate.given": "60 %"}`. A
        value is a text as in a file, a number, a list or a mapping; None removes a value.

    Returns
    -------
    Study
        The scenario with the source of each number. A notebook shows its protocol and assumptions.
        `numbers`, `assumptions`, `digest` and `settings` are attributes, and every other function
        accepts the study in place of a file.

    Raises
    ------
    ScenarioError
        With all mistakes of the scenario and the settings.

    Examples
    --------
    >>> study = check("scenarios/laroche2011.yaml", settings={"horizon": "24 months"})
    >>> study.scenario.horizon
    730.5
    """
    return checking.check(scenario, as_settings(settings))


def cite(
    scenario: ScenarioLike,
    *,
    settings: Mapping[str, Any] | None = None,
    format: Literal["text", "bibtex", "csl"] = "text",
) -> Text:
    """List every publication behind the numbers of a scenario, and mastosim itself.

    Parameters
    ----------
    scenario, settings
        As of `check`.
    format : "text", "bibtex" or "csl"
        Lines to read, or entries for a reference manager (csl: CSL-JSON).

    Returns
    -------
    str
        The publications in the order in which the scenario names them.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.

    Examples
    --------
    >>> "@article{laroche2011," in cite("scenarios/laroche2011.yaml", format="bibtex")
    True
    """
    from sim.display import citations

    one_of("format", format, FORMS)
    return Text(citations.cite(check(scenario, settings=settings), format))


def explain(
    scenario: ScenarioLike,
    *,
    patient: int,
    settings: Mapping[str, Any] | None = None,
    seed: int | None = None,
    name: str | None = None,
    figure: str | Path | None = None,
    out: str | Path = "results",
) -> Life:
    """Follow one patient event by event through every arm.

    The patient is the same as in a run with this seed, for any size of the cohort.

    Parameters
    ----------
    scenario : path, mapping or Study
        As of `check`; or a kept result of `run`, `compare` or `readings`, named as of
        `open_result`.
    patient : int
        Number of the patient, from 0, as in the tables of a run.
    settings : mapping, optional
        As of `check`; not for a result.
    seed : int, optional
        Seed of the random numbers; that of the scenario by default.
    name : str, optional
        Scenario or reading of a result (`--scenario` of the command).
    figure : path, optional
        File to which the life is drawn on a time axis, ending in .svg, .pdf or .png.
    out : path
        Folder of results in which a result is looked for.

    Returns
    -------
    Life
        The history. A notebook shows it, and `plot()` draws it. `events` is a table with one row
        per event, `comparison` the sentences on where the arms diverge.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        If there is no such patient, or no such result.

    Examples
    --------
    >>> life = explain("scenarios/laroche2011.yaml", patient=17)
    >>> life.arms, life.divergence.day
    (('combination', 'pamidronate'), 0)
    """
    texts = as_settings(settings)
    if figure is not None:
        format_of(Path(figure))
    study = verbs.study_of_patient(scenario, texts, seed, name, Path(out), warnings.warn)
    life = followed(study, patient, texts, seed)
    if figure is not None:
        write(life.plot(), Path(figure))
    return life
