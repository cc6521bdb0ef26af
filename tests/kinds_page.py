"""The table of kinds by verbs in docs/results.md, made from the code.

`python -m tests.kinds_page` writes it.
"""

from pathlib import Path

from sim.experiments.verbs import KINDS, VERBS, refusal

PAGE = Path(__file__).parents[1] / "docs" / "results.md"
BEGIN, END = "<!-- made by python -m tests.kinds_page -->\n", "<!-- end -->"


def table() -> str:
    """Kinds down, verbs across, and below the table why a verb is refused."""
    lines = [f"| kind | made by | {' | '.join(VERBS)} |", f"|---|---|{'---|' * len(VERBS)}"]
    why = []
    for kind, row in KINDS.items():
        cells = []
        for verb in VERBS:
            refused = refusal(kind, verb)
            cells.append("no" if refused else "yes")
            if refused:
                why.append(f"- `{verb}` of {row.called}: {refused}.")
        lines.append(f"| {kind} | `{row.made_by}` | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *why]) + "\n"


def with_table(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
