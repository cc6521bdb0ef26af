"""The benchmarks run, measure what they say, and their committed page is that of this program."""

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    __main__,
    child,
    figure,
    floor,
    forecasts,
    measured,
    page,
    processes,
    rounds,
    workload,
)
from benchmarks.forecasts import Course, Told
from benchmarks.processes import Run
from sim import outcomes
from sim.experiments import blocks, runs
from sim.simulation.model import next_kind, react, start
from sim.simulation.plain import plain
from sim.simulation.records import DEATH, END, KINDS, STATE

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
TARGETS = "Were the targets met?"
MB = 1e6

pytest.importorskip("numba")


def headings(text):
    """The questions of a page, and the columns of their tables."""
    return re.findall(r"^## .*|^\|.*\|(?=\n\| ---)", text, re.MULTILINE)


def rows(text, question):
    """The rows of the table under a question, each by column."""
    section = text.split(f"## {question}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    columns, _, *cells = [re.split(r" *\| *", line)[1:-1] for line in lines]
    return [dict(zip(columns, row, strict=True)) for row in cells]


@pytest.mark.validation
def test_a_quick_run_answers_every_question_and_writes_nothing():
    before = PAGE.read_bytes()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "benchmarks", "--quick"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert PAGE.read_bytes() == before
    check_answers(done.stdout, before.decode())


def check_answers(told, kept):
    """A page has the questions and targets of the one that is kept, and nothing is no number."""
    assert headings(told) == headings(kept)
    assert len(headings(told)) == 2 * (len(__main__.SECTIONS) + 1)  # and targets
    assert not re.search(r"\b(nan|inf)\b", told)
    meant = ["at least 100", "at least 60", "at least 0.5", "must be at most 2", "at least 1.7",
             "at most 1.2", "at most 1", "at most 1.1", "at most 300", "at least 1.7",
             "at most 1.2", "at most 2", "at most 0.7", "at most 1.5", "at most 1.5",
             "at most 1.5"]  # fmt: skip
    for text in (told, kept):
        assert [row["target"] for row in rows(text, TARGETS)] == meant
        assert {row["met"] for row in rows(text, TARGETS)} <= {"yes", "no", "not known"}


def test_the_page_and_its_figure_are_those_of_the_tables(tmp_path):
    tables = measured.read()
    assert [*tables] == [*__main__.SECTIONS]
    assert page.written(tables.values()) == PAGE.read_text(encoding="utf-8")
    for course in figure.courses_of(tables):
        assert [x for x, _ in course.points] == sorted({x for x, _ in course.points}), course.title
    figure.draw(tables, tmp_path / "drawn.svg")
    assert (tmp_path / "drawn.svg").read_bytes() == figure.FILE.read_bytes()


@pytest.mark.parametrize("stated", ["README.md", "docs/running.md"])
def test_the_pages_state_a_ratio_that_was_measured(stated):
    text = " ".join((ROOT / stated).read_text(encoding="utf-8").split())
    (times,) = re.findall(r"more than (\d+) times as many patients a second", text)
    (target,) = [t for t in measured.read()["engines"].targets if t.what.startswith("batch engine")]
    assert (float(times), target.met) == (target.limit, True)


def test_a_section_that_is_measured_again_leaves_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "FILE", tmp_path / "measured.json")
    monkeypatch.setattr(__main__, "PAGE", tmp_path / "page.md")
    target = page.Target("gain", "at least", 2.0, 3.0, must=True)
    first = page.Table("How fast?", ["what", "times"], [["loop", "1"]], "A note.", [target])
    other = page.Table("Where?", ["what"], [["here"]], "", [])
    __main__._write({"engines": first, "machine": other})
    assert measured.read() == {"engines": first, "machine": other}
    again = page.Table("How fast?", ["what", "times"], [["loop", "2"]], "", [])
    __main__._write({"engines": again})
    assert measured.read() == {"engines": again, "machine": other}
    assert rows((tmp_path / "page.md").read_text(), "How fast?") == [{"what": "loop", "times": "2"}]
    assert [*json.loads(measured.FILE.read_text())] == ["engines", "machine"]


