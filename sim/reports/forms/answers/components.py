"""Answers on the components of the model: entities, activities, resources, queues, boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.reports.forms.answers.protocol import blocks, line
from sim.reports.forms.given import Given
from sim.scenario.clinic import clinics_in_words
from sim.scenario.clinic_day import day_in_words
from sim.scenario.durations import in_time
from sim.scenario.text.settings import as_text


def entities(given: Given) -> str:
    """The patients, how many, and the distribution of each of their values at entry."""
    cohort = given.study.document["cohort"]
    count = given.scenario.cohort.patients
    return "\n".join(
        [
            f"Virtual patients, {count} per arm, the same in every arm; no other entities.",
            *_clinics(given),
            *_attributes({key: value for key, value in cohort.items() if key != "patients"}),
            "State: day, therapies with their action, bone density of spine and hip, markers, "
            "fractures, whether alive and under observation.",
        ]
    )


def activities(given: Given) -> str:
    """What happens to a patient: treatments, measurements, and events of the disease."""
    therapies = [text for text in blocks(given)[1] if not text.startswith("after ")]
    visits = line(given, "Visits: ")
    return "\n".join(
        [
            *(f"Treatment {text}" for text in therapies),
            f"Visits: {visits}.",
            "A patient takes part in every activity of the arm until the therapy ends, death or "
            f"the end of observation; activities take no time and {_waiting(given)}.",
        ]
    )


def _clinics(given: Given) -> list[str]:
    """The clinics of an arm as entities; none without a clinic."""
    clinics = given.scenario.clinics
    if clinics is None:
        return []
    size = f"{clinics.number} per arm, with {clinics.patients_each} patients each"
    return [f"Infusion clinics, {size}; each arm has clinics of its own."]


def _waiting(given: Given) -> str:
    """Whether activities wait for something, as the end of a sentence."""
    if given.scenario.clinic is None:
        return "do not wait for each other"
    return f"{' and '.join(given.scenario.clinic.serves)} waits for a place at the clinic"


def resources(given: Given) -> str:
    """The places of the clinic, or no resources."""
    clinic = given.scenario.clinic
    if clinic is not None:
        _, room, *_ = clinics_in_words(given.scenario)
        day = [*day_in_words(clinic)] or ["no chairs, nurses or stock of a drug"]
        return "\n".join([f"Of each infusion clinic: {room.strip()}.", *day])
    return "None: no activity needs a bed, a nurse or another resource of limited number."


def queues(given: Given) -> str:
    """The list of each clinic with its rules, or no queues."""
    if given.scenario.clinic is not None:
        day = {*day_in_words(given.scenario.clinic)}
        lines = (text.strip() for text in clinics_in_words(given.scenario))
        _, _, *rules = (line for line in lines if line not in day)
        return "\n".join(["One list for each clinic.", *rules])
    return (
        "None: patients never wait for each other. A late dose is late by the patient's own draw."
    )


def entry_and_exit(given: Given) -> str:
    """Patients enter at enrolment; they leave by death, loss to follow-up, or at the end."""
    own = given.scenario
    exits = ["death (of a fracture or of another cause)"]
    if own.loss is not None:
        exits.append(f"loss to follow-up ({line(given, 'Loss to follow-up: ')})")
    exits.append(f"the end of follow-up after {in_time(own.horizon)} (day {round(own.horizon)})")
    entry = "all patients on day 0; there are no later arrivals"
    if own.clinic is not None:
        (enrolment,) = (text for text in clinics_in_words(own) if "enrolment: " in text)
        entry = f"{enrolment.partition(': ')[2]}; days of a patient count from enrolment"
    return f"Entry: {entry}. Exit: {'; '.join(exits)}."


def measurement(given: Given) -> str:
    """How the outcomes of patients are measured: visits, error, fractures and deaths."""
    return (
        f"Visits: {line(given, 'Visits: ')}. Bone density and markers are measured with the error "
        "of the scenario, as in a trial; fractures, doses and deaths are counted from the log of "
        "events. Outcomes use measured values only; true values are kept apart."
    )


def subgroups(given: Given) -> str | None:
    """The subgroups of the scenario; None without any."""
    groups = given.scenario.subgroups
    if not groups:
        return None
    return (
        f"Every outcome is estimated in each subgroup too: {', '.join(groups)}. Subgroups are "
        "chosen by values at entry. summary.csv has them in the column `subgroup`."
    )


def _attributes(cohort: dict[str, Any]) -> Iterator[str]:
    """Each value at entry in a line, as the scenario file has it."""
    for key, value in cohort.items():
        yield f"{key}: {_flat(value)}"


def _flat(value: Any) -> str:
    """A value of the file in a line: `normal: mean 53 years, sd 10 years`."""
    if isinstance(value, dict):
        inner = (
            f"{key}: {_flat(item)}" if isinstance(item, dict) else f"{key} {_flat(item)}"
            for key, item in value.items()
        )
        return ", ".join(inner)
    if isinstance(value, list):
        return " to ".join(map(as_text, value))
    return as_text(value)
