"""Bone and mast-cell markers: how an action reaches the effect site and saturates there."""

from __future__ import annotations

import math

from sim.simulation.biology.decay import decayed, relaxed_under

MOST_LOG_RATIO = 20.0
"""A marker is never read above exp(20) times entry, so that extreme what-ifs stay computable."""


def site_action(at_site: float, action: float, onset: float, decay: float, days: float) -> float:
    """Action at the effect site after some days: A' = onset (action - A), the action decaying."""
    return at_site * decayed(onset, days) + onset * action * relaxed_under(onset, decay, days)


def saturated(at_site: float, half_effect: float) -> float:
    """Saturating effect of an action: A / (half_effect + A), half of the most at `half_effect`."""
    return at_site / (half_effect + at_site)


def marker_noise(z: float, log_sd: float) -> float:
    """Factor of measurement error: log-normal with mean 1."""
    return math.exp(log_sd * z - 0.5 * log_sd * log_sd)
