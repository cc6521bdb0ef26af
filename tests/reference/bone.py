"""Bone density of a patient in time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .hazards import YEAR
from .kinetics import Action, Array, weight_integrals
from .plan import OwnRow, Plan


@dataclass
class Aftermath:
    """The time after the last dose of a therapy: from `begin` on, before `end`."""

    begin: int
    end: int
    rates: Array
    ratios: dict[str, float]

    def holds(self, day: float) -> bool:
        """Whether it goes on at a time."""
        return self.begin <= day < self.end


class Skeleton:
    """Bone density of spine and hip, followed from one change of the actions to the next.

    The state has a row for the bone that follows the accrual of the scenario, and one, 0 at entry,
    for each row of effects with an accrual of its own.
    """

    def __init__(self, plan: Plan, entry: Array, response: Array, actions: list[Action]) -> None:
        self.plan, self.actions, self.entry = plan, actions, entry
        self.state = np.vstack([entry, np.zeros((len(plan.own), 2))])
        rates = (plan.bone_mean + plan.bone_sd * response) / 100
        self.own_rates = [rates[own.corner] for own in plan.own]
        self.rates = rates.copy()
        self.rates[[own.corner for own in plan.own]] = 0.0
        self.log_rates = np.log(np.maximum(1 + self.rates, 1e-6))
        self.day: float = 0
        self.plateau_end = math.inf
        self.own_ends = [math.inf for _ in plan.own]
        self.aftermaths: dict[str, Aftermath] = {}
        self.foreseen: dict[float, Array] = {}

    def advance(self, day: int) -> None:
        """Bring the state to a day; due before an action changes."""
        self.state, self.day = self.followed(day), day

    def density(self, day: int) -> Array:
        """Density on a day if no action changes until then."""
        return np.asarray(self.followed(day).sum(axis=0))

    def followed(self, day: int) -> Array:
        """The state on a day if no action changes until then."""
        if day not in self.foreseen:
            state, now = self.state, self.day
            while now < day:
                then = min([day, *(corner for corner in self.corners() if corner > now)])
                state, now = self._course(state, now, then - now), then
            self.foreseen[day] = state
        return self.foreseen[day]

    def corners(self) -> list[float]:
        """Days on which the law of growth changes though no action does."""
        after = [day for after in self.aftermaths.values() for day in (after.begin, after.end)]
        return [self.plateau_end, self.plan.evidence_end, *self.own_ends, *after]

    def forget(self) -> None:
        """Drop what was foreseen, as an action has changed."""
        self.foreseen = {}

    def acts(self, today: int) -> None:
        """Start the plateaus that wait for a therapy, or for several together."""
        plan = self.plan
        if math.isinf(self.plateau_end) and plan.reading == "plateau":
            self.plateau_end = round(today + plan.plateau_length)
        for k, own in enumerate(plan.own):
            together = all(action.at(today) > 0 for action in self.needed(own))
            if own.accrual.plateau and math.isinf(self.own_ends[k]) and together:
                self.own_ends[k] = round(today + own.accrual.plateau.months)

    def needed(self, own: OwnRow) -> list[Action]:
        """The actions of the therapies of a row."""
        named = zip(self.plan.names, self.actions, strict=True)
        return [action for name, action in named if name in own.therapies]

    def _course(self, state: Array, now: float, length: float) -> Array:
        new = state.copy()
        after = sum((a.rates for a in self.aftermaths.values() if a.holds(now)), np.zeros(2))
        new[0] = self._common(state[0], now, length, after)
        if now < self.plan.evidence_end:
            for k, own in enumerate(self.plan.own):
                new[k + 1] = self._own(own, k, state[k + 1], now, length)
        return new

    def _common(self, value: Array, now: float, length: float, after: Array) -> Array:
        plan, entry = self.plan, self.entry
        if now >= plan.evidence_end:
            return np.asarray(value + entry * (plan.beyond_rate + after / YEAR) * length)
        if now >= self.plateau_end:
            outside = length - self._weights(now, length)[[own.corner for own in plan.own]].sum()
            return np.asarray(value + entry * (plan.plateau_rate * outside + after / YEAR * length))
        if plan.reading == "saturating":
            kept = math.exp(-length / plan.tau)
            pull: Array = weight_integrals(self.actions, now, length, plan.tau) @ self.rates
            lost = after / YEAR * plan.tau * (1 - kept)
            return np.asarray(kept * value + entry * (1 - kept + plan.gain * pull + lost))
        weights = self._weights(now, length) / YEAR
        if plan.reading == "compound":
            logs = weights @ self.log_rates + np.log1p(after) * length / YEAR
            return np.asarray(value * np.exp(logs))
        return np.asarray(value + entry * (weights @ self.rates + after * length / YEAR))

    def _own(self, own: OwnRow, k: int, value: Array, now: float, length: float) -> Array:
        """The part of a row with an accrual of its own."""
        entry, rate, accrual = self.entry, self.own_rates[k], own.accrual
        if accrual.saturating:
            tau, window = accrual.saturating.time_constant, accrual.saturating.window
            gain = window / YEAR / -math.expm1(-window / tau)
            weight = weight_integrals(self.actions, now, length, tau)[own.corner]
            return np.asarray(value * math.exp(-length / tau) + entry * gain * rate * weight)
        years = self._weights(now, length)[own.corner] / YEAR
        if accrual.reading == "compound":
            grown = (entry + value) * np.maximum(1 + rate, 1e-6) ** years
            return np.asarray(grown - entry)
        if now >= self.own_ends[k]:
            rate = np.full(2, accrual.plateau.then / 100)
        return np.asarray(value + entry * rate * years)

    def _weights(self, now: float, length: float) -> Any:
        return weight_integrals(self.actions, now, length)
