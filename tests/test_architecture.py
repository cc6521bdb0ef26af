"""Who may import whom, and what keeps the model compilable and the package quick to import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "sim").rglob("*.py"))

# The table of docs/architecture.md. A new module fails until it has a line here; "sim" is the
# package's own `__init__`, where `run` stands for users.
MAY_IMPORT = {
    "sim": {
        "archive",
        "citations",
        "comparisons",
        "emulation",
        "lives",
        "plots",
        "runs",
        "scenario",
        "sweeps",
        "verification",
    },
    "schema": set(),
    "refusal": set(),
    "evidence": set(),
    "scenario": {"evidence", "notebook"},
    "draws": {"schema"},
    "biology": set(),
    "cohort": {"schema", "scenario", "draws", "biology"},
    "model": {"schema", "biology"},
    "engine_simpy": {"schema", "model"},
    "engine_batch": {"code_cache", "schema", "model"},
    "code_cache": set(),
    "tables": {"schema"},
    "outcomes": {"schema"},
    "blocks": {
        "cohort",
        "engine_batch",
        "engine_simpy",
        "evidence",
        "outcomes",
        "scenario",
        "schema",
        "tables",
    },
    "runs": {"blocks", "cores", "draws", "forecast", "outcomes", "scenario", "tables"}
    | {"notebook", "sheets"},
    "plots": {"schema", "tables"},
    "archive": {"sim", "evidence", "forecast", "outcomes", "plots", "runs", "scenario", "tables"},
}
MAY_IMPORT |= {
    "forecast": {"scenario"},
    "sheets": {"evidence", "scenario", "schema"},
    "notebook": set(),
    "lives": {"notebook", "runs", "scenario", "schema", "tables"},
    "comparisons": {
        "archive",
        "blocks",
        "outcomes",
        "plots",
        "runs",
        "scenario",
        "schema",
        "tables",
    },
    "citations": {"sim", "scenario"},
}
MAY_IMPORT["precision"] = {"outcomes", "runs", "scenario", "schema"}
MAY_IMPORT["verification"] = {
    "biology",
    "blocks",
    "cohort",
    "cores",
    "engine_batch",
    "engine_simpy",
    "evidence",
    "outcomes",
    "runs",
    "scenario",
    "schema",
}
MAY_IMPORT["readings"] = {
    "archive",
    "blocks",
    "cores",
    "outcomes",
    "plots",
    "runs",
    "scenario",
    "schema",
    "tables",
}
MAY_IMPORT["emulation"] = {
    "archive",
    "blocks",
    "cores",
    "draws",
    "evidence",
    "outcomes",
    "plots",
    "runs",
    "scenario",
    "schema",
    "tables",
}
MAY_IMPORT["sweeps"] = {
    "sim",
    "archive",
    "blocks",
    "cluster",
    "cohort",
    "cores",
    "draws",
    "evidence",
    "forecast",
    "outcomes",
    "plots",
    "runs",
    "scenario",
    "schema",
    "tables",
}
MAY_IMPORT["cluster"] = {"sim"}
MAY_IMPORT["cores"] = {"cluster"}
for part in ("archive", "comparisons", "emulation", "precision", "sweeps"):
    MAY_IMPORT[part] |= {"refusal"}
MAY_IMPORT["cli"] = {*MAY_IMPORT}
TYPES_ONLY = {"sheets": {"runs"}, "notebook": {"sheets"}}

COMPILABLE = ("model", "biology")
HEAVY = ("pandas", "matplotlib", "scipy.stats", "pyarrow")


class Import(NamedTuple):
    """One imported module, or name of a module; `late` inside a function."""

    name: str
    for_types: bool
    late: bool


def part_of(file: Path) -> str:
    """The line of the table that a file falls under."""
    first = file.relative_to(ROOT / "sim").parts[0].removesuffix(".py")
    return "sim" if first == "__init__" else first


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(node: ast.AST, for_types: bool = False, late: bool = False) -> Iterator[Import]:
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


def within(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


@pytest.mark.parametrize("part", sorted({part_of(file) for file in FILES}))
def test_imports_follow_the_table(part):
    assert part in MAY_IMPORT, f"give sim/{part} a line in the table"
    for file in (file for file in FILES if part_of(file) == part):
        for imported in imports(tree_of(file)):
            if within(imported.name, ("sim",)):
                target = [*imported.name.split("."), "sim"][1]
                target = target if target in MAY_IMPORT else "sim"
                allowed = MAY_IMPORT[part] | {part}
                if imported.for_types:
                    allowed |= TYPES_ONLY.get(part, set())
                assert target in allowed, f"{file.name} imports {imported.name}"


def test_the_model_can_be_compiled():
    """Scalars and `math` alone: no array functions, no randomness, no liberties with rounding."""
    plain = ("math", "typing", "collections.abc", "__future__", "sim.schema", "sim.biology")
    for file in (file for file in FILES if part_of(file) in COMPILABLE):
        names = [imported.name for imported in imports(tree_of(file))]
        assert all(within(name, (*plain, f"sim.{part_of(file)}")) for name in names), (file, names)
        assert "fastmath" not in file.read_text(encoding="utf-8"), file


def test_heavy_libraries_are_imported_where_they_are_used():
    for file in (file for file in FILES if part_of(file) != "plots"):
        at_once = [i.name for i in imports(tree_of(file)) if not (i.late or i.for_types)]
        assert not [name for name in at_once if within(name, HEAVY)], file


@pytest.mark.parametrize("module", ["sim", "sim.scenario"])
def test_reading_scenarios_loads_no_heavy_library(module):
    code = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"pandas", "matplotlib", "scipy", "pyarrow"} & set(done.stdout.split())


def test_files_are_short_and_say_what_they_hold():
    long = [file for file in FILES if len(file.read_text(encoding="utf-8").splitlines()) > 300]
    assert long == []
    for file in FILES:
        public = [tree_of(file), *named(tree_of(file))]
        public += [
            method
            for node in public[1:]
            for method in named(node)
            if isinstance(node, ast.ClassDef)
        ]
        bare = [getattr(node, "name", "the file") for node in public if not ast.get_docstring(node)]
        assert bare == [], file


def named(node):
    """The functions and classes in a body that anyone may use."""
    return [n for n in node.body if hasattr(n, "name") and not n.name.startswith("_")]
