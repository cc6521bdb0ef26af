"""The verdict of a check with its evidence, and checks made of exact comparisons."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from sim.simulation.records import Floats

QUADRATURE = 1e-6
"""Numerical integration errs by less; faults of practical size are a thousand times as large."""

LISTED = 5
"""The most faults that a verdict lists; the evidence gives their number."""


class Verdict(NamedTuple):
    """Passed or failed, None where the check does not apply, with the evidence in a sentence."""

    passed: bool | None
    evidence: str
    details: tuple[str, ...] = ()


class Case(NamedTuple):
    """One comparison, or one for each of several patients.

    `right` is True where the comparison holds: a single value, or an array with one value for each
    of `patients` (the numbers from 0 on where they are not given).
    """

    what: str
    right: Any
    patients: Any = None

    @property
    def wrong(self) -> list[str]:
        """The comparisons that do not hold, in words."""
        if np.ndim(self.right) == 0:
            return [] if self.right else [self.what]
        patients = np.arange(len(self.right)) if self.patients is None else self.patients
        return [f"{self.what}, patient {patient}" for patient in patients[~self.right]]


Cases = Callable[[Any], Iterable[Case]]
Verdicts = Callable[[Any], Iterable[Verdict]]

Gap = tuple[str, Floats, Any]
"""A name, relative differences between simulated and recalculated values, and whose they are."""


def not_applicable(why: str) -> Verdict:
    """The check does not apply to this scenario, and why."""
    return Verdict(None, why)


def exact(what: str, cases: Iterable[Case], note: str = "") -> Verdict:
    """Fails if any case is wrong. `what` names the cases; `note` is added to the evidence."""
    looked = list(cases)
    count = sum(np.size(case.right) for case in looked)
    wrong = [line for case in looked for line in case.wrong]
    if count == 0:
        return not_applicable(f"no {what} in this scenario")
    evidence = f"{count} {what}, {len(wrong)} wrong" + (f", {note}" if note else "")
    return Verdict(not wrong, evidence, tuple(wrong[:LISTED]))


def each(what: str) -> Callable[[Cases], Callable[[Any], Verdict]]:
    """Decorator: a check that yields cases and passes if each is right. `what` names the cases."""

    def decorated(cases: Cases) -> Callable[[Any], Verdict]:
        @functools.wraps(cases)
        def check(subject: Any) -> Verdict:
            return exact(what, cases(subject))

        return check

    return decorated


def near(what: str, gaps: Iterable[Gap]) -> Verdict:
    """Fails if a relative difference is larger than numerical integration explains."""
    looked = [gap for gap in gaps if len(gap[1])]
    furthest = max((float(relative.max()) for _, relative, _ in looked), default=0.0)
    cases = (Case(name, relative <= QUADRATURE, whose) for name, relative, whose in looked)
    return exact(what, cases, f"furthest {furthest:.0e}")


def together(verdicts: Verdicts) -> Callable[[Any], Verdict]:
    """Decorator: a check that yields verdicts, and fails with any of them.

    Verdicts that are not applicable are left out.
    """

    @functools.wraps(verdicts)
    def check(subject: Any) -> Verdict:
        every = list(verdicts(subject))
        held = [verdict for verdict in every if verdict.passed is not None]
        if not held:
            return every[0] if every else not_applicable("no such therapy in any arm")
        details = tuple(line for verdict in held for line in verdict.details)
        evidence = "; ".join(dict.fromkeys(verdict.evidence for verdict in held))
        return Verdict(all(verdict.passed for verdict in held), evidence, details)

    return check
