"""What is shown of a run: its tables, its facts, and what can be done with it next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.display.tables import effects, worth
from sim.display.tables import run as printed
from sim.experiments.kinds import Shown
from sim.scenario import Study
from sim.scenario.protocol import accrual


def shown_of(
    study: Study, frames: Mapping[str, Any], where: Mapping[str, Path], holds: str
) -> Shown:
    """Put together what is shown of a run.

    Parameters
    ----------
    study : Study
        The study.
    frames : mapping
        Summary, effects, reported facts, worth and the way to a precision, in this order; None for
        a table that the run does not have.
    where : mapping
        The folder of a kept run; empty for one that is not kept.
    holds : str
        What the folder holds, for the last line.

    Returns
    -------
    Shown
        Tables for the terminal, facts for JSON, and the commands that can follow.
    """
    summary, effects_of, reported, worth_of, course = frames.values()
    assert summary is not None
    facts = {
        "scenario": study.scenario.name,
        "reading": accrual(study.scenario),
        **where,
        "changed": [setting._asdict() for setting in study.settings],
        "assumptions": len(study.assumptions),
        "assumptions_without_number": len(study.premises),
        "numbers": len(study.numbers),
        "summary": summary,
        "reported": reported,
    }
    printout = printed.printout(study, summary, reported, worth_of)
    if effects_of is not None:
        facts["effects"] = effects_of
        printout = printout._replace(sheets=(*printout.sheets, *effects.sheets(effects_of)))
    if worth_of is not None:
        facts["worth"] = worth_of
        printout = printout._replace(sheets=(*printout.sheets, *worth.sheets(worth_of)))
    if course is not None:
        way = printed.precision(course)
        printout = printout._replace(notes=(*way, "", *printout.notes))
    return Shown(printout, facts, holds, next=_next(where, study))


def _next(where: Mapping[str, Path], study: Study) -> tuple[str, ...]:
    """What can be done with a run that is kept: `worth` with costs; clinics are not extended."""
    scenario = study.scenario
    commands = ["plot {}", *(["extend {} --patients N"] * (scenario.clinic is None)), "report {}"]
    commands += ["worth {}"] * (scenario.economics is not None)
    names = [shlex.quote(str(folder)) for folder in where.values()]
    return tuple(f"mastosim {command.format(name)}" for name in names for command in commands)
