"""`mastosim cite`: what to cite with a scenario."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import SCENARIO, SETTINGS
from sim.cli.terminal import line_width, say


@click.command(epilog="Example: mastosim cite scenarios/laroche2011.yaml --format bibtex")
@SCENARIO
@SETTINGS
@click.option("--format", "form", type=click.Choice(["text", "bibtex", "csl"]), default="text",
              show_default=True, help="Form of the references: text, BibTeX for LaTeX, or CSL-JSON "
              "for Zotero and Pandoc.")  # fmt: skip
def cite(scenario: Path, settings: tuple[str, ...], form: str) -> None:
    """Print the publications behind a SCENARIO.

    These are the sources of all its numbers, and how to cite mastosim.
    """
    from sim.display import citations
    from sim.display.fitted import wrapped
    from sim.scenario import load

    cited = citations.cite(load(scenario, settings), form)
    say(wrapped(cited, line_width()) if form == "text" else cited)
