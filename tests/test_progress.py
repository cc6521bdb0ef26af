"""Lines of progress: the time left, whatever it took to begin."""

import re

import pytest

from sim.cli import progress, time_left
from sim.experiments.endings import Ending

NO_ENDING = Ending(0.0)


class Clock:
    """A clock that the test sets."""

    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    one = Clock()
    monkeypatch.setattr(progress, "time", one)
    monkeypatch.setattr(time_left, "time", one)
    return one


def forecasts(clock, capsys, reports, ending=NO_ENDING):
    """Seconds left that are told: by the time of the report, for (seconds, done) of 1,000."""
    tell, told = progress._lines("patients", time_left.TimeLeft(ending)), {}
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


def test_two_workers_say_nothing_before_their_speed_is_known(clock):
    left = time_left.TimeLeft(NO_ENDING)
    for at, done in [(3.0, 10), (3.01, 20), (3.6, 30), (3.61, 40)]:
        clock.now = 100.0 + at
        left.tell(done, 1000)
        assert (left.seconds() is None) == (at < 3.5)
    assert left.seconds() == pytest.approx(960 * 0.6 / 20, rel=0.05)


def test_the_ending_counts_during_the_work_and_after_it(clock, capsys):
    """Twenty seconds for tables, and a tenth of a second for each of 1,000 patients."""
    reports = [(12 + second, 10 + 10 * second) for second in range(3)]
    assert forecasts(clock, capsys, reports, Ending(20.0, 0.1)) == {14: 97 + 20 + 100}
    left = time_left.TimeLeft(Ending(20.0))
    left.tell(10, 10)
    clock.now += 5
    assert str(left) == "about 15 s left"
    clock.now += 50
    assert left.seconds() == 0.0


def test_work_that_begins_anew_is_timed_anew(clock):
    left = time_left.TimeLeft(NO_ENDING)
    for at, done in [(0, 100), (10, 200), (11, 10), (12, 20)]:
        clock.now = 100.0 + at
        left.tell(done, 300)
    assert left.seconds() == 28


def test_reports_before_the_final_speed_do_not_count(clock):
    """SimPy follows few patients slowly, until the batch engine is compiled."""
    ready: list[bool] = []
    left = time_left.TimeLeft(NO_ENDING, lambda: bool(ready))
    for at, done in [(1, 10), (10, 20), (12, 100), (13, 200)]:
        clock.now = 100.0 + at
        ready.extend([True] * (at == 12))
        left.tell(done, 1000)
    assert left.seconds() == 8


def test_many_reports_are_not_all_kept(clock):
    left = time_left.TimeLeft(NO_ENDING)
    for second in range(10_000):
        clock.now = 100.0 + second
        left.tell(second, 20_000)
    assert len(left.reports) <= time_left.MOST
    assert left.seconds() == pytest.approx(10_001)


def test_steps_of_very_different_length_begin_with_their_usual_time(clock):
    """The first takes ten times as long as is usual, and counts as one of thirty-one."""
    left = time_left.TimeLeft(Ending(0.0, usual=0.1))
    for at, done in [(0.0, 1), (1.0, 2)]:
        clock.now = 100.0 + at
        left.tell(done, 102)
    assert left.seconds() == pytest.approx(100 * (30 * 0.1 + 1.0) / 31)
