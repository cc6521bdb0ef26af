"""References as plain text: numbered, with the use of each and how much of it was seen."""

from __future__ import annotations

from collections.abc import Iterator

from sim.display.citations.publications import SOFTWARE, cited
from sim.scenario import Study


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
        yield f"{i:2}. {paper.reference}"
        yield f"    {paper.uses}"
        yield f"    {paper.completeness}"
        if paper.note:
            yield f"    {paper.note}"
    yield ""
    yield "mastosim itself"
    yield f"    {SOFTWARE['author']}. {SOFTWARE['title']}, version {SOFTWARE['version']}."
