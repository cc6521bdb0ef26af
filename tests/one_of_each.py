"""A small result of each kind, made as a user makes it, for tests that look at all kinds."""

from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from sim.experiments import verification
from sim.experiments.verification.checks import CHECKS, run_checks
from tests.tiny_sweeps import RATE, table, wrote

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
POOR = BASE.with_name("poor-attendance.yaml")
GIVEN = "therapies.pamidronate.given=80 %"
SHORT = ("--set", "horizon=12 months")
LONGER = "horizon=36 months"
QUICK = {
    "Entry values and doses match the file and the draws",
    "All arms have the same patients and random numbers",
    "Every patient is measured at every visit",
    "Errors of differences account for pairing",
}
MADE_BY = {
    "run": ("run", BASE, "--set", GIVEN, *SHORT, "--patients", 8),
    "comparison": ("compare", BASE, POOR, *SHORT, "--patients", 8),
    "readings": ("readings", BASE, "--set", LONGER, "--patients", 8),
    "emulation": ("emulate", BASE, "--trials", 3),
    "power": ("power", BASE, *SHORT, "--trials", 3, "--sizes", "2,4"),
    "verification": ("verify", BASE, "--patients", 50),
}
"""The command that makes a small result of each kind; that of a sweep needs a file."""


@contextmanager
def few_checks():
    """Four quick checks stand for all: all of them are done in test_verify."""
    few = partial(run_checks, checks=[check for check in CHECKS if check.name in QUICK])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "run_checks", few)
        yield


def make(out, mastosim):
    """Make one of each kind below `out / "results"`; what each command printed."""
    swept = wrote(out, f"design: grid\n{table({RATE: '{values: [2 per 100 person-years]}'})}")
    sweep, printed = ("sweep", swept, "--patients", 10), {}
    for kind, words in {**MADE_BY, "sweep": sweep}.items():
        told = mastosim(*words, "-q", "--out", out / "results")
        assert told.returncode in (0, 5), told.stderr
        printed[kind] = told.stdout
    return printed
