"""Acceptability curves of a sweep with costs."""

from __future__ import annotations

from sim.display.figures import Drawn
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.worth import acceptability, of_sweep


def figure(swept: Swept) -> Drawn | None:
    """A curve for each arm; None without costs, and where no decision hangs on the draws."""
    stake = of_sweep.read(swept.kept)
    if stake is None or stake.is_none:
        return None
    return acceptability.figure(stake.curves, len(stake.costs), stake.about)
