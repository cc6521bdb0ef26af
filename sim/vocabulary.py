"""Names of things, their units, and the constants that more than one room needs."""

from collections.abc import Callable
from typing import Literal

SEXES = ("female", "male")
BONES = ("spine", "hip")
MARKERS = ("ctx", "balp", "tryptase")
SITES = ("vertebral", "hip", "other")
"""Sites of fractures."""

QUANTITIES = ("spine_g_cm2", "hip_g_cm2", "ctx_pg_ml", "balp_iu", "tryptase_ug_l")
"""Measured quantities in the order of bones, then markers, with the unit in the name."""

READINGS = ("linear", "compound", "plateau", "saturating")
"""Readings of "mean annual increase"."""

EVERYONE = "all"
"""The subgroup of all patients in tables of outcomes."""

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""

FORMATS = ("svg", "pdf", "png")
"""File formats of figures."""

Engine = Literal["simpy", "batch"]
"""SimPy as the clock, or the compiled loop."""

Progress = Callable[[int, int], None]
"""Called with the number of patient courses done and to do."""
