"""The patients who were drawn, against the file: means, shapes, correlations, entry values."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import (
    Compared,
    Verdict,
    correlation,
    exact,
    mean,
    share,
    spread,
    together,
    uniform,
    within_chance,
)
from sim.scenario.form.cohort import CORRELATED
from sim.scenario.form.therapy import Infusions
from sim.simulation import lowering
from sim.simulation.records import Floats
from sim.vocabulary import BONES, MARKERS, SEXES

MOST_COUNTS = 400


def inputs_realised(subject: Subject) -> Verdict:
    """Means, spreads, shapes and correlations of the drawn cohort are those of the file."""
    values, scores = _drawn(subject)
    compared = [
        share("women", float((values["sex"] == SEXES.index("female")).sum()), subject.many,
              subject.scenario.cohort.female)
    ]  # fmt: skip
    compared += [*_variables(subject, values, scores), *_frailties(subject)]
    compared += _counts(subject, values["vertebral_fractures"])
    verdict = within_chance([*compared, *_correlations(subject, values, scores)])
    return together([verdict, _within(subject, values)])


def _drawn(subject: Subject) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """What patients bring, in its unit, and as the normal scores that it came from."""
    people = next(iter(subject.inputs(subject.many).values())).patients
    form = subject.scenario.cohort
    values = {
        name: people[name].astype(float) for name in ("sex", "age", "weight", "vertebral_fractures")
    }
    for i, bone in enumerate(BONES):
        low, sd = reference(subject, people["sex"], bone)
        values[f"{bone}_t"] = (people["bmd"][:, i] - low) / sd
    values |= {name: people["marker"][:, MARKERS.index(name)] for name in form.markers}
    names = ("age", "weight", "spine_t", "hip_t", *form.markers)
    scores = {name: score(getattr(form, name), values[name]) for name in names}
    responses = lowering.enrol(form, subject.scenario.seed, 0, subject.many).responses
    return values, scores | {f"{name}_response": z for name, z in responses.items()}


def reference(subject: Subject, sex: Any, bone: str) -> tuple[Floats, Floats]:
    """Young-adult mean and SD of bone density for patients of these sexes, g/cm2."""
    by_sex = [getattr(getattr(subject.scenario.reference_bmd, bone), name) for name in SEXES]
    return np.array([r.mean for r in by_sex])[sex], np.array([r.sd for r in by_sex])[sex]


def law(variable: Any) -> tuple[float, float, float, float]:
    """Mean and SD of the normal variable behind one, and the scores at which it is cut off."""
    if variable.normal is not None:
        centre, sd, ends = variable.normal.mean, variable.normal.sd, variable.within
    else:
        cv = variable.lognormal.sd / variable.lognormal.mean
        sd = math.sqrt(math.log(1 + cv * cv))
        centre = math.log(variable.lognormal.mean) - sd * sd / 2
        ends = variable.within and [math.log(max(end, 1e-300)) for end in variable.within]
    if not ends or sd == 0:
        return centre, sd, -math.inf, math.inf
    return centre, sd, (ends[0] - centre) / sd, (ends[1] - centre) / sd


def score(variable: Any, values: Floats) -> Floats:
    """The normal scores that values of a variable came from; NaN where it has no spread."""
    centre, sd, low, high = law(variable)
    if sd == 0:
        return np.full(len(values), np.nan)
    standard = ((values if variable.normal is not None else np.log(values)) - centre) / sd
    inside = (ndtr(standard) - ndtr(low)) / (ndtr(high) - ndtr(low))
    return np.asarray(standard if math.isinf(low) else ndtri(np.clip(inside, 1e-15, 1 - 1e-15)))


def _variables(
    subject: Subject, values: dict[str, Floats], scores: dict[str, Floats]
) -> list[Compared]:
    compared = []
    for name, z in scores.items():
        if np.isnan(z).any():
            continue
        compared += [
            mean(f"mean score of {name}", z, 0.0, 1.0),
            spread(f"spread of the scores of {name}", z),
        ]
        compared.append(uniform(f"shape of {name}", np.asarray(ndtr(z))))
        variable = getattr(subject.scenario.cohort, name, None)
        if variable is not None and variable.within is None:
            typed = variable.normal or variable.lognormal
            compared.append(mean(f"mean {name}", values[name], typed.mean, typed.sd))
    return compared


def _counts(subject: Subject, found: Floats) -> list[Compared]:
    """Earlier vertebral fractures: their mean, and the share of patients with each number."""
    form = subject.scenario.cohort.vertebral_fractures
    typed = form.negative_binomial
    compared = [mean("mean vertebral fractures", found, typed.mean, typed.sd)]
    for k, chance in enumerate(_chances(form)[:8]):
        number = form.at_least + k
        compared.append(
            share(
                f"{number} vertebral fractures", float((found == number).sum()), len(found), chance
            )
        )
    return compared


def _chances(form: Any) -> Floats:
    """Probability of each number of vertebral fractures from the smallest on."""
    centre, variance = form.negative_binomial.mean - form.at_least, form.negative_binomial.sd**2
    p = centre / variance
    size = centre * p / (1 - p)
    found = [p**size]
    for k in range(MOST_COUNTS - 1):
        found.append(found[-1] * (size + k) / (k + 1) * (1 - p))
    return np.array(found)


def _correlations(
    subject: Subject, values: dict[str, Floats], scores: dict[str, Floats]
) -> list[Compared]:
    """Every pair of variables: normal scores as typed, 0 where nothing is; counts by their law."""
    typed = {
        frozenset(part.strip() for part in name.split("~")): value
        for name, value in subject.scenario.cohort.correlations.items()
    }
    form = subject.scenario.cohort.vertebral_fractures
    factor = _of_counts(form)
    columns = {**scores, "vertebral_fractures": values["vertebral_fractures"]}
    known = [n for n in CORRELATED if n in columns and not np.isnan(columns[n]).any()]
    compared = []
    for one, other in itertools.combinations(known, 2):
        expected = typed.get(frozenset((one, other)), 0.0)
        expected *= factor if "vertebral_fractures" in (one, other) else 1.0
        compared.append(correlation(f"{one} with {other}", columns[one], columns[other], expected))
    return compared


def _of_counts(form: Any) -> float:
    """Correlation of a count with the normal score behind it: sum of the density at its steps."""
    steps = ndtri(np.minimum(np.cumsum(_chances(form)), 1 - 1e-16))
    return float(np.exp(-(steps**2) / 2).sum() / math.sqrt(2 * math.pi) / form.negative_binomial.sd)


def _frailties(subject: Subject) -> list[Compared]:
    """Frailty: log-normal with mean 1 and the SD of the file, and one that is put in."""
    compared = []
    for changes, what in (({}, ""), (subject.strain, ", 0.8")):
        study = subject.changed(changes)
        people = next(iter(subject.inputs(subject.many, changes).values())).patients
        for slot, (name, therapy) in enumerate(study.scenario.therapies.items()):
            sd = getattr(therapy, "frailty_sd", 0.0)
            if sd > 0 and name in subject.taken:
                spread_ = math.sqrt(math.log(1 + sd * sd))
                z = np.log(people["frailty"][:, slot]) / spread_ + spread_ / 2
                compared.append(
                    uniform(f"shape of the frailty for {name}{what}", np.asarray(ndtr(z)))
                )
    return compared


def _within(subject: Subject, values: dict[str, Floats]) -> Verdict:
    """Nobody lies outside the limits of a variable."""
    wrong, count = [], 0
    for name in ("age", "weight", "spine_t", "hip_t", *subject.scenario.cohort.markers):
        ends = getattr(subject.scenario.cohort, name).within
        if ends:
            low, high = (
                end * (1 + s * 1e-9) - s * 1e-9 for end, s in zip(ends, (-1, 1), strict=True)
            )
            out = (values[name] < low - 1e-6) | (values[name] > high + 1e-6)
            wrong += [f"{name} {value:g}" for value in values[name][out]]
            count += len(out)
    return exact(wrong, count, "values within their limits")


def entry_values(subject: Subject) -> Verdict:
    """Bone density at entry, doses and the standing of a patient follow from file and draws."""
    people = next(iter(subject.inputs(subject.some).values())).patients
    baseline = lowering.enrol(subject.scenario.cohort, subject.scenario.seed, 0, subject.some)
    wrong, count = [], 0
    expected = dict(_expected_at_entry(subject, people, baseline))
    for what, (found, wanted) in expected.items():
        off = ~np.isclose(found, wanted, rtol=1e-9, atol=1e-12)
        wrong += [
            f"{what} of patient {who}: {found[who]:g}, not {wanted[who]:g}"
            for who in np.flatnonzero(off)
        ]
        count += len(off)
    return exact(wrong, count, "entry values and doses")


def _expected_at_entry(subject: Subject, people: Any, baseline: Any) -> Any:
    female = baseline.female == 1
    yield "sex", (people["sex"], np.where(female, SEXES.index("female"), SEXES.index("male")))
    for i, bone in enumerate(BONES):
        form = getattr(subject.scenario.reference_bmd, bone)
        centre = np.where(female, form.female.mean, form.male.mean)
        sd = np.where(female, form.female.sd, form.male.sd)
        yield f"{bone} density", (people["bmd"][:, i], centre + sd * baseline.values[f"{bone}_t"])
        yield f"{bone} reference", (people["reference_mean"][:, i], centre)
        yield f"{bone} reference SD", (people["reference_sd"][:, i], sd)
    for slot, (name, therapy) in enumerate(subject.scenario.therapies.items()):
        if isinstance(therapy, Infusions):
            per = people["weight"] if therapy.dose.unit == "mg/kg" else np.ones(len(people))
            yield f"dose of {name}", (people["dose"][:, slot], therapy.dose.amount * per)
