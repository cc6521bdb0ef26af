"""The time that a command still takes, from its reports of progress.

Libraries are loaded, the model is compiled and workers start before the first report; all of this
happens once, so the speed is that after the first reports. Tables and figures follow after the last
report, and count as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sim.experiments.endings import Ending

MOST = 64
"""Reports that are kept; of more, every second one is forgotten."""

BEGINNING = 0.25
"""Share of the time since the first report whose reports are the beginning: several workers report
one shortly after the other, and between such reports lies no work."""

EVIDENCE = 0.5
"""Seconds between reports from which the speed is known."""

BELIEVED = 30
"""So many measured times count as much as the usual time that an ending tells."""

WAIT, LONG = 2.0, 30.0
"""The first report alone, whose time is that of beginning as well, is worth a forecast if no other
follows within the seconds of the first number, or if it took longer than the second."""


class TimeLeft:
    """The time left of a command, told in words as its text.

    Parameters
    ----------
    ending : Ending
        What follows the counted work.
    is_steady : callable, optional
        Whether the work has its final speed; reports before that do not count.
    """

    def __init__(self, ending: Ending, is_steady: Callable[[], bool] = lambda: True) -> None:
        self.ending, self.is_steady = ending, is_steady
        self.began = time.monotonic()
        self.reports: list[tuple[float, int]] = []
        self.total = 0

    def tell(self, done: int, total: int) -> None:
        """Note that so much is done of so much; where less is done than before, work began anew."""
        if self.reports and done < self.reports[-1][1]:
            self.reports.clear()
        self.total = total
        if self.reports or self.is_steady():
            self.reports.append((time.monotonic(), done))
        if len(self.reports) > MOST:
            self.reports = [*self.reports[:-1:2], self.reports[-1]]

    def seconds(self) -> float | None:
        """Seconds left, with those of the ending; None where that is not known yet."""
        if not self.reports:
            return None
        now, (last, done) = time.monotonic(), self.reports[-1]
        ending = self.ending.after(self.total)
        if done >= self.total:
            return max(last + ending - now, 0.0)
        pace = self._pace(now)
        return None if pace is None else max(last + pace * (self.total - done) - now, 0.0) + ending

    def _pace(self, now: float) -> float | None:
        """Seconds for one of what is counted; None before enough is known."""
        (first, _), (last, done) = self.reports[0], self.reports[-1]
        edge = first + BEGINNING * (last - first)
        since, before = next(r for r in reversed(self.reports) if r[0] <= edge)
        if usual := self.ending.usual:
            return (BELIEVED * usual + last - since) / (BELIEVED + done - before)
        if done > before and last - since >= EVIDENCE:
            return (last - since) / (done - before)
        is_alone = now - last >= WAIT or (last == first and first - self.began >= LONG)
        return (last - self.began) / done if is_alone and done else None

    def __str__(self) -> str:
        left = self.seconds()
        return "" if left is None else f"about {_in_words(left)} left"


def _in_words(seconds: float) -> str:
    from sim.experiments.forecast import in_words

    return f"{seconds:.0f} s" if seconds < 600 else in_words(seconds)
