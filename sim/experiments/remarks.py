"""What is allowed in a scenario and still worth a look: lopsided intervals, odd distributions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from sim.experiments.sweeps import distributions
from sim.experiments.sweeps.distributions import Distribution
from sim.scenario import Scenario, Study
from sim.scenario.checks.clinic import remarks_on_clinic
from sim.scenario.checks.economics import remarks_on_economics
from sim.scenario.checks.regimens import reached_by
from sim.scenario.durations import in_time
from sim.scenario.form.amounts import Amount, amount
from sim.scenario.form.cohort import Variable
from sim.scenario.form.regimen import regimen_of
from sim.scenario.form.units import split_quantity
from sim.scenario.form.visits import Visits, VisitTime
from sim.scenario.text.paths import parts_of, value_at
from sim.simulation import lowering
from sim.simulation.lowering.enrolment import truncated_moments
from sim.simulation.lowering.ratios import mean_ratio
from sim.vocabulary import DAYS_PER_YEAR, SITES

if TYPE_CHECKING:
    from sim.experiments.sweeps.varied import Varied

FAR = 0.15
"""A value is far from the middle of its draws where fewer than this share lie beyond it."""

FAR_PAST = 10 * DAYS_PER_YEAR
"""Days past the longest follow-up with data after which `check` says what is taken for granted."""

FAR_FROM_END = 0.05
"""A last visit is far from the end of follow-up where the gap is more than this share of it."""

LOPSIDED = 0.35
"""The centre of an interval is off its middle where it is nearer to an end than this share."""


def remarks(study: Study) -> list[str]:
    """Sentences about a study, each with the path of its value first."""
    return [
        *study.remarks,
        *_intervals(study.document, ""),
        *_uncertainties(study),
        *_far_past_evidence(study.scenario),
        *_visits(study),
        *_idle_rules(study.scenario),
        *remarks_on_economics(study.scenario),
        *remarks_on_clinic(study.scenario),
    ]


def fracture_rates(study: Study) -> list[str]:
    """The base rate of fractures as a number, what it is solved from, and who differs from it.

    Parameters
    ----------
    study : Study
        A valid scenario.

    Returns
    -------
    list of str
        One line.

    Raises
    ------
    ScenarioError
        If no rate gives the printed share.

    Examples
    --------
    >>> from sim.scenario import load
    >>> fracture_rates(load("scenarios/boonen2012.yaml"))
    ['Fractures: 2.51 per 100 person-years at enrolment, the mean of the cohort']
    """
    fractures = study.scenario.fractures
    parts = [f"{100 * lowering.base_rate(study.scenario):.4g} per 100 person-years at enrolment"]
    given = fractures.base_rate
    if given.by is not None and given.share_free is not None:
        site = f"{given.site} " if given.site else ""
        share, by = f"{100 * given.share_free:.4g} %", in_time(given.by)
        parts.append(f"for which {share} have no {site}fracture by {by} on {given.on} as published")
    else:
        parts.append("the mean of the cohort")
    if fractures.frailty_variance > 0:
        parts.append(f"patients differ by a frailty of variance {fractures.frailty_variance:g}")
    return [f"Fractures: {', '.join(parts)}"]


def of_distribution(path: str, base: Amount, distribution: Distribution) -> str | None:
    """A sentence where a value does not lie in the middle of the draws that stand for it."""
    below = distribution.below(base.number)
    beyond = min(below, 1 - below)
    if beyond >= FAR:
        return None
    low, high = (f"{end:.4g}" for end in distribution.ends)
    where = "lies outside 95 % of" if beyond < 0.025 else "lies far from the middle of"
    return (
        f"{path}: {base.number:g} {base.unit}".rstrip()
        + f" {where} its draws, {low} to {high} ({distribution.words})"
    )


def of_sweep(scenarios: Sequence[Varied]) -> list[str]:
    """Sentences about the values of a sweep that lie far from the middle of their draws.

    An interval of two ends, which is drawn evenly, is a range that the sweep asks for: left out.
    """
    sentences = [
        of_distribution(parameter.path, parameter.base, parameter.distribution)
        for varied in scenarios
        for parameter in varied.joint.parameters
        if parameter.base is not None and parameter.distribution is not None
        and parameter.distribution.stated is None
    ]  # fmt: skip
    return [*dict.fromkeys(filter(None, sentences))]


def _far_past_evidence(scenario: Scenario) -> Iterator[str]:
    """Assumptions behind a horizon that ends more than ten years past the evidence."""
    beyond, sites = scenario.beyond_evidence, scenario.fractures.sites
    past = scenario.horizon - beyond.after
    if past <= FAR_PAST:
        return
    change = f"changes by {beyond.rate:g} %/year" if beyond.rate else "stays as it is"
    years, known = f"{past / DAYS_PER_YEAR:.3g} years", in_time(beyond.after)
    yield (
        f"horizon: {in_time(scenario.horizon)} is {years} past the longest follow-up with data, "
        f"{known}. From then on bone density {change}, on therapy and off it "
        "(beyond_evidence.rate); markers and direct ratios go on as the therapies do, unless the "
        "file says otherwise"
    )
    constant = [site for site in SITES if getattr(sites, site).per_decade_of_age == 1]
    if constant:
        yield (
            f"horizon: rates of {', '.join(constant)} fractures do not rise with age beyond what "
            "bone density does; fractures.sites.SITE.per_decade_of_age gives a ratio per ten years"
        )


def _uncertainties(study: Study) -> Iterator[str]:
    """Values beside a distribution that does not belong to them."""
    for path, uncertainty in study.uncertainty.items():
        text = value_at(study.document, parts_of(path))
        if isinstance(text, dict):  # beside a mean and an SD
            text = text.get("mean")
        try:
            base = amount(text)
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


def _visits(study: Study) -> Iterator[str]:
    """Visits after the end of follow-up, and a last visit long before it."""
    scenario = study.scenario
    lists = {"dxa": scenario.visits.dxa}
    if scenario.cohort.markers:
        lists["markers"] = scenario.visits.markers
    for key, times in lists.items():
        yield from (f"visits.{key}: {text}" for text in _of_visits(times, scenario.horizon))


def _of_visits(times: list[VisitTime], horizon: float) -> Iterator[str]:
    end, days = round(horizon), Visits.days(times, horizon)
    for time in times:
        if round(time.days) > end:
            yield f"{time.text} is after the end of follow-up, day {end}"
    if not days[1:]:
        yield "there is no visit after entry, and entry is no outcome"
    elif end - days[-1] > FAR_FROM_END * end:
        yield (
            f"the last visit is on day {days[-1]}, {end - days[-1]} days before the end of "
            "follow-up; what is measured there has that time"
        )


def _idle_rules(scenario: Scenario) -> Iterator[str]:
    """Rules that end a therapy at a DXA visit, where no such visit comes after its begin."""
    days = Visits.days(scenario.visits.dxa, scenario.horizon)
    for name, therapy in scenario.therapies.items():
        if therapy.stop is not None and not any(day > therapy.start.day for day in days[1:]):
            yield (
                f"therapies.{name}.stop: no DXA visit comes after the therapy has begun, so "
                f"`{therapy.stop.when}` is never looked at and ends nothing; see visits.dxa"
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
