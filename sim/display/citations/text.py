"""References as plain text: numbered, with the use of each and how much of it was seen."""

from __future__ import annotations

from collections.abc import Iterator

from sim.display.citations.publications import SOFTWARE, Cited, cited
from sim.scenario import Study

_IDS = (("doi", "doi"), ("PMID", "pmid"))


def as_text(study: Study) -> Iterator[str]:
    """List the publications of a study, with their use and how much of each was seen.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.

    Yields
    ------
    str
        A line of text.
    """
    publications = cited(study)
    yield f"{study.scenario.name}: {study.scenario.title}"
    plural = "" if len(publications) == 1 else "s"
    yield f"The scenario is based on {len(publications)} publication{plural}."
    for i, paper in enumerate(publications, start=1):
        yield ""
        yield f"{i:2}. {reference(paper)}"
        yield f"    {paper.uses}"
        yield f"    {paper.completeness}"
        if paper.note:
            yield f"    {paper.note}"
    yield ""
    yield "mastosim itself"
    yield f"    {SOFTWARE['author']}. {SOFTWARE['title']}, version {SOFTWARE['version']}."


def reference(paper: Cited) -> str:
    """Reference in Vancouver style; unknown parts are marked or left out."""
    authors = ", ".join(map(str, paper.citation.get("authors") or ["[authors not known]"]))
    authors_and_title = _sentence([authors, paper.part("title") or "[title not known]"])
    pages = f":{paper.part('pages')}" if paper.part("pages") else ""
    issue = ";".join(filter(None, (paper.part("year"), paper.part("volume"))))
    source = " ".join(filter(None, (paper.part("journal"), f"{issue}{pages}")))
    ids = [f"{name} {paper.part(part)}" for name, part in _IDS if paper.part(part)]
    return _sentence([authors_and_title, source, *ids, f"[{paper.key}]"])


def _sentence(parts: list[str]) -> str:
    """Join the parts that are not empty, each ended by a full stop."""
    ended = [p if p.endswith((".", "?", "!", "]")) else f"{p}." for p in parts if p]
    return " ".join(ended)
