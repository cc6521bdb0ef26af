"""A scenario that was checked to the end: read, and turned into the inputs of the engines."""

from __future__ import annotations

from collections.abc import Iterable

from sim.scenario import ScenarioLike, Study, load
from sim.simulation.simulate import protocol_of


def check(scenario: ScenarioLike, settings: Iterable[str] = ()) -> Study:
    """Read a scenario, and compute the protocol that both engines follow.

    Parameters
    ----------
    scenario
        As of `sim.scenario.load`.
    settings
        Texts `path=value` that are set over the scenario.

    Returns
    -------
    Study
        The scenario with the source of each number.

    Raises
    ------
    ScenarioError
        With all mistakes of the file; for a file without any, with what no engine could follow.
    """
    study = load(scenario, settings)
    protocol_of(study)
    return study
