"""Files to begin with: a complete study to fill in, and a what-if of a few lines."""

from __future__ import annotations

import re
from pathlib import Path

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions

STUDY = Path(__file__).with_name("template.yaml")


def study(name: str) -> str:
    """A commented, valid study whose numbers are placeholders."""
    return named(STUDY.read_text(encoding="utf-8"), name)


def named(text: str, name: str) -> str:
    """The text of a scenario file under another name."""
    return re.sub(r"^name:[ ]+[^\s#]+", f"name: {name}", text, count=1, flags=re.MULTILINE)


def what_if(name: str, base: str, below: Scenario) -> str:
    """A file that extends a study; its example lines name the therapies of that study."""
    return f"""\
# Changes of {base}; everything else is inherited. Mappings are joined with those of the base,
# lists and values replace them, and an empty key deletes the inherited entry.
extends: {base}
name: {name}
title: {name}, a change of {below.name}
question: What if?
# Take the # away from a line to use it.
# horizon: 120 months             # (unit: days, months, years)
# cohort: {{female: 100 %}}         # (unit: %)
{_changes(below)}"""


def name_of(path: Path) -> str:
    """A name of a study from its file: small letters, digits, - and _; it may be empty."""
    words = re.sub(r"[^a-z0-9_.-]+", "-", path.stem.lower())
    return words.strip("-._")[:60]


def _changes(below: Scenario) -> str:
    """A commented example of a change for each therapy of the base."""
    lines = []
    for name, therapy in below.therapies.items():
        change = "given: 80 %" if isinstance(therapy, Infusions) else "for: 12 months"
        unit = "%" if isinstance(therapy, Infusions) else "days, months, years"
        lines.append(f"# therapies: {{{name}: {{{change}}}}}    # (unit: {unit})\n")
    return "".join(lines)
