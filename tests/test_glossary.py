"""The glossary names code that exists, and its words mean one thing in each room."""

import ast
import importlib
import re
from collections import defaultdict

import pytest

from tests.architecture import FILES, ROOT, SIM, tree_of

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
GLOSSARY, _, MEANINGS = PAGE.partition("## Words with two meanings")


def rows_of(text):
    """The rows of the tables of a page, without heads and rules."""
    cells = [re.split(r"\s*\|\s*", line)[1:-1] for line in text.splitlines() if line[:1] == "|"]
    return [row for row in cells if row[0] != "word" and not row[0].startswith("-")]


def code_in(cell):
    return re.findall(r"`([^`]+)`", cell)


WORDS = [row[0] for row in rows_of(GLOSSARY)]
NAMES = [name for row in rows_of(GLOSSARY) for name in code_in(row[2])]
ROOMS = defaultdict(set)
for word, rooms, _ in rows_of(MEANINGS):
    ROOMS[word].update(code_in(rooms))


def exists(name):
    """Whether a name below `sim` is a module, something in one, or a field of that."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(["sim", *parts[:count]]))
        except ModuleNotFoundError:
            continue
        return all_in(thing, parts[count:])
    return False


def all_in(thing, parts):
    for i, part in enumerate(parts):
        fields = {*(getattr(thing, "names", None) or ()), *getattr(thing, "model_fields", ())}
        if part in fields:  # of a record or a form; fields have no fields
            return i == len(parts) - 1
        if not hasattr(thing, part):
            return False
        thing = getattr(thing, part)
    return True


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_code_exists(name):
    assert exists(name)


@pytest.mark.parametrize(
    "name",
    ["simulation.records.STATE.actions", "scenario.form.study.Scenario.arm", "no.module",
     "vocabulary.READING", "vocabulary.READINGS.first"],
)  # fmt: skip
def test_a_name_that_is_not_in_the_code_is_seen(name):
    assert not exists(name)


def test_words_stand_in_order_and_once():
    assert sorted(WORDS, key=str.casefold) == WORDS
    assert len(set(WORDS)) == len(WORDS)


def public_names(body):
    """Names of constants, functions, classes and their parameters and fields; _private left out."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name
            if isinstance(node, ast.ClassDef):
                yield from public_names(node.body)
            else:
                yield from (argument.arg for argument in node.args.args + node.args.kwonlyargs)
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def parts_of(name):
    """`first_draw`, `OutOfDraws`, `DRAWS` in words, without the plural."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)
    return {part.lower().removesuffix("s") for part in parts}


def homes_of(word):
    """Files of the package with a public name that has the word in it, by dotted name."""
    for file in FILES:
        path = file.relative_to(SIM).with_suffix("").parts
        names = [*public_names(tree_of(file).body), *path]
        if any(word in parts_of(name) for name in names):
            yield "sim" if path == ("__init__",) else ".".join(path)


@pytest.mark.parametrize("word", ROOMS)
def test_a_word_with_two_meanings_stands_in_its_rooms_only(word):
    homes = {home: room_in(home, ROOMS[word]) for home in homes_of(word)}
    assert {home for home, room in homes.items() if room is None} == set()
    assert set(homes.values()) == ROOMS[word]


def room_in(home, rooms):
    """The narrowest of some rooms that a file stands in, None if it stands in none."""
    around = [room for room in rooms if home == room or home.startswith(f"{room}.")]
    return max(around, key=len, default=None)
