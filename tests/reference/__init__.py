"""A second, independent implementation of the model in plain SimPy: the oracle of the tests.

Written from the description of the model alone, without sight of the program: one process for each
timer of a patient, solved numerically where the program has closed forms.
"""

from .outcomes import outcomes
from .run import Result, simulate

__all__ = ["Result", "outcomes", "simulate"]
