"""Published facts as data: one YAML file per publication, and national life tables."""

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
    """List the citation keys of all shipped publications.

    Returns
    -------
    tuple of str
        Keys in alphabetical order.

    Examples
    --------
    >>> "laroche2011" in keys()
    True
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def publication(key: str) -> dict[str, Any]:
    """Read one shipped publication.

    Parameters
    ----------
    key : str
        Citation key, one of `keys()`.

    Returns
    -------
    dict
        Content of the file: `citation` (authors, title, journal, year, ...), `seen` (which part was
        read), `facts` (list of values with units), and where they apply `note`, `design`,
        `follow_up` and `groups` (of patients).

    Raises
    ------
    KeyError
        For a key that is not among `keys()`.

    Examples
    --------
    >>> publication("marshall1996")["citation"]["journal"]
    'BMJ'
    """
    if key not in keys():
        raise KeyError(key)
    text = (FOLDER / f"{key}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def short_citation(paper: Mapping[str, Any]) -> str:
    """Cite a publication in a few words: first author, journal and year, as far as known.

    Parameters
    ----------
    paper : mapping
        Publication as returned by `publication`.

    Returns
    -------
    str
        Short citation.

    Examples
    --------
    >>> short_citation(publication("laroche2011"))
    'Laroche M et al., American Journal of Medicine 2011'
    """
    citation = paper["citation"]
    authors = citation.get("authors") or ["authors not seen"]
    first = authors[0] if len(authors) == 1 else f"{authors[0]} et al."
    rest = [str(citation[part]) for part in ("journal", "year") if citation.get(part)]
    return f"{first}, {' '.join(rest)}" if rest else first


def labels(paper: Mapping[str, Any]) -> dict[str, str]:
    """Labels of the facts of a publication, as printed in tables.

    Parameters
    ----------
    paper : mapping
        Publication as returned by `publication`.

    Returns
    -------
    dict of str to str
        Label of each fact, by the name of the fact.

    Examples
    --------
    >>> labels(publication("marshall1996"))["vertebral_per_sd"]
    'Vertebral fracture per SD lower spine BMD'
    """
    return {fact["fact"]: fact["label"] for fact in paper["facts"]}


@cache
def life_table(key: str) -> dict[str, tuple[float, ...]]:
    """Read a life table: the probability of dying before the next birthday, by sex and age.

    Parameters
    ----------
    key : str
        Name of the table: `france2019`, `germany2016_2018` or `usa2017`.

    Returns
    -------
    dict of str to tuple of float
        For `female` and `male`, one probability per year of age from 0.

    Raises
    ------
    FileNotFoundError
        For a table that is not shipped.
    ValueError
        If the ages in the file do not run from 0 without a gap.

    References
    ----------
    INSEE, Table de mortalité de la France, 2019 (sim/evidence/france2019.yaml).
    Destatis, Sterbetafel 2016/18 (sim/evidence/germany2016_2018.yaml).
    SSA, Period life table 2017 (sim/evidence/usa2017.yaml).

    Examples
    --------
    >>> life_table("france2019")["female"][52]
    0.00236
    """
    with (FOLDER / f"{key}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if [int(row["age"]) for row in rows] != list(range(len(rows))):
        raise ValueError(f"{key}.csv: ages should run from 0 without a gap")
    return {sex: tuple(float(row[f"q_{sex}"]) for row in rows) for sex in ("female", "male")}
