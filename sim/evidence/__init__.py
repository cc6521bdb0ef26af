"""Published facts as data: one file a publication, and the national life table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@cache
def keys() -> tuple[str, ...]:
    """The citation keys of all publications, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def publication(key: str) -> dict[str, Any]:
    """One publication: its citation, its facts, and the groups of patients they speak of.

    Raises KeyError for a key that is not among `keys()`.
    """
    if key not in keys():
        raise KeyError(key)
    text = (FOLDER / f"{key}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def short_citation(paper: Mapping[str, Any]) -> str:
    """A publication in a few words: first author, journal, year, as far as they are known."""
    citation = paper["citation"]
    authors = citation.get("authors") or ["authors not seen"]
    first = authors[0] if len(authors) == 1 else f"{authors[0]} et al."
    rest = [str(citation[part]) for part in ("journal", "year") if citation.get(part)]
    return f"{first}, {' '.join(rest)}" if rest else first


def labels(paper: Mapping[str, Any]) -> dict[str, str]:
    """What each fact of a publication is called in a table."""
    return {fact["fact"]: fact["label"] for fact in paper["facts"]}


@cache
def life_table(key: str) -> dict[str, tuple[float, ...]]:
    """Probability of dying within a year of age by sex (`female`, `male`), from age 0 on."""
    with (FOLDER / f"{key}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if [int(row["age"]) for row in rows] != list(range(len(rows))):
        raise ValueError(f"{key}.csv: ages should run from 0 without a gap")
    return {sex: tuple(float(row[f"q_{sex}"]) for row in rows) for sex in ("female", "male")}
