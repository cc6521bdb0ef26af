"""Bone and markers of a patient under treatment, in closed form between two changes of it."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.textbook.arm import Arm
from tests.reference.plan import BONES


class Treated:
    """Bone density, actions of infusion and course, and their actions at the effect sites."""

    def __init__(self, arm: Arm, entry: dict[Any, Any]) -> None:
        self.arm, self.entry, plan = arm, entry, arm.plan
        reference = plan.scenario.reference_bmd
        self.young = [getattr(getattr(reference, bone), entry["sex"]) for bone in BONES]
        self.bmd: list[float] = [
            young.mean + young.sd * entry[f"{bone}_t"]
            for bone, young in zip(BONES, self.young, strict=True)
        ]
        self.first = [*self.bmd]
        self.rates = [
            [float(plan.bone_mean[row][b] + plan.bone_sd[row][b] * entry[f"{bone}_response"])
             / 36525 for row in arm.corners]
            for b, bone in enumerate(BONES)
        ]  # fmt: skip
        self.since, self.infused, self.on = 0, 0.0, 0.0
        self.at_site = dict.fromkeys(plan.markers, (0.0, 0.0))

    def change(self, day: int, more: float, on: float) -> None:
        """Go to a day, add to the action of the infusion, and set that of the course."""
        days = day - self.since
        if days:
            self.bmd = [self.density(bone, day) for bone in range(len(BONES))]
            self.at_site = {marker: self.sites(marker, days) for marker in self.at_site}
            self.infused *= math.exp(-self.arm.infusion.decay * days)
        self.since, self.infused, self.on = day, self.infused + more, on

    def density(self, bone: int, day: int) -> float:
        """Bone density on a day, if no treatment changes until then."""
        days = day - self.since
        if days == 0:
            return self.bmd[bone]
        none, infused, course, both = self.rates[bone]
        decay, on = self.arm.infusion.decay, self.on
        under = self.infused * -math.expm1(-decay * days) / decay
        without, more = none + (course - none) * on, infused - none
        more += (both - infused - course + none) * on
        return self.bmd[bone] + self.first[bone] * (without * days + more * under)

    def t_score(self, bone: int, day: int) -> float:
        """T-score on a day."""
        young = self.young[bone]
        score: float = (self.density(bone, day) - young.mean) / young.sd
        return score

    def sites(self, marker: str, days: int) -> tuple[float, float]:
        """The actions of infusion and course at the effect site of a marker."""
        onset, decay = self.arm.plan.onset[marker], self.arm.infusion.decay
        kept, (infused, course) = math.exp(-onset * days), self.at_site[marker]
        if abs(onset - decay) < 1e-9:
            pull = days * kept
        else:
            pull = (math.exp(-decay * days) - kept) / (onset - decay)
        return infused * kept + onset * self.infused * pull, course * kept + self.on * (1 - kept)

    def marker(self, name: str, day: int) -> float:
        """The value of a marker on a day."""
        plan = self.arm.plan
        constants = getattr(plan.scenario.markers, name)
        a, c = self.sites(name, day - self.since)
        a /= (constants.half_effect + a) * self.arm.infusion.full_effect[name]
        own = constants.spread * self.entry[f"{name}_response"] - constants.spread**2 / 2
        weights = ((1 - a) * (1 - c), a * (1 - c), (1 - a) * c, a * c)
        total = 0.0
        for row, weight in zip(self.arm.corners, weights, strict=True):
            effect = float(plan.log_marker[name][row])
            total += weight * (effect + own) if effect else 0.0
        value: float = self.entry[name] * math.exp(total)
        return value
