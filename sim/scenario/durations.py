"""Durations in the words of a protocol."""

from __future__ import annotations

from sim.vocabulary import DAYS_PER_MONTH


def in_time(days: float) -> str:
    """A duration in the words of a protocol: `3 months`, `45 days`."""
    months = days / DAYS_PER_MONTH
    if abs(months - round(months)) < 1e-6 and months > 0.5:
        return "1 month" if round(months) == 1 else f"{round(months)} months"
    return "1 day" if days == 1 else f"{days:.10g} days"
