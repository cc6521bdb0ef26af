"""The publications that a scenario uses, with their citation as far as known.

Unknown parts of a citation are reported and never filled in.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from sim.scenario import Study
from sim.scenario.deaths import LIFE_TABLE_PATH, sources_of_life_table
from sim.version import __version__

SOFTWARE = {
    "title": "mastosim",
    "author": "The mastosim authors",
    "version": __version__,
    "license": "MIT",
}
"""Citation of mastosim, equal to CITATION.cff, which is not installed with the package."""

EXPECTED = ("authors", "title", "journal", "year", "volume", "pages")
"""Parts that the citation of an article should have; missing parts are reported."""

OF_INSTITUTIONS = ("authors", "title", "year")
"""Parts of a table or a text that an institution published outside a journal."""

EXAMPLES = 3
"""Numbers that are named as examples."""

ASSUMPTION = "assumption"
_IDS = (("doi", "doi"), ("PMID", "pmid"))


class Person(NamedTuple):
    """An author: family name and initials, or an institution whose name is in `family`."""

    family: str
    given: str = ""
    is_institution: bool = False


class Cited(NamedTuple):
    """A publication, and its use in a study.

    Attributes
    ----------
    key : str
        Citation key in the scenario.
    citation : dict
        Known parts of the citation: authors, title, journal, year, volume, pages, doi, pmid.
    seen : str
        Part of the publication that was read when its numbers were recorded.
    note : str
        Remark on the publication; may be empty.
    numbers : tuple of str
        Paths of the scenario's numbers whose source is this publication.
    roles : tuple of str
        Further uses of the publication.
    """

    key: str
    citation: dict[str, Any]
    seen: str
    note: str
    numbers: tuple[str, ...]
    roles: tuple[str, ...]

    def part(self, name: str) -> str:
        """Text of a part of the citation in one line; empty if the part is not known."""
        return " ".join(str(self.citation.get(name) or "").split())

    @property
    def people(self) -> tuple[Person, ...]:
        """Known authors."""
        return tuple(person(str(name)) for name in self.citation.get("authors") or [])

    @property
    def unknown(self) -> tuple[str, ...]:
        """Parts of the citation that are not known."""
        return missing(self.citation)

    @property
    def volume_and_issue(self) -> tuple[str, str]:
        """Volume and issue of `124(8)`: `124` and `8`; empty if not known."""
        volume, _, issue = self.part("volume").partition("(")
        return volume.strip(), issue.strip(" )")

    @property
    def reference(self) -> str:
        """Reference in Vancouver style; unknown parts are marked or left out."""
        authors = ", ".join(map(str, self.citation.get("authors") or ["[authors not known]"]))
        authors_and_title = _sentence([authors, self.part("title") or "[title not known]"])
        pages = f":{self.part('pages')}" if self.part("pages") else ""
        issue = ";".join(filter(None, (self.part("year"), self.part("volume"))))
        source = " ".join(filter(None, (self.part("journal"), f"{issue}{pages}")))
        ids = [f"{name} {self.part(part)}" for name, part in _IDS if self.part(part)]
        return _sentence([authors_and_title, source, *ids, f"[{self.key}]"])

    @property
    def uses(self) -> str:
        """Uses of the publication in the scenario, in one line."""
        return "; ".join([*self.roles, *([_counted(self.numbers)] if self.numbers else [])])

    @property
    def completeness(self) -> str:
        """How much of the publication was seen, and which parts of its citation are unknown."""
        seen = "recalled, not seen" if self.seen == "recalled" else f"seen: {self.seen}"
        lack = f"unknown: {', '.join(self.unknown)}" if self.unknown else ""
        return "; ".join(part for part in (seen, lack) if part)

    @property
    def annotation(self) -> str:
        """Completeness and uses, for a field of a reference manager."""
        return f"{self.completeness}. Used for: {self.uses}"


def missing(citation: dict[str, Any]) -> tuple[str, ...]:
    """List the parts of a citation that are not known.

    Parameters
    ----------
    citation : dict
        Known parts of the citation of a publication.

    Returns
    -------
    tuple of str
        Unknown parts, of those that an article or a publication of an institution has.

    Examples
    --------
    >>> missing({"authors": ["World Health Organization"], "title": "A report"})
    ('year',)
    """
    authors = [person(str(name)) for name in citation.get("authors") or []]
    in_no_journal = not citation.get("journal") and authors
    by_institutions = in_no_journal and all(author.is_institution for author in authors)
    expected = OF_INSTITUTIONS if by_institutions else EXPECTED
    return tuple(part for part in expected if not citation.get(part))


def cited(study: Study) -> list[Cited]:
    """Collect the publications that a study uses.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.

    Returns
    -------
    list of Cited
        Publications, by first author and year.

    Examples
    --------
    >>> from sim.scenario import load
    >>> cited(load("scenarios/laroche2011.yaml"))[-1].key
    'wilson_dxa_precision'
    """
    paths: dict[str, list[str]] = {}
    for number in study.numbers:
        if number.path == LIFE_TABLE_PATH:
            continue  # its sources have a role
        for key in number.sources:
            paths.setdefault(key, []).append(number.path)
    roles = _roles(study)
    keys = [key for key in {**roles, **paths} if key != ASSUMPTION]
    papers = [_cited(study, key, paths.get(key, []), roles.get(key, ())) for key in keys]
    return sorted(papers, key=_by_author)


def person(name: str) -> Person:
    """Split the name of an author.

    Parameters
    ----------
    name : str
        Name as PubMed prints it (`van der Veer E`), or with a comma (`Veer, Eva`).

    Returns
    -------
    Person
        Family name and initials or given name. Other names of several words are institutions.

    Examples
    --------
    >>> person("van der Veer E")
    Person(family='van der Veer', given='E.', is_institution=False)
    >>> person("World Health Organization").is_institution
    True
    """
    family, comma, given = name.partition(",")
    if comma:
        return Person(family.strip(), given.strip())
    *words, last = name.split()
    letters = last.replace("-", "").replace(".", "")
    if words and letters.isalpha() and letters.isupper() and len(letters) <= 4:
        return Person(" ".join(words), " ".join(f"{letter}." for letter in letters))
    return Person(name, is_institution=bool(words))


def _roles(study: Study) -> dict[str, tuple[str, ...]]:
    """Uses of publications other than as the source of a number."""
    scenario = study.scenario
    table = sources_of_life_table(scenario.mortality, study.numbers)
    roles: dict[str, tuple[str, ...]] = dict.fromkeys(table, ("the life table",))
    if scenario.answers is not None:
        compared = "its results are compared with the simulated ones"
        roles[scenario.answers] = (*roles.get(scenario.answers, ()), compared)
    return roles


def _cited(study: Study, key: str, numbers: list[str], roles: tuple[str, ...]) -> Cited:
    paper = study.publication(key)
    citation, note = dict(paper.get("citation") or {}), str(paper.get("note") or "")
    seen = str(paper.get("seen") or "not stated")
    return Cited(key, citation, seen, " ".join(note.split()), tuple(numbers), roles)


def _by_author(paper: Cited) -> tuple[str, str, str]:
    """Sort key: first author, else title or journal; then year."""
    authors = paper.citation.get("authors") or [paper.part("title") or paper.part("journal")]
    return str(authors[0] or paper.key).casefold(), paper.part("year"), paper.key


def _counted(paths: tuple[str, ...]) -> str:
    """Count and examples of numbers: `40 numbers (cohort 14, effects 10): cohort.age.mean, ...`."""
    kinds = Counter(path.partition(".")[0] for path in paths)
    if len(paths) == 1:
        return f"1 number: {paths[0]}"
    counts = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    of_kinds = f" ({counts})" if len(kinds) > 1 else ""
    firsts = [next(p for p in paths if p.partition(".")[0] == kind) for kind in kinds]
    examples = list(dict.fromkeys([*firsts, *paths]))[:EXAMPLES]
    more = ", ..." if len(paths) > len(examples) else ""
    return f"{len(paths)} numbers{of_kinds}: {', '.join(examples)}{more}"


def _sentence(parts: list[str]) -> str:
    """Join the parts that are not empty, each ended by a full stop."""
    ended = [p if p.endswith((".", "?", "!", "]")) else f"{p}." for p in parts if p]
    return " ".join(ended)
