"""One patient: the next day of each kind of event, and one process."""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from benchmarks.textbook.arm import BONE_OF_SITE, SITES, Arm
from benchmarks.textbook.treated import Treated
from tests.reference.plan import BONES

VISIT, INTOLERANCE, INFUSION, REVIEW, FRACTURE = 0, 1, 2, 3, 4
DEATH, END = FRACTURE + len(SITES), FRACTURE + len(SITES) + 1
"""What comes next, in the order of a day; a fracture has a number for each site."""

UNITS = {"ctx": "pg_ml", "balp": "iu", "tryptase": "ug_l"}


class Patient:
    """A patient of an arm."""

    def __init__(
        self, arm: Arm, number: int, entry: dict[Any, Any], chance: random.Random,
        events: list[tuple[Any, ...]], measurements: list[tuple[Any, ...]],
    ) -> None:  # fmt: skip
        self.arm, self.number, self.entry, self.chance = arm, number, entry, chance
        self.events, self.measurements = events, measurements
        self.treated = Treated(arm, entry)
        variance = arm.plan.scenario.fractures.frailty_variance
        frailty = chance.gammavariate(1 / variance, variance) if variance else 1.0
        self.log_frailty = math.log(max(frailty, 1e-300))
        self.left = [chance.expovariate(1.0) for _ in SITES]
        self.line = [(0.0, 0.0)] * len(SITES)  # hazard on the day looked at, and its log slope
        self.looked, self.imminent_until = 0, [0] * len(SITES)
        self.visits, self.doses, self.cause, self.is_over = 0, 0, "background", False
        self.due = [math.inf] * (END + 1)

    def life(self, env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        """From enrolment to death or the end: wait for the next event, and react."""
        self.enrol()
        while not self.is_over:
            day = min(self.due)
            yield env.timeout(day - env.now)
            self.react(int(day))

    def enrol(self) -> None:
        """Plan the first event of each kind."""
        due, arm = self.due, self.arm
        due[VISIT], due[INFUSION], due[REVIEW] = arm.visits[0][0], arm.days[0], 0
        due[END] = arm.plan.last_day
        due[DEATH] = arm.plan.life_table.day_of_death(
            self.entry["sex"], self.entry["age"], self.chance.expovariate(1.0)
        )
        self.begin_course()
        self.reactions = [self.measure, self.stop, self.infuse, self.review]

    def react(self, day: int) -> None:
        """Carry out the event that is due on this day."""
        kind = self.due.index(day)
        if kind < FRACTURE:
            self.reactions[kind](day)
        elif kind < DEATH:
            self.fracture(kind - FRACTURE, day)
        else:
            self.log(day, "death" if kind == DEATH else "end", self.cause)
            self.is_over = True

    def log(self, day: int, event: str, what: str, value: float = 0.0) -> None:
        """Write an event down."""
        self.events.append((self.number, day, event, what, value))

    def begin_course(self) -> None:
        """Begin the course on the first day, and draw the day on which it is not tolerated."""
        course = self.arm.course
        if course is None:
            return
        self.treated.on = course.dose
        self.log(0, "course", "interferon", 1.0)
        if course.hazard is not None:
            ends = [0, *(step.until for step in course.therapy.intolerance.steps)]
            wanted = self.chance.expovariate(1.0) / course.dose**course.therapy.hazard_by_dose
            reached = [course.hazard(end) for end in ends]
            if wanted <= reached[-1]:
                self.due[INTOLERANCE] = math.ceil(np.interp(wanted, reached, ends))

    def stop(self, day: int) -> None:
        """Stop the course for intolerance."""
        self.due[INTOLERANCE] = math.inf
        self.log(day, "intolerance", "interferon", 0.0)
        self.use_up(day)
        self.treated.change(day, 0.0, 0.0)
        self.set_hazards(day)

    def infuse(self, day: int) -> None:
        """Give an infusion, with its reactions, and plan the next."""
        arm, infusion, weight = self.arm, self.arm.infusion, self.entry["weight"]
        self.log(day, "infusion", "pamidronate", infusion.milligrams(weight))
        for name, risk in infusion.therapy.reactions.items():
            if self.chance.random() < (risk.later if self.doses else risk.first):
                self.log(day, "reaction", name)
        self.doses += 1
        self.due[INFUSION] = arm.days[self.doses] if self.doses < len(arm.days) else math.inf
        self.use_up(day)
        self.treated.change(day, infusion.action_of_one(weight), self.treated.on)
        self.set_hazards(day)

    def measure(self, day: int) -> None:
        """One visit, with its measurement errors."""
        arm, chance, treated = self.arm, self.chance, self.treated
        _, bones, markers = arm.visits[self.visits]
        self.visits += 1
        self.due[VISIT] = arm.visits[self.visits][0] if self.visits < len(arm.visits) else math.inf
        for b, bone in enumerate(BONES if bones else ()):
            value = treated.density(b, day) * chance.gauss(1.0, arm.noise[b])
            self.measurements.append((self.number, day, f"{bone}_g_cm2", value))
        for name in arm.plan.markers if markers else ():
            spread = arm.spreads[name]
            value = treated.marker(name, day) * chance.lognormvariate(-(spread**2) / 2, spread)
            self.measurements.append((self.number, day, f"{name}_{UNITS[name]}", value))

    def review(self, day: int) -> None:
        """Look at the hazards again."""
        self.use_up(day)
        self.set_hazards(day)

    def use_up(self, day: int) -> None:
        """Spend the hazard of the days since the last look."""
        days = day - self.looked
        if days:
            for site, (hazard, slope) in enumerate(self.line):
                x = slope * days
                self.left[site] -= hazard * days * (math.expm1(x) / x if x else 1.0)
            self.looked = day

    def set_hazards(self, day: int) -> None:
        """Set each hazard as a curve to the next review, and plan fractures until then."""
        arm, treated = self.arm, self.treated
        review = (day // arm.every + 1) * arm.every
        review = min([review, *(until for until in self.imminent_until if until > day)])
        days, self.due[REVIEW], self.looked = review - day, review, day
        scores = [(treated.t_score(b, day), treated.t_score(b, review)) for b in range(len(BONES))]
        for site, gradient in enumerate(arm.gradients):
            now, then = scores[BONE_OF_SITE[site]]
            log_hazard = arm.log_rates[site] + self.log_frailty - gradient * now
            if day < self.imminent_until[site]:
                log_hazard += math.log(arm.sites[site].imminent.factor)
            hazard, slope = math.exp(log_hazard), gradient * (now - then) / days
            self.line[site] = hazard, slope
            flat = self.left[site] / hazard
            grown = flat * slope
            exact = math.inf
            if grown > -1.0:
                exact = math.log1p(grown) / slope if slope else flat
            self.due[FRACTURE + site] = (
                day + max(math.ceil(exact), 0) if exact <= days else math.inf
            )

    def fracture(self, site: int, day: int) -> None:
        """A fracture, a higher risk of the next, and perhaps a death within a year."""
        self.use_up(day)
        self.left[site] += self.chance.expovariate(1.0)
        self.log(day, "fracture", SITES[site])
        constants = self.arm.sites[site]
        if constants.imminent is not None:
            self.imminent_until[site] = day + round(constants.imminent.duration)
        if self.chance.random() < constants.case_fatality:
            dies = day + self.chance.randint(1, 365)
            if dies < self.due[DEATH]:
                self.due[DEATH], self.cause = dies, SITES[site]
        self.set_hazards(day)
