"""A recent fracture at enrolment: its site has a risk that lasts, and enough patients had one."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.form.study import Scenario
from sim.scenario.mistakes import Mistake
from sim.scenario.text.provenance import Plain

PATH = ("cohort", "recent_fracture")


def check_recent_fracture(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    """Mistakes of a recent fracture that has no effect, or that too few patients can have had."""
    recent = scenario.cohort.recent_fracture
    if recent is None:
        return
    imminent = getattr(scenario.fractures.sites, recent.site).imminent
    if imminent is None:
        message = (
            f"a {recent.site} fracture has no `imminent` risk in fractures.sites.{recent.site}"
        )
        yield plain.mistake((*PATH, "site"), message)
    elif recent.ago >= imminent.duration:
        message = f"the imminent risk lasts {imminent.duration:g} days; allowed: less than that"
        yield plain.mistake((*PATH, "ago"), message)
    had = 1 - scenario.cohort.vertebral_fractures.share_without
    if recent.site == "vertebral" and recent.share > had:
        message = (
            f"{100 * recent.share:g} % had a recent vertebral fracture, and {100 * had:.4g} % any "
            "by cohort.vertebral_fractures; allowed: up to that"
        )
        yield plain.mistake((*PATH, "share"), message)