@pytest.mark.parametrize(("measured_", "fails"), [(2.1, True), (2.0, False), (None, False)])
def test_only_a_target_that_must_be_met_fails_the_benchmark(measured_, fails, monkeypatch):
    must = page.Target("loop", "at most", 2.0, measured_, must=True)
    may = page.Target("gain", "at least", 2.0, 1.0)
    table = page.Table("How fast?", ["what"], [], "", [must, may])
    assert bool(page.missed([table])) == fails
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "engines"])
    monkeypatch.setattr(__main__, "SECTIONS", {"engines": lambda sizes: table})
    monkeypatch.setattr(__main__, "_write", lambda found: None)
    monkeypatch.setattr(__main__, "_draw", lambda: None)
    said = r"loop: at most 2 is needed, measured was 2\.1"
    with pytest.raises(SystemExit, match=said) if fails else contextlib.nullcontext():
        __main__.main()


@pytest.mark.parametrize(
    ("bound", "value", "cells"),
    [
        ("at least", 1.8, ["1.8", "yes"]),
        ("at least", 1.6, ["1.6", "no"]),
        ("at most", 1.6, ["1.6", "yes"]),
        ("at most", 1.8, ["1.8", "no"]),
        ("at most", None, ["not told", "not known"]),
    ],
)
def test_the_page_says_whether_a_target_was_met(bound, value, cells):
    target = page.Target("gain", bound, 1.7, value)
    text = page.written([page.Table("Why?", ["what"], [["this"]], "", [target])])
    (row,) = rows(text, TARGETS)
    assert [*row.values()] == ["gain", f"{bound} 1.7", *cells]


def test_gain_and_memory_are_those_of_the_largest_cohort():
    sorts = {
        (10, 1): Run([1.0], 50 * 2**20, []),
        (100, 1): Run([9.0], 200 * 2**20, []),
        (200, 2): Run([60.0, 50.0, 40.0], 700 * 2**20, [90.0, 90.0, 90.0]),
        (1000, 1): Run([90.0], 256 * 2**20, []),
        (1000, 2): Run([60.0], 700 * 2**20, [60.0]),
    }
    assert [target.measured for target in processes.targets(sorts)] == [1.8, 1.28, 0.25]
    assert [target.met for target in processes.targets(sorts)] == [True, False, True]
    sorts[1000, 1] = Run([90.0], None, [])
    assert [target.met for target in processes.targets(sorts)] == [True, None, None]


def test_a_forecast_is_the_first_from_a_time_on_or_else_the_last():
    course = Course([Told(1.0, 3.0), Told(2.5, 7.5), Told(6.0, 2.0)], 10.0)
    assert [course.forecast(at) for at in (0.0, 2.0, 7.0)] == [0.4, 1.0, 0.8]
    assert Course([], 10.0).forecast(2.0) is None


def test_the_worst_command_decides_whether_forecasts_are_good():
    """Half of the true time is as wrong as twice the true time; rounds count by their median."""
    right, half = Course([Told(2.0, 8.0)], 10.0), Course([Told(2.0, 3.0)], 10.0)
    assert forecasts.target({"run": [right], "sweep": [half, half, right]}).measured == 2.0
    assert forecasts.target({"run": [right], "sweep": [half, right, right]}).met
    assert forecasts.target({"run": [Course([], 10.0)]}).met is None


def test_things_take_turns_and_the_first_round_is_not_timed():
    done = []
    things = {name: lambda name=name: done.append(name) for name in ("slow", "fast")}
    times = rounds.take_turns(things, 2)
    assert done == ["slow", "fast"] * 3
    assert [len(times[name]) for name in things] == [2, 2]


