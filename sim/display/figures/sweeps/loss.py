"""The expected loss of each arm of a sweep with costs."""

from __future__ import annotations

from sim.display.figures import Drawn
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.worth import expected_loss, of_sweep


def figure(swept: Swept) -> Drawn | None:
    """A curve for each arm; None without costs, without a stake, and where noise dominates."""
    stake = of_sweep.read(swept.kept)
    if stake is None or stake.perfect.value is None:
        return None
    return expected_loss.figure(stake.curves, len(stake.costs), stake.about)
