"""References as BibTeX, in UTF-8; what is not known has no field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.display.citations.publications import SOFTWARE, Cited, Person, cited
from sim.scenario import Study

_SPECIAL = {
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    "{": r"\textbraceleft{}",  # BibTeX counts braces, those after a backslash too
    "}": r"\textbraceright{}",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "α": r"{$\alpha$}",
    "β": r"{$\beta$}",
    "γ": r"{$\gamma$}",
    "–": "--",
}
"""Signs that TeX takes for commands, and letters that plain LaTeX does not have."""

_IN_ADDRESSES = {"{": "%7B", "}": "%7D", "\\": "%5C"}
"""An identifier is taken letter by letter; only these would upset the braces around it."""


def as_bibtex(study: Study) -> Iterator[str]:
    """One entry a publication, then mastosim; keys are those of the scenario's sources."""
    taken: set[str] = set()
    for each in cited(study):
        kind = "article" if each.citation.get("journal") else "misc"
        yield _entry(kind, _key(each.key, taken), _fields(each))
    yield _entry("misc", _key(SOFTWARE["title"], taken), _software())


def escaped(text: str) -> str:
    """Text that TeX prints as it stands."""
    return "".join(_SPECIAL.get(sign, sign) for sign in " ".join(text.split()))


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"


def _fields(each: Cited) -> dict[str, str]:
    citation = {part: str(value) for part, value in each.citation.items() if value}
    volume, issue = each.volume_and_issue
    title = citation.get("title", "")
    return {
        "author": " and ".join(_name(person) for person in each.people),
        "title": f"{{{escaped(title)}}}" if title else "",  # braces keep capitals as they are
        "journal": escaped(citation.get("journal", "")),
        "year": escaped(citation.get("year", "")),
        "volume": escaped(volume),
        "number": escaped(issue),
        "pages": re.sub(r"\s*[-–]+\s*", "--", escaped(citation.get("pages", ""))),
        "doi": _identifier(citation.get("doi", "")),
        "pmid": _identifier(citation.get("pmid", "")),
        "note": "" if title else escaped(each.note),
        "annote": escaped(f"{each.honesty}. Of the scenario: {each.rests}"),
    }


def _software() -> dict[str, str]:
    return {
        "author": f"{{{escaped(SOFTWARE['author'])}}}",
        "title": f"{{{escaped(SOFTWARE['title'])}}}",
        "version": escaped(SOFTWARE["version"]),
        "note": escaped(f"Version {SOFTWARE['version']}"),  # classic styles know no version
    }


def _name(person: Person) -> str:
    """`Laroche, M.`; institutions and names with ` and ` in braces, so that none is taken apart."""
    if person.is_institution or " and " in person.family:
        return f"{{{escaped(person.family)}}}"
    parts = (person.family, person.given)
    return ", ".join(escaped(part) for part in parts if part)


def _identifier(text: str) -> str:
    return "".join(_IN_ADDRESSES.get(sign, sign) for sign in text.strip())


def _key(key: str, taken: set[str]) -> str:
    """A key of letters that BibTeX allows, unlike all before it; BibTeX takes A for a."""
    plain = first = re.sub(r"[^A-Za-z0-9_:.+-]", "-", key)
    count = 1
    while plain.casefold() in taken:
        count += 1
        plain = f"{first}-{count}"
    taken.add(plain.casefold())
    return plain
