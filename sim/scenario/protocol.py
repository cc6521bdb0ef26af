"""A scenario as a protocol in words, with the list of its assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from sim import evidence
from sim.scenario.after_last_dose import after_last_dose
from sim.scenario.checks.markers import unused_markers
from sim.scenario.checks.regimens import reachable, reached_by
from sim.scenario.clinic import clinics_in_words, per_arm
from sim.scenario.costs_and_quality import costs_and_quality
from sim.scenario.deaths import life_table
from sim.scenario.durations import in_time
from sim.scenario.form.outcome import Accrual
from sim.scenario.form.spread import is_converted
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course
from sim.scenario.form.visits import Visits, VisitTime
from sim.scenario.text.paths import DocumentPath, dotted
from sim.scenario.text.provenance import Number, Premise
from sim.scenario.treatment import course, infusions
from sim.vocabulary import SITES


def protocol(
    scenario: Scenario, document: dict[str, Any], numbers: Sequence[Number] = ()
) -> Iterator[str]:
    """The protocol of a study, line by line: patients, therapies, arms, visits.

    `numbers` of the study say where the user's own life table comes from.

    Examples
    --------
    >>> from sim.scenario import load
    >>> study = load("scenarios/laroche2011.yaml")
    >>> next(protocol(study.scenario, study.document, study.numbers)).partition(":")[0]
    'laroche2011'
    """
    yield f"{scenario.name}: {scenario.title}"
    yield scenario.question
    followed = f"followed for {in_time(scenario.horizon)} (to day {round(scenario.horizon)})"
    yield f"{per_arm(scenario)}, {followed}; seed {scenario.seed}"
    yield ""
    yield from _therapies(scenario)
    yield from clinics_in_words(scenario)
    yield ""
    yield from _arms(scenario)
    yield ""
    yield from _course_of_patients(scenario, numbers)
    yield from _reported(scenario)
    yield from _about_the_file(scenario, document)


def _therapies(scenario: Scenario) -> Iterator[str]:
    """What each therapy gives, and what remains after the last dose."""
    yield "Therapies"
    for name, therapy in scenario.therapies.items():
        if isinstance(therapy, Course):
            yield f"  {name}: {course(therapy)}"
        else:
            yield f"  {name}: {infusions(therapy, scenario)}"
        yield f"    {after_last_dose(therapy, name in with_ratio(scenario))}"


def _arms(scenario: Scenario) -> Iterator[str]:
    """The arms, with the regimens that their patients can come to."""
    yield "Arms, and the regimens whose effects they need"
    for arm, therapies in scenario.arms.items():
        yield f"  {arm}: {' + '.join(therapies) or 'no therapy'}{_compared(scenario, arm)}"
        for regimen, how in reachable(scenario, arm).items():
            yield f"    {regimen}: {how}"


def _course_of_patients(scenario: Scenario, numbers: Sequence[Number]) -> Iterator[str]:
    """What happens to bone, fractures and survival, and when patients are measured."""
    unused = [row for row in scenario.effects if row not in reached_by(scenario)]
    if unused:
        yield f"Effects of regimens that no arm reaches: {', '.join(unused)}"
    yield f"Annual increase of bone density read as: {accrual(scenario)}"
    yield _beyond(scenario)
    yield f"Visits: {_visits(scenario)}"
    if scenario.cohort.recent_fracture is not None:
        yield f"Recent fracture at entry: {_recent(scenario)}"
    ratios = {r: e.mortality_ratio for r, e in scenario.effects.items() if e.mortality_ratio != 1}
    if ratios:
        listed = ", ".join(f"times {ratio:g} under {row}" for row, ratio in ratios.items())
        yield f"Direct effect on deaths from other causes: {listed}"
    yield f"Deaths from other causes: {life_table(scenario.mortality, numbers)}"
    clinical = scenario.fractures.sites.vertebral.clinical
    if clinical is not None:
        seen = f"{100 * clinical:g} % of vertebral fractures, every hip and other fracture"
        yield f"Fractures that come to clinical attention: {seen}"


def _reported(scenario: Scenario) -> Iterator[str]:
    """Losses to follow-up, costs and subgroups, where the study has them."""
    if scenario.loss is not None:
        yield f"Loss to follow-up: {_losses(scenario)}"
    if scenario.economics is not None:
        yield from costs_and_quality(scenario, scenario.economics)
    if scenario.subgroups:
        yield f"Subgroups: {', '.join(scenario.subgroups)}"


def _about_the_file(scenario: Scenario, document: dict[str, Any]) -> Iterator[str]:
    """What the file holds and the study does not use, and what was computed from the file."""
    unused = unused_markers(document)
    if unused:
        yield f"Not used, as the cohort does not have them: data on {', '.join(unused)}"
    converted = [*conversions(scenario, document)]
    if converted:
        yield "Computed from the file:"
        yield from converted


def _compared(scenario: Scenario, arm: str) -> str:
    """A mark for the arm that the others are compared with, and why it is."""
    if arm != scenario.compared_with or len(scenario.arms) == 1:
        return ""
    return " (comparator)" if scenario.comparator else " (comparator, as the last arm)"


def assumptions(numbers: Sequence[Number], premises: Sequence[Premise] = ()) -> Iterator[str]:
    """The number of assumptions, each assumption, and numbers whose sources were not seen."""
    yield count_of_assumptions(numbers, premises)
    for number in numbers:
        if number.is_assumption:
            note = f"  ({number.note})" if number.note else ""
            yield f"  {number.path} = {number.text}{note}"
    if premises:
        yield "Assumptions without a number:"
        yield from (f"  {premise.path}: {premise.text}" for premise in premises)
    recalled = [n for n in numbers if not n.is_assumption and rests_on_memory(n)]
    if recalled:
        yield f"{len(recalled)} more have sources that were cited from memory:"
        for number in recalled:
            yield f"  {number.path} = {number.text}  ({', '.join(number.sources)})"


def conversions(scenario: Scenario, document: dict[str, Any]) -> Iterator[str]:
    """Each mean and SD that was computed from other printed figures, with those figures."""
    for path, tree in _converted(document, ()):
        spread: Any = scenario
        for part in path:
            spread = spread[part] if isinstance(spread, dict) else getattr(spread, str(part))
        texts = {key: " to ".join(v) if isinstance(v, list) else v for key, v in tree.items()}
        given = ", ".join(f"{key} {text}" for key, text in texts.items())
        yield f"  {dotted(path)}: {given} -> mean {spread.mean:.4g}, SD {spread.sd:.4g}"


def _converted(tree: Any, path: DocumentPath) -> Iterator[tuple[DocumentPath, dict[str, Any]]]:
    if is_converted(tree):
        yield path, tree
    elif isinstance(tree, dict):
        for key, item in tree.items():
            yield from _converted(item, (*path, key))


def count_of_assumptions(numbers: Sequence[Number], premises: Sequence[Premise] = ()) -> str:
    """A sentence with the number of assumptions of a scenario, with and without a number."""
    count = sum(number.is_assumption for number in numbers)
    counted = f"{count} of the {len(numbers)} numbers of this scenario are assumptions"
    if not premises:
        return counted
    more = "assumption has" if len(premises) == 1 else "assumptions have"
    return f"{counted}, and {len(premises)} more {more} no number"


def rests_on_memory(number: Number) -> bool:
    """True where a source of the number was cited from memory and not seen."""
    return any(
        evidence.publication(key).get("seen") == "recalled"
        for key in number.sources
        if key in evidence.keys()  # noqa: SIM118
    )


def past_evidence(scenario: Scenario) -> str:
    """A sentence on a follow-up that is longer than any with data; empty for another."""
    known = scenario.beyond_evidence.after
    if scenario.horizon <= known:
        return ""
    return (
        f"The follow-up, {in_time(scenario.horizon)}, is longer than any with data, "
        f"{in_time(known)}: what comes after rests on assumptions."
    )


def accrual(scenario: Scenario) -> str:
    """The reading of the annual increase, in words; rows with another reading are named."""
    own = [
        f"; {name}: {_reading(row.accrual)}"
        for name, row in scenario.effects.items()
        if row.accrual
    ]
    return "".join([_reading(scenario.accrual), *own])


def _reading(how: Accrual) -> str:
    if how.plateau is not None:
        then = f"{how.plateau.then:g} %/year"
        return f"plateau, linear for {in_time(how.plateau.months)} of treatment, then {then}"
    if how.saturating is not None:
        tau, window = in_time(how.saturating.time_constant), in_time(how.saturating.window)
        mean = f"the reported rate is the mean of the first {window}"
        return f"saturating with time constant {tau}; {mean}"
    share = {"linear": "entry value", "compound": "current value"}[how.name]
    return f"{how.name}, a constant share of the {share}"


def with_ratio(scenario: Scenario) -> set[str]:
    """The therapies of regimens with a fracture ratio."""
    rows = scenario.regimens.items()
    return {
        name
        for regimen, row in rows
        if any(getattr(row.fracture_ratio, site) != 1 for site in SITES)
        for name in regimen
    }


def _beyond(scenario: Scenario) -> str:
    after, rate = scenario.beyond_evidence.after, scenario.beyond_evidence.rate
    change = "is constant" if rate == 0 else f"changes by {rate:g} % of the entry value per year"
    reached = "" if scenario.horizon > after else " (not reached in this study)"
    since = f"After {in_time(after)}, the longest follow-up with data"
    return f"{since}: bone density {change}{_ratios_beyond(scenario)}{reached}"


def _ratios_beyond(scenario: Scenario) -> str:
    """What fracture ratios do after the evidence; empty without a ratio."""
    if not with_ratio(scenario):
        return ""
    over = scenario.beyond_evidence.ratios_wane_over
    return ", fracture ratios hold" if over is None else f", ratios wane over {in_time(over)}"


def _recent(scenario: Scenario) -> str:
    """Who had a recent fracture, and the risk that is left of it at entry."""
    recent = scenario.cohort.recent_fracture
    assert recent is not None
    imminent = getattr(scenario.fractures.sites, recent.site).imminent
    who = f"{100 * recent.share:g} % had a {recent.site} one {in_time(recent.ago)} before"
    until = round(imminent.duration) - round(recent.ago)
    risk = f"their rate there is {imminent.factor:g} times as high until day {until}"
    return f"{who}; {risk}, and the base rate is that without it"


def _losses(scenario: Scenario) -> str:
    """Loss in each arm, as the share that would be lost by the end if nobody died."""
    assert scenario.loss is not None
    end, hazard = in_time(scenario.horizon), scenario.loss.hazard
    lost = [(arm, -math.expm1(-hazard(arm) * scenario.horizon)) for arm in scenario.arms]
    shares = ", ".join(f"{100 * share:.3g} % in {arm}" for arm, share in lost)
    known = "a lost patient counts until that day, and is neither dead nor followed to the end"
    return f"{shares} by {end} if no patient dies; {known}"


def _visits(scenario: Scenario) -> str:
    visits, end = scenario.visits, scenario.horizon
    dxa = f"{len(Visits.days(visits.dxa, end))} densitometries ({_times(visits.dxa)})"
    if not scenario.cohort.markers:
        return f"{dxa}; no markers"
    count, names = len(Visits.days(visits.markers, end)), ", ".join(scenario.cohort.markers)
    return f"{dxa}, {count} of {names} ({_times(visits.markers)})"


def _times(times: list[VisitTime]) -> str:
    return ", ".join(["entry", *(time.text for time in times)])
