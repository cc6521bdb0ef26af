"""`mastosim check`: what a scenario says, what it assumes, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import SCENARIO, SETTINGS


@click.command(epilog="Example: mastosim check scenarios/laroche2011.yaml")
@SCENARIO
@SETTINGS
def check(scenario: Path, settings: tuple[str, ...]) -> None:
    """Validate a SCENARIO file; print its protocol in words and everything it assumes."""
    from sim.scenario import load
    from sim.scenario.words import assumptions, protocol

    study = load(scenario, settings)
    for line in [*protocol(study), "", *assumptions(study)]:
        click.echo(line)
