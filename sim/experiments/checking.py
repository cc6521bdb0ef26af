"""A scenario that was checked to the end: read, and turned into the inputs of the engines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.scenario import Study, load
from sim.simulation.simulate import protocol_of


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
    protocol_of(study)
    return study
