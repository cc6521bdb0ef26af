"""The tables of statistics in docs/facts.md, made from the form of a publication.

`python -m tests.facts_page` writes them.
"""

from collections.abc import Iterator
from pathlib import Path

from sim.scenario.form.statistics import ANY, CONTRASTS, FRACTURES, NOTHING, STATISTICS, Statistic

PAGE = Path(__file__).parents[1] / "docs" / "facts.md"
BEGIN, END = "<!-- made by python -m tests.facts_page -->\n", "<!-- end -->"

TIMES = {
    "end": "whole follow-up",
    "day": "`at`: up to that time",
    "period": "`at`: up to that time; `from` and `at`: after the one, up to the other",
    "visit": "`at` a visit; the last one otherwise",
    "visits": "`at` a visit; `from` an earlier visit; entry and the last one otherwise",
}


def tables() -> str:
    """The statistics of one group, then those of two."""
    return "\n".join([*_of_one(), "", *_of_two()]) + "\n"


def _of_one() -> Iterator[str]:
    yield "| `statistic` | `of` | time | meaning |"
    yield "|---|---|---|---|"
    for name, one in STATISTICS.items():
        yield f"| `{name}` | {_of(name, one)} | {TIMES[one.when]} | {one.meaning} |"


def _of(name: str, one: Statistic) -> str:
    if one.of == ANY:
        return "therapy" if name == "share_stopped" else "reaction"
    if one.of == NOTHING:
        return "–"
    names = ", ".join(f"`{of}`" for of in one.of)
    return f"{names}; any site otherwise" if one.of == FRACTURES else names


def _of_two() -> Iterator[str]:
    yield "| `statistic` | `in` | meaning |"
    yield "|---|---|---|"
    for name, one in CONTRASTS.items():
        names = ", ".join(f"`{within}`" for within in one.compares)
        if one.usual is not None:
            others = [within for within in one.compares if within != one.usual]
            names = f"`{one.usual}` where it is left out"
            names += "".join(f", or `{within}`" for within in others)
        yield f"| `{name}` | {names} | {one.meaning} |"


def with_tables(page: str) -> str:
    """The page with its tables made anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
