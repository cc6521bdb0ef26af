"""What a block held goes when it is no longer needed, and free memory goes back to the system."""

import gc
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import outcomes
from sim.scenario import load
from sim.simulation import batch_engine
from sim.simulation.simulate import inputs_of, names_of, protocol_of, read_arms
from sim.workers import memory

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"


def bytes_in_memory():
    lines = Path("/proc/self/status").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("VmRSS")]
    return 1024 * int(kilobytes)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_free_memory_goes_back_to_the_system():
    with memory.kept_for_blocks():
        kept = [np.ones(8000) for _ in range(2000)]  # no memory of their own: the C library's
        del kept[:-1]
        before = bytes_in_memory()
    assert before - bytes_in_memory() > 64e6
    assert kept[0].sum() == 8000


def test_the_log_of_an_arm_is_gone_when_the_next_arm_is_followed(monkeypatch):
    read: list[weakref.ref[Any]] = []
    simulate = batch_engine.simulate

    def follow(inputs):
        assert all(log() is None for log in read)
        return simulate(inputs)

    def read_one(inputs, log):
        read.append(weakref.ref(log.day))

    monkeypatch.setattr(batch_engine, "simulate", follow)
    read_arms(protocol_of(load(BASE)), range(5), "batch", read_one)
    assert len(read) == 2


def test_records_of_an_arm_do_not_hold_the_inputs_of_the_engine():
    study = load(BASE)
    protocol = protocol_of(study)
    held: list[weakref.ref[Any]] = []

    def read(inputs, log):
        held.extend(weakref.ref(array) for array in (inputs.draws, inputs.patients, log.day))
        return outcomes.arm_records(inputs, log, names_of(study))

    records = read_arms(protocol, range(5), "batch", read)
    gc.collect()
    assert [ref() for ref in held] == [None] * 6
    people = inputs_of(protocol, range(5))["pamidronate"].patients
    assert np.array_equal(records["pamidronate"].known["age_years"], people["age"])
