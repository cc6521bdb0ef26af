"""Files to begin with: a complete study to fill in, and a what-if of a few lines."""

from __future__ import annotations

import re
from pathlib import Path

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions

STUDY = Path(__file__).with_name("template.yaml")


def study(name: str) -> str:
    """A commented, valid study whose numbers are placeholders."""
    return named(STUDY.read_text(encoding="utf-8"), name)


def named(text: str, name: str) -> str:
    """The text of a scenario file under another name."""
    return re.sub(r"^name:[ ]+[^\s#]+", f"name: {name}", text, count=1, flags=re.MULTILINE)


def what_if(name: str, base: str, below: Scenario) -> str:
    """A file that extends a study; its example lines name the therapies of that study."""
    changes = "".join(_change(key, therapy) for key, therapy in below.therapies.items())
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
{changes}"""


def name_of(path: Path) -> str:
    """A name of a study from its file: small letters, digits, - and _; it may be empty."""
    words = re.sub(r"[^a-z0-9_.-]+", "-", path.stem.lower())
    return words.strip("-._")[:60]


def _change(key: str, therapy: Infusions | Course) -> str:
    """A commented example of a change of a therapy of the base."""
    at_visits = isinstance(therapy, Infusions)
    change, unit = ("given: 80 %", "%") if at_visits else ("for: 12 months", "days, months, years")
    return f"# therapies: {{{key}: {{{change}}}}}    # (unit: {unit})\n"
