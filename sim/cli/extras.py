"""Libraries that mastosim needs only for some commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

OPTIONAL = {"distributed", "SALib"}
"""Libraries for a cluster and for sensitivity analyses; mastosim is on no index, but they are."""


@contextmanager
def told_how_to_get() -> Iterator[None]:
    """A library that is not installed is asked for in a sentence: click.UsageError."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = str(error.name).partition(".")[0]
        if library not in OPTIONAL:
            raise
        raise click.UsageError(f"this needs {library}: pip install {library}") from None
