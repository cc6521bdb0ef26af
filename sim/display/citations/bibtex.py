"""References in BibTeX, encoded in UTF-8. An unknown part of a citation has no field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.display.citations.publications import SOFTWARE, Cited, Person, cited
from sim.scenario import Study

_SPECIAL = {
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
"""Characters that are commands in TeX, and letters that plain LaTeX lacks."""

_IN_ADDRESSES = {"{": "%7B", "}": "%7D", "\\": "%5C"}
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
    yield _entry("misc", _key(SOFTWARE["title"], taken), _software())


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
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"


def _fields(paper: Cited) -> dict[str, str]:
    citation = {part: str(value) for part, value in paper.citation.items() if value}
    volume, issue = paper.volume_and_issue
    title = citation.get("title", "")
    return {
        "author": " and ".join(_name(person) for person in paper.people),
        "title": f"{{{escaped(title)}}}" if title else "",  # braces keep capitals as they are
        "journal": escaped(citation.get("journal", "")),
        "year": escaped(citation.get("year", "")),
        "volume": escaped(volume),
        "number": escaped(issue),
        "pages": re.sub(r"\s*[-–]+\s*", "--", escaped(citation.get("pages", ""))),
        "doi": _identifier(citation.get("doi", "")),
        "pmid": _identifier(citation.get("pmid", "")),
        "note": "" if title else escaped(paper.note),
        "annote": escaped(paper.annotation),
    }


def _software() -> dict[str, str]:
    return {
        "author": f"{{{escaped(SOFTWARE['author'])}}}",
        "title": f"{{{escaped(SOFTWARE['title'])}}}",
        "version": escaped(SOFTWARE["version"]),
        "note": escaped(
            f"Version {SOFTWARE['version']}"
        ),  # classic styles ignore the field version
    }


def _name(person: Person) -> str:
    """`Laroche, M.`; braces keep institutions and names with ` and ` in one piece."""
    if person.is_institution or " and " in person.family:
        return f"{{{escaped(person.family)}}}"
    parts = (person.family, person.given)
    return ", ".join(escaped(part) for part in parts if part)


def _identifier(text: str) -> str:
    return "".join(_IN_ADDRESSES.get(letter, letter) for letter in text.strip())


def _key(key: str, taken: set[str]) -> str:
    """Make a key that BibTeX allows and that is not taken; BibTeX ignores upper and lower case."""
    plain = first = re.sub(r"[^A-Za-z0-9_:.+-]", "-", key)
    count = 1
    while plain.casefold() in taken:
        count += 1
        plain = f"{first}-{count}"
    taken.add(plain.casefold())
    return plain
