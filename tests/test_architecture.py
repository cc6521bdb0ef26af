"""Who may import whom, and what keeps the model compilable and the package quick to import."""

import ast
import re
import subprocess
import sys
from importlib import import_module

import pytest

from tests.architecture import (
    FILES,
    PAGE,
    ROOMS,
    ROOT,
    SIM,
    arrows,
    between_rooms,
    circles,
    imports,
    made,
    modules,
    room_of,
    tree_of,
)

PARTS_OF_SCIPY = ("special", "optimize", "stats", "interpolate", "linalg", "signal")
HEAVY = ("pandas", "matplotlib", "pyarrow", *(f"scipy.{part}" for part in PARTS_OF_SCIPY))
"""`import scipy` loads little, and `scipy.special` when it is first asked for."""
MOST_ARROWS = 76


def within(name, modules):
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def test_every_room_has_a_line():
    assert {room_of(file) for file in FILES} <= set(ROOMS)


def test_no_room_imports_from_a_later_one():
    order = list(ROOMS)
    upward = [
        f"{one.relative_to(SIM)} imports {other.relative_to(SIM)}"
        for one, other in arrows()
        if order.index(room_of(one)) < order.index(room_of(other))
    ]
    assert upward == []


def test_no_files_import_one_another_in_a_circle():
    assert circles() == []


def test_the_rooms_have_few_arrows():
    assert len(between_rooms()) <= MOST_ARROWS


def test_the_page_shows_the_code_as_it_is():
    """`python -m tests.architecture` makes the page again."""
    assert made() in PAGE.read_text(encoding="utf-8")


def test_files_that_the_pages_name_exist():
    """A name in capitals stands for one that a reader chooses."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"`((?:sim|tests|benchmarks|scenarios|docs)/[\w./-]+)`", text))
    assert len(named) > 30
    missing = {path for path in named if not (ROOT / path).exists()}
    assert {path for path in missing if not re.search("[A-Z]{3}", path)} == set()


def test_the_model_can_be_compiled():
    """Scalars and `math` alone: no array functions, no randomness, no liberties with rounding."""
    plain: tuple[str, ...] = ("math", "typing", "collections.abc", "__future__", "sim.vocabulary")
    plain += tuple(f"sim.simulation.{part}" for part in ("records", "biology", "model"))
    compiled = [f for f in FILES if {"biology", "model"} & {*f.relative_to(SIM).parts}]
    assert len(compiled) > 10
    for file in compiled:
        names = [imported.name for imported in imports(tree_of(file))]
        assert [name for name in names if not within(name, plain)] == [], file
        assert "fastmath" not in file.read_text(encoding="utf-8")


def test_heavy_libraries_are_imported_where_they_are_used():
    at_once = {
        str(file.relative_to(SIM)): imported.name
        for file in FILES
        if not {"figures", "verification"} & {*file.parts}  # which are loaded when they are used
        for imported in imports(tree_of(file))
        if within(imported.name, HEAVY) and not (imported.late or imported.for_types)
    }
    assert at_once == {}


@pytest.mark.parametrize("package", ["outcomes", "results", "scenario", "experiments/sweeps"])
def test_a_package_hands_on_the_names_that_it_declares(package):
    """What types see is what is there, and no name is that of a module, which Python puts there."""
    file = SIM / package / "__init__.py"
    name = ".".join(["sim", *package.split("/")])
    declared = {imported.name for imported in imports(tree_of(file)) if imported.for_types}
    assert len(declared) > 10
    handed_on = import_module(name)
    for module, _, what in (one.rpartition(".") for one in declared):
        assert getattr(handed_on, what) is getattr(import_module(module), what)
        assert f"{name}.{what}" not in modules()
    assert {one.rpartition(".")[2] for one in declared} <= {*dir(handed_on)}
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'absent'"):
        _ = handed_on.absent


@pytest.mark.parametrize("module", ["sim", "sim.scenario"])
def test_reading_scenarios_loads_no_heavy_library(module):
    code = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"pandas", "matplotlib", "scipy", "pyarrow"} & set(done.stdout.split())


def test_files_are_short():
    longest = {f: len(f.read_text(encoding="utf-8").splitlines()) for f in FILES}
    assert {str(f.relative_to(SIM)): n for f, n in longest.items() if n > 300} == {}


def test_files_functions_and_classes_say_what_they_hold():
    bare = []
    for file in FILES:
        public = [tree_of(file), *named(tree_of(file))]
        public += [m for node in public[1:] for m in named(node) if isinstance(node, ast.ClassDef)]
        missing = [node for node in public if not ast.get_docstring(node)]
        bare += [f"{file.relative_to(SIM)}: {getattr(node, 'name', 'file')}" for node in missing]
    assert bare == []


def named(node):
    """The functions and classes in a body that anyone may use; not the types of an overload."""
    public = [n for n in node.body if hasattr(n, "name") and not n.name.startswith("_")]
    return [n for n in public if "overload" not in map(ast.unparse, n.decorator_list)]
