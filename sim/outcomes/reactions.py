"""Which therapy each reaction belongs to."""

from __future__ import annotations

from sim.scenario.form.study import Scenario
from sim.simulation.lowering.infusions import reaction_names, reactions_of


def therapy_of_reactions(scenario: Scenario) -> dict[str, str]:
    """Name the therapy of each reaction.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Therapy by the name that a reaction has in the table of events.

    Examples
    --------
    >>> from sim.scenario import load
    >>> therapy_of_reactions(load("scenarios/laroche2011.yaml").scenario)
    {'acute_phase': 'pamidronate'}
    """
    therapies = [therapy for _, therapy, _, _ in reactions_of(scenario)]
    return dict(zip(reaction_names(scenario), therapies, strict=True))
