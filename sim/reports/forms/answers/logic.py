"""Answers on the logic of the model: overview, base case, scenarios, algorithms."""

from __future__ import annotations

from sim.reports.forms.answers.implementation import access
from sim.reports.forms.answers.protocol import blocks, line
from sim.reports.forms.given import Given
from sim.scenario.durations import in_time
from sim.scenario.text.settings import in_words

OVERVIEW = (
    "Each virtual patient goes through each arm alone. The action of therapies changes bone "
    "density and markers. Bone density and earlier fractures set the hazard of a new fracture; a "
    "fracture can be fatal. Other deaths follow a life table. Visits measure bone density and "
    "markers, with error."
)
EVENTS = (
    "Events of one day happen in this order: measurement, start or end of a therapy, intolerance, "
    "dose, reaction, review of the fracture hazard, fracture, death, end of follow-up."
)
ALGORITHM = """\
for each patient and arm:
  draw the values at entry and the random numbers of all streams
  set the day on which each kind of event is next due
  repeat: take the earliest event; change the state; set new due days; log the event
  until death, loss to follow-up or the last day"""


def overview(given: Given) -> str:
    """The model in a few sentences, and the commands that draw it for this result."""
    drawing = (
        f"Diagrams: `mastosim plot {given.main.folder.name} --figure model` draws what acts on "
        "what, with the numbers of this scenario; `--figure schedule` draws treatments and visits."
        if given.main.manifest.kind == "run"
        else "Diagrams: `mastosim plot RESULT --figure model`, of a run of this scenario."
    )
    return f"{OVERVIEW}\n{drawing}"


def base_logic(given: Given) -> str:
    """Therapies, course of bone density, visits and deaths of the protocol; order of events."""
    _, therapies, _, rest = blocks(given)
    computed = next((i for i, text in enumerate(rest) if text.startswith("Computed")), len(rest))
    return "\n".join([*therapies, *rest[:computed], EVENTS, "docs/model.md gives the formulas."])


def scenario_logic(given: Given) -> str:
    """The arms with the regimens that patients can reach, and what was set over the file."""
    changed = [in_words(*setting) for setting in given.study.settings]
    settings = f"Set over the scenario file: {'; '.join(changed)}." if changed else ""
    same = "Patients, follow-up, visits and random numbers are the same in every arm."
    return "\n".join(filter(None, [*blocks(given)[2], same, settings]))


def algorithms(given: Given) -> str:
    """How events are found and how their days are drawn, with the review of this scenario."""
    review = in_time(given.scenario.fractures.review_every)
    hazards = (
        "Days of fractures, of deaths and of intolerance: the hazard is accumulated until it "
        "exceeds a random number of the patient with an exponential distribution. The fracture "
        f"hazard is computed again every {review} and after each change of treatment. Bone density "
        "and the action of therapies have closed forms between changes of treatment. Doses are "
        "given, missed or late by a random number of their own."
    )
    return f"{ALGORITHM}\n{hazards}\nFormulas: docs/model.md."


def model(given: Given) -> str:
    """Overview of the model, its extrapolation, and how it can be had."""
    after = line(given, "After ")
    return "\n".join([overview(given), f"After {after}.", access(given)])
