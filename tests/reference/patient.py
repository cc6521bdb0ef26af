"""One patient: the state, and one process for each timer."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from .hazards import YEAR, Chord, Cumulative, frailty_spread, reached_on
from .kinetics import Action, Array, corner_weights, weight_integrals
from .plan import BONES, FRACTURE_SITES, CoursePlan, InfusionPlan, Plan

# The order of events on one day, as times of day in sixteenths.
MEASURE, PLANNED, INTOLERANCE, INFUSION, REACTION, REVIEW, FRACTURE, DEATH, END = range(9)
TIME_OF_DAY = {
    MEASURE: 0, PLANNED: 1, INTOLERANCE: 2, INFUSION: 3, REACTION: 4, REVIEW: 5, FRACTURE: 6,
    DEATH: 10, END: 11,
}  # fmt: skip
UNITS = {"spine": "g_cm2", "hip": "g_cm2", "ctx": "pg_ml", "balp": "iu", "tryptase": "ug_l"}
LOWEST_DENSITY = 0.05
Process = Generator[simpy.Event, Any, None]


class Skeleton:
    """Bone density of spine and hip, followed from one change of the actions to the next."""

    def __init__(self, plan: Plan, entry: Array, response: Array, actions: list[Action]) -> None:
        self.plan, self.actions = plan, actions
        self.entry = self.current = entry
        rates = (plan.bone_mean + plan.bone_sd * response) / 100
        self.rates = rates
        self.log_rates = np.log(np.maximum(1 + rates, 1e-6))
        self.day: float = 0
        self.plateau_end = math.inf
        self.foreseen: dict[float, Array] = {}

    def advance(self, day: int) -> None:
        """Bring the state to a day; due before an action changes."""
        self.current, self.day = self.density(day), day

    def density(self, day: int) -> Array:
        """Density on a day if no action changes until then."""
        if day not in self.foreseen:
            value, now = self.current, self.day
            while now < day:
                ends = [end for end in (self.plateau_end, self.plan.evidence_end) if end > now]
                then = min([day, *ends])
                value, now = self._course(value, now, then - now), then
            self.foreseen[day] = value
        return self.foreseen[day]

    def forget(self) -> None:
        """Drop what was foreseen, as an action has changed."""
        self.foreseen = {}

    def _course(self, value: Array, now: float, length: float) -> Array:
        plan, entry = self.plan, self.entry
        if now >= plan.evidence_end:
            return np.asarray(value + entry * plan.beyond_rate * length)
        if now >= self.plateau_end:
            return np.asarray(value + entry * plan.plateau_rate * length)
        if plan.reading == "saturating":
            kept = math.exp(-length / plan.tau)
            pull: Array = weight_integrals(self.actions, now, length, plan.tau) @ self.rates
            return np.asarray(kept * value + entry * (1 - kept + plan.gain * pull))
        weights = weight_integrals(self.actions, now, length) / YEAR
        if plan.reading == "compound":
            return np.asarray(value * np.exp(weights @ self.log_rates))
        return np.asarray(value + entry * (weights @ self.rates))


class Patient:
    """A patient of an arm, living in an environment."""

    def __init__(
        self,
        env: simpy.Environment,
        plan: Plan,
        number: int,
        entry: dict[Any, Any],
        rng: np.random.Generator,
        events: list[tuple[Any, ...]],
        measurements: list[tuple[Any, ...]],
    ) -> None:
        self.env, self.plan, self.number, self.entry, self.rng = env, plan, number, entry, rng
        self.events, self.measurements = events, measurements
        self.gone = False
        self.vertebral_fractures = entry["vertebral_fractures"]
        variance = plan.scenario.fractures.frailty_variance
        self.frailty = rng.gamma(1 / variance, variance) if variance else 1.0
        self.imminent_until = dict.fromkeys(FRACTURE_SITES, 0)
        self.steps: dict[str, float] = {}
        self.actions: dict[str, Action] = {}
        for name, therapy in plan.therapies.items():
            self.actions[name] = Action(therapy.decay if isinstance(therapy, InfusionPlan) else 0.0)
        reference = plan.scenario.reference_bmd
        self.young = {bone: getattr(getattr(reference, bone), entry["sex"]) for bone in BONES}
        density = np.array(
            [site.mean + site.sd * entry[f"{bone}_t"] for bone, site in self.young.items()]
        )
        response = np.array([entry["spine_response"], entry["hip_response"]])
        self.skeleton = Skeleton(plan, density, response, list(self.actions.values()))
        self._begin()

    def _begin(self) -> None:
        env, plan = self.env, self.plan
        env.process(self.visits())
        self.over = {name: env.event() for name in plan.therapies}
        for name, therapy in plan.therapies.items():
            env.process(self.therapy(name, therapy))
        self.sites = [env.process(self.fractures(site)) for site in FRACTURE_SITES]
        day = plan.life_table.day_of_death(
            self.entry["sex"], self.entry["age"], self.rng.exponential()
        )
        env.process(self.death(day, "background"))
        env.process(self.end())

    @property
    def today(self) -> int:
        """The whole day."""
        return int(self.env.now)

    def until(self, day: float, occasion: int, order: int = 0) -> simpy.Event:
        """Wait for an occasion of a day."""
        time = day + (TIME_OF_DAY[occasion] + order) / 16
        return self.env.timeout(max(0.0, time - self.env.now))

    def log(self, event: str, what: str = "", value: float = math.nan) -> None:
        """Write an event down."""
        self.events.append((self.number, self.today, event, what, value))

    def happens(self, probability: float) -> bool:
        """Draw a chance."""
        return bool(self.rng.random() < probability)

    # Therapies

    def act(self, name: str, height: float) -> None:
        """Change the action of a therapy, and with it the course of everything."""
        skeleton = self.skeleton
        skeleton.advance(self.today)
        if math.isinf(skeleton.plateau_end) and self.plan.reading == "plateau":
            skeleton.plateau_end = round(self.today + self.plan.plateau_length)
        self.actions[name].jump(self.today, height)
        skeleton.forget()
        self.rates_change()

    def rates_change(self) -> None:
        """Have every fracture site look at its rate again."""
        for process in self.sites:
            if process.is_alive and process is not self.env.active_process:
                process.interrupt()

    def therapy(self, name: str, plan: InfusionPlan | CoursePlan) -> Process:
        """A therapy, whose plan counts from enrolment or from some time after another's end."""
        start, day = plan.therapy.start, 0
        if start.after is not None:
            yield self.over[start.after]
            day = self.today + max(round(start.wait), 1)
        if isinstance(plan, InfusionPlan):
            yield from self.infusions(name, plan, day)
        else:
            yield from self.course(name, plan, day)

    def ends(self, name: str) -> None:
        """A therapy is over, which others may have waited for."""
        if not self.over[name].triggered:
            self.over[name].succeed()

    def timetable(self, plan: InfusionPlan, begun: int) -> list[tuple[int, bool]]:
        """Days on which infusions are given (True) or missed, in turn; some may be past the end."""
        delay, table, before = plan.therapy.delay, [], -1
        for planned in plan.days(begun, self.plan.scenario.horizon):
            day, given = planned, self.happens(plan.therapy.given)
            if given and delay is not None and self.happens(delay.probability):
                day += math.ceil(self.rng.exponential(delay.mean))
            day = before = max(day, before + 1)
            table.append((day, given))
        return table

    def infusions(self, name: str, plan: InfusionPlan, begun: int) -> Process:
        """All infusions of a therapy, each with its reactions."""
        weight, first = self.entry["weight"], True
        table = self.timetable(plan, begun)
        for day, given in table:
            if day >= self.plan.last_day:
                return
            yield self.until(day, INFUSION)
            if self.gone:
                return
            if not given:
                self.log("missed infusion", name)
                continue
            self.log("infusion", name, plan.milligrams(weight))
            self.act(name, plan.action_of_one(weight))
            yield self.until(day, REACTION)
            ended = self.happens(plan.therapy.ends_course)
            for reaction, risk in plan.therapy.reactions.items():
                if self.happens(risk.first if first else risk.later):
                    self.log("reaction", reaction)
                    ended |= self.happens(risk.ends_course)
            if ended:
                self.ends(name)
                return
            first = False
        end = plan.end(begun)
        if table:
            end = max(end, table[-1][0] + 1)
        if end <= self.plan.last_day:
            yield self.until(end, PLANNED)
            self.ends(name)

    def course(self, name: str, plan: CoursePlan, begun: int) -> Process:
        """A course from its start to its planned end."""
        start, end = plan.start(begun), plan.end(begun)
        if start > self.plan.last_day:
            return
        yield self.until(start, PLANNED)
        if self.gone:
            return
        self.steps[name] = 1.0
        self.log("course", name, 1.0)
        self.act(name, plan.dose)
        if plan.hazard is not None:
            self.env.process(self.intolerance(name, plan, plan.hazard, start, end))
        if end <= self.plan.last_day:
            yield self.until(end, PLANNED)
            if self.steps[name] > 0 and not self.gone:
                self.log("course", name, 0.0)
                self.act(name, -plan.dose * self.steps[name])
                self.steps[name] = 0.0
                self.ends(name)

    def intolerance(
        self, name: str, plan: CoursePlan, hazard: Cumulative, start: int, end: float
    ) -> Process:
        """Intolerance of a course, down its ladder."""
        therapy = plan.therapy
        spread = frailty_spread(therapy.frailty_sd)
        frailty = math.exp(spread * self.rng.standard_normal() - spread**2 / 2)
        limit = min(end, self.plan.last_day + 1) - start
        time = 0
        for rung in therapy.on_intolerance:
            step = self.steps[name]
            pace = frailty * (plan.dose * step) ** therapy.hazard_by_dose
            wanted = hazard(time) + self.rng.exponential() / pace
            reached = reached_on(hazard, wanted, limit)
            if reached > limit - 1:
                return
            time = max(time + 1, math.ceil(reached))
            yield self.until(start + time, INTOLERANCE)
            if self.gone or self.steps[name] == 0:
                return
            self.steps[name] = step / 2 if rung == "halve" else 0.0
            self.log("intolerance", name, self.steps[name])
            self.act(name, plan.dose * (self.steps[name] - step))
            if self.steps[name] == 0:
                self.ends(name)

    # Bone, markers, and what is measured of them

    def t_score(self, bone: str, day: int) -> float:
        """The true T-score on a day if nothing changes until then."""
        density = self.skeleton.density(day)[BONES.index(bone)]
        reference = self.young[bone]
        return float((max(density, LOWEST_DENSITY) - reference.mean) / reference.sd)

    def marker(self, name: str) -> float:
        """The true value of a marker today."""
        plan, constants = self.plan, getattr(self.plan.scenario.markers, name)
        effects = []
        for therapy, action in self.actions.items():
            effect = action.effect_site(self.today, plan.onset[name])
            infused = plan.therapies[therapy]
            if isinstance(infused, InfusionPlan):
                effect /= (constants.half_effect + effect) * infused.full_effect[name]
            effects.append(effect)
        spread = constants.spread
        own = spread * self.entry[f"{name}_response"] - spread**2 / 2
        rows = plan.log_marker[name] + np.where(plan.log_marker[name] != 0, own, 0.0)
        return float(self.entry[name] * np.exp(rows @ corner_weights(effects, 1)[:, 0]))

    def visits(self) -> Process:
        """All measurements."""
        plan, noise = self.plan, self.plan.scenario.measurement
        for day in sorted({*plan.dxa_days, *plan.marker_days}):
            yield self.until(day, MEASURE)
            if self.gone:
                return
            if day in plan.dxa_days:
                density = np.maximum(self.skeleton.density(day), LOWEST_DENSITY)
                for bone, value in zip(BONES, density, strict=True):
                    self.record(bone, value * self.rng.normal(1, getattr(noise, bone)))
            for name in plan.markers if day in plan.marker_days else ():
                spread = math.sqrt(math.log(1 + getattr(noise, name) ** 2))
                error = self.rng.lognormal(-(spread**2) / 2, spread)
                self.record(name, self.marker(name) * error)

    def record(self, name: str, value: float) -> None:
        """Write a measured value down."""
        quantity = f"{name}_{UNITS[name]}"
        self.measurements.append((self.number, self.today, quantity, float(value)))

    # Fractures and death

    def rate(self, site: str, day: int) -> float:
        """Fractures per day at a site on a day, if nothing changes until then."""
        plan, fractures = self.plan, self.plan.scenario.fractures
        constants = getattr(fractures.sites, site)
        t_score = self.t_score(FRACTURE_SITES[site], day)
        rate = fractures.base_rate.rate * constants.share / YEAR * self.frailty
        rate *= constants.gradient ** (plan.reference_t[site] - t_score)
        rate *= fractures.per_further_vertebral_fracture**self.vertebral_fractures
        rate /= plan.mean_of_earlier
        age = self.entry["age"] + day / YEAR
        rate *= constants.per_decade_of_age ** (age / 10) / plan.mean_of_age[site]
        if self.today < self.imminent_until[site]:
            rate *= constants.imminent.factor
        if site in plan.log_direct:
            shares = [self.share_of_ratio(name, day) for name in self.actions]
            ratios = plan.log_direct[site]
            lasting = ratios @ corner_weights(shares, 1)[:, 0] - ratios[0]
            rate *= math.exp(ratios[0] + lasting * plan.kept_beyond(day))
        return float(rate)

    def share_of_ratio(self, name: str, day: int) -> float:
        """The share of its log ratio that a therapy carries on a day."""
        therapy, action = self.plan.therapies[name], float(self.actions[name].at(day))
        if therapy.therapy.fracture_ratio_acts == "with the action":
            return action
        return min(action / therapy.lowest_action, 1.0)

    def next_review(self, site: str) -> int:
        """The next day on which the rate of a site is looked at anew."""
        every, today = int(self.plan.scenario.fractures.review_every), self.today
        days = (
            (today // every + 1) * every,
            self.imminent_until[site],
            self.skeleton.plateau_end,
            self.plan.evidence_end,
        )
        return int(min(day for day in days if day > today))

    def fractures(self, site: str) -> Process:
        """The fractures of a site: a unit of hazard is spent from review to review."""
        order = list(FRACTURE_SITES).index(site)
        left = self.rng.exponential()
        while not self.gone:
            since = self.today
            try:
                if left <= 1e-12:
                    yield self.until(since, FRACTURE, order)
                    if not self.gone:
                        self.fracture(site)
                        left += self.rng.exponential()
                    continue
                review = self.next_review(site)
                chord = Chord(self.rate(site, since), self.rate(site, review), review - since)
                time = chord.time_to(left)
                if math.isinf(time):
                    yield self.until(review, REVIEW)
                else:
                    yield self.until(since + math.ceil(time), FRACTURE, order)
            except simpy.Interrupt:
                pass
            if left > 1e-12:
                left -= chord.accumulated(self.today - since)
            if self.today > self.skeleton.day:
                self.skeleton.advance(self.today)

    def fracture(self, site: str) -> None:
        """A fracture today, and perhaps a death within the year."""
        constants = getattr(self.plan.scenario.fractures.sites, site)
        self.log("fracture", site)
        if constants.imminent is not None:
            self.imminent_until[site] = self.today + round(constants.imminent.duration)
            self.rates_change()
        if self.happens(constants.case_fatality):
            self.env.process(self.death(self.today + int(self.rng.integers(1, 366)), site))

    def death(self, day: float, cause: str) -> Process:
        """Death on a day, unless something else came first."""
        if day <= self.plan.last_day:
            yield self.until(day, DEATH)
            if not self.gone:
                self.log("death", cause)
                self.gone = True

    def end(self) -> Process:
        """End of follow-up."""
        yield self.until(self.plan.last_day, END)
        if not self.gone:
            self.log("end")
            self.gone = True
