"""Reporting forms filled from kept results: STRESS-DES, CHEERS 2022, AdViSHE, TECH-VER.

Each form is a YAML file here: its items in our own words, and which function of
`sim.reports.forms.answers` or which checks of `mastosim verify` answer each of them.
"""

from sim.reports.forms.filled import answered
from sim.reports.forms.writing import write
from sim.vocabulary import REPORTING_FORMS as FORMS

__all__ = ["FORMS", "answered", "write"]