def test_a_ratio_is_taken_within_each_round():
    """A machine that is twice as slow in one round slows both things in it."""
    assert rounds.faster([6.0, 12.0, 6.0], [2.0, 4.0, 2.0]) == 3
    assert rounds.median([1.0, 9.0, 2.0]) == 2
    assert page.with_range(rounds.ratios([6.0, 12.0, 10.0], [2.0, 3.0, 2.0])) == "4 (3 to 5)"
    assert page.with_range([1.0, 1.0]) == "1"


@pytest.mark.parametrize(
    ("value", "said"), [(1234567.0, "1,230,000"), (0.012345, "0.0123"), (99.96, "100")]
)
def test_numbers_have_three_digits(value, said):
    assert page.number(value) == said


def test_a_block_is_reduced_as_in_a_run():
    study = workload.study("cohort.patients=300")
    work, (inputs, logs) = workload.work_on(study), workload.followed(study, 300)
    whole = runs.reduce(study, engine="batch").sums
    in_steps = workload.summed(work, workload.records(study, inputs, logs))
    for table in (workload.reduced(work, inputs), in_steps, blocks.do(work, range(300)).sums):
        assert (table.labels, table.pairs) == (whole.labels, whole.pairs)
        assert (outcomes.added([table]).own == whole.own).all()
        assert (outcomes.added([table]).paired == whole.paired).all()


def test_drawn_inputs_are_those_that_are_followed():
    study = workload.study()
    inputs, logs = workload.followed(study, 30)
    for drawn, used, log in zip(workload.drawn(study, 30), inputs, logs, strict=True):
        assert (drawn.draws == used.draws).all()
        assert (drawn.patients == used.patients).all()
        assert drawn.params.tobytes() == used.params.tobytes()
        assert len(np.unique(log.patient)) == 30


@pytest.mark.share(2)
@pytest.mark.parametrize("settings", [(), ("fractures.review_every=3000 days",)])
def test_the_bare_loop_passes_the_events_of_the_engine(settings):
    inputs, logs = workload.followed(workload.study(*settings), 20)
    for arm, log in zip(inputs, logs, strict=True):
        copy = floor.blank(log)
        passed = floor.walk(next_kind, log, arm.draws, plain(arm.params), copy)
        assert passed == floor.events(arm, log)
        assert passed == pytest.approx(events_of_model(arm), rel=0.015)
        for name in ("patient", "day", "kind"):
            assert (getattr(copy, name) == getattr(log, name)).all()
        first = log.patient != np.roll(log.patient, 1)
        assert (copy.value[first] == arm.draws[:, 0]).all()


def events_of_model(inputs):
    """Events of all patients by the model itself, reviews among them."""
    params, count = plain(inputs.params), 0
    for record, draws in zip(inputs.patients, inputs.draws.tolist(), strict=True):
        state, due, patient = plain(np.zeros((), STATE)), [0] * KINDS, plain(record)
        start(state, due, patient, params, draws)
        kind = -1
        while kind not in (DEATH, END):
            kind = next_kind(due, params)
            react(kind, due[kind], state, due, patient, params, draws)
            count += 1
    return count


def test_patients_with_many_fractures_are_given_more_random_numbers():
    study = workload.study("fractures.base_rate=15 per year")
    inputs, logs = workload.followed(study, 5)
    assert inputs[0].draws.shape[1] > workload.drawn(study, 5)[0].draws.shape[1]
    assert max(log.value[log.kind < DEATH].max() for log in logs) > 8


@pytest.mark.validation
def test_memory_is_that_of_a_process_with_its_threads():
    _, alone = child.whole_run(20, 1)
    _, together = child.whole_run(20, 2)
    if sys.platform == "linux":
        so_far = child.most_memory()
        assert alone is not None
        assert together is not None
        assert so_far is not None
        assert alone <= together <= so_far < together + 50 * MB, "Python with its libraries once"


def test_a_process_tells_its_memory():
    peak = child.most_memory()
    if sys.platform == "linux":
        assert peak is not None
        assert 50 * MB < peak < 50_000 * MB
        assert child.most_memory(2**31) is None
    else:
        assert peak is None
