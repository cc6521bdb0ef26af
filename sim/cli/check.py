"""`mastosim check`: what a scenario or a sweep says, what it assumes, and what is wrong with it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.extras import told_how_to_get
from sim.cli.options import FILE, SETTINGS
from sim.cli.terminal import line_width, say
from sim.scenario.text.file import LARGEST_FILE_BYTES

if TYPE_CHECKING:
    from sim.experiments.sweeps import Sweep

OF_A_SWEEP = re.compile(r"""^([^#\n]*[{,])?[ ]*(["']?)mastosim_sweep\2[ ]*:""", re.MULTILINE)
"""The key that each sweep has, however it is written; not in a comment."""

WORTH_A_LOOK = "Worth a look:"


@click.command(epilog="Example: mastosim check scenarios/laroche2011.yaml")
@click.argument("scenario", type=FILE)
@SETTINGS
def check(scenario: Path, settings: tuple[str, ...]) -> None:
    """Validate a SCENARIO file; print its protocol and assumptions.

    The protocol is in words, and everything that the file assumes is listed. For a sweep file,
    the command prints its design and the interval of every parameter.
    """
    if _is_sweep(scenario):
        if settings:
            raise click.UsageError("--set is for scenarios; a sweep file lists its own changes")
        from sim.experiments.sweeps import load_sweep

        with told_how_to_get():
            sweep = load_sweep(scenario)
        say("\n".join(_design(sweep, line_width())))
        return
    from sim.display.fitted import wrapped
    from sim.experiments import checking, remarks
    from sim.scenario import shipped
    from sim.scenario.protocol import assumptions, protocol

    study, shown = checking.check(scenario, settings), shipped.shown(scenario)
    for line in [
        *protocol(study.scenario, study.document, study.numbers),
        *remarks.fracture_rates(study),
        *listed("Patients after the limits `within`:", remarks.truncated(study)),
        *listed("Fracture ratios, in the mean over time:", remarks.fracture_ratios(study)),
        *listed(WORTH_A_LOOK, remarks.remarks(study)),
        "",
        *assumptions(study.numbers, study.premises),
        "",
        f"Valid: {shown} can be simulated. Next: mastosim run {shlex.quote(shown)}",
    ]:
        say(wrapped(line, line_width()))


def listed(heading: str, sentences: list[str]) -> list[str]:
    """A heading with sentences below the heading; empty without a sentence."""
    return [heading, *(f"  {sentence}" for sentence in sentences)] if sentences else []


def _is_sweep(file: Path) -> bool:
    """True for a file that holds the key of a sweep, whatever else is wrong with it."""
    if not file.is_file():  # a pipe would be waited for
        return False
    try:
        with file.open(encoding="utf-8-sig") as opened:
            return OF_A_SWEEP.search(opened.read(LARGEST_FILE_BYTES)) is not None
    except (OSError, UnicodeDecodeError):
        return False


def _design(sweep: Sweep, width: int | None) -> Iterator[str]:
    """The question of a sweep, the number of its points, and the parameters of each scenario."""
    from sim.display import text
    from sim.display.fitted import wrapped
    from sim.display.tables import sweep as tables
    from sim.experiments import remarks
    from sim.experiments.sweeps import against
    from sim.experiments.sweeps.analyses import parameters

    form, studies = sweep.form, [varied.study for varied in sweep.varied]
    yield wrapped(f"{form.name}: {form.title}", width)
    yield wrapped(form.question, width)
    points = sum(len(varied.points) for varied in sweep.varied)
    arms = len(studies[0].scenario.arms)
    yield (
        f"{form.design.name}: {points} points of {sweep.patients} patients in {arms} "
        f"{'arm' if arms == 1 else 'arms'}"
    )
    if untried := against.not_tried(sweep.varied):
        yield f"{untried} values were too many to try here; `sweep` tries them later"
    names = [study.scenario.name for study in studies]
    for sheet in tables.design(parameters(sweep.varied), names):
        yield ""
        yield text.table(sheet, width).rstrip("\n")
    for sentence in listed(WORTH_A_LOOK, remarks.of_sweep(sweep.varied)):
        yield wrapped(sentence, width)
