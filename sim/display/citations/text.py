"""References for people: numbered, with what rests on each and how much of it was seen."""

from __future__ import annotations

from collections.abc import Iterator

from sim.display.citations.publications import SOFTWARE, Cited, cited
from sim.scenario import Study

_IDS = (("doi", "doi"), ("PMID", "pmid"))


def as_text(study: Study) -> Iterator[str]:
    """The publications numbered, with what rests on each and how much of it was seen."""
    publications = cited(study)
    yield f"{study.scenario.name}: {study.scenario.title}"
    count = len(publications)
    yield f"It rests on {count} publication{'' if count == 1 else 's'}."
    for i, each in enumerate(publications, start=1):
        yield ""
        yield f"{i:2}. {_reference(each)}"
        yield f"    {each.rests}"
        yield f"    {each.honesty}"
        if each.note:
            yield f"    {each.note}"
    yield ""
    yield "mastosim itself"
    yield f"    {SOFTWARE['author']}. {SOFTWARE['title']}, version {SOFTWARE['version']}."


def _reference(each: Cited) -> str:
    """A reference as Vancouver style has it, as far as its parts are known."""
    citation = each.citation
    authors = ", ".join(map(str, citation.get("authors") or [])) or "[authors not known]"
    title = citation.get("title") or "[title not known]"
    printed = _sentence([authors, str(title)])
    year, volume = citation.get("year"), citation.get("volume")
    pages = f":{citation['pages']}" if citation.get("pages") else ""
    where = str(citation.get("journal") or "")
    when = ";".join(str(part) for part in (year, volume) if part)
    place = " ".join(part for part in (where, f"{when}{pages}") if part)
    ids = [f"{name} {citation[part]}" for name, part in _IDS if citation.get(part)]
    return _sentence([printed, place, *ids, f"[{each.key}]"])


def _sentence(parts: list[str]) -> str:
    """Parts with a point after each, unless it ends with one; empty parts left out."""
    ended = [p if p.endswith((".", "?", "!", "]")) else f"{p}." for p in parts if p]
    return " ".join(ended)
