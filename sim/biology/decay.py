"""Integrals of things that decay: the closed forms under every course of bone and markers."""

from __future__ import annotations

import math


def decayed(decay: float, days: float) -> float:
    """What is left of 1 after some days of decay at a rate per day."""
    return math.exp(-decay * days)


def time_under(decay: float, days: float) -> float:
    """Integral of exp(-decay s) for s from 0 to `days`; `days` itself where nothing decays."""
    if decay == 0.0:
        return days
    return -math.expm1(-decay * days) / decay


def relaxed_under(relaxation: float, decay: float, days: float) -> float:
    """Integral of exp(-relaxation (days - s)) exp(-decay s) for s from 0 to `days`.

    The response of something that relaxes to a decaying input (Bateman's function). Written with
    the smaller rate in front, so that equal rates are no special case and nothing overflows.
    """
    slower = min(relaxation, decay)
    return math.exp(-slower * days) * time_under(abs(relaxation - decay), days)
