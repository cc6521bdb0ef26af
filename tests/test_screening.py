"""Screening: a life that stands is the life that is followed in full, and its bounds hold."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import load
from sim.simulation import batch_engine, lives, lowering, records
from sim.simulation.lowering.screening import may_be_screened
from sim.simulation.model import screening
from sim.simulation.plain import plain
from sim.simulation.records import OutOfDraws
from sim.simulation.simulate import inputs_of
from tests.depth import examples
from tests.generated import BASE, scenarios

PATIENTS = 40


def lowered(settings, patients=PATIENTS):
    scenario = load(BASE, settings).scenario
    return list(inputs_of(lowering.protocol(scenario, 64), range(patients)).values())


def in_full(inputs):
    """The same inputs, whose lives are not screened."""
    params = inputs.params.copy()
    params["screens"] = 0
    return inputs._replace(params=params)


def log(inputs, follow=None):
    try:
        return b"".join(column.tobytes() for column in batch_engine.simulate(inputs, follow))
    except OutOfDraws:
        return None


def assert_stands(settings):
    for inputs in lowered(settings):
        assert log(inputs) == log(in_full(inputs))


@given(scenarios())
@examples(40)
def test_a_screened_life_is_the_life_in_full(values):
    assert_stands(values)


LOSS = ("effects.none.spine.mean=-6 %/year", "effects.none.hip.mean=-6 %/year")
STRESSES = {
    "many fractures": ("fractures.base_rate=15 per 100 person-years",),
    "losses": LOSS,
    "losses that compound": (*LOSS, "accrual=compound"),
    "losses that saturate": (
        *LOSS,
        "accrual={saturating: {time_constant: 12 months, window: 24 months}}",
    ),
    "loss after a plateau": ("accrual={plateau: {months: 12 months, then: -3 %/year}}",),
    "losses beyond the evidence": (
        "beyond_evidence.after=12 months",
        "beyond_evidence.rate=-4 %/year",
    ),
    "bone that rises and falls": (
        "effects.interferon + pamidronate.spine.mean=-9 %/year",
        "effects.interferon + pamidronate.spine.sd=9 %/year",
    ),
    "gradient 100": ("fractures.sites.vertebral.gradient=100",),
    "gradient 0.01": ("fractures.sites.vertebral.gradient=0.01",),
    "hazards that rise with age": ("fractures.sites.hip.per_decade_of_age=5",),
    "hazards that fall with age": ("fractures.sites.vertebral.per_decade_of_age=0.3",),
    "a recent fracture at entry": (
        "cohort.recent_fracture={share: 60 %, site: vertebral, ago: 30 days}",
        "fractures.sites.vertebral.imminent={factor: 5, for: 400 days}",
    ),
    "frailty": ("fractures.frailty_variance=8",),
    "rare reviews": ("fractures.review_every=365 days", *LOSS),
    "losses after stopping": (
        "therapies.pamidronate.schedule=[{every: 1 month, for: 12 months}]",
        "therapies.pamidronate.after_stopping={for: 24 months, spine: -10 %/year, hip: -8 %/year, "
        "fracture_ratio: {vertebral: 4}}",
    ),
    "a regimen that protects": (
        "effects.pamidronate.fracture_ratio={vertebral: 0.4, hip: 0.5}",
    ),
    "a regimen that harms": ("effects.pamidronate.fracture_ratio={vertebral: 3}",),
}  # fmt: skip


@pytest.mark.parametrize("horizon", ["60 months", "30 years"])
@pytest.mark.parametrize("name", STRESSES)
def test_under_stress(name, horizon):
    assert_stands((*STRESSES[name], f"horizon={horizon}"))


@given(
    rate=st.integers(1, 60),
    gradients=st.tuples(*[st.floats(-2, 2).map(lambda x: f"{10**x:.3g}")] * 3),
    age=st.sampled_from(["0.5", "1", "2.5"]),
    loss=st.integers(-12, 3),
    rule=st.sampled_from(["linear", "compound"]),
    every=st.integers(1, 365),
    variance=st.sampled_from(["0", "1", "6"]),
)
@examples(20)
def test_no_life_that_breaks_is_left(rate, gradients, age, loss, rule, every, variance):
    sites = zip(("vertebral", "hip", "other"), gradients, strict=True)
    assert_stands((
        f"fractures.base_rate={rate} per 100 person-years",
        *(f"fractures.sites.{site}.gradient={gradient}" for site, gradient in sites),
        *(f"fractures.sites.{site}.per_decade_of_age={age}" for site in ("vertebral", "hip")),
        *(f"effects.none.{bone}.mean={loss} %/year" for bone in ("spine", "hip")),
        f"accrual={rule}", f"fractures.review_every={every} days",
        f"fractures.frailty_variance={variance}", "horizon=8 years",
    ))  # fmt: skip


def test_a_wrong_bound_is_seen(monkeypatch):
    """Bone that is bounded too high lets lives stand that break."""
    monkeypatch.setattr(screening, "least_bmd", lambda *given: 2.0)
    inputs = lowered(STRESSES["many fractures"])[1]
    plainly = lives.follow_plainly
    assert log(inputs, plainly) != log(in_full(inputs), plainly)


def share_again(inputs):
    """Share of lives that are followed again, and share of patients with a fracture."""
    params, again, broken = plain(inputs.params), 0, 0
    for patient, draws in zip(inputs.patients, inputs.draws, strict=True):
        for screened in (1, 0):
            state, due = plain(np.zeros((), records.STATE)), [0] * records.KINDS
            state.screened = screened
            rows = lives.empty_log(1000)
            follow = state, due, plain(patient), params, draws.tolist(), rows, 0
            again += lives.live(0, *follow) == lives.AGAIN
        broken += sum(state.fractures) > 0
    return again / len(inputs.patients), broken / len(inputs.patients)


def test_few_lives_without_a_fracture_are_followed_again():
    """The bound is useful: hardly more lives are followed again than have a fracture."""
    for inputs in lowered((), 300):
        again, broken = share_again(inputs)
        assert broken <= again <= broken + 0.03


@pytest.mark.parametrize("left", [math.nan, 0.0, -1.0])
def test_what_cannot_be_told_is_followed_again(left):
    inputs = lowered((), 1)[1]
    state, patient = plain(np.zeros((), records.STATE)), plain(inputs.patients[0])
    state.hazard_left = [1.0, left, 1.0]
    state.bmd = state.least_bmd = [1.0, 1.0]
    assert not screening.stands(0, state, patient, plain(inputs.params))
    state.hazard_left, state.may_break = [1.0, 1.0, 1.0], 0
    assert screening.stands(0, state, patient, plain(inputs.params))


def test_the_bound_of_a_constant_hazard_is_that_hazard():
    """Bone at one value for 100 days, no age factor: hazard x days x (1 + 1e-9), by hand."""
    inputs = lowered((), 1)[1]
    state, patient = plain(np.zeros((), records.STATE)), plain(inputs.patients[0])
    params = plain(inputs.params)
    params.log_age, params.log_base, params.most_log_hazard = [0.0] * 3, [-9.0] * 3, 0.0
    params.log_gradient, patient.log_risk = [0.5] * 3, 0.25
    patient.reference_mean, patient.reference_sd = [1.0, 1.0], [0.1, 0.1]
    state.hazard_left, state.least_bmd = [1.0, 1.0, 1.0], [0.8, 0.9]
    screening.use_up_bounds(100, state, patient, params)
    used = [100 * math.exp(-9 + 0.25 + 0.5 * t) for t in (2.0, 1.0, 1.0)]
    assert [1 - left for left in state.hazard_left] == pytest.approx(used, rel=2e-9)


CLOSED = {
    "log_gradient": [0.1, -0.1, 0.1],
    "own_rows": 1,
    "log_ratio": [[0, 0.1], [0, 0], [0, 0], [0, 0]],
    "mortality": [[0, 0], [0, 0], [0, 0], [0, -0.1]],
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_has_no_bound_is_not_screened(name):
    params = {
        "log_gradient": np.array([0.1, 0.0, 0.3]),
        "own_rows": 0,
        "log_ratio": np.array([[0.2, -0.1], [0, 0], [0, 0], [0, 0]]),
    }
    assert may_be_screened(params)
    params["log_ratio" if name == "mortality" else name] = np.array(CLOSED[name])
    assert not may_be_screened(params)


def test_the_base_case_is_screened_by_the_batch_engine():
    assert all(inputs.params["screens"] for inputs in lowered((), 1))


@given(scenarios())
@examples(20)
def test_an_arm_has_no_event_of_a_kind_that_is_not_looked_for(values):
    for inputs in lowered(values, 5):
        params = plain(in_full(inputs).params)
        others = set(range(records.KINDS)) - set(params.kind[: params.kinds])
        for patient, draws in zip(inputs.patients, inputs.draws, strict=True):
            state, due = plain(np.zeros((), records.STATE)), [0] * records.KINDS
            rows = lives.empty_log(4000)
            lives.live(0, state, due, plain(patient), params, draws.tolist(), rows, 0)
            assert all(due[kind] == records.NEVER for kind in others)
