"""Texts of files with pieces changed, and signs and values that may upset a reader."""

import copy
import random
import re
from typing import Any

from tests.architecture import ROOT

FOLDER = ROOT / "scenarios"
BASE = FOLDER / "laroche2011.yaml"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}

KEYS = sorted({word for text in TEXTS.values() for word in re.findall(r"[a-z][\w-]+(?=:)", text)})
SIGNS = [
    *"{}[]:,-?&*!|>'\"%@`#~=<+./\\ \t\n\r\0",
    "---", "...", "<<", "<<: ", "- ", ": ", "? ", "!!", "&a ", "*a", "null", "NO", "12:30", "1e-3",
    "0x1F", ".nan", "-.inf", "1e400", "2 of 10", "11 of 10", "1,5 %", "\ufeff", "\x85", "\u2028",
    "\x1b[31m", "\u202e", "日本", "e\u0301", "\U0001f9b4", "\ud800", "\\ud800", "٣", "²", "½",
]  # fmt: skip
QUANTITIES = ["1", "50 %", "3 months", "1 mg/kg", "1.5 MU", "2.4 %/year", "-1", "0.5 per year"]
VALUES: list[Any] = [
    None, True, False, 0, -1, 10**400, 1e308, float("nan"), float("inf"), 0.5, "", "\x1b[31m",
    "\ud800", "NO", [], {}, [[]], {"": ""}, ["x"], "9" * 5000, [0] * 1000,
]  # fmt: skip


def mutated(text, rng):
    """A text with one or two pieces lost, doubled, exchanged, or replaced by something odd."""
    for _ in range(rng.randint(1, 2)):
        parts = rng.choice([lines, values, characters])(text)
        i, j = rng.randrange(len(parts)), rng.randrange(len(parts))
        kind = rng.choice(["lose", "double", "exchange", "replace"])
        if kind == "lose":
            del parts[i]
        elif kind == "double":
            parts.insert(j, parts[i])
        elif kind == "exchange":
            parts[i], parts[j] = parts[j], parts[i]
        else:
            parts[i] = rng.choice([*SIGNS, *QUANTITIES, *KEYS])
        text = "".join(parts)
    return text


def lines(text):
    return text.splitlines(keepends=True) or [""]


def values(text):
    return re.split(r"((?<=[:,{\[] )[^,{}\[\]\n]+)", text)


def characters(text):
    return list(text) or [""]


def changed(tree: Any, rng: random.Random) -> Any:
    """A tree of JSON with one or two values lost, or replaced by something odd."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.randint(1, 2)):
        inside = [part for part in _parts(tree) if part]
        part = rng.choice(inside)
        key = rng.choice([*part] if isinstance(part, dict) else range(len(part)))
        if rng.random() < 0.2:
            del part[key]
        else:
            part[key] = copy.deepcopy(rng.choice(VALUES))
    return tree


def _parts(tree: Any) -> list[Any]:
    """Every mapping and list in a tree, itself among them."""
    if not isinstance(tree, dict | list):
        return []
    items = tree.values() if isinstance(tree, dict) else tree
    return [tree, *(part for item in items for part in _parts(item))]
