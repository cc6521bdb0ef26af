"""References as CSL-JSON (csl-data 1.0.2), which Zotero, Pandoc and others read."""

from __future__ import annotations

from typing import Any

from sim.display.citations.publications import SOFTWARE, Cited, Person, cited
from sim.scenario import Study


def as_csl(study: Study) -> list[dict[str, Any]]:
    """One item a publication, then mastosim; what is not known has no field."""
    software = {
        "id": f"{SOFTWARE['title']}-{SOFTWARE['version']}",
        "type": "software",
        "title": SOFTWARE["title"],
        "author": [{"literal": SOFTWARE["author"]}],
        "version": SOFTWARE["version"],
    }
    return [*(_item(each) for each in cited(study)), software]


def _item(each: Cited) -> dict[str, Any]:
    citation, (volume, issue) = each.citation, each.volume_and_issue
    fields = {
        "id": each.key,
        "type": "article-journal" if citation.get("journal") else "document",
        "title": _text(citation.get("title")),
        "author": [_name(person) for person in each.people],
        "issued": _issued(citation.get("year")),
        "container-title": _text(citation.get("journal")),
        "volume": volume,
        "issue": issue,
        "page": _text(citation.get("pages")),
        "DOI": _text(citation.get("doi")),
        "PMID": _text(citation.get("pmid")),
        "note": "" if citation.get("title") else each.note,
        "annote": f"{each.honesty}. Of the scenario: {each.rests}",
    }
    return {name: value for name, value in fields.items() if value}


def _name(person: Person) -> dict[str, str]:
    if person.is_institution:
        return {"literal": person.family}
    parts = {"family": person.family, "given": person.given}
    return {part: text for part, text in parts.items() if text}


def _issued(year: object) -> dict[str, Any]:
    """A year as CSL has it; words such as `in press` as they stand."""
    text = _text(year)
    if text.isdecimal():
        return {"date-parts": [[int(text)]]}
    return {"literal": text} if text else {}


def _text(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
