"""The patients that the blocks of an arm hold together, and the patients that are missing."""

from __future__ import annotations

from sim.outcomes.units import GROUP


def covering(there: list[range], patients: int) -> list[range]:
    """Blocks that hold the first patients without a gap; an empty list if there is a gap.

    A block whose last group is not whole can only be the last.
    """
    going_on: dict[int, range] = {}
    for block in sorted(there, key=lambda r: (-r.start, r.stop)):
        leads_on = block.stop == patients or block.stop in going_on
        if leads_on and _fits(block, patients):
            going_on[block.start] = block
    found: list[range] = []
    at = 0
    while at in going_on:
        found.append(going_on[at])
        at = found[-1].stop
    return found


def gaps(there: list[range], patients: int) -> list[range]:
    """The ranges of the first patients that no block holds."""
    found: list[range] = []
    at = patients if covering(there, patients) else 0
    while at < patients:
        block = _beginning(there, at, patients)
        if block is None:
            later = [r.start for r in there if r.start > at and _fits(r, patients)]
            block = range(at, min(later, default=patients))
            found.append(block)
        at = block.stop
    return found


def _beginning(there: list[range], at: int, patients: int) -> range | None:
    """The longest block that begins with this patient."""
    fits = [r for r in there if r.start == at and _fits(r, patients)]
    return max(fits, key=lambda r: r.stop, default=None)


def _fits(block: range, patients: int) -> bool:
    return block.stop <= patients and (block.stop % GROUP == 0 or block.stop == patients)
