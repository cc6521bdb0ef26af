"""The benchmarks run, measure what they say, and their committed page is that of this program."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import blocks, floor, page, rounds
from sim.model import next_kind, react, start
from sim.schema import DEATH, END, KINDS, STATE, plain

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"

pytest.importorskip("numba")


def headings(text):
    """The questions of a page, and the columns of their tables."""
    return re.findall(r"^## .*|^\|.*\|(?=\n\| ---)", text, re.MULTILINE)


def test_a_quick_run_answers_every_question_and_writes_nothing():
    before = RESULTS.read_bytes()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "benchmarks", "--quick"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert RESULTS.read_bytes() == before
    assert headings(done.stdout) == headings(before.decode())
    assert len(headings(done.stdout)) == 2 * 7
    assert not re.search(r"\b(nan|inf)\b", done.stdout)


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


@pytest.mark.parametrize(
    ("value", "said"), [(1234567.0, "1,230,000"), (0.012345, "0.0123"), (99.96, "100")]
)
def test_numbers_have_three_digits(value, said):
    assert page.number(value) == said


@pytest.mark.parametrize("settings", [(), ("fractures.review_every=3000 days",)])
def test_the_bare_loop_passes_the_events_of_the_engine(settings):
    inputs, logs = blocks.sufficient(blocks.scenario(*settings), 0, 20)
    for arm, log in zip(inputs, logs, strict=True):
        copy = floor.blank(log)
        every = int(arm.params["review_every"])
        passed = floor.walk(next_kind, log, arm.draws, every, copy)
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
            kind = next_kind(due)
            react(kind, due[kind], state, due, patient, params, draws)
            count += 1
    return count


def test_patients_with_many_fractures_are_given_more_random_numbers():
    study = blocks.scenario("fractures.base_rate=15 per year")
    inputs, logs = blocks.sufficient(study, 0, 5)
    assert inputs[0].draws.shape[1] > blocks.lowered(study, 0, 5)[0].draws.shape[1]
    assert max(log.value[log.kind < DEATH].max() for log in logs) > 8


def test_a_process_tells_its_memory():
    peak = blocks.most_memory()
    if sys.platform == "linux":
        assert peak is not None
        assert 50e6 < peak < 50e9
    else:
        assert peak is None
