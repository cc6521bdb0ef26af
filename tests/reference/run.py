"""Simulate the patients of an arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import simpy

from .cohort import draw_cohort
from .patient import Patient
from .plan import Plan

ENTRY = [
    "sex", "age", "weight", "vertebral_fractures", "spine_t", "hip_t", "ctx", "balp", "tryptase",
]  # fmt: skip


@dataclass
class Result:
    """What happened to the patients of an arm, one frame a subject."""

    patients: pd.DataFrame
    events: pd.DataFrame
    measurements: pd.DataFrame


def simulate(
    scenario: Any, arm: str, patients: int, seed: int, shared_environment: bool = True
) -> Result:
    """Run an arm: all patients in one environment, or one after the other in their own.

    Each patient has an own generator, so that both ways give the same result.
    """
    arm_number = list(scenario.arms).index(arm)
    plan = Plan(scenario, arm)
    cohort = draw_cohort(scenario.cohort, patients, np.random.default_rng([seed, arm_number]))
    events: list[tuple[Any, ...]] = []
    measurements: list[tuple[Any, ...]] = []
    env = simpy.Environment()
    for number, entry in enumerate(cohort.to_dict("records")):
        rng = np.random.default_rng([seed, arm_number, number + 1])
        Patient(env, plan, number, entry, rng, events, measurements)
        if not shared_environment:
            env.run()
            env = simpy.Environment()
    env.run()
    people = cohort[[name for name in ENTRY if name in cohort]].rename_axis("patient").reset_index()
    happened = pd.DataFrame(events, columns=["patient", "day", "event", "what", "value"])
    measured = pd.DataFrame(measurements, columns=["patient", "day", "quantity", "value"])
    return Result(
        people,
        happened.sort_values("patient", kind="stable", ignore_index=True),
        measured.sort_values("patient", kind="stable", ignore_index=True),
    )
