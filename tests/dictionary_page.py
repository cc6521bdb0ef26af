"""The tables of docs/dictionary.md, made from the dictionary of kept results.

`python -m tests.dictionary_page` writes them.
"""

from collections.abc import Iterator
from pathlib import Path

from sim.experiments.verbs import KINDS
from sim.results import dictionary
from sim.results.dictionary import ANY, Table
from sim.results.manifest import Kind

PAGE = Path(__file__).parents[1] / "docs" / "dictionary.md"
BEGIN, END = "<!-- made by python -m tests.dictionary_page -->\n", "<!-- end -->"


def tables() -> str:
    """A heading for each kind of result, and below it its tables, those of figures last."""
    return "\n".join(line for kind in KINDS for line in _of_kind(kind)) + "\n"


def _of_kind(kind: Kind) -> Iterator[str]:
    called = KINDS[kind].called
    yield f"## Files of {called}"
    for table in dictionary.tables_of(kind).values():
        yield from ("", f"### `{table.file}` of {called}", "", _about(table), "")
        yield from _rows(table)
    yield ""


def _about(table: Table) -> str:
    beside = " It stands beside the figure of this name." if table.is_figure else ""
    also = f" `{table.also}` has the same columns." if table.also else ""
    return f"{table.rows}{beside}{also}"


def _rows(table: Table) -> Iterator[str]:
    yield "| column | rows | kind | unit | meaning |"
    yield "|---|---|---|---|---|"
    for entry in table.entries:
        column = "one for each parameter" if entry.column == ANY else f"`{entry.column}`"
        where = f"`{entry.where}`" if entry.where else ""
        cells = (column, where, entry.kind, entry.unit, entry.meaning)
        yield f"| {' | '.join(cells)} |"


def with_tables(page: str) -> str:
    """The page with its tables made anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
