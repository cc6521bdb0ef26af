"""The cost-effectiveness plane of a sweep with costs."""

from __future__ import annotations

from sim.display.figures import Drawn
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.worth import of_sweep, plane


def figure(swept: Swept) -> Drawn | None:
    """A cloud of draws for each arm but the comparator; None without costs of fresh draws."""
    stake = of_sweep.read(swept.kept)
    if stake is None:
        return None
    own = stake.costs, stake.effects, stake.against, stake.threshold, stake.about
    return plane.figure(*own)
