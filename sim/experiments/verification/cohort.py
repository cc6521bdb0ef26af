"""The drawn cohort: distributions, correlations, entry values and doses against the file."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sim.experiments.verification import chance
from sim.experiments.verification.subject import Subject, baseline_of
from sim.experiments.verification.verdict import Case, Verdict, each, exact, together
from sim.scenario.form.cohort import CORRELATED, Cohort
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import Floats
from sim.vocabulary import BONES, MARKERS, SEXES, UNCHANGED

MOST_COUNTS = 400
COUNTS_COMPARED = 8

Columns = dict[str, Floats]


@together
def cohort(subject: Subject) -> Iterator[Verdict]:
    """Means, spreads, shapes and correlations of the drawn cohort match the file."""
    form = subject.scenario.cohort
    values = _values(subject)
    scores = {name: score(getattr(form, name), values[name]) for name in _variables(form)}
    responses = baseline_of(subject.scenario, subject.many).responses.items()
    scores |= {f"{name}_response": z for name, z in responses}
    scores = {name: z for name, z in scores.items() if not np.isnan(z).any()}
    yield chance.within([
        chance.share("women", values["sex"] == SEXES.index("female"), form.female),
        *_distributions(form, values, scores),
        *_counts(form, values["vertebral_fractures"]),
        *_correlations(form, values, scores),
        *_frailties(subject),
    ])  # fmt: skip
    yield exact("values within their limits", _within(form, values))


def _variables(form: Cohort) -> tuple[str, ...]:
    return ("age", "weight", "spine_t", "hip_t", *form.markers)


def _values(subject: Subject) -> Columns:
    """Characteristics of the patients at entry, each in its unit."""
    people = subject.people(subject.many)
    names = ("sex", "age", "weight", "vertebral_fractures")
    values = {name: people[name].astype(float) for name in names}
    for i, bone in enumerate(BONES):
        female = people["sex"] == SEXES.index("female")
        centre, sd = reference_bmd(subject.scenario, bone, female)
        values[f"{bone}_t"] = (people["bmd"][:, i] - centre) / sd
    for name in subject.scenario.cohort.markers:
        values[name] = people["marker"][:, MARKERS.index(name)]
    return values


def normal_of(variable: Any) -> tuple[float, float, float, float]:
    """Mean and SD of the normal variable behind a variable, and the scores of its limits.

    A log-normal variable of mean m and SD s has the variance ln(1 + (s/m)^2) on the logarithmic
    scale.
    """
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
    """The normal scores behind the values of a variable; NaN where it has no spread."""
    centre, sd, low, high = normal_of(variable)
    if sd == 0:
        return np.full(len(values), np.nan)
    standard = ((values if variable.normal is not None else np.log(values)) - centre) / sd
    inside = (ndtr(standard) - ndtr(low)) / (ndtr(high) - ndtr(low))
    return np.asarray(standard if math.isinf(low) else ndtri(np.clip(inside, 1e-15, 1 - 1e-15)))


def _distributions(form: Cohort, values: Columns, scores: Columns) -> Iterator[chance.Compared]:
    for name, z in scores.items():
        yield chance.mean(f"mean score of {name}", z, 0.0, 1.0)
        yield chance.spread(f"spread of the scores of {name}", z)
        yield chance.uniform(f"shape of {name}", np.asarray(ndtr(z)))
        variable = getattr(form, name, None)
        if variable is not None and variable.within is None:
            stated = variable.normal or variable.lognormal
            yield chance.mean(f"mean {name}", values[name], stated.mean, stated.sd)


def _counts(form: Cohort, found: Floats) -> Iterator[chance.Compared]:
    """Earlier vertebral fractures: their mean, and the share of patients with each number."""
    counts = form.vertebral_fractures
    yield chance.mean("mean vertebral fractures", found, counts.mean, counts.sd)
    for k, expected in enumerate(probabilities(counts)[:COUNTS_COMPARED], counts.at_least):
        yield chance.share(f"{k} vertebral fractures", found == k, float(expected))


def probabilities(counts: Any) -> Floats:
    """Probability of each number of vertebral fractures from the smallest on."""
    centre, variance = counts.mean - counts.at_least, counts.sd**2
    if counts.poisson is not None:
        k = np.arange(1, MOST_COUNTS)
        return np.asarray(math.exp(-centre) * np.cumprod([1.0, *(centre / k)]))
    if counts.negative_binomial is None:
        return np.array([counts.by_number.get(k, 0.0) for k in range(max(counts.by_number) + 1)])
    p = centre / variance
    size = centre * p / (1 - p)
    k = np.arange(MOST_COUNTS - 1)
    return np.asarray(p**size * np.cumprod([1.0, *((size + k) / (k + 1) * (1 - p))]))


def _correlations(form: Cohort, values: Columns, scores: Columns) -> Iterator[chance.Compared]:
    """Every pair of variables: normal scores as stated, or 0; counts by their distribution."""
    pairs = form.correlations.items()
    stated = {frozenset(map(str.strip, pair.split("~"))): value for pair, value in pairs}
    columns = {**scores, "vertebral_fractures": values["vertebral_fractures"]}
    varying = form.vertebral_fractures.sd > 0
    known = [n for n in CORRELATED if n in columns and (varying or n != "vertebral_fractures")]
    for pair in itertools.combinations(known, 2):
        expected = stated.get(frozenset(pair), 0.0)
        if "vertebral_fractures" in pair:
            expected *= _with_its_score(form.vertebral_fractures)
        first, second = (columns[name] for name in pair)
        yield chance.correlation(" with ".join(pair), first, second, expected)


def _with_its_score(counts: Any) -> float:
    """Correlation of a count with its normal score: the normal density summed over the steps."""
    steps = ndtri(np.minimum(np.cumsum(probabilities(counts)), 1 - 1e-16))
    density = float(np.exp(-(steps**2) / 2).sum() / math.sqrt(2 * math.pi))
    return density / float(counts.sd)


def _frailties(subject: Subject) -> Iterator[chance.Compared]:
    """Frailty is log-normal with mean 1 and the SD of the file, or an SD of 0.8."""
    for changes in ({}, subject.strain):
        scenario = subject.changed(changes).scenario
        people = subject.people(subject.many, changes)
        for slot, (name, therapy) in enumerate(scenario.therapies.items()):
            frailty_sd = getattr(therapy, "frailty_sd", 0.0)
            if frailty_sd > 0 and name in subject.taken:
                sd = math.sqrt(math.log(1 + frailty_sd**2))
                z = np.log(people["frailty"][:, slot]) / sd + sd / 2
                yield chance.uniform(f"shape of the frailty for {name}, SD {frailty_sd:g}", ndtr(z))


def _within(form: Cohort, values: Columns) -> Iterator[Case]:
    for name in _variables(form):
        ends = getattr(form, name).within
        if ends:
            low, high = ends[0] - UNCHANGED, ends[1] + UNCHANGED
            yield Case(f"{name} within its limits", (values[name] >= low) & (values[name] <= high))


@each("entry values and doses")
def entry_values(subject: Subject) -> Iterator[Case]:
    """Sex, bone density at entry, its reference and the doses match the file and the draws."""
    for what, found, expected in _entry_values(subject):
        yield Case(what, np.isclose(found, expected, rtol=UNCHANGED, atol=1e-12))


def _entry_values(subject: Subject) -> Iterator[tuple[str, Any, Any]]:
    """Each entry value by name, as in the inputs and as expected."""
    people = subject.people(subject.some)
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
