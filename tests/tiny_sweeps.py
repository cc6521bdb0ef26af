"""Sweeps small enough for a test: half a year of a few patients, beside a copy of the base case."""

from pathlib import Path

from sim.experiments.sweeps import load_sweep

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"

TINY = """extends: laroche2011.yaml
name: tiny
answers:
horizon: 6 months
visits: {dxa: [6 months], markers: [6 months]}
fractures:
  base_rate:
    value: 60 per 100 person-years
    uncertainty: {normal: {se: 6 per 100 person-years}}
"""

HEAD = {
    "mastosim_sweep": "1",
    "name": "case",
    "title": "A title",
    "question": "A question?",
    "scenario": "tiny.yaml",
    "patients": "20",
}

GIVEN = "therapies.pamidronate.given"
STOPS = "therapies.interferon.intolerance[0].probability"
BOTH = "effects.interferon + pamidronate.spine.mean"
SPINE = "effects.pamidronate.spine.mean"
RATE = "fractures.base_rate"
SHARES = [f"fractures.sites.{site}.share" for site in ("vertebral", "hip", "other")]


def wrote(folder, text, others=None, **head):
    """A sweep's file, and the scenarios that it names: by name of the file, the text."""
    (folder / BASE.name).write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")
    for name, held in {"tiny.yaml": TINY, **(others or {})}.items():
        (folder / name).write_text(held, encoding="utf-8")
    lines = [f"{key}: {value}" for key, value in {**HEAD, **head}.items() if value is not None]
    path = folder / "case.yaml"
    path.write_text("\n".join([*lines, text, ""]), encoding="utf-8")
    return path


def read(folder, text, draws=None, **head):
    """A sweep that was read, and its only scenario with the points."""
    sweep = load_sweep(wrote(folder, text, **head), draws=draws)
    return sweep.varied[0]


def table(parameters):
    """The lines of `parameters`: by path, what stands behind it."""
    lines = [f"  {path}: {given}".rstrip() for path, given in parameters.items()]
    return "\n".join(["parameters:", *lines])
