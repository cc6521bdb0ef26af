"""The loop in C of the benchmarks gives the log of the batch engine to the last bit, or refuses."""

import numpy as np
import pytest

from benchmarks import c_loop, workload
from sim.simulation.records import FRACTURE
from sim.vocabulary import SITES

pytest.importorskip("numba")
pytestmark = pytest.mark.skipif(not c_loop.is_possible(), reason=c_loop.NO_COMPILER)

LOSSES = [
    "effects.none.spine={mean: -14 %/year, sd: 1 %/year}",
    "effects.none.hip={mean: -12 %/year, sd: 1 %/year}",
    "fractures.base_rate=0.5 per 100 person-years",
    "fractures.sites.vertebral.gradient=4",
]
CASES = {
    "the base case": [],
    "beyond evidence, with losses": ["horizon=40 years", "beyond_evidence.rate=-2 %/year"],
    "half a year": ["horizon=6 months"],
    "many fractures": ["fractures.base_rate=15 per 100 person-years"],
    "fast losses without treatment": ["effects.none.spine.mean=-6 %/year", "horizon=12 years"],
    "frequent reviews": ["fractures.review_every=7 days"],
    "rare reviews": ["fractures.review_every=400 days", "horizon=10 years"],
    "a recent fracture": [
        "cohort.recent_fracture={share: 90 %, site: vertebral, ago: 30 days}",
        "fractures.sites.vertebral.imminent={factor: 10, for: 300 days}",
    ],
    "age and half doses": [
        "fractures.sites.hip.per_decade_of_age=2",
        "therapies.interferon.on_intolerance=[halve, stop]",
        "therapies.interferon.for=14 months",
        "therapies.interferon.hazard_by_dose=0.7",
    ],
    "losses in one long stretch": [
        *LOSSES, "horizon=30 months", "therapies.pamidronate.schedule=[{every: 36 months}]",
    ],
    "losses that an infusion turns": [
        *LOSSES, "therapies.pamidronate.start=24 months", "therapies.interferon.start=24 months",
        "effects.pamidronate.spine={mean: 30 %/year, sd: 1 %/year}",
        "effects.interferon + pamidronate.spine={mean: 30 %/year, sd: 1 %/year}",
    ],
    "losses beyond evidence": [
        *LOSSES, "horizon=58 months", "effects.none.spine.mean=0 %/year",
        "therapies.pamidronate.start=59 months", "therapies.interferon.start=59 months",
        "beyond_evidence={after: 24 months, rate: -14 %/year}",
    ],
    "old age": ["fractures.sites.other.per_decade_of_age=8", "horizon=20 years"],
    "a gradient of 1": ["fractures.sites.other.gradient=1"],
}  # fmt: skip


@pytest.fixture(scope="module")
def loop():
    return c_loop.CLoop()


@pytest.mark.share(2)
@pytest.mark.parametrize("case", CASES)
def test_the_log_is_that_of_the_batch_engine(case, loop):
    inputs, logs = workload.followed(workload.study(*CASES[case]), 200)
    for arm, log in zip(inputs, logs, strict=True):
        full, screened = loop.simulate(arm, screens=False), loop.simulate(arm, screens=True)
        assert c_loop.equal(full.log, log)
        assert c_loop.equal(screened.log, log)
        assert full.again == 0
        fractured = log.patient[(log.kind >= FRACTURE) & (log.kind < FRACTURE + len(SITES))]
        assert len(np.unique(fractured)) <= screened.again <= 200


def test_a_log_that_is_full_goes_on_in_another_one(loop, monkeypatch):
    (inputs, *_), (log, *_) = workload.followed(workload.study(), 30)
    monkeypatch.setattr(c_loop, "ROWS", 1)
    assert c_loop.equal(loop.simulate(inputs, screens=True).log, log)


def test_without_any_hazard_nobody_is_followed_again(loop):
    settings = ["fractures.base_rate=0 per year", "fractures.frailty_variance=0"]
    (inputs, *_), (log, *_) = workload.followed(workload.study(*settings), 100)
    found = loop.simulate(inputs, screens=True)
    assert found.again == 0
    assert c_loop.equal(found.log, log)


def test_nobody_stands_whose_hazard_is_no_number(loop):
    (inputs, *_), _ = workload.followed(workload.study(), 20)
    inputs.params["log_base"] = np.nan
    assert loop.simulate(inputs, screens=True).again == 20


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (["accrual=compound"], "reading"),
        (["loss={probability: 2 %, by: 24 months}"], "loss_hazard"),
        (["therapies.pamidronate.given=80 %"], "given"),
        (["effects.interferon + pamidronate.fracture_ratio.hip=0.5"], "has_ratio"),
        (["therapies.interferon.intolerance={exponential: {rate: 0.2 per year}}"], "family"),
        (["fractures.sites.hip.gradient=0.8"], "log_gradient"),
    ],
)
def test_what_the_loop_does_not_know_is_refused_by_name(settings, named, loop):
    inputs = workload.drawn(workload.study(*settings), 2)[0]
    with pytest.raises(ValueError, match=named):
        loop.simulate(inputs, screens=False)
