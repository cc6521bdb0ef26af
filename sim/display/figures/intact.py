"""Files of a result that are there and whole, or a sentence that names the one that is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class Damaged(ValueError):
    """A file of a result that is missing or damaged; the message names it."""


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """What is done with a file in here fails as Damaged, whatever is wrong with the file."""
    try:
        yield
    except FileNotFoundError:
        raise Damaged(f"'{path}' is missing") from None
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the disk, not of what the file holds
        raise Damaged(f"'{path}' is damaged") from None


def parquet(path: Path) -> pd.DataFrame:
    """A table of a result."""
    import pandas as pd

    with intact(path):
        return pd.read_parquet(path)


def csv(path: Path, columns: Iterable[str] = (), **how: object) -> pd.DataFrame:
    """A table of a result, which has these columns at least."""
    import pandas as pd

    with intact(path):
        table: pd.DataFrame = pd.read_csv(path, **how)  # type: ignore[call-overload]
        table[[*columns]]
        return table
