"""A scenario that was checked to the end: read, and turned into the inputs of the engines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sim.scenario import Mark, Mistake, ScenarioError, Study, load
from sim.simulation import lowering


def check(path: str | Path, settings: Iterable[str] = ()) -> Study:
    """Read a scenario file, and compute the protocol that both engines follow.

    Parameters
    ----------
    path
        The file.
    settings
        Texts `path=value` that are set over the file.

    Returns
    -------
    Study
        The scenario with the source of each number.

    Raises
    ------
    ScenarioError
        With all mistakes of the file; for a file without any, with what no engine could follow.
    """
    study = load(path, settings)
    try:
        lowering.protocol(study.scenario)
    except ScenarioError as error:
        raise ScenarioError([_placed(mistake, study) for mistake in error.mistakes]) from None
    return study


def _placed(mistake: Mistake, study: Study) -> Mistake:
    """A mistake with the position of the first number at its path or below."""
    marks = (n.mark for n in study.numbers if _is_within(n.path, mistake.path))
    mark: Mark | None = next(marks, None)
    return replace(mistake, mark=mistake.mark or mark)


def _is_within(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))
