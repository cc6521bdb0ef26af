"""What a command that only reads a result says of its damage."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.results import Kept


def telling(kept: Kept) -> AbstractContextManager[None]:
    """Name each file of a result that is missing or not what was written, and read the result."""
    from sim.results import seals

    return seals.reading(kept, lambda why: click.echo(f"Warning: {why}", err=True))
