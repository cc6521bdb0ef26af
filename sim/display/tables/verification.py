"""The lines of a verification: the verdict of each check and the numbers behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.display.tables import Printout

VERDICT = 14
"""Characters of the column of verdicts."""


FAILED = "failed"


def printout(scenario: str, checks: Sequence[Mapping[str, Any]]) -> Printout:
    """Two lines for each check that failed, and the count of verdicts at the end.

    Each check has `check`, `answers`, `verdict`, `evidence` and `details`.
    """
    counts = Counter(str(check["verdict"]) for check in checks)
    total = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    lines = [line for check in checks if check["verdict"] == FAILED for line in _lines(check)]
    return Printout((), (*lines, f"{scenario}: {total}."))


def details(checks: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Two lines for each check that did not fail."""
    return tuple(line for check in checks if check["verdict"] != FAILED for line in _lines(check))


def _lines(check: Mapping[str, Any]) -> Iterator[str]:
    yield f"{check['verdict']:{VERDICT}} {check['check']} ({check['answers']})"
    yield from (f"{'':{VERDICT}} {line}" for line in (check["evidence"], *check["details"]))
