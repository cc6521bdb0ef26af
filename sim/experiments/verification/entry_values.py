"""Entry values of the patients against the file and their random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification.subject import Subject, baseline_of
from sim.experiments.verification.verdict import Case, each
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import Floats
from sim.vocabulary import BONES, SEXES


@each("entry values and doses")
def entry_values(subject: Subject) -> Iterator[Case]:
    """Sex, bone density at entry, its reference and the doses match the file and the draws."""
    for what, found, expected in _entry_values(subject):
        yield Case(what, np.isclose(found, expected, rtol=1e-9, atol=1e-12))


def _entry_values(subject: Subject) -> Iterator[tuple[str, Any, Any]]:
    """Each entry value by name, as in the inputs and as expected."""
    people = next(iter(subject.inputs(subject.some).values())).patients
    baseline = baseline_of(subject.scenario, subject.some)
    female = baseline.female == 1
    yield "sex", people["sex"], np.where(female, SEXES.index("female"), SEXES.index("male"))
    for i, bone in enumerate(BONES):
        mean, sd = reference_bmd(subject.scenario, bone, female)
        yield f"{bone} density", people["bmd"][:, i], mean + sd * baseline.values[f"{bone}_t"]
        yield f"{bone} reference", people["reference_mean"][:, i], mean
        yield f"{bone} reference SD", people["reference_sd"][:, i], sd
    for slot, (name, therapy) in enumerate(subject.scenario.therapies.items()):
        if isinstance(therapy, Infusions):
            per = people["weight"] if therapy.dose.unit == "mg/kg" else np.ones(len(people))
            yield f"dose of {name}", people["dose"][:, slot], therapy.dose.amount * per


def reference_bmd(scenario: Scenario, bone: str, female: Any) -> tuple[Floats, Floats]:
    """Mean and SD of bone density in young adults of the sex of each patient, g/cm2."""
    form = getattr(scenario.reference_bmd, bone)
    mean = np.where(female, form.female.mean, form.male.mean)
    return mean, np.where(female, form.female.sd, form.male.sd)
