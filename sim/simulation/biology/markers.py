"""Bone and mast-cell markers: the action at the effect site, its saturation, measurement error."""

from __future__ import annotations

import math

from sim.simulation.biology.decay import decayed, relaxed_under

MOST_LOG_RATIO = 20.0
"""Upper limit of the logarithm of marker / entry value. The limit keeps extreme what-if scenarios
computable."""


def site_action(at_site: float, action: float, onset: float, decay: float, days: float) -> float:
    """Action at the effect site of a marker, which follows the action of the therapy with a delay.

    The action A at the site obeys A' = onset (a - A), and the action a of the therapy decays.

    Parameters
    ----------
    at_site : float
        Action at the effect site at the start; 1 is the mean action in the published study.
    action : float
        Action of the therapy at the start, on the same scale.
    onset : float
        Rate at which the effect site follows, per day; ln 2 divided by the onset half-life.
    decay : float
        Decay rate of the therapy's action, per day; 0 for a course.
    days : float
        Time, days.

    Returns
    -------
    float
        Action at the effect site after `days`.

    References
    ----------
    Derived here: docs/model.md, section "Markers".

    Examples
    --------
    A course at action 1, after one onset half-life of 30 days:

    >>> round(site_action(0.0, 1.0, onset=math.log(2) / 30, decay=0.0, days=30), 6)
    0.5
    """
    left, response = decayed(onset, days), relaxed_under(onset, decay, days)
    return site_action_after(at_site, action, onset, left, response)


def site_action_after(
    at_site: float, action: float, onset: float, left: float, response: float
) -> float:
    """Action at the effect site of a marker, from what is left and what has come since.

    Parameters
    ----------
    at_site, action, onset : float
        As in `site_action`.
    left : float
        Share of `at_site` that is left (`decay.decayed`).
    response : float
        Response of the effect site to a decaying action of 1, days (`decay.relaxed_under`).

    Returns
    -------
    float
        Action at the effect site.

    References
    ----------
    Derived here: docs/model.md, section "Markers".
    """
    return at_site * left + onset * action * response


def saturated(at_site: float, half_effect: float) -> float:
    """Saturating effect of an action: A / (half_effect + A).

    Parameters
    ----------
    at_site : float
        Action A at the effect site.
    half_effect : float
        Action with half of the maximal effect.

    Returns
    -------
    float
        Share of the maximal effect, from 0 to less than 1.

    References
    ----------
    Definition of the model: docs/model.md, section "Markers".

    Examples
    --------
    >>> saturated(0.5, half_effect=0.5)
    0.5
    """
    return at_site / (half_effect + at_site)


def marker_noise(z: float, log_sd: float) -> float:
    """Measurement error of a marker: a log-normal factor with mean 1.

    Parameters
    ----------
    z : float
        Standard normal random number.
    log_sd : float
        Standard deviation s of the logarithm; s^2 = ln(1 + CV^2) for a coefficient of variation CV.

    Returns
    -------
    float
        Factor on the true value: exp(s z - s^2 / 2).

    References
    ----------
    Definition of the model: docs/model.md, section "Measurement".

    Examples
    --------
    >>> round(marker_noise(1.0, log_sd=0.15), 4)
    1.1488
    """
    return math.exp(log_sd * z - 0.5 * log_sd * log_sd)
