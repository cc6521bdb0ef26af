"""Tables on disk: CSV with six digits, Parquet, a sentence where a file is damaged."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd

DIGITS = "%.6g"
"""Six digits in CSV files: more than Monte Carlo error leaves, fewer than machines differ in."""

AS_CSV: dict[str, Any] = {"index": False, "float_format": DIGITS, "lineterminator": "\n"}
"""How pandas writes a table that R and Excel open."""

WORDS = (
    "scenario", "reading", "against", "arm", "against_arm", "subgroup", "outcome", "unit", "of",
    "role", "fact", "label", "statistic", "parameter", "name", "order", "other", "check", "answers",
    "verdict", "evidence", "details", "effect", "estimand", "interval",
)  # fmt: skip
"""Columns of words, in which an empty field is an empty text, and `none` a word like others."""


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table that R and Excel open: comma, point, UTF-8, empty where there is no value."""
    frame.to_csv(path, encoding="utf-8", **AS_CSV)


def as_filed(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with the digits that its CSV file would have."""
    numbers = frame.select_dtypes("float").columns
    return frame.assign(**{name: [float(DIGITS % x) for x in frame[name]] for name in numbers})


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet."""
    frame.to_parquet(path, compression="zstd", index=False)


class Damaged(RequestError):
    """A file of a result that is missing or damaged; the message names it."""


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """What is done with a file in here fails as Damaged, whatever is wrong with the file."""
    try:
        yield
    except FileNotFoundError:
        raise Damaged(f"'{path}' is missing; run again") from None
    except (AttributeError, KeyError, OSError, TypeError, ValueError, csv.Error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the disk, not of what the file holds
        raise Damaged(f"'{path}' is damaged; run again") from None


def read_parquet(path: Path, **how: Any) -> pd.DataFrame:
    """A Parquet table of a result; `how` as in `pandas.read_parquet`. Raises Damaged."""
    import pandas as pd

    with intact(path):
        return pd.read_parquet(path, **how)


def read_csv(path: Path, columns: Collection[str] = ()) -> pd.DataFrame:
    """A CSV table of a result, which has these columns at least. Raises Damaged."""
    import pandas as pd

    words = dict.fromkeys(WORDS, object)
    with intact(path):
        table = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=words)
        table[[*columns]]
        names = [name for name in WORDS if name in table]
        return table.assign(**{name: table[name].fillna("") for name in names})


def rows_of_csv(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV table of a result, with what `read_csv` has in them. Raises Damaged.

    A command that prints a table does so without pandas, which takes longer to load than to print.
    """
    with intact(path), path.open(encoding="utf-8", newline="") as file:
        heads, *lines = filter(None, csv.reader(file, strict=True))  # no empty lines
        if not lines:
            return []
        columns = [
            [*texts] if head in WORDS else _numbers(texts)
            for head, texts in zip(heads, zip(*lines, strict=True), strict=True)
        ]
        return [dict(zip(heads, row, strict=True)) for row in zip(*columns, strict=True)]


def _numbers(texts: Sequence[str]) -> list[Any]:
    """A column as whole numbers, as numbers with NaN where there is none, or as texts."""
    for number in (int, lambda text: float(text or math.nan)):
        try:
            return [number(text) for text in texts]
        except ValueError:
            continue
    return [text or math.nan for text in texts]


def columns_of(path: Path) -> list[str]:
    """The names of the columns of a CSV or Parquet table; its rows are not read. Raises Damaged."""
    with intact(path):
        if path.suffix == ".parquet":
            from pyarrow import parquet

            return [str(name) for name in parquet.read_schema(path).names]
        with path.open(encoding="utf-8", newline="") as file:
            if (names := next(csv.reader(file), None)) is None:
                raise ValueError("no line with the names of the columns")
            return names
