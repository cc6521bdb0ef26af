"""Names, units and constants that more than one room uses. Nothing heavy is imported here."""

from collections.abc import Callable
from typing import Literal

SEXES = ("female", "male")
BONES = ("spine", "hip")
MARKERS = ("ctx", "balp", "tryptase")
SITES = ("vertebral", "hip", "other")
"""Fracture sites."""

QUANTITIES = ("spine_g_cm2", "hip_g_cm2", "ctx_pg_ml", "balp_iu", "tryptase_ug_l")
"""Measured quantities, bones before markers; the name ends with the unit."""

READINGS = ("linear", "compound", "plateau", "saturating")
"""Interpretations of the published "mean annual increase"."""

EVERYONE = "all"
"""Name of the subgroup of all patients in tables of outcomes."""

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""

FORMATS = ("svg", "pdf", "png")
"""File formats of figures."""

Engine = Literal["simpy", "batch"]
"""The reference engine on SimPy, or the compiled loop. Both give the same log."""

Progress = Callable[[int, int], None]
"""Function that is called with the number of patient courses done and the number in total."""
