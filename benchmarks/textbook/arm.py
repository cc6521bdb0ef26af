"""What all patients of an arm share."""

from __future__ import annotations

import math

from sim.scenario.form.study import Scenario
from tests.reference.plan import BONES, FRACTURE_SITES, CoursePlan, InfusionPlan, Plan

SITES = tuple(FRACTURE_SITES)
BONE_OF_SITE = [BONES.index(bone) for bone in FRACTURE_SITES.values()]


class Arm:
    """The plan of an arm, with its constants worked out once."""

    def __init__(self, scenario: Scenario, name: str) -> None:
        self.plan = plan = Plan(scenario, name)
        infusions = [t for t in plan.therapies.values() if isinstance(t, InfusionPlan)]
        courses = [t for t in plan.therapies.values() if isinstance(t, CoursePlan)]
        if len(infusions) != 1 or len(courses) > 1 or plan.reading != "linear":
            raise ValueError("The textbook program knows one infusion, a course, and linear gains.")
        if plan.last_day > plan.evidence_end:
            raise ValueError("The textbook program ends where the evidence ends.")
        self.infusion, self.course = infusions[0], courses[0] if courses else None
        self.corners = [self.corner(infused, on) for on in (0, 1) for infused in (0, 1)]
        self.days = self.infusion.days(0, scenario.horizon)
        dxa, markers = set(plan.dxa_days), set(plan.marker_days)
        self.visits = [(day, day in dxa, day in markers) for day in sorted(dxa | markers)]
        self.every = int(scenario.fractures.review_every)
        self.sites = [getattr(scenario.fractures.sites, site) for site in SITES]
        self.gradients = [math.log(site.gradient) for site in self.sites]
        rate = scenario.fractures.base_rate.rate
        self.log_rates = [
            math.log((rate or 0.0) / 365.25 * site.share) + gradient * plan.reference_t[name]
            for name, site, gradient in zip(SITES, self.sites, self.gradients, strict=True)
        ]
        self.noise = [getattr(scenario.measurement, bone) for bone in BONES]
        self.spreads = {
            marker: math.sqrt(math.log1p(getattr(scenario.measurement, marker) ** 2))
            for marker in plan.markers
        }

    def corner(self, infused: int, on: int) -> int:
        """The row of effects in which the infusion and the course act, or do not."""
        acts = [infused if t is self.infusion else on for t in self.plan.therapies.values()]
        return sum(act << i for i, act in enumerate(acts))
