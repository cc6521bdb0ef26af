"""The publications that a scenario's numbers rest on, and mastosim itself, as they are cited.

What is not known of a publication is said, and never filled in.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.scenario import Study
from sim.version import __version__

SOFTWARE = {
    "title": "mastosim",
    "author": "The mastosim authors",
    "version": __version__,
    "license": "MIT",
}
"""How mastosim is cited; the same as CITATION.cff, which is not installed with the package."""

EXPECTED = ("authors", "title", "journal", "year", "volume", "pages")
"""What the citation of an article has; a lack of any of these is told."""

EXAMPLES = 3
ASSUMPTION = "assumption"


class Person(NamedTuple):
    """An author: family name and initials with points, or an institution as `family` alone."""

    family: str
    given: str = ""
    is_institution: bool = False


@dataclass(frozen=True)
class Cited:
    """A publication of a study: its citation as far as known, and what rests on it."""

    key: str
    citation: dict[str, Any]
    seen: str
    note: str
    numbers: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """The authors that are known."""
        return tuple(person(str(name)) for name in self.citation.get("authors") or [])

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts of a citation that are not known."""
        return tuple(part for part in EXPECTED if not self.citation.get(part))

    @property
    def volume_and_issue(self) -> tuple[str, str]:
        """`124(8)` as volume 124 and issue 8; empty where not known."""
        volume, _, issue = str(self.citation.get("volume") or "").partition("(")
        return volume.strip(), issue.strip(" )")

    @property
    def rests(self) -> str:
        """What of the scenario rests on the publication, in a line."""
        return "; ".join([*self.roles, *([_counted(self.numbers)] if self.numbers else [])])

    @property
    def honesty(self) -> str:
        """How much of the publication was seen when its numbers were taken down."""
        seen = "recalled, not seen" if self.seen == "recalled" else f"seen: {self.seen}"
        lack = f"not known here: {', '.join(self.unknown)}" if self.unknown else ""
        return "; ".join(part for part in (seen, lack) if part)


def cited(study: Study) -> list[Cited]:
    """Every publication that the study's numbers rest on, by first author."""
    resting: dict[str, list[str]] = {}
    for number in study.numbers:
        for key in number.sources:
            resting.setdefault(key, []).append(number.path)
    roles = _roles(study)
    keys = [key for key in {**roles, **resting} if key != ASSUMPTION]
    found = [_cited(study, key, resting.get(key, []), roles.get(key, ())) for key in keys]
    return sorted(found, key=_by_author)


def person(name: str) -> Person:
    """A name as PubMed prints it, `van der Veer E`, or as `Veer, Eva`; else an institution."""
    family, comma, given = name.partition(",")
    if comma:
        return Person(family.strip(), given.strip())
    *words, last = name.split()
    letters = last.replace("-", "").replace(".", "")
    if words and letters.isalpha() and letters.isupper() and len(letters) <= 4:
        return Person(" ".join(words), " ".join(f"{letter}." for letter in letters))
    return Person(name, is_institution=bool(words))


def _roles(study: Study) -> dict[str, tuple[str, ...]]:
    """What publications do for a study beside vouching for its numbers."""
    scenario = study.scenario
    roles: dict[str, tuple[str, ...]] = {scenario.mortality.life_table: ("the life table",)}
    if scenario.answers is not None:
        held = "results are held against it"
        roles[scenario.answers] = (*roles.get(scenario.answers, ()), held)
    return roles


def _cited(study: Study, key: str, numbers: list[str], roles: tuple[str, ...]) -> Cited:
    held = study.publication(key)
    citation = dict(held.get("citation") or {})
    seen, note = str(held.get("seen") or "not said"), str(held.get("note") or "")
    return Cited(key, citation, seen, " ".join(note.split()), tuple(numbers), roles)


def _by_author(each: Cited) -> tuple[str, str, str]:
    """Place in the list: first author, else title or journal; then year."""
    authors, citation = each.citation.get("authors") or [], each.citation
    first = authors[0] if authors else citation.get("title") or citation.get("journal") or each.key
    return str(first).casefold(), str(citation.get("year", "")), each.key


def _counted(paths: tuple[str, ...]) -> str:
    """`40 numbers (cohort 14, effects 10): cohort.age.mean, ...`, examples of each kind first."""
    kinds = Counter(path.partition(".")[0] for path in paths)
    if len(paths) == 1:
        return f"1 number: {paths[0]}"
    counts = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    of_kinds = f" ({counts})" if len(kinds) > 1 else ""
    firsts = [next(p for p in paths if p.partition(".")[0] == kind) for kind in kinds]
    examples = list(dict.fromkeys([*firsts, *paths]))[:EXAMPLES]
    more = ", ..." if len(paths) > len(examples) else ""
    return f"{len(paths)} numbers{of_kinds}: {', '.join(examples)}{more}"
