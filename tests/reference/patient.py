"""One patient: the state, and one process for each timer."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from .bone import Aftermath, Skeleton
from .hazards import YEAR, Chord, Cumulative, frailty_spread, reached_on
from .kinetics import Action, corner_weights
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
        if entry["imminent_site"]:
            self.recent_fracture(entry["imminent_site"])
        self.steps: dict[str, float] = {}
        self.measured: dict[str, float] = {}
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
        self.fractured = {site: env.event() for site in (*FRACTURE_SITES, None)}
        self.first_given: dict[str, int] = {}
        self.last_given: dict[str, int] = {}
        for name, therapy in plan.therapies.items():
            env.process(self.therapy(name, therapy))
        self.looks = [env.process(self.fractures(site)) for site in FRACTURE_SITES]
        if plan.log_mortality.any():
            self.looks.append(env.process(self.mortality()))
        else:
            day = plan.life_table.day_of_death(
                self.entry["sex"], self.entry["age"], self.rng.exponential()
            )
            env.process(self.death(day, "background"))
        env.process(self.end(plan.last_day, 0.0))
        if plan.loss_rate:
            lost = math.ceil(self.rng.exponential() / plan.loss_rate)
            if lost < plan.last_day:
                env.process(self.end(lost, 1.0))

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
        self.actions[name].jump(self.today, height)
        skeleton.acts(self.today)
        skeleton.forget()
        self.rates_change()

    def rates_change(self) -> None:
        """Have every hazard look at its rate again."""
        for process in self.looks:
            if process.is_alive and process is not self.env.active_process:
                process.interrupt()

    def therapy(self, name: str, plan: InfusionPlan | CoursePlan) -> Process:
        """A therapy, whose plan counts from enrolment or from some time after another's end."""
        start, day = plan.therapy.start, 0
        if start.after is not None or start.on == "fracture":
            yield self.over[start.after] if start.after else self.fractured[start.site]
            day = self.today + max(round(start.wait), 1)
        if isinstance(plan, InfusionPlan):
            yield from self.infusions(name, plan, day)
        else:
            yield from self.course(name, plan, day)

    def gives(self, name: str) -> None:
        """A dose, or the begin of a course: the time after stopping another is over."""
        self.first_given.setdefault(name, self.today)
        self.last_given[name] = self.today
        aftermaths = self.skeleton.aftermaths
        for other in [other for other in aftermaths if self.last_given[other] < self.today]:
            self.skeleton.advance(self.today)
            aftermaths[other].end = min(aftermaths[other].end, self.today)

    def ends(self, name: str) -> None:
        """A therapy is over, which others may have waited for."""
        if self.over[name].triggered:
            return
        self.over[name].succeed()
        self.will_stop(name)

    def will_stop(self, name: str) -> None:
        """No dose follows the last one: foresee what happens after it, once."""
        plan, skeleton = self.plan.therapies[name], self.skeleton
        after, last = plan.therapy.after_stopping, self.last_given.get(name)
        if after is None or last is None or name in skeleton.aftermaths:
            return
        skeleton.advance(self.today)
        begin = max(last + plan.wait(), self.today) + 1
        rates = np.array([after.spine, after.hip]) / 100
        ratios = {site: getattr(after.fracture_ratio, site) for site in FRACTURE_SITES}
        skeleton.aftermaths[name] = Aftermath(begin, begin + round(after.duration), rates, ratios)
        skeleton.forget()
        self.rates_change()

    def ends_by_rule(self, name: str) -> Process:
        """The end of a therapy that a measured T-score brings at a visit."""
        stop, today = self.plan.therapies[name].therapy.stop, self.today
        bone, _, side, limit = stop.when.split()
        reference = self.young[bone]
        score = (self.measured[bone] - reference.mean) / reference.sd
        if not (score > float(limit) if side == "above" else score < float(limit)):
            return
        yield self.until(today, PLANNED)
        if self.over[name].triggered or self.gone:
            return
        if name in self.steps:
            self.end_course(name)
        else:
            self.log("schedule ended", name)
            self.ends(name)

    def end_course(self, name: str) -> None:
        """The end of a course on a day of its plan, or by rule."""
        self.log("course", name, 0.0)
        self.stop_course(name)

    def stop_course(self, name: str) -> None:
        """No dose of a course from today on."""
        dose: float = self.plan.therapies[name].dose
        self.act(name, -dose * self.steps[name])
        self.steps[name] = 0.0
        self.last_given[name] = self.today
        self.ends(name)

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
        closed = plan.closed(begun, self.plan.scenario.horizon)
        for k, (day, given) in enumerate(table):
            if day >= self.plan.last_day:
                return
            yield self.until(day, INFUSION)
            if self.gone or self.over[name].triggered:
                return
            if given:
                self.log("infusion", name, plan.milligrams(weight))
                self.gives(name)
                self.act(name, plan.action_of_one(weight))
            else:
                self.log("missed infusion", name)
            if closed and k + 1 == len(table):
                self.will_stop(name)
            if not given:
                continue
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
        self.gives(name)
        self.act(name, plan.dose)
        if plan.hazard is not None:
            self.env.process(self.intolerance(name, plan, plan.hazard, start, end))
        if end <= self.plan.last_day:
            yield self.until(end, PLANNED)
            if self.steps[name] > 0 and not self.gone:
                self.end_course(name)

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
            if rung == "stop":
                self.log("intolerance", name, 0.0)
                self.stop_course(name)
                return
            self.steps[name] = step / 2
            self.log("intolerance", name, self.steps[name])
            self.act(name, -plan.dose * step / 2)

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
                    self.measured[bone] = value * self.rng.normal(1, getattr(noise, bone))
                    self.record(bone, self.measured[bone])
                for name in self.may_stop():
                    self.env.process(self.ends_by_rule(name))
            for name in plan.markers if day in plan.marker_days else ():
                spread = math.sqrt(math.log(1 + getattr(noise, name) ** 2))
                error = self.rng.lognormal(-(spread**2) / 2, spread)
                self.record(name, self.marker(name) * error)

    def may_stop(self) -> list[str]:
        """The therapies with a rule that looks at the measurement of today."""
        begun = [name for name, day in self.first_given.items() if day < self.today]
        return [name for name in begun if self.plan.therapies[name].therapy.stop is not None]

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
        for aftermath in self.skeleton.aftermaths.values():
            if aftermath.holds(self.today):
                rate *= aftermath.ratios[site]
        return float(rate)

    def share_of_ratio(self, name: str, day: int) -> float:
        """The share of its log ratio that a therapy carries on a day."""
        therapy, action = self.plan.therapies[name], float(self.actions[name].at(day))
        if therapy.therapy.fracture_ratio_acts == "with the action":
            return action
        return min(action / therapy.lowest_action, 1.0)

    def next_review(self, site: str | None = None) -> int:
        """The next day on which a rate, of a site or of deaths, is looked at anew."""
        every, today = int(self.plan.scenario.fractures.review_every), self.today
        days = [(today // every + 1) * every, *self.skeleton.corners()]
        if site is not None:
            days.append(self.imminent_until[site])
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
        for looked_for in (site, None):
            if not self.fractured[looked_for].triggered:
                self.fractured[looked_for].succeed()
        if constants.imminent is not None:
            self.imminent_until[site] = self.today + round(constants.imminent.duration)
            self.rates_change()
        if self.happens(constants.case_fatality):
            self.env.process(self.death(self.today + int(self.rng.integers(1, 366)), site))

    def recent_fracture(self, site: str) -> None:
        """A fracture before enrolment, whose imminent risk is not over."""
        constants = getattr(self.plan.scenario.fractures.sites, site)
        ago = self.plan.scenario.cohort.recent_fracture.ago
        self.imminent_until[site] = max(round(constants.imminent.duration) - round(ago), 0)

    def mortality_ratio(self, day: int) -> float:
        """The logarithm of the direct ratio of deaths from other causes."""
        actions = [action.at(day) for action in self.actions.values()]
        log_ratio = self.plan.log_mortality @ corner_weights(actions, 1)[:, 0]
        return float(np.clip(log_ratio, -20, 20))

    def mortality(self) -> Process:
        """Death from other causes where regimens change it: the hazard is spent day by day."""
        left, age, sex = self.rng.exponential(), self.entry["age"], self.entry["sex"]
        while not self.gone:
            since, review = self.today, self.next_review()
            days = np.arange(since, review + 1.0)
            ends = self.mortality_ratio(since), self.mortality_ratio(review)
            ratios = np.exp(np.interp(days[:-1] + 0.5, [since, review], ends))
            spent = np.cumsum(self.plan.life_table.daily(sex, age, days) * ratios)
            if spent[-1] >= left:
                fatal = since + 1 + int(np.searchsorted(spent, left))
            try:
                if spent[-1] >= left:
                    yield self.until(fatal, DEATH)
                    left = 0.0
                    break
                yield self.until(review, REVIEW)
            except simpy.Interrupt:
                pass
            if self.today > since:
                left -= spent[self.today - since - 1]
        if not self.gone and left == 0.0:
            self.log("death", "background")
            self.gone = True

    def death(self, day: float, cause: str) -> Process:
        """Death on a day, unless something else came first."""
        if day <= self.plan.last_day:
            yield self.until(day, DEATH)
            if not self.gone:
                self.log("death", cause)
                self.gone = True

    def end(self, day: int, lost: float) -> Process:
        """End of follow-up, of the study or for a patient who is lost (1)."""
        yield self.until(day, END)
        if not self.gone:
            self.log("end", "", lost)
            self.gone = True
