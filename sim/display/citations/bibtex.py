"""References in BibTeX, encoded in UTF-8. An unknown part of a citation has no field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, count

from sim.display.citations.publications import SOFTWARE, Cited, Person, cited
from sim.scenario import Study

_SPECIAL = str.maketrans(
    {
        **{letter: f"\\{letter}" for letter in "&%$#_"},
        "{": r"\textbraceleft{}",  # BibTeX also counts braces after a backslash
        "}": r"\textbraceright{}",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "α": r"{$\alpha$}",
        "β": r"{$\beta$}",
        "γ": r"{$\gamma$}",
        "–": "--",
    }
)
"""Characters that are commands in TeX, and letters that plain LaTeX lacks."""

_IN_ADDRESSES = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
"""Characters that are encoded in identifiers, because they would end the braces of the field."""


def as_bibtex(study: Study) -> Iterator[str]:
    """Write one BibTeX entry per publication of a study, and one for mastosim.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.

    Yields
    ------
    str
        An entry, by first author; mastosim comes last. The key is that of the source in the
        scenario.
    """
    taken: set[str] = set()
    for paper in cited(study):
        kind = "article" if paper.citation.get("journal") else "misc"
        yield _entry(kind, _key(paper.key, taken), _fields(paper))
    author, title, version = (escaped(SOFTWARE[part]) for part in ("author", "title", "version"))
    software = {
        "author": f"{{{author}}}",
        "title": f"{{{title}}}",
        "version": version,
        "note": f"Version {version}",  # classic styles ignore the field version
    }
    yield _entry("misc", _key(SOFTWARE["title"], taken), software)


def escaped(text: str) -> str:
    r"""Escape the characters that TeX would interpret, and reduce white space to single blanks.

    Parameters
    ----------
    text : str
        Text.

    Returns
    -------
    str
        Text that TeX prints unchanged.

    Examples
    --------
    >>> print(escaped("5 %  of bone & marrow"))
    5 \% of bone \& marrow
    """
    return " ".join(text.split()).translate(_SPECIAL)


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"


def _fields(paper: Cited) -> dict[str, str]:
    volume, issue = paper.volume_and_issue
    title, journal, year, pages = (
        escaped(paper.part(name)) for name in ("title", "journal", "year", "pages")
    )
    return {
        "author": " and ".join(map(_name, paper.people)),
        "title": f"{{{title}}}" if title else "",  # braces keep capitals as they are
        "journal": journal,
        "year": year,
        "volume": escaped(volume),
        "number": escaped(issue),
        "pages": re.sub(r"\s*[-–]+\s*", "--", pages),
        "doi": paper.part("doi").translate(_IN_ADDRESSES),
        "pmid": paper.part("pmid").translate(_IN_ADDRESSES),
        "note": "" if title else escaped(paper.note),
        "annote": escaped(paper.annotation),
    }


def _name(person: Person) -> str:
    """`Laroche, M.`; braces keep institutions and names with ` and ` in one piece."""
    if person.is_institution or " and " in person.family:
        return f"{{{escaped(person.family)}}}"
    parts = (person.family, person.given)
    return ", ".join(escaped(part) for part in parts if part)


def _key(key: str, taken: set[str]) -> str:
    """Make a key that BibTeX allows and that is not taken; BibTeX ignores upper and lower case."""
    first = re.sub(r"[^A-Za-z0-9_:.+-]", "-", key)
    keys = chain([first], (f"{first}-{i}" for i in count(2)))
    free = next(key for key in keys if key.casefold() not in taken)
    taken.add(free.casefold())
    return free
