"""A study in which everything goes as planned: no dose is missed, and no patient stops or dies."""

from __future__ import annotations

from typing import Any

from sim.scenario.form.outcome import BaseRate
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions


def therapy_without_chance(therapy: Infusions | Course) -> Infusions | Course:
    """Take chance out of a therapy.

    Parameters
    ----------
    therapy : Infusions or Course
        A therapy of a study.

    Returns
    -------
    Infusions or Course
        The same plan with every dose given on its day, no reaction and no intolerance.
    """
    update: dict[str, Any] = {"intolerance": None}
    if isinstance(therapy, Infusions):
        update = {"given": 1.0, "delay": None, "ends_course": 0.0, "reactions": {}}
    return therapy.model_copy(update=update)


def without_chance(scenario: Scenario) -> Scenario:
    """Take chance out of the treatment of a study.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    Scenario
        The same arms and plans. No rule ends a therapy; nobody fractures, dies or is lost, so a
        therapy that waits for a fracture does not begin.
    """
    therapies = {
        name: therapy_without_chance(therapy).model_copy(update={"stop": None})
        for name, therapy in scenario.therapies.items()
    }
    nobody = {"standardised_mortality_ratio": 0.0}
    fractures = {"base_rate": BaseRate.model_construct(rate=0.0)}
    return scenario.model_copy(update={
        "therapies": therapies, "loss": None,
        "mortality": scenario.mortality.model_copy(update=nobody),
        "fractures": scenario.fractures.model_copy(update=fractures),
    })  # fmt: skip
