"""Regimens: the sets of therapies that act together, and their names in a file."""

from __future__ import annotations

Regimen = frozenset[str]

NO_THERAPY = "none"


def canonical_name(text: str) -> str:
    """The name of a regimen as typed, with its therapies sorted: `b+a` is `a + b`."""
    return " + ".join(sorted(part.strip() for part in text.split("+")))


def regimen_of(name: str) -> Regimen:
    """The therapies of a regimen by its canonical name; none for `none`."""
    return frozenset() if name == NO_THERAPY else frozenset(name.split(" + "))


def name_of(regimen: Regimen) -> str:
    """The canonical name of a set of therapies; that of no therapy is `none`."""
    return " + ".join(sorted(regimen)) or NO_THERAPY
