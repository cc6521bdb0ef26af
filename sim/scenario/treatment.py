"""Therapies in the words of a protocol: doses, schedules, reactions and intolerance."""

from __future__ import annotations

from sim.scenario.durations import in_time
from sim.scenario.form.intolerance import Intolerance, Step
from sim.scenario.form.rules import Start, Stop
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions, Phase, Schedule

_ADVERBS = {"1 month": "monthly", "3 months": "quarterly", "6 months": "six-monthly"}
_ADVERBS |= {"12 months": "yearly", "7 days": "weekly"}


def schedule(plan: Schedule, start: float, horizon: float, what: str) -> str:
    """Doses in words: `36 infusions: 24 monthly on days 0, 30, 61, ..., then 12 ...`."""
    by_phase = [(phase, phase.days(begin, horizon)) for phase, begin in plan.begins(start)]
    parts = [f"{len(days)} {often(phase)} on {_days(days)}" for phase, days in by_phase if days]
    if not parts:
        return f"no {what} in this follow-up"
    unreached = len(plan.phases) - len(parts)
    if unreached:
        parts[-1] += f" ({unreached} more {'phase' if unreached == 1 else 'phases'} not reached)"
    days = plan.days(start, horizon)
    if len(days) == 1:
        return f"1 {what} on day {days[0]}"
    return f"{len(days)} {what}s: {', then '.join(parts)}"


def often(phase: Phase) -> str:
    """How often a dose is given in a phase: `monthly`, `every 45 days`."""
    every = in_time(phase.every)
    return _ADVERBS.get(every, f"every {every}")


def _days(days: list[int]) -> str:
    shown = ", ".join(str(day) for day in days[:3])
    return f"day {shown}" if len(days) == 1 else f"days {shown}{', ...' if len(days) > 3 else ''}"


def infusions(therapy: Infusions, scenario: Scenario) -> str:
    """Doses of a therapy by infusion or injection, with what keeps patients from them."""
    plan = schedule(therapy.schedule, therapy.start.day, scenario.horizon, therapy.by)
    waits = therapy.start.after is not None or therapy.start.is_on_fracture
    since = f", counted from {begins(therapy.start)}" if waits else ""
    parts = [f"{therapy.dose}, {plan}{since}", f"{therapy.given * 100:g} % of them given"]
    if therapy.delay is not None:
        share, mean = therapy.delay.probability * 100, in_time(therapy.delay.mean)
        parts.append(f"{share:g} % late by {mean} on average")
    for name, reaction in therapy.reactions.items():
        first, later = reaction.first * 100, reaction.later * 100
        parts.append(f"{name} after {first:g} % of first and {later:g} % of later {therapy.by}s")
        if reaction.ends_course:
            parts[-1] += f", which ends the therapy in {reaction.ends_course * 100:g} %"
    if therapy.ends_course:
        parts.append(f"each dose is the last with probability {therapy.ends_course * 100:g} %")
    return "; ".join([*parts, *stops(therapy.stop)])


def course(therapy: Course) -> str:
    """Dose and time of a course, and what happens to those who do not tolerate it."""
    ends = "" if therapy.duration is None else f" for {in_time(therapy.duration)}"
    parts = [f"{therapy.course} {weekly(therapy)} from {begins(therapy.start)}{ends}"]
    if therapy.intolerance is not None:
        parts.append(f"intolerance: {_intolerance(therapy.intolerance)}")
        parts.append(f"then {', then '.join(therapy.on_intolerance)}")
    return "; ".join([*parts, *stops(therapy.stop)])


def weekly(therapy: Course) -> str:
    """How often a dose of a course is taken: `3 times per week`."""
    times = therapy.times_per_week
    return {1.0: "once", 2.0: "twice"}.get(times, f"{times:g} times") + " per week"


def stops(stop: Stop | None) -> list[str]:
    """The condition that ends a therapy at a visit, if it has one."""
    if stop is None:
        return []
    bone, side, t_score = stop.condition
    return [f"ended at the first DXA visit with a measured {bone} T-score {side} {t_score:g}"]


def begins(start: Start) -> str:
    """When a therapy begins, in words."""
    waited = f" and {in_time(start.wait)} have passed" if start.wait > 0 else ""
    if start.after is not None:
        return f"when {start.after} has ended{waited}"
    if start.is_on_fracture:
        site = "" if start.site is None else f"{start.site} "
        return f"when the patient has had a new {site}fracture{waited}"
    return "enrolment" if start.day == 0 else f"{in_time(start.day)} after enrolment"


def _intolerance(intolerance: Intolerance) -> str:
    if intolerance.steps is not None:
        return ", ".join([*map(_step, intolerance.steps), "none later"])
    family, time = intolerance.family.replace("_", " "), getattr(intolerance, intolerance.family)
    if time.probability is None:
        return f"{family} by its parameters"
    return f"{time.probability * 100:g} % by {in_time(time.by)}, {family}"


def _step(step: Step) -> str:
    share = step.probability
    risk = f"{step.rate:g} per year" if share is None else f"{share * 100:g} %"
    return f"{risk} until {in_time(step.until)}"
