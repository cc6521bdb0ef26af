"""The patients that the blocks of an arm hold together, and the patients that are missing."""

from __future__ import annotations

from sim.outcomes.units import GROUP


def covering(there: list[range], patients: int) -> list[range]:
    """Blocks that hold the first patients without a gap; an empty list if there is a gap.

    A block whose last group is not whole can only be the last.
    """
    next_block: dict[int, range] = {}
    for block in sorted(_usable(there, patients), key=lambda block: (-block.start, block.stop)):
        if block.stop == patients or block.stop in next_block:
            next_block[block.start] = block
    blocks: list[range] = []
    at = 0
    while at in next_block:
        blocks.append(next_block[at])
        at = blocks[-1].stop
    return blocks


def gaps(there: list[range], patients: int) -> list[range]:
    """The ranges of the first patients that no block holds."""
    missing: list[range] = []
    usable, at = _usable(there, patients), patients if covering(there, patients) else 0
    while at < patients:
        ends = [block.stop for block in usable if block.start == at]
        if not ends:
            ends = [min((b.start for b in usable if b.start > at), default=patients)]
            missing.append(range(at, ends[0]))
        at = max(ends)
    return missing


def _usable(there: list[range], patients: int) -> list[range]:
    """Blocks without patients beyond the last one, and with whole groups up to it."""
    return [b for b in there if b.stop <= patients and (b.stop % GROUP == 0 or b.stop == patients)]
