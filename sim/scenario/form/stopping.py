"""The time after a therapy: faster loss of bone and more fractures for a while."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.form import quantities
from sim.scenario.form.outcome import SiteRatios
from sim.scenario.form.quantities import Form


class AfterStopping(Form):
    """The time after the last dose or the end of a course, in addition to the wearing off.

    It ends early, or does not come, when a dose of any therapy is given later or a course begins.
    """

    spine: quantities.YearlyPercent = 0.0
    """Yearly change of spine bone density in addition, in percent of the entry value,
    e.g. -8 %/year."""
    hip: quantities.YearlyPercent = 0.0
    """Yearly change of hip bone density in addition, in percent of the entry value,
    e.g. -4 %/year."""
    fracture_ratio: SiteRatios = SiteRatios()
    """Ratios of the fracture rates during this time; if left out, there are none."""
    duration: quantities.FromADay = Field(alias="for")
    """How long it lasts, e.g. 12 months."""
    wait: quantities.Days | None = None
    """Time from the last dose, or the end of a course; if left out, the last interval, or 0 for a
    course, e.g. 7 months."""
