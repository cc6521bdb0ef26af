"""What is allowed in a scenario and still worth a look: lopsided intervals, odd distributions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic_core import PydanticCustomError

from sim.experiments.sweeps import distributions
from sim.experiments.sweeps.distributions import Amount, Distribution
from sim.scenario import Study
from sim.scenario.checks.regimens import reached_by
from sim.scenario.form.cohort import Variable
from sim.scenario.form.regimen import regimen_of
from sim.scenario.form.units import split_quantity
from sim.scenario.text.paths import parts_of, value_at
from sim.simulation.lowering.enrolment import truncated_moments
from sim.simulation.lowering.ratios import mean_ratio
from sim.vocabulary import SITES

FAR = 0.15
"""A value is far from the middle of its draws where fewer than this share lie beyond it."""

LOPSIDED = 0.35
"""The centre of an interval is off its middle where it is nearer to an end than this share."""


def remarks(study: Study) -> list[str]:
    """Sentences about a study, each with the path of its value first."""
    return [*study.remarks, *_intervals(study.document, ""), *_uncertainties(study)]


def of_distribution(path: str, base: Amount, distribution: Distribution) -> str | None:
    """A sentence where a value does not lie in the middle of the draws that stand for it."""
    below = float(distribution.whole.cdf(base.number))
    beyond = min(below, 1 - below)
    if beyond >= FAR:
        return None
    low, high = (f"{end:.4g}" for end in distribution.ends)
    where = "lies outside 95 % of" if beyond < 0.025 else "lies far from the middle of"
    return (
        f"{path}: {base.number:g} {base.unit}".rstrip()
        + f" {where} its draws, {low} to {high} ({distribution.words})"
    )


def _uncertainties(study: Study) -> Iterator[str]:
    """Values beside a distribution that does not belong to them."""
    for path, uncertainty in study.uncertainty.items():
        text = value_at(study.document, parts_of(path))
        if isinstance(text, dict):  # beside a mean and an SD
            text = text.get("mean")
        try:
            base = distributions.amount(text)
            sentence = of_distribution(path, base, distributions.of(uncertainty, base))
        except (PydanticCustomError, ArithmeticError) as error:
            sentence = f"{path}: its uncertainty cannot be drawn: {error}"
        if sentence is not None:
            yield sentence


def _intervals(node: Any, path: str) -> Iterator[str]:
    """Intervals and quartiles whose centre is far from their middle."""
    if not isinstance(node, dict):
        return
    for key, item in node.items():
        yield from _intervals(item, f"{path}.{key}" if path else key)
    for centre, ends in (("mean", "ci95"), ("median", "iqr")):
        if isinstance(node.get(ends), list) and centre in node and not path.endswith("lognormal"):
            numbers = [split_quantity(text)[0] for text in (*node[ends], node[centre])]
            low, high, middle = numbers
            share = (middle - low) / (high - low)
            if not LOPSIDED <= share <= 1 - LOPSIDED:
                yield (
                    f"{path}: the {centre} {node[centre]} lies at {share:.0%} of its {ends}, "
                    f"{node[ends][0]} to {node[ends][1]}, far from the middle"
                )


def truncated(study: Study) -> list[str]:
    """Mean and SD that patients have where `within` cuts a distribution off, by variable."""
    cohort = study.scenario.cohort
    variables = {name: getattr(cohort, name) for name in type(cohort).model_fields}
    return [
        _after_truncation(name, variable)
        for name, variable in variables.items()
        if isinstance(variable, Variable) and variable.within is not None
    ]


def fracture_ratios(study: Study) -> list[str]:
    """What each fracture ratio comes to over its published plan, and over the plan of the study."""
    scenario = study.scenario
    return [
        f"{name}, {site}: {ratio:g} in the file; "
        f"{mean_ratio(scenario, regimen, site, True):.3g} over `action_1`, "
        f"{mean_ratio(scenario, regimen, site, False):.3g} over the plan of this study"
        for name in reached_by(scenario)
        if (regimen := regimen_of(name))
        for site in SITES
        if (ratio := getattr(scenario.effects[name].fracture_ratio, site)) != 1.0
    ]


def _after_truncation(name: str, variable: Variable[Any, Any]) -> str:
    shape = variable.normal or variable.lognormal
    assert shape is not None
    mean, sd = truncated_moments(variable)
    return f"cohort.{name}: mean {mean:.4g}, SD {sd:.4g} (before: {shape.mean:g}, {shape.sd:g})"
