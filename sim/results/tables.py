"""Tables and sums on disk: CSV with six digits, Parquet, a sentence where a file is damaged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RequestError
from sim.outcomes.labels import Label
from sim.outcomes.summed import Products, Signed, Sums
from sim.outcomes.sums import SumTable
from sim.outcomes.tables import Tables, join

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

PATIENTS_A_GROUP = 1024
"""Patients in a group of rows of a file, however many come at a time: equal tables, equal bytes."""

SUMS = "sums.parquet"
"""The file of the sums over the patients of a run, to which those of more patients can be added."""

NAMES = ["arm", "against_arm", "subgroup", "outcome", "day"]
OF_PAIR = {name: f"product_{name}" for name in Products._fields}
"""Columns of the products of two arms, which would be called like sums of one arm."""


@contextmanager
def writing(folder: Path) -> Iterator[Callable[[Tables], None]]:
    """A function that takes the tables of the patients that come next, and writes them to files.

    The files are Parquet of flat columns. What comes at a time must divide a group of rows or be
    one, the last part aside.
    """
    waiting: list[Tables] = []
    with ExitStack() as files:
        writers: dict[str, Any] = {}

        def add(part: Tables) -> None:
            waiting.append(part)
            if sum(len(tables.patients) for tables in waiting) >= PATIENTS_A_GROUP:
                write()

        def write() -> None:
            for name, frame in join(waiting)._asdict().items():
                append(frame, folder / f"{name}.parquet", writers, files)
            waiting.clear()

        yield add
        if waiting:
            write()


def save(tables: Tables, folder: Path) -> None:
    """Write tables that are in memory."""
    with writing(folder) as add:
        hand_over(tables, len(tables.patients), add)


def hand_over(tables: Tables, patients: int, add: Callable[[Tables], None]) -> None:
    """Hand over the tables of the first patients, group by group."""
    numbers = tables.patients["patient"].to_numpy()[:patients]
    for first in range(0, len(numbers), PATIENTS_A_GROUP):
        group = numbers[first : first + PATIENTS_A_GROUP]
        inside = [frame["patient"].between(group[0], group[-1]) for frame in tables]
        add(Tables(*(frame[rows] for frame, rows in zip(tables, inside, strict=True))))


def load(folder: Path) -> Tables:
    """The tables of the patients that were saved in a folder. Raises Damaged."""
    return Tables(*(read_parquet(folder / f"{name}.parquet") for name in Tables._fields))


def save_as_csv(folder: Path) -> None:
    """Write the tables of patients that stand in a folder as CSV files too, group by group."""
    from pyarrow import parquet

    for name in Tables._fields:
        with (
            parquet.ParquetFile(folder / f"{name}.parquet") as rows,
            (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file,
        ):
            for group in range(rows.num_row_groups):
                frame = rows.read_row_group(group).to_pandas()
                frame.to_csv(file, header=group == 0, **AS_CSV)


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
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
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


def columns_of(path: Path) -> list[str]:
    """The names of the columns of a CSV or Parquet table; its rows are not read. Raises Damaged."""
    import pandas as pd
    from pyarrow import parquet

    with intact(path):
        if path.suffix == ".parquet":
            return [str(name) for name in parquet.read_schema(path).names]
        return [str(name) for name in pd.read_csv(path, nrows=0).columns]


def append(frame: pd.DataFrame, path: Path, writers: dict[str, Any], files: ExitStack) -> None:
    """Add a group of rows to a file, which is begun with the first."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = pa.Table.from_pandas(frame, preserve_index=False)
    if path.name not in writers:
        file = parquet.ParquetWriter(path, rows.schema, compression="zstd")
        writers[path.name] = files.enter_context(file)
    writers[path.name].write_table(rows, row_group_size=max(len(rows), 1))


def save_sums(mark: SumTable, folder: Path, name: str = SUMS) -> None:
    """Write the sums of a table: a row for each outcome, then one for each pair of arms."""
    import pandas as pd

    alone = pd.DataFrame([_named(label, "") for label in mark.labels], columns=NAMES)
    alone[[*Sums._fields]] = mark.own[0].T
    pairs = [(mark.labels[one], mark.labels[other].arm[1]) for one, other in mark.pairs]
    paired = pd.DataFrame([_named(*pair) for pair in pairs], columns=NAMES)
    paired[[*OF_PAIR.values()]] = mark.paired[0].T
    paired[[*Signed._fields]] = mark.signed[0].T
    write_parquet(pd.concat([alone, paired]), folder / name)


def load_sums(folder: Path, name: str = SUMS) -> SumTable | None:
    """The sums that were saved in a folder, None where no whole MARK of patients was simulated."""
    if not (folder / name).exists():
        return None
    frame = read_parquet(folder / name)
    alone = frame["against_arm"] == ""
    own = frame.loc[alone, [*Sums._fields]].to_numpy(float)
    paired, signed = (
        frame.loc[~alone, [*fields]].to_numpy(float)
        for fields in (OF_PAIR.values(), Signed._fields)
    )
    return SumTable([], [], own.T[None], paired.T[None], signed.T[None])


def _named(label: Label, against_arm: str) -> tuple[object, ...]:
    return (label.arm[1], against_arm, label.subgroup or "", label.name, label.day)
