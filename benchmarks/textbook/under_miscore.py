"""The textbook program with the clock of MISCore, a compiled simulator of cancer screening.

MISCore (Erasmus MC, `miscore-sim` in the index of Python packages) keeps the queue of events in
Cython and calls rules in Python, one individual after another. It is no part of the environment of
mastosim.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
from typing import Any

import numpy as np

from benchmarks.textbook.arm import Arm
from benchmarks.textbook.patient import Patient
from sim.scenario.form.study import Scenario
from tests.reference.cohort import draw_cohort


def is_installed() -> bool:
    """Whether MISCore can be imported."""
    return importlib.util.find_spec("miscore") is not None


def follow(scenario: Scenario, name: str, patients: int, seed: int) -> list[tuple[Any, ...]]:
    """Follow the patients of an arm; returns what happened to them."""
    miscore: Any = importlib.import_module("miscore")
    number = list(scenario.arms).index(name)
    cohort = draw_cohort(scenario.cohort, patients, np.random.default_rng([seed, number]))
    life = _life(miscore.Process)(Arm(scenario, name), cohort.to_dict("records"), seed)
    model = miscore.Model([miscore.Universe(name, [life])])
    model.run(patients, seed=seed, verify_tags=False)
    happened: list[tuple[Any, ...]] = life.events
    return happened


def _life(process: type[Any]) -> type[Any]:
    """The class of the process in which an individual lives from event to event."""

    class Life(process):  # type: ignore[misc]  # MISCore is not there to be read
        name = "life"
        event_tags = ("over",)

        def __init__(self, arm: Arm, entries: list[dict[Any, Any]], seed: int) -> None:
            self.arm, self.entries, self.chance = arm, iter(enumerate(entries)), random.Random(seed)
            self.events: list[tuple[Any, ...]] = []
            self.measurements: list[tuple[Any, ...]] = []
            self.callbacks = {"__start__": self.begin, "event": self.react}

        def begin(self, individual: Any) -> None:
            number, entry = next(self.entries)
            self.patient = Patient(
                self.arm, number, entry, self.chance, self.events, self.measurements
            )
            self.patient.enrol()
            individual.add_to_queue_age(min(self.patient.due), "event")

        def react(self, individual: Any) -> None:
            self.patient.react(int(individual.age))
            if self.patient.is_over:
                individual.add_to_queue_age(individual.age, "over", terminate=True)
            else:
                individual.add_to_queue_age(min(self.patient.due), "event")

    return Life
