"""Names that stand in tables: each comes out of a CSV file as it went in, whatever reads it."""

from __future__ import annotations

import re
from typing import Annotated

from sim.scenario.form.quantities import Text, only_if

FORMULAS = ("=", "+", "-", "@")
"""A spreadsheet takes a cell that begins with one of these for a formula, and may carry it out."""

MISSING = {
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
}  # fmt: skip
TRUTHS = {"T", "F", "TRUE", "FALSE", "True", "False", "true", "false"}
"""Texts that R or pandas take for a missing value, and for true or false, in quotes as well."""


LONGEST_NAME = 200
_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def is_name(text: str) -> bool:
    """True for a text that no reader of a table takes for anything else."""
    if text != text.strip() or text.startswith(FORMULAS):
        return False
    return not (text in MISSING | TRUTHS or _is_number(text))


def is_of_windows(text: str) -> bool:
    """True for a text that no file or folder can be called on Windows, like `con` or `nul.csv`."""
    return _OF_WINDOWS.fullmatch(text) is not None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


Name = Annotated[
    Text,
    only_if(
        is_name,
        "'{value}' cannot be a name: a program that reads a table takes it for a formula, a "
        "number, true, false or nothing; write a word, without spaces around it",
    ),
    only_if(
        lambda text: not is_of_windows(text),
        "'{value}' cannot be a name: Windows keeps it for itself; add a word",
    ),
    only_if(
        lambda text: text.isprintable() and len(text) <= LONGEST_NAME,
        f"a name is one line of up to {LONGEST_NAME} characters",
    ),
]
"""A name of an arm, a subgroup, a reaction, a parameter or a published fact."""
