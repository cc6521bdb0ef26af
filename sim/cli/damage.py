"""What a command that only reads a result reports about damage."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sim.cli.terminal import say

if TYPE_CHECKING:
    from sim.results import Kept


def telling(kept: Kept) -> AbstractContextManager[None]:
    """Name each file of a result that is missing or not what was written, and read the result."""
    from sim.results import seals

    return seals.reading(kept, warn)


def warn(why: str) -> None:
    """Tell of something about a result that does not end the command."""
    say(f"Warning: {why}", to_stderr=True)
