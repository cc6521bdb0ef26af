"""References in CSL-JSON (csl-data 1.0.2), which Zotero, Pandoc and others read."""

from __future__ import annotations

from typing import Any

from sim.display.citations.publications import SOFTWARE, Cited, Person, cited
from sim.scenario import Study


def as_csl(study: Study) -> list[dict[str, Any]]:
    """Describe every publication of a study, and mastosim, as CSL items.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.

    Returns
    -------
    list of dict
        One item per publication, by first author; mastosim comes last. An unknown part of a
        citation has no field.
    """
    software = {
        "id": f"{SOFTWARE['title']}-{SOFTWARE['version']}",
        "type": "software",
        "title": SOFTWARE["title"],
        "author": [{"literal": SOFTWARE["author"]}],
        "version": SOFTWARE["version"],
    }
    return [*map(_item, cited(study)), software]


def _item(paper: Cited) -> dict[str, Any]:
    volume, issue = paper.volume_and_issue
    fields = {
        "id": paper.key,
        "type": "article-journal" if paper.part("journal") else "document",
        "title": paper.part("title"),
        "author": [_name(person) for person in paper.people],
        "issued": _issued(paper.part("year")),
        "container-title": paper.part("journal"),
        "volume": volume,
        "issue": issue,
        "page": paper.part("pages"),
        "DOI": paper.part("doi"),
        "PMID": paper.part("pmid"),
        "note": "" if paper.part("title") else paper.note,
        "annote": paper.annotation,
    }
    return {name: value for name, value in fields.items() if value}


def _name(person: Person) -> dict[str, str]:
    if person.is_institution:
        return {"literal": person.family}
    parts = {"family": person.family, "given": person.given}
    return {part: text for part, text in parts.items() if text}


def _issued(year: str) -> dict[str, Any]:
    """Year in the form of CSL; words such as `in press` unchanged."""
    if year.isdecimal():
        return {"date-parts": [[int(year)]]}
    return {"literal": year} if year else {}
