"""Lines of progress: the time left, whatever it took to begin."""

import re

import pytest

from sim.cli import progress


class Clock:
    """A clock that the test sets."""

    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    one = Clock()
    monkeypatch.setattr(progress, "time", one)
    return one


def forecasts(clock, capsys, reports):
    """Seconds left that are told: by the time of the report, for (seconds, done) of 1,000."""
    tell, told = progress._lines("patients", tells_time=True), {}
    for at, done in reports:
        clock.now = 100.0 + at
        tell(done, 1000)
        found = re.search(r"about (\d+) s left", capsys.readouterr().err)
        if found:
            told[at] = int(found[1])
    return told


def test_the_time_left_leaves_out_what_it_took_to_begin(clock, capsys):
    """Twelve seconds of compiling, then 10 patients each second."""
    reports = [(12 + second, 10 + 10 * second) for second in range(33)]
    told = forecasts(clock, capsys, reports)
    assert told == {14: 97, 44: 67}


def test_a_single_piece_that_takes_long_is_told_by_all_of_its_time(clock, capsys):
    assert forecasts(clock, capsys, [(50, 250)]) == {50: 150}


def test_lines_come_every_half_minute(clock, capsys):
    told = forecasts(clock, capsys, [(second / 2, second) for second in range(1, 200)])
    assert [*told] == [2.5, 32.5, 62.5, 92.5]
    assert told[32.5] == pytest.approx((1000 - 65) / 2, abs=1)


def test_two_workers_that_report_together_do_not_halve_the_time(clock, capsys):
    """Pieces of 10 patients, two at a time, each pair in half a second."""
    reports = [(3 + pair / 2 + tick / 1000, 20 * pair + 10 * tick)
               for pair in range(1, 12) for tick in (0, 1)]  # fmt: skip
    told = forecasts(clock, capsys, reports)
    at, left = next(iter(told.items()))
    done = dict(reports)[at]
    assert left == pytest.approx((1000 - done) / 40, rel=0.3)
