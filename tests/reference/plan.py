"""What holds for every patient of an arm, worked out once from the scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import evidence
from sim.scenario.form.units import read
from sim.scenario.form.visits import VisitTime

from .cohort import mean_of_age, mean_power, reference_t
from .hazards import YEAR, Cumulative, LifeTable, intolerance_hazard
from .kinetics import Action, corners, mean_exposure, planned_days

BONES = ("spine", "hip")
MARKERS = ("ctx", "balp", "tryptase")
FRACTURE_SITES = {"vertebral": "spine", "hip": "hip", "other": "hip"}


@dataclass
class InfusionPlan:
    """A therapy by infusion or injection: its kinetics and yardsticks."""

    therapy: Any
    decay: float
    mean_exposure: float
    full_effect: dict[str, float]
    lowest_action: float

    def days(self, begun: int, horizon: float) -> list[int]:
        """Planned days of the infusions, counted from the day on which the plan begins."""
        days = planned_days(self.therapy.schedule, self.therapy.start.day, horizon)
        return [begun + day for day in days if begun + day < round(horizon)]

    def end(self, begun: int) -> float:
        """The day on which its last phase is over; infinity if that one is open."""
        lengths = [phase.duration for phase in self.therapy.schedule.phases]
        return math.inf if None in lengths else begun + round(self.therapy.start.day + sum(lengths))

    def closed(self, begun: int, horizon: float) -> bool:
        """Whether the last planned dose of its schedule falls into the follow-up."""
        if math.isinf(self.end(begun)):
            return False
        every = planned_days(self.therapy.schedule, self.therapy.start.day, 1e9)
        return bool(every) and begun + every[-1] < round(horizon)

    def wait(self) -> int:
        """Days from the last dose to what happens after stopping."""
        wait: float | None = self.therapy.after_stopping.wait
        return round(self.therapy.schedule.phases[-1].every if wait is None else wait)

    def milligrams(self, weight: float) -> float:
        """The dose of one infusion."""
        dose = self.therapy.dose
        return float(dose.amount * (weight if dose.unit == "mg/kg" else 1))

    def action_of_one(self, weight: float) -> float:
        """By how much an infusion raises the action."""
        reference = self.therapy.exposure.action_1.dose
        in_full = reference.amount * (weight if reference.unit == "mg/kg" else 1)
        return self.milligrams(weight) / float(in_full) / self.mean_exposure


@dataclass
class CoursePlan:
    """A course: its relative dose, and its hazard of intolerance."""

    therapy: Any
    dose: float
    hazard: Cumulative | None
    lowest_action: float = 1.0

    def start(self, begun: int) -> int:
        """The day on which it starts, counted from the day on which the plan begins."""
        start: float = self.therapy.start.day
        return begun + round(start)

    def wait(self) -> int:
        """Days from its end to what happens after stopping."""
        return round(self.therapy.after_stopping.wait or 0)

    def end(self, begun: int) -> float:
        """The day on which it ends by plan; infinity if only intolerance can end it."""
        duration: float | None = self.therapy.duration
        return math.inf if duration is None else begun + round(self.therapy.start.day + duration)


@dataclass
class OwnRow:
    """A row of effects with an accrual of its own."""

    corner: int
    therapies: frozenset[str]
    accrual: Any


def present(scenario: Any) -> list[str]:
    """The markers that the patients of the cohort have."""
    return [name for name in MARKERS if getattr(scenario.cohort, name) is not None]


class Plan:
    """An arm of a scenario."""

    def __init__(self, scenario: Any, arm: str) -> None:
        self.scenario = scenario
        self.last_day = round(scenario.horizon)
        self.names = list(scenario.arms[arm])
        self.markers = present(scenario)
        self.onset = {
            name: math.log(2) / getattr(scenario.markers, name).onset_half_life
            for name in self.markers
        }
        self.therapies = {name: self._therapy(scenario.therapies[name]) for name in self.names}
        self._effects(scenario)
        self._bone(scenario)
        self.loss_rate = _loss_rate(scenario.loss, arm)
        self.dxa_days = self._visits(scenario.visits.dxa)
        self.marker_days = self._visits(scenario.visits.markers)
        mortality = scenario.mortality
        self.life_table = LifeTable(
            evidence.life_table(mortality.life_table.shipped),
            mortality.standardised_mortality_ratio,
        )
        self.reference_t = {
            site: reference_t(
                getattr(scenario.cohort, f"{bone}_t"),
                getattr(scenario.fractures.sites, site).gradient,
            )
            for site, bone in FRACTURE_SITES.items()
        }
        cohort, sites = scenario.cohort, scenario.fractures.sites
        self.mean_of_earlier = mean_power(
            cohort.vertebral_fractures, scenario.fractures.per_further_vertebral_fracture
        )
        self.mean_of_age = {
            site: mean_of_age(cohort.age, getattr(sites, site).per_decade_of_age)
            for site in FRACTURE_SITES
        }

    def _therapy(self, therapy: Any) -> InfusionPlan | CoursePlan:
        if hasattr(therapy, "infusion"):
            decay = math.log(2) / therapy.exposure.half_life
            reference = therapy.exposure.action_1
            over = round(reference.over)
            full = planned_days(reference.schedule, 0.0, reference.over)
            mean = mean_exposure(full, decay, over)
            attended = Action(decay)
            for day in full:
                attended.jump(day, 1 / mean)
            saturated = {
                name: _saturate(
                    attended.effect_site(over, onset),
                    getattr(self.scenario.markers, name).half_effect,
                )
                for name, onset in self.onset.items()
            }
            left = [
                sum(math.exp(-decay * (end - day)) for day in full if day < end)
                for end in [*full[1:], over]
            ]
            return InfusionPlan(therapy, decay, mean, saturated, min(left) / mean)
        hazard = therapy.intolerance and intolerance_hazard(therapy.intolerance, therapy.frailty_sd)
        weekly, reference = therapy.times_per_week, therapy.action_1
        dose = therapy.course.amount * weekly
        dose /= reference.course.amount * reference.times_per_week
        return CoursePlan(therapy, dose, hazard)

    def _effects(self, scenario: Any) -> None:
        """Effects at the corners. One without a row is out of reach: nothing happens there."""
        rows = {
            frozenset() if regimen == "none" else frozenset(regimen.split(" + ")): effect
            for regimen, effect in scenario.effects.items()
        }
        effects = [rows.get(corner) for corner in corners(self.names)]

        def column(value: Any) -> list[float]:
            return [value(effect) if effect else 0.0 for effect in effects]

        self.bone_mean = np.column_stack(
            [column(lambda e, b=bone: getattr(e, b).mean) for bone in BONES]
        )
        self.bone_sd = np.column_stack(
            [column(lambda e, b=bone: getattr(e, b).sd) for bone in BONES]
        )
        self.log_marker = {
            name: np.array(column(lambda e, m=name: math.log1p(getattr(e, m))))
            for name in self.markers
        }
        direct = {
            site: column(lambda e, s=site: math.log(getattr(e.fracture_ratio, s)))
            for site in FRACTURE_SITES
        }
        self.log_direct = {site: np.array(rows) for site, rows in direct.items() if any(rows)}
        self.log_mortality = np.array(column(lambda e: math.log(e.mortality_ratio)))
        self.own = [
            OwnRow(k, therapies, effect.accrual)
            for k, (therapies, effect) in enumerate(zip(corners(self.names), effects, strict=True))
            if effect and effect.accrual
        ]

    def _bone(self, scenario: Any) -> None:
        accrual = scenario.accrual
        self.reading = accrual.name
        self.plateau_length = accrual.plateau.months if accrual.plateau else math.inf
        self.plateau_rate = accrual.plateau.then / 100 / YEAR if accrual.plateau else 0.0
        self.evidence_end = round(scenario.beyond_evidence.after)
        self.beyond_rate = scenario.beyond_evidence.rate / 100 / YEAR
        if accrual.saturating:
            self.tau = accrual.saturating.time_constant
            window = accrual.saturating.window
            self.gain = window / YEAR / -math.expm1(-window / self.tau)

    def kept_beyond(self, day: int) -> float:
        """The share of log ratios that is left, which falls on a line once the evidence ends."""
        over = self.scenario.beyond_evidence.ratios_wane_over
        past = max(day - self.evidence_end, 0)
        return 1.0 if over is None else max(1 - past / round(over), 0.0)

    def _visits(self, times: list[VisitTime]) -> list[int]:
        days = {0}
        for text in (time.text for time in times):
            interval = read(text.replace("every ", "").strip(), "time, held in days")
            k = 1
            while round(k * interval) <= self.last_day and (k == 1 or text.startswith("every ")):
                days.add(round(k * interval))
                k += 1
        return sorted(days)


def _saturate(exposure: float, half_effect: float) -> float:
    return exposure / (half_effect + exposure)


def _loss_rate(loss: Any, arm: str) -> float:
    """The hazard of loss to follow-up in an arm, per day."""
    loss = loss and loss.arms.get(arm, loss)
    if not loss or (loss.rate is None and loss.probability is None):
        return 0.0
    if loss.rate is None:
        return float(-math.log1p(-loss.probability) / loss.by)
    return float(loss.rate / YEAR)
