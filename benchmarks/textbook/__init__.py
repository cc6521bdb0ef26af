"""The base case as an ordinary SimPy program: what a user would have written without mastosim.

One process for each patient, one timeout for each event, closed formulas between events, and random
numbers drawn as they are needed. The program knows what the base case needs and no more: one
therapy by infusion and one course, the linear reading, and no day beyond the evidence. Inputs and
the draw of the cohort are those of `tests/reference`, which is written to be read, not for speed.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import simpy

from benchmarks.textbook.arm import Arm
from benchmarks.textbook.patient import Patient
from sim.scenario.form.study import Scenario
from tests.reference import Result
from tests.reference.cohort import draw_cohort
from tests.reference.run import ENTRY


def simulate(scenario: Scenario, name: str, patients: int, seed: int) -> Result:
    """Follow the patients of an arm in one environment."""
    number = list(scenario.arms).index(name)
    cohort = draw_cohort(scenario.cohort, patients, np.random.default_rng([seed, number]))
    arm, env, chance = Arm(scenario, name), simpy.Environment(), random.Random(f"{seed} {name}")
    events: list[tuple[Any, ...]] = []
    measurements: list[tuple[Any, ...]] = []
    for i, entry in enumerate(cohort.to_dict("records")):
        env.process(Patient(arm, i, entry, chance, events, measurements).life(env))
    env.run()
    people = cohort[[name for name in ENTRY if name in cohort]].rename_axis("patient").reset_index()
    happened = pd.DataFrame(events, columns=["patient", "day", "event", "what", "value"])
    measured = pd.DataFrame(measurements, columns=["patient", "day", "quantity", "value"])
    return Result(people, happened, measured)
