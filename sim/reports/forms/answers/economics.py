"""Answers on costs and utilities.

No kind of result has costs yet. An economic evaluation answers here: each item that `no_costs`
answers today then gets a function of its own in this file.
"""

from __future__ import annotations

from sim.reports.forms.given import Given


def no_costs(_: Given) -> str:
    """No result has costs or utilities."""
    return "not applicable: this result has no costs and no utilities, and discounts nothing"
