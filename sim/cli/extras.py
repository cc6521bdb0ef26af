"""Libraries that come with an extra of the package, and not with the package itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

EXTRAS = {"distributed": "cluster", "SALib": "sensitivity"}
"""By name of the library, the extra that it comes with."""


@contextmanager
def told_how_to_get() -> Iterator[None]:
    """A library that is not installed is asked for in a sentence: click.UsageError."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = str(error.name).partition(".")[0]
        if library not in EXTRAS:
            raise
        told = f"this needs {library}: pip install mastosim[{EXTRAS[library]}]"
        raise click.UsageError(told) from None
