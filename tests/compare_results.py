"""What moved in the committed CSV files since a commit, after undoing what was renamed on purpose.

`python -m tests.compare_results REVISION` compares byte for byte; exit code 1 where a file differs.
Two folders are compared by `python -m tests.compare_results OLD_FOLDER NEW_FOLDER`.
"""

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

RENAMED_COLUMNS = {
    "patients_per_arm": "patients_an_arm",
    "patients_per_trial": "patients_a_trial",
    "goal": "wanted",
}
"""New names of columns and what they were called."""

RENAMED_TEXTS: dict[str, str] = {}
"""New texts in cells and what they were."""


NOW_ZERO = ("sd", "sd_parameters")
"""Columns in which numbers of this size were rounding, and are 0 now."""

ROUNDING = 1e-7

NOT_COMPARED = {"drawn": "tornado.csv"}
"""Columns that tell which rows the figure has room for, by the file that has them."""


def as_before(text: bytes) -> bytes:
    """A CSV file of now as it would have been written before the renames above."""
    rows = list(csv.reader(io.StringIO(text.decode("utf-8"), newline="")))
    if not rows:
        return text
    heads, *body = rows
    body = [_cells_before(heads, row) for row in body]
    renamed = RENAMED_COLUMNS | ({"arm": "of"} if "half_width" in heads else {})
    heads = [renamed.get(head, head) for head in heads if head != "against_arm"]
    told = io.StringIO(newline="")
    csv.writer(told, lineterminator="\n").writerows([heads, *body])
    return told.getvalue().encode()


def _cells_before(heads: list[str], row: list[str]) -> list[str]:
    """A difference had both arms in one column, `A - B`."""
    cells = {head: RENAMED_TEXTS.get(cell, cell) for head, cell in zip(heads, row, strict=True)}
    other = cells.pop("against_arm", "")
    if other:
        cells["arm"] = f"{cells['arm']} - {other}"
    return list(cells.values())


def differing(old: dict[str, bytes], new: dict[str, bytes]) -> Iterator[str]:
    """A line for each file that is missing, added, or not the same after the renames are undone."""
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"missing: {name}"
        elif name not in old:
            yield f"added: {name}"
        elif old[name] != new[name] and _compared(name, old[name]) != _compared(
            name, as_before(new[name])
        ):
            yield f"differs: {name}"


def _compared(name: str, text: bytes) -> list[dict[str, str]]:
    """The rows of a file, without rounding and without columns about the page."""
    rows = csv.DictReader(io.StringIO(text.decode("utf-8"), newline=""))
    left_out = [column for column, file in NOT_COMPARED.items() if name.endswith(file)]
    return [
        {
            column: "0" if column in NOW_ZERO and _is_rounding(cell) else cell
            for column, cell in row.items()
            if column not in left_out
        }
        for row in rows
    ]


def _is_rounding(cell: str) -> bool:
    return cell != "" and abs(float(cell)) < ROUNDING


def committed(revision: str) -> dict[str, bytes]:
    """The CSV files below `results/` at a commit."""
    names = _git("ls-tree", "-r", "--name-only", "-z", revision, "results/").decode().split("\0")
    return {name: _git("show", f"{revision}:{name}") for name in names if name.endswith(".csv")}


def below(folder: Path) -> dict[str, bytes]:
    """The CSV files below a folder."""
    files = sorted(folder.rglob("*.csv"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout


def main(words: list[str]) -> int:
    """Print what differs; returns the exit code."""
    if len(words) == 2:
        old, new = below(Path(words[0])), below(Path(words[1]))
    else:
        old = committed(words[0])
        new = {f"results/{name}": text for name, text in below(ROOT / "results").items()}
    lines = list(differing(old, new))
    print(
        *lines, f"{len(old)} files before, {len(lines)} of them or of the new ones differ", sep="\n"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
