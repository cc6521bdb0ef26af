"""Infusions missed, late, or ended by what follows them, and the bone that the others gain."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tests.closed_forms.days import day, lasted, mean_exposure, plan
from tests.closed_forms.form import Case, Fact, Law, Outcome, Place, Run, listed
from tests.closed_forms.laws import binomial, nodes, truncated
from tests.closed_forms.together import ARM, LAST, MONTHS, arm_of, gains

DECAY = math.log(2) / 45
EXPOSURE = (
    "exposure: {half_life: 45 days, "
    "action_1: {infusion: 1 mg/kg, schedule: [{every: 1 month}], over: 36 months}}"
)
THERAPIES = {
    "attended": "infusion: 1 mg/kg, given: 80 %, "
    "schedule: [{every: 1 month, for: 12 months}, {every: 3 months}], "
    "reactions: {acute_phase: {first: 41 %, later: 5 %}}",
    "ended": "infusion: 1 mg/kg, given: 90 %, ends_course: 6 %, schedule: [{every: 2 months}]",
    "reacting": "infusion: 60 mg, schedule: [{every: 1 month, for: 24 months}], "
    "reactions: {flare: {first: 30 %, later: 10 %, ends_course: 25 %}}",
    "late": "infusion: 1 mg/kg, start: 175 days, schedule: [{every: 6 months}], "
    "delay: {probability: 40 %, mean: 4 days}",
}
RATES = {"attended": (2.0, -1.0), "ended": (3.0, 2.0), "reacting": (4.0, 1.0), "late": (6.0, 3.0)}
NONE = (-0.5, -1.0)
GIVEN, ENDS = 0.9, 0.06  # of the therapy `ended`
FIRST, LATER, FLARE_ENDS = 0.30, 0.10, 0.25  # flares, and how many of them end the course
DELAYED, DELAY = 0.4, 4.0  # share, and mean in days


class Doses(NamedTuple):
    """Planned days, the chance that a dose is given, and its mean ratio to the reference dose."""

    days: Any
    chance: Any
    dose: float = 1.0
    delayed: float = 0.0


def attending() -> Run:
    settings = arm_of(
        {name: f"{how}, {EXPOSURE}" for name, how in THERAPIES.items()}, RATES, NONE
    )  # fmt: skip
    planned = plans()
    reference = mean_exposure(plan(LAST, (1, MONTHS)), LAST, DECAY)
    bone = gains(
        "Bone under missed and late infusions",
        RATES,
        lambda name, until: left_by(until, planned[name]) / reference,
        NONE,
    )
    return Run(settings, [*doses(planned), *reactions(planned), *bone])


def plans() -> dict[str, Doses]:
    monthly, every_two = plan(LAST, (1, 12), (3, 24)), plan(LAST, (2, MONTHS))
    two_years, half_yearly = plan(LAST, (1, 24)), plan(LAST, (6, MONTHS), start=175)
    weights, share = nodes(truncated(68, 13, 40, 120))
    later = (1 - FIRST * FLARE_ENDS) * (1 - LATER * FLARE_ENDS) ** np.arange(len(two_years) - 1)
    return {
        "attended": Doses(monthly, np.full(len(monthly), 0.8)),
        "ended": Doses(every_two, GIVEN * (1 - GIVEN * ENDS) ** np.arange(len(every_two))),
        "reacting": Doses(two_years, np.append(1.0, later), dose=float((60 / weights) @ share)),
        "late": Doses(half_yearly, np.ones(len(half_yearly)), delayed=DELAYED),
    }


def left_by(until: int, given: Doses) -> float:
    """Integral of the exposure up to a day, in the mean over doses missed and days of delay.

    A delay is exponential, in whole days rounded up.
    """
    days = np.arange(1, 200)
    beyond = np.exp(-days / DELAY)
    share = np.append(1.0, beyond[:-1]) - beyond
    on_time = lasted(until - given.days, DECAY)
    delayed = lasted(until - given.days[:, None] - days, DECAY) @ share
    mean = (1 - given.delayed) * on_time + given.delayed * delayed
    return given.dose * float(given.chance @ mean)


def doses(planned: dict[str, Doses]) -> list[Case]:
    """A dose that is so late that follow-up has ended is not given."""
    attended, late = len(planned["attended"].days), planned["late"].days
    ended = 1 - (1 - GIVEN * ENDS) ** len(planned["ended"].days)
    too_late = DELAYED * math.exp(-(LAST - 1 - late[-1]) / DELAY)
    expected: dict[Place, float | Law] = {
        Outcome(ARM, "attended doses received", MONTHS): binomial(attended, 0.8),
        Outcome(ARM, "ended doses received", MONTHS): ended / ENDS,
        Outcome(ARM, "ended doses missed", MONTHS): ended / ENDS * (1 - GIVEN) / GIVEN,
        Outcome(ARM, "reacting doses received", MONTHS): planned["reacting"].chance.sum(),
        Outcome(ARM, "late doses received", MONTHS): len(late) - too_late,
    }
    return listed("Doses received and missed", expected)


def reactions(planned: dict[str, Doses]) -> list[Case]:
    days = planned["attended"].days
    no_flare = (1 - FIRST) * (1 - LATER) ** (len(planned["reacting"].days) - 1)
    expected: dict[Place, float | Law] = {
        Fact(ARM, "share_with_reaction", "acute_phase", months): 100 * reacted(days, months)
        for months in (0.5, 6, MONTHS)
    }
    expected[Fact(ARM, "share_with_reaction", "flare", 0.5)] = 100 * FIRST
    expected[Fact(ARM, "share_with_reaction", "flare")] = 100 * (1 - no_flare)
    return listed("Reactions to infusions", expected)


def reacted(planned: Any, months: float) -> float:
    """Share with a reaction; the first infusion that is given, by plan or not, counts as first.

    One less the chance to be spared, in the mean over a binomial number of infusions.
    """
    count = int((planned <= day(months)).sum())
    spared_later = ((1 - 0.8 * 0.05) ** count - 0.2**count) / (1 - 0.05)
    return 1 - 0.2**count - (1 - 0.41) * spared_later
