"""The value of knowing each parameter of a sweep with costs."""

from __future__ import annotations

from sim.display.figures import Drawn
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.worth import of_sweep, partial


def figure(swept: Swept) -> Drawn | None:
    """A bar for each parameter; None without costs, without a stake, and where noise dominates."""
    stake = of_sweep.read(swept.kept)
    if stake is None or not stake.perfect.value:
        return None
    values = [one._replace(name=_name(swept, one.name)) for one in stake.values()]
    return partial.figure(values, [], stake.perfect.value, len(stake.costs), stake.about)


def _name(swept: Swept, path: str) -> str:
    """The name of a parameter in words."""
    names = swept.parameters.drop_duplicates("parameter").set_index("parameter")["name"]
    return str(names[path])
