"""The rooms of `sim/` in their order, and the imports between them, read from the code.

`python -m tests.architecture` writes the table and the pictures of docs/architecture.md.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SIM = ROOT / "sim"
PAGE = ROOT / "docs" / "architecture.md"
FILES = sorted(SIM.rglob("*.py"))

ROOMS = {
    "version": "the version of mastosim",
    "vocabulary": "names, units and constants that several rooms use",
    "late": "names of a package that are loaded when they are first asked for",
    "errors": "the error for a request that cannot be carried out",
    "evidence": "published facts as data, one file per publication; life tables",
    "scenario": "YAML text in, a checked Study out: each number with its source, or all mistakes",
    "simulation": "a Study and a seed in, a log of events out: one model, two engines",
    "outcomes": "logs in, sums over patients and estimates with Monte Carlo error out",
    "economics": "costs, quality of life, the value of knowing more: arithmetic on what happened",
    "workers": "work in pieces on one core, several cores, or a cluster",
    "results": "a folder that is whole or absent: manifest, tables, opening and listing",
    "display": "tables, HTML, figures and citations for people; nothing here simulates",
    "experiments": "runs, comparisons, readings, trials, sweeps, checks, one patient's history",
    "reports": "what is handed over of kept results: a page, a workbook and forms",
    "python": "the commands as functions, with their names and options",
    "sim": "what `import mastosim` offers, loaded when it is asked for",
    "cli": "the commands, one file each",
}
"""Each room with its content in one line. A room imports only from rooms above it."""

FLOW = {
    "scenario": "Study",
    "simulation": "Log",
    "outcomes": "sums and estimates",
    "experiments": "tables, figures and a manifest",
    "results": "a folder",
    "cli": "",
}
"""The way of data from a scenario file to the user: each room and what it hands on."""

BEGIN, END = "<!-- made by python -m tests.architecture -->", "<!-- end -->"


class Import(NamedTuple):
    """One imported module, or name of a module; `late` inside a function."""

    name: str
    for_types: bool
    late: bool


@cache
def tree_of(file: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def room_of(file: Path) -> str:
    """The room that a file of `sim/` stands in."""
    first = file.relative_to(SIM).parts[0].removesuffix(".py")
    return "sim" if first == "__init__" else first


def imports(node: ast.AST, for_types: bool = False, late: bool = False) -> Iterator[Import]:
    """Every import below a node, with those for types and those inside functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, for_types, late) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports name the whole path"
            for alias in child.names:
                yield Import(f"{child.module}.{alias.name}", for_types, late)
        else:
            checking = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
            function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from imports(child, for_types or checking, late or function)


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    named = {}
    for file in FILES:
        parts = ["sim", *file.relative_to(SIM).with_suffix("").parts]
        named[".".join(parts).removesuffix(".__init__")] = file
    return named


def file_of(name: str) -> Path | None:
    """The file that an imported name of `sim` comes from, None for other packages."""
    if name != "sim" and not name.startswith("sim."):
        return None
    while name not in modules():
        name = name.rpartition(".")[0]
    return modules()[name]


@cache
def arrows() -> dict[tuple[Path, Path], int]:
    """How often each file imports from each other file, types and late imports counted."""
    found: Counter[tuple[Path, Path]] = Counter()
    for file in FILES:
        for imported in imports(tree_of(file)):
            target = file_of(imported.name)
            if target is not None and target != file:
                found[file, target] += 1
    return dict(found)


def between_rooms() -> dict[tuple[str, str], int]:
    """How often each room imports from each other room."""
    found: Counter[tuple[str, str]] = Counter()
    for (one, other), count in arrows().items():
        pair = room_of(one), room_of(other)
        if pair[0] != pair[1]:
            found[pair] += count
    return dict(found)


def circles() -> list[list[str]]:
    """Files that import one another in a ring, each ring once (Tarjan's components)."""
    after: dict[Path, list[Path]] = {file: [] for file in FILES}
    for one, other in arrows():
        after[one].append(other)
    index: dict[Path, int] = {}
    low: dict[Path, int] = {}
    stack: list[Path] = []
    rings: list[list[str]] = []

    def visit(file: Path) -> None:
        index[file] = low[file] = len(index)
        stack.append(file)
        for other in after[file]:
            if other not in index:
                visit(other)
                low[file] = min(low[file], low[other])
            elif other in stack:
                low[file] = min(low[file], index[other])
        if low[file] == index[file]:
            ring = stack[stack.index(file) :]
            del stack[stack.index(file) :]
            if len(ring) > 1:
                rings.append(sorted(str(one.relative_to(SIM)) for one in ring))

    for file in FILES:
        if file not in index:
            visit(file)
    return rings


def table() -> str:
    """The rooms as a Markdown table: content, and rooms from which each imports."""
    pairs = between_rooms()
    rows = ["| | room | content | imports from |", "|---|---|---|---|"]
    for number, (room, line) in enumerate(ROOMS.items(), start=1):
        used = [other for other in ROOMS if (room, other) in pairs]
        rows.append(f"| {number} | `{room}` | {line} | {', '.join(used) or '-'} |")
    return "\n".join(rows)


def flow() -> str:
    """The way of data from room to room, from top to bottom."""
    lines = ["scenarios/NAME.yaml", "   │", "   ▼"]
    for room, product in FLOW.items():
        lines.append(f"{room:<13} {ROOMS[room]}")
        if product:
            lines += [f"   │  {product}", "   ▼"]
    return "\n".join(["```", *lines, "```"])


def picture() -> str:
    """A grid of the rooms, with a dot where the room of a line imports from that of a column."""
    pairs, names = between_rooms(), list(ROOMS)
    columns = range(1, len(names))
    lines = [" " * 15 + "".join(f"{number:>3}" for number in columns)]
    for i, room in enumerate(names):
        dots = "".join("  ●" if (room, other) in pairs else "  ·" for other in names[:i])
        lines.append(f"{i + 1:>2} {room:<12}{dots}".rstrip())
    return "\n".join(["```", *lines, "```"])


def made() -> str:
    """The part of docs/architecture.md that is made from the code."""
    count = len(between_rooms())
    words = (
        f"{len(ROOMS)} rooms, {count} arrows. A filled dot: the room of the line imports from the "
        "room of the column."
    )
    return "\n\n".join([BEGIN, flow(), table(), words, picture(), END])


def main() -> None:
    """Write the part of docs/architecture.md that is made from the code."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + made() + after, encoding="utf-8")


if __name__ == "__main__":
    main()
