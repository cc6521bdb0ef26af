"""The value of information of a sweep with costs and fresh patients, as sheets."""

from __future__ import annotations

from collections.abc import Iterator

from sim.display.figures.worth import of_sweep
from sim.display.workbook import worth
from sim.display.workbook.sheet import Sheet, named
from sim.results import Kept


def sheets(kept: Kept, number: int) -> Iterator[Sheet]:
    """EVPI and EVPPI, then the best buy; none where the draws do not tell them."""
    stake = of_sweep.read(kept) if kept.manifest.kind == "sweep" else None
    if stake is None:
        return
    money, own = stake.about.money, stake.draws
    values = sorted(stake.values(), key=lambda value: -value.value)
    yield worth.information(
        stake.threshold, stake.perfect, values, len(own.costs), money, named("Information", number)
    )
    yield worth.best_buy(stake.curves, own.arms, money, named("Best buy", number))
