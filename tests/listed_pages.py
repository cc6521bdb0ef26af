"""The tables of docs/scenarios.md and docs/sources.md, made from the files that ship.

`python -m tests.listed_pages` writes them.
"""

from collections.abc import Iterator
from pathlib import Path

from sim import evidence
from sim.display.citations.publications import missing
from sim.scenario.examples import examples

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- made by python -m tests.listed_pages -->\n", "<!-- end -->"


def scenarios() -> Iterator[str]:
    """The shipped scenarios and sweeps, each with its title and its question."""
    for kind, heading in (("scenario", "Scenarios"), ("sweep", "Sweeps")):
        yield f"\n## {heading}\n"
        yield "| name | content | question |"
        yield "|---|---|---|"
        for row in examples():
            if row.kind == kind:
                yield f"| `{row.name}` | {row.title} | {row.question or '–'} |"
    yield ""


def sources() -> Iterator[str]:
    """The shipped publications: what was read of each, its facts, and what its citation lacks."""
    yield "| key | publication | seen | facts, compared | missing |"
    yield "|---|---|---|---|---|"
    for key, paper in ((key, evidence.publication(key)) for key in sorted(evidence.keys())):
        citation, facts = paper["citation"], paper.get("facts") or []
        compared = sum("simulated" in fact for fact in facts)
        unknown = ", ".join(missing(citation)) or "–"
        title = str(citation.get("title") or "title not seen").strip().rstrip(".")
        printed = f"{evidence.short_citation(paper)}: {title}{_link(citation.get('doi'))}"
        yield f"| `{key}` | {printed} | {paper['seen']} | {len(facts)}, {compared} | {unknown} |"


def _link(doi: str | None) -> str:
    return f" ([doi](https://doi.org/{doi}))" if doi else ""


PAGES = {"scenarios.md": scenarios, "sources.md": sources}


def with_table(name: str) -> str:
    """A page with its table made anew."""
    before, _, rest = (DOCS / name).read_text(encoding="utf-8").partition(BEGIN)
    table = "\n".join(PAGES[name]())
    return f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(with_table(page), encoding="utf-8")
