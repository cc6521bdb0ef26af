"""The base rate of fractures: typed, or solved from the share of patients that a source prints."""

from __future__ import annotations

import math

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.scenario.form.outcome import BaseRate
from sim.scenario.form.study import Scenario
from sim.simulation.lowering.parameters import Protocol, protocol_at_rate
from sim.simulation.lowering.planned_hazard import accumulated_as_planned
from sim.simulation.lowering.root import root
from sim.simulation.lowering.streams import FRACTURES_PREPARED
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR, MOST_EXPECTED_FRACTURES, SITES

LEAST_RATE, MOST_RATE = 1e-9, 100.0
"""Limits of a solved rate, per person-year."""


def protocol(scenario: Scenario, fractures: int = FRACTURES_PREPARED) -> Protocol:
    """Compute the values that all patients of a study share.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    fractures : int
        Fractures per patient and site that random numbers are prepared for.

    Returns
    -------
    Protocol
        Parameters of each arm, and the random numbers that a patient needs. Its scenario has the
        base rate as a number.

    Raises
    ------
    ScenarioError
        If a record has no room for all doses, visits or steps, if hardly any of an effect on a
        marker is left at the end of the plan that defines an action of 1, or if no base rate gives
        the share of patients that is printed.

    References
    ----------
    docs/architecture.md, section "Blocks, sums and workers".

    Examples
    --------
    >>> from sim.scenario import load
    >>> shared = protocol(load("scenarios/laroche2011.yaml").scenario)
    >>> {arm: int(params["horizon"]) for arm, params in shared.arms.items()}
    {'combination': 1826, 'pamidronate': 1826}
    """
    return protocol_at_rate(solved(scenario), fractures)


def solved(scenario: Scenario) -> Scenario:
    """Return a study whose base rate is a number.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    Scenario
        The same study if its base rate is typed.
    """
    if scenario.fractures.base_rate.rate is not None:
        return scenario
    rate = BaseRate.model_construct(rate=base_rate(scenario))
    fractures = scenario.fractures.model_copy(update={"base_rate": rate})
    return scenario.model_copy(update={"fractures": fractures})


def at_any_rate(scenario: Scenario) -> Scenario:
    """Return a study that is lowered without solving for its base rate, to see if it can be.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    Scenario
        The same study if its base rate is typed, else with one of 0.01 per person-year.
    """
    if scenario.fractures.base_rate.rate is not None:
        return scenario
    rate = BaseRate.model_construct(rate=0.01)
    fractures = scenario.fractures.model_copy(update={"base_rate": rate})
    return scenario.model_copy(update={"fractures": fractures})


def base_rate(scenario: Scenario) -> float:
    """Find the mean rate of fractures of the cohort at enrolment.

    The rate gives the cohort the printed share of patients without a new fracture, if all take the
    regimen of the source as planned from enrolment. No patient dies or is lost before. The integral
    over the cohort is a sum over fixed points (`lattice`), and exact over the frailty. The rate
    therefore does not depend on the seed, the number of patients or the engine.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    float
        Fractures per person-year, all sites together.

    Raises
    ------
    ScenarioError
        If no rate that a scenario can have gives the printed share.

    References
    ----------
    docs/model.md, section "Base rate".

    Examples
    --------
    >>> from sim.scenario import load
    >>> round(base_rate(load("scenarios/laroche2011.yaml").scenario), 4)
    0.0748
    """
    given = scenario.fractures.base_rate
    if given.rate is not None:
        return given.rate
    assert given.share_free is not None
    assert given.on is not None
    assert given.by is not None
    hazards = accumulated_as_planned(scenario, given.on, given.by)
    relative = hazards[:, SITES.index(given.site)] if given.site else hazards.sum(axis=1)
    most = min(MOST_RATE, MOST_EXPECTED_FRACTURES * DAYS_PER_YEAR / scenario.horizon)
    return _solved(relative, given.share_free, scenario.fractures.frailty_variance, most)


def _solved(relative: Floats, share_free: float, variance: float, most: float) -> float:
    """The rate, up to `most`, at which the expected share without a fracture is as printed."""

    def excess(log_rate: float) -> float:
        return share_without(math.exp(log_rate) * relative, variance) - share_free

    ends = math.log(LEAST_RATE), math.log(most)
    if excess(ends[0]) < 0 or excess(ends[1]) > 0:
        reachable = [100 * (excess(end) + share_free) for end in reversed(ends)]
        message = (
            f"no rate up to {most:.4g} per person-year leaves {100 * share_free:g} % free of "
            f"fracture; allowed: {reachable[0]:.4g} to {reachable[1]:.4g} %"
        )
        raise ScenarioError([Mistake("fractures.base_rate", message)])
    # from the same ends whatever the horizon, so that the last digits are the same as well
    return math.exp(root(excess, math.log(LEAST_RATE), math.log(MOST_RATE), within=1e-12))


def share_without(hazards: Floats, variance: float) -> float:
    """Expected share of patients without an event, with a gamma frailty of mean 1.

    Parameters
    ----------
    hazards : array
        Accumulated hazard of each patient at a frailty of 1.
    variance : float
        Variance of the frailty.

    Returns
    -------
    float
        Mean of (1 + variance x hazard)^(-1 / variance), or of exp(-hazard) without a frailty.

    References
    ----------
    Vaupel, Manton and Stallard 1979, Demography 16:439-454. docs/model.md, section "Base rate".

    Examples
    --------
    >>> round(share_without(np.array([0.2]), 0.0), 4), round(share_without(np.array([0.2]), 4.0), 4)
    (0.8187, 0.8633)
    """
    if variance == 0:
        return float(np.exp(-hazards).mean())
    return float(np.exp(-np.log1p(variance * hazards) / variance).mean())
