"""Patients followed event by event, against closed forms, quadrature and differential equations."""

import copy
import csv
import functools
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad, solve_ivp

import sim.evidence
from sim.experiments import runs
from sim.scenario import ScenarioError, from_document, load
from sim.simulation.batch_engine import simulate
from sim.simulation.lowering import protocol
from sim.simulation.records import (
    BREAKS,
    DEATH,
    DIES,
    END,
    FRACTURE,
    INFUSION,
    INTOLERANCE,
    KINDS,
    MEASURE,
    PLAN,
    REACTION,
    REVIEW,
    OutOfDraws,
)
from sim.simulation.simulate import inputs_of

SCENARIO = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
YEAR = 365.25
MONTH = YEAR / 12
SPINE, HIP, CTX, BALP, TRYPTASE = range(5)
PAMIDRONATE, INTERFERON, ZOLEDRONATE = 0, 1, 2  # slots in the order of the file
VERTEBRAL, OTHER = 0, 2

# The day of the k-th published infusion, counted out by hand from 30.4375 days a month.
MONTHLY = [0, 30, 61, 91, 122, 152, 183, 213, 244, 274, 304, 335,
           365, 396, 426, 457, 487, 517, 548, 578, 609, 639, 670, 700]  # fmt: skip
QUARTERLY = [730, 822, 913, 1004, 1096, 1187, 1278, 1370, 1461, 1552, 1644, 1735]
PUBLISHED = MONTHLY + QUARTERLY
LAST_DAY = 1826


@functools.cache
def base():
    return load(SCENARIO).document


NOTHING = {"mean": "0 %/year", "sd": "0 %/year"}

# Everyone alike, nothing measured with error, no fractures, no deaths, nobody stops.
CERTAIN = {
    "cohort.age.normal.sd": "0 years",
    "cohort.weight.normal.sd": "0 kg",
    "cohort.spine_t.normal.sd": "0",
    "cohort.hip_t.normal.sd": "0",
    "cohort.ctx.lognormal.sd": "0 pg/mL",
    "cohort.balp.normal.sd": "0 IU",
    "cohort.tryptase.lognormal.sd": "0 ug/L",
    "cohort.female": "100 %",
    **{f"effects.{regimen}.{bone}.sd": "0 %/year"
       for regimen in ("none", "pamidronate", "interferon", "interferon + pamidronate")
       for bone in ("spine", "hip")},
    **{f"markers.{marker}.spread": "0" for marker in ("ctx", "balp", "tryptase")},
    **{f"measurement.{quantity}": "0 %"
       for quantity in ("spine", "hip", "ctx", "balp", "tryptase")},
    "therapies.interferon.intolerance": None,
    "fractures.base_rate": "0 per year",
    "fractures.frailty_variance": "0",
    "mortality.standardised_mortality_ratio": "0",
}  # fmt: skip
ENTRY = {  # of a patient of the certain cohort
    SPINE: 1.047 - 3 * 0.110,
    HIP: 0.942 - 1.9 * 0.122,
    CTX: 357.0,
    BALP: 20.0,
    TRYPTASE: 49.0,
}
STILL = {"effects.none.spine": NOTHING, "effects.none.hip": NOTHING}
UNTREATED: dict[str, Any] = {"arms": {"untreated": []}}
QUIET = {"visits": {"dxa": ["every 100 years"], "markers": ["every 100 years"]}}
SELDOM = {**QUIET, "fractures.review_every": "36500 days"}  # where the hazard is constant


def study(*changes):
    """The base case with texts at dotted paths; None takes a key away."""
    document = copy.deepcopy(base())
    for path, value in itertools.chain.from_iterable(change.items() for change in changes):
        *above, last = path.split(".")
        place = document
        for key in above:
            place = place.setdefault(key, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = copy.deepcopy(value)
    return from_document(document, ())


def follow(*changes, patients=1, arm=None, fractures=8):
    """Inputs and log of one arm (the first)."""
    scenario = study(*changes).scenario
    arms = inputs_of(protocol(scenario, fractures), range(patients))
    inputs = arms[arm or next(iter(scenario.arms))]
    return inputs, simulate(inputs)


def measured(log, quantity, patient=0):
    """Measured values of a quantity by day."""
    rows = (log.kind == MEASURE + quantity) & (log.patient == patient)
    return dict(zip(log.day[rows].tolist(), log.value[rows].tolist(), strict=True))


def days_of(log, kind, patient=0):
    return log.day[(log.kind == kind) & (log.patient == patient)].tolist()


def first_days(log, kind, patients):
    """Day of each patient's first event of a kind, infinite where there is none."""
    days = np.full(patients, np.inf)
    rows = log.kind == kind
    np.minimum.at(days, log.patient[rows], log.day[rows])
    return days


def counts(log, kind, patients):
    return np.bincount(log.patient[log.kind == kind], minlength=patients)


def assert_share(found, expected, of):
    """A share of `of` patients lies within 4.5 binomial standard errors of its expectation."""
    error = math.sqrt(expected * (1 - expected) / of)
    assert abs(found - expected) <= 4.5 * error, f"{found} for {expected} (SE {error:.2g})"


def assert_total(found, probabilities):
    """A number of patients with an event, each with a probability of their own."""
    expected = np.sum(probabilities)
    error = math.sqrt(np.sum(probabilities * (1 - probabilities)))
    assert abs(found - expected) <= 4.5 * error, f"{found} for {expected} (SE {error:.2g})"


# --- kinetics, by hand ------------------------------------------------------------------------


def decay(half_life):
    return math.log(2) / half_life


def mean_exposure(infusions, over, half_life):
    """Mean over the days until `over` of the sum of exp(-k (t - infusion)), by quadrature."""
    k = decay(half_life)
    areas = [quad(lambda t: math.exp(-k * t), 0, over - day, epsabs=1e-13)[0] for day in infusions]
    return sum(areas) / over


def exposed_days(infusions, until, since=0):
    """Integral over a time of the action that infusions of the published dose have."""
    k, full = decay(45), mean_exposure(PUBLISHED, LAST_DAY, 45)
    total = 0.0
    for day in infusions:
        if day < until:
            begins = max(since - day, 0)
            total += quad(lambda t: math.exp(-k * t), begins, until - day, epsabs=1e-13)[0]
    return total / full


def reference_effect(infusions, over, half_life, onset_half_life, half_effect=0.15):
    """Saturated effect at the end of a plan of action 1: a convolution, infusion by infusion."""
    k, onset = decay(half_life), decay(onset_half_life)
    at_site = sum(
        quad(lambda s, t=over - day: onset * math.exp(-onset * (t - s) - k * s), 0, over - day,
             points=[max(0, over - day - 20 / onset)], epsabs=1e-13, limit=200)[0]
        for day in infusions
    ) / mean_exposure(infusions, over, half_life)  # fmt: skip
    return at_site / (half_effect + at_site)


# --- schedules --------------------------------------------------------------------------------


def test_the_published_plan_has_24_monthly_and_12_quarterly_infusions_on_their_days():
    inputs, log = follow(CERTAIN)
    assert days_of(log, INFUSION + PAMIDRONATE) == PUBLISHED
    assert len(PUBLISHED) == 36
    doses = log.value[log.kind == INFUSION + PAMIDRONATE]
    assert doses == pytest.approx([68.0] * 36, rel=1e-14)
    assert inputs.params["horizon"] == LAST_DAY
    assert log.day[-1] == LAST_DAY
    assert log.kind[-1] == END


def test_measurements_happen_on_the_last_day_and_infusions_do_not():
    _, log = follow(CERTAIN, {"horizon": "6 months"})
    assert days_of(log, INFUSION + PAMIDRONATE) == MONTHLY[:6]
    assert list(measured(log, CTX)) == [0, 91, 183]
    _, longer = follow(CERTAIN, {"horizon": "184 days"})
    assert days_of(longer, INFUSION + PAMIDRONATE) == MONTHLY[:7]


def test_visits_fall_on_their_days():
    _, log = follow(CERTAIN)
    assert list(measured(log, SPINE)) == [0, 365, 730, 1096, 1461, 1826]
    assert list(measured(log, HIP)) == [0, 365, 730, 1096, 1461, 1826]
    for marker in (CTX, BALP, TRYPTASE):
        assert list(measured(log, marker)) == [0, 91, 183, 365, 730, 1096, 1461, 1826]


def test_a_schedule_starts_late_and_its_phases_count_from_their_own_beginning():
    phases = [{"every": "10 days", "for": "25 days"}, {"every": "1 month", "for": "50 days"},
              {"every": "3 weeks"}]  # fmt: skip
    plan = {"therapies.pamidronate.schedule": phases, "therapies.pamidronate.start": "7 days"}
    _, log = follow(CERTAIN, plan, {"horizon": "130 days"})
    # 7 + 25 = 32; 32 + 50 = 82
    assert days_of(log, INFUSION + PAMIDRONATE) == [7, 17, 27, 32, 62, 82, 103, 124]


def test_the_mean_action_of_the_published_plan_is_exactly_one():
    inputs, log = follow(CERTAIN)
    adds, k = inputs.patients["dose_action"][0, PAMIDRONATE], decay(45)
    given = days_of(log, INFUSION + PAMIDRONATE)

    def action(t):
        return adds * sum(math.exp(-k * (t - day)) for day in given if day <= t)

    pieces = itertools.pairwise([*given, LAST_DAY])
    mean = sum(quad(action, a, b - 1e-12, epsabs=1e-12)[0] for a, b in pieces) / LAST_DAY
    assert mean == pytest.approx(1, abs=1e-9)


def test_bone_gains_what_a_mean_action_of_one_gains():
    _, log = follow(CERTAIN, STILL, arm="pamidronate")
    gained = measured(log, SPINE)[LAST_DAY] / measured(log, SPINE)[0] - 1
    assert gained == pytest.approx(0.024 * LAST_DAY / YEAR, rel=1e-9)


# --- the free check on other people's patients ------------------------------------------------

ALONE = {
    "arms": {"pamidronate": ["pamidronate"]},
    "visits.dxa": ["every 1 month"],
    "beyond_evidence.after": "100 years",
}


def yearly_percent(since, until, *changes):
    _, log = follow(CERTAIN, ALONE, *changes)
    bone = measured(log, SPINE)
    return 100 * (bone[until] - bone[since]) / bone[0] / ((until - since) / YEAR)


def test_pamidronate_alone_gains_4_0_percent_in_the_monthly_and_1_3_in_the_quarterly_phase():
    """An action of 0 is the untreated -0.5 % a year, an action of 1 the published 2.4 %."""
    rates = yearly_percent(0, 730), yearly_percent(730, LAST_DAY)
    assert [round(rate, 1) for rate in rates] == [4.0, 1.3]
    expected = [-0.5 + 2.9 * exposed_days(PUBLISHED, until, since=since) / (until - since)
                for since, until in ((0, 730), (730, LAST_DAY))]  # fmt: skip
    assert rates == pytest.approx(expected, rel=1e-9)
    assert yearly_percent(0, LAST_DAY) == pytest.approx(2.4, rel=1e-9)


@pytest.mark.parametrize(
    ("dose", "every", "horizon", "last_day", "percent"),
    [
        ("60 mg", "1 month", "36 months", 1096, 3.6),
        ("60 mg", "3 months", "48 months", 1461, 0.9),
        ("30 mg", "3 months", "12 months", 365, 0.2),
    ],
)
def test_other_series_gain_what_the_exposure_predicts(dose, every, horizon, last_day, percent):
    plan = {
        "therapies.pamidronate.infusion": dose,
        "therapies.pamidronate.schedule": [{"every": every}],
        "horizon": horizon,
    }
    rate = yearly_percent(0, last_day, plan)
    assert round(rate, 1) == percent
    apart = MONTH * int(every.split()[0])
    infusions = [round(k * apart) for k in range(100) if round(k * apart) < last_day]
    weighs = float(dose.split()[0]) / 68
    expected = -0.5 + 2.9 * weighs * exposed_days(infusions, last_day) / last_day
    assert rate == pytest.approx(expected, rel=1e-9)


def test_ctx_falls_by_77_to_79_percent_at_monthly_troughs_and_by_66_at_quarterly_ones():
    _, log = follow(CERTAIN, {"visits.markers": ["every 3 months"]})
    change = {day: 100 * (value / 357 - 1) for day, value in measured(log, CTX).items()}
    monthly = [change[day] for day in (91, 183, 274, 365, 457, 548, 639)]
    assert {round(c) for c in monthly} <= {-77, -78, -79}
    assert change[LAST_DAY] == pytest.approx(-66, abs=1e-9)
    assert round(change[1735]) == -66


# --- markers ----------------------------------------------------------------------------------


def test_at_the_end_of_the_published_plan_the_markers_show_the_published_changes():
    """Tryptase follows a course, which has reached 1 - 2^(-1826/60) of its effect by then."""
    _, log = follow(CERTAIN)
    assert measured(log, CTX)[LAST_DAY] == pytest.approx(357 * 0.34, rel=1e-12)
    assert measured(log, BALP)[LAST_DAY] == pytest.approx(20 * 0.75, rel=1e-12)
    reached = 1 - 2 ** (-LAST_DAY / 60)
    assert measured(log, TRYPTASE)[LAST_DAY] == pytest.approx(49 * 0.66**reached, rel=1e-12)


def test_markers_after_one_infusion_follow_the_effect_site():
    """Bateman's function written out, and its limit where the half-lives are equal (BALP)."""
    once = {
        "therapies.pamidronate.schedule": [{"every": "100 years"}],
        "visits.markers": ["1 day", "5 days", "30 days", "45 days", "100 days", "400 days"],
        "horizon": "400 days",
    }
    _, log = follow(CERTAIN, once, {"markers.tryptase.onset_half_life": "200 days"},
                    {"effects.pamidronate.tryptase": "-10 %"}, arm="pamidronate")  # fmt: skip
    k, step = decay(45), 1 / mean_exposure(PUBLISHED, LAST_DAY, 45)
    for marker, change, half_life in ((CTX, -0.66, 3), (BALP, -0.25, 45), (TRYPTASE, -0.10, 200)):
        onset = decay(half_life)
        full = reference_effect(PUBLISHED, LAST_DAY, 45, half_life)
        assert measured(log, marker)[0] == pytest.approx(ENTRY[marker], rel=1e-14)
        for day in (1, 5, 30, 45, 100, 400):
            site = k * day * math.exp(-k * day) if half_life == 45 else onset / (onset - k) * (
                math.exp(-k * day) - math.exp(-onset * day))  # fmt: skip
            effect = step * site / (0.15 + step * site) / full
            expected = ENTRY[marker] * (1 + change) ** effect
            assert measured(log, marker)[day] == pytest.approx(expected, rel=1e-9)


def test_markers_follow_a_course_with_their_half_life_and_come_back_after_it():
    alone = {
        "arms": {"interferon": ["interferon"]},
        "therapies.interferon.start": "10 days",
        "therapies.interferon.for": "120 days",
        "visits.markers": ["10 days", "70 days", "130 days", "190 days", "310 days"],
        "horizon": "310 days",
    }
    _, log = follow(CERTAIN, alone)
    reached = {0: 0, 10: 0, 70: 1 / 2, 130: 3 / 4, 190: 3 / 8, 310: 3 / 32}
    expected = {day: 49 * 0.66**share for day, share in reached.items()}
    assert measured(log, TRYPTASE) == pytest.approx(expected, rel=1e-12)


def test_a_trough_sample_does_not_see_the_infusion_of_its_day():
    samples = {"visits.markers": ["91 days", "92 days"], "horizon": "100 days"}
    without = {"therapies.pamidronate.schedule": [{"every": "1 month", "for": "3 months"}]}
    _, with_it = follow(CERTAIN, samples)
    _, without_it = follow(CERTAIN, samples, without)
    assert 91 in days_of(with_it, INFUSION)
    assert 91 not in days_of(without_it, INFUSION)
    for marker in (CTX, BALP):
        assert measured(with_it, marker)[91] == measured(without_it, marker)[91]
        assert measured(with_it, marker)[92] < measured(without_it, marker)[92]


def test_the_sample_at_entry_is_taken_before_any_treatment():
    _, log = follow(CERTAIN)
    for quantity, value in ENTRY.items():
        assert measured(log, quantity)[0] == pytest.approx(value, rel=1e-14)


def test_a_course_that_nobody_leaves_still_needs_the_rows_without_it():
    """Markers lag behind a course, so that for a while the other therapies act alone on them."""
    always = {"arms": {"combination": ["interferon", "pamidronate"]}, "horizon": "6 months"}
    rows = ("effects.pamidronate", "effects.none")
    certain = {path: v for path, v in CERTAIN.items() if not path.startswith(rows)}
    with pytest.raises(ScenarioError) as caught:
        follow(certain, always, dict.fromkeys(rows))
    messages = [mistake.message for mistake in caught.value.mistakes]
    assert any("'pamidronate'" in message for message in messages)
    assert any("'none'" in message for message in messages)
    _, log = follow(CERTAIN, always, {"effects.pamidronate.balp": "-60 %"})
    _, usual = follow(CERTAIN, always)
    assert measured(log, BALP)[91] < 0.9 * measured(usual, BALP)[91]


def test_without_therapy_markers_stay_as_at_entry():
    with pytest.raises(ScenarioError, match="0 % in the row `none`"):
        follow(CERTAIN, {"effects.none.ctx": "20 %"}, arm="pamidronate")
    _, log = follow(CERTAIN, UNTREATED)
    for marker in (CTX, BALP, TRYPTASE):
        expected = dict.fromkeys(measured(log, marker), ENTRY[marker])
        assert measured(log, marker) == pytest.approx(expected, rel=1e-14)


# --- the whole of kinetics, bone and markers as one differential equation ---------------------

ROWS = {  # spine %/year, hip %/year, CTX, BALP, tryptase
    "none": (-0.8, -0.5, 0.0, 0.0, 0.0),
    "pamidronate": (2.4, 0.3, -0.66, -0.25, 0.0),
    "interferon": (7.0, 1.9, -0.1, 0.08, -0.34),
    "zoledronate": (5.0, 1.1, -0.7, -0.4, 0.01),
    "interferon + pamidronate": (12.6, 1.93, -0.6, -0.2, -0.4),
    "interferon + zoledronate": (9.0, 2.5, -0.5, -0.45, -0.3),
    "pamidronate + zoledronate": (4.0, 1.2, -0.8, -0.41, 0.0),
    "interferon + pamidronate + zoledronate": (11.0, 2.2, -0.81, -0.5, -0.45),
}
VISITS = ["17 days", "100 days", "200 days", "333 days", "400 days", "555 days", "700 days"]
THREE = {
    "horizon": "700 days",
    "therapies.pamidronate.infusion": "90 mg",
    "therapies.pamidronate.start": "20 days",
    "therapies.pamidronate.schedule": [{"every": "60 days", "for": "200 days"},
                                       {"every": "150 days"}],
    "therapies.zoledronate": {
        "infusion": "4 mg",
        "start": "45 days",
        "schedule": [{"every": "180 days"}],
        "exposure": {
            "half_life": "120 days",
            "action_1": {"infusion": "5 mg", "schedule": [{"every": "1 year"}], "over": "3 years"},
        },
    },
    "therapies.interferon.course": "2.25 MU",
    "therapies.interferon.start": "80 days",
    "therapies.interferon.for": "410 days",
    "arms": {"three": ["interferon", "pamidronate", "zoledronate"]},
    "effects": {
        regimen: {
            "spine": {"mean": f"{spine} %/year", "sd": "0 %/year"},
            "hip": {"mean": f"{hip} %/year", "sd": "0 %/year"},
            "ctx": f"{100 * ctx:.6g} %", "balp": f"{100 * balp:.6g} %",
            "tryptase": f"{100 * tryptase:.6g} %",
        }
        for regimen, (spine, hip, ctx, balp, tryptase) in ROWS.items()
    },
    "visits": {"dxa": VISITS, "markers": VISITS},
    "beyond_evidence": {"after": "620 days", "rate": "-1.5 %/year"},
}  # fmt: skip
GIVEN = {"pamidronate": [20, 80, 140, 200, 220, 370, 520, 670],
         "zoledronate": [45, 225, 405, 585]}  # fmt: skip
ONSETS = (3, 45, 60)
ACCRUALS = {
    "linear": "linear",
    "compound": "compound",
    "plateau": {"plateau": {"months": "250 days", "then": "0.7 %/year"}},
    "saturating": {"saturating": {"time_constant": "200 days", "window": "500 days"}},
}


def weights(actions):
    """Weight of each regimen: the product of each therapy's action, or 1 less it if absent."""
    for regimen in ROWS:
        present = regimen.split(" + ")
        yield math.prod(a if name in present else 1 - a for name, a in actions.items())


@functools.cache
def reference_effects():
    """The saturated effect at action 1, by infusion therapy and marker."""
    plans = {"pamidronate": (PUBLISHED, LAST_DAY, 45), "zoledronate": ([0, 365, 730], 1096, 120)}
    return {name: [reference_effect(*plan, onset) for onset in ONSETS]
            for name, plan in plans.items()}  # fmt: skip


def solved(reading):
    """Bone and markers at the visits, from the differential equations of the model alone."""
    doses = {
        "pamidronate": 90 / 68 / mean_exposure(PUBLISHED, LAST_DAY, 45),
        "zoledronate": 4 / 5 / mean_exposure([0, 365, 730], 1096, 120),
    }
    k = {"pamidronate": decay(45), "zoledronate": decay(120)}
    onset = [decay(half_life) for half_life in ONSETS]
    entry = np.array([ENTRY[SPINE], ENTRY[HIP]])
    yearly = np.array([row[:2] for row in ROWS.values()]) / 100
    daily = (np.log1p(yearly) if reading == "compound" else yearly) / YEAR
    tau, window = 200, 500
    gain = window / (1 - math.exp(-window / tau))
    turn = 20 + 250 if reading == "plateau" else math.inf  # counted from the first therapy

    def change(_, state, day, on):
        """State: two actions, bone, then for each marker the three effect sites.

        `day` is the one from which on nothing but the state changes, `on` the course's action.
        """
        actions = {"interferon": on, "pamidronate": state[0], "zoledronate": state[1]}
        rate = np.array(list(weights(actions))) @ daily
        bone = state[2:4]
        if day >= 620:
            bone_change = entry * -0.015 / YEAR
        elif day >= turn:
            bone_change = entry * 0.007 / YEAR
        elif reading == "saturating":
            bone_change = (entry * (1 + gain * rate) - bone) / tau
        else:
            bone_change = rate * (bone if reading == "compound" else entry)
        sites = [o * (a - site) for o, at in zip(onset, np.split(state[4:], 3), strict=True)
                 for a, site in zip(actions.values(), at, strict=True)]  # fmt: skip
        return [-k["pamidronate"] * state[0], -k["zoledronate"] * state[1], *bone_change, *sites]

    visits = [0, *(int(text.split()[0]) for text in VISITS)]
    turns: set[float] = {80, 490, 620, *visits, *itertools.chain(*GIVEN.values())}
    turns |= {turn} if math.isfinite(turn) else set()
    state, found = np.array([0.0, 0.0, *entry, *[0.0] * 9]), {}
    for day, then in itertools.pairwise([*sorted(turns), math.inf]):
        if day in visits:
            found[day] = state.copy()
        for slot, name in enumerate(GIVEN):
            state[slot] += doses[name] * (day in GIVEN[name])
        if then < math.inf:
            on = 1.5 if 80 <= day < 490 else 0.0
            inside = solve_ivp(
                change, (day, then), state, "DOP853", args=(day, on), rtol=1e-10, atol=1e-13
            )
            state = inside.y[:, -1]
    return found


def solved_markers(state):
    """Markers from the effect sites: saturating for infusions, as it is for a course."""
    changes = np.log1p([row[2:] for row in ROWS.values()])
    for marker, (on, pamidronate, zoledronate) in enumerate(np.split(state[4:], 3)):
        full = {name: effects[marker] for name, effects in reference_effects().items()}
        acts = {
            "interferon": on,
            "pamidronate": pamidronate / (0.15 + pamidronate) / full["pamidronate"],
            "zoledronate": zoledronate / (0.15 + zoledronate) / full["zoledronate"],
        }
        yield ENTRY[CTX + marker] * math.exp(np.array(list(weights(acts))) @ changes[:, marker])


@pytest.mark.parametrize("reading", ACCRUALS)
def test_bone_follows_its_differential_equation_between_all_events(reading):
    certain = {p: v for p, v in CERTAIN.items() if not p.startswith("effects.")}
    _, log = follow(certain, THREE, {"accrual": ACCRUALS[reading]})
    for slot, name in ((PAMIDRONATE, "pamidronate"), (ZOLEDRONATE, "zoledronate")):
        assert days_of(log, INFUSION + slot) == GIVEN[name]
    assert days_of(log, PLAN + INTERFERON) == [80, 490]
    for day, state in solved(reading).items():
        assert measured(log, SPINE)[day] == pytest.approx(state[2], rel=1e-8)
        assert measured(log, HIP)[day] == pytest.approx(state[3], rel=1e-8)


def test_markers_follow_their_differential_equations_between_all_events():
    certain = {p: v for p, v in CERTAIN.items() if not p.startswith("effects.")}
    _, log = follow(certain, THREE)
    for day, state in solved("linear").items():
        for marker, expected in enumerate(solved_markers(state)):
            # The solver's own error in a site's action, 1e-10 a step, passes through the effect.
            assert measured(log, CTX + marker)[day] == pytest.approx(expected, rel=1e-7)


# --- readings ---------------------------------------------------------------------------------

COURSE_ONLY = {"arms": {"interferon": ["interferon"]}, "visits.dxa": ["every 12 months"],
               "effects.interferon.spine.mean": "12.6 %/year"}  # fmt: skip


@pytest.mark.parametrize(
    ("accrual", "factor", "percent", "t"),
    [
        ("linear", lambda y: 1 + 0.126 * y, 63, 1.1),
        ("compound", lambda y: 1.126**y, 81, 2.3),
        ({"plateau": {"months": "24 months"}}, lambda _: 1 + 0.126 * 730 / YEAR, 25, -1.4),
        (
            {"saturating": {"time_constant": "12 months", "window": "12 months"}},
            lambda y: 1 + 0.126 * (1 - math.exp(-y)) / (1 - math.exp(-1)),
            20,
            -1.7,
        ),
    ],
)
def test_five_years_of_a_constant_action_end_where_the_table_says(accrual, factor, percent, t):
    _, log = follow(CERTAIN, COURSE_ONLY, {"accrual": accrual})
    bone = measured(log, SPINE)
    gained = bone[LAST_DAY] / bone[0]
    assert gained == pytest.approx(factor(LAST_DAY / YEAR), rel=1e-12)
    assert round(100 * (gained - 1)) == percent
    assert round((bone[LAST_DAY] - 1.047) / 0.110, 1) == t


@pytest.mark.parametrize("reading", ACCRUALS)
def test_past_the_evidence_bone_changes_by_the_stated_rate_under_every_reading(reading):
    changes = {
        "accrual": ACCRUALS[reading],
        "beyond_evidence": {"after": "400 days", "rate": "-2 %/year"},
        "visits.dxa": ["400 days", "1000 days", "1500 days"],
    }
    _, log = follow(CERTAIN, changes)
    bone = measured(log, SPINE)
    for day in (1000, 1500):
        expected = bone[400] - 0.02 * (day - 400) / YEAR * bone[0]
        assert bone[day] == pytest.approx(expected, rel=1e-12)
    assert bone[400] > 1.03 * bone[0]


def test_the_plateau_counts_from_the_first_infusion_that_was_given():
    late = {
        "accrual": {"plateau": {"months": "200 days", "then": "-1 %/year"}},
        "arms": {"pamidronate": ["pamidronate"], "none": []},
        "therapies.pamidronate.start": "100 days",
        "visits.dxa": ["100 days", "250 days", "300 days", "900 days"],
    }
    inputs, log = follow(CERTAIN, late)
    bone = {day: value / ENTRY[SPINE] for day, value in measured(log, SPINE).items()}
    infusions = [round(100 + k * MONTH) for k in range(8)]
    assert bone[100] == pytest.approx(1 - 0.005 * 100 / YEAR, rel=1e-12)
    for day in (250, 300):
        gained = 0.029 * exposed_days(infusions, day) - 0.005 * day
        assert bone[day] == pytest.approx(1 + gained / YEAR, rel=1e-9)
    assert bone[900] == pytest.approx(bone[300] - 0.01 * 600 / YEAR, rel=1e-12)
    _, untreated = follow(CERTAIN, late, arm="none")
    expected = ENTRY[SPINE] * (1 - 0.005 * 900 / YEAR)
    assert measured(untreated, SPINE)[900] == pytest.approx(expected, rel=1e-12)
    assert (inputs.patients["bmd"][0, 0]) == pytest.approx(ENTRY[SPINE])


def test_bone_density_is_never_read_below_its_floor():
    loss = {"effects.none.spine.mean": "-90 %/year", "visits.dxa": ["every 6 months"]}
    _, log = follow(CERTAIN, UNTREATED, loss)
    values = list(measured(log, SPINE).values())
    assert values[1] == pytest.approx(ENTRY[SPINE] * (1 - 0.9 * 183 / YEAR), rel=1e-12)
    assert values[3:] == [0.05] * len(values[3:])
    assert len(values) == 11


def test_bone_density_at_entry_is_not_read_below_its_floor_either():
    """A T-score of -9.4 is 0.013 g/cm2, one of -10 is less than nothing."""
    for t in ("-9.4", "-10"):
        thin = {"cohort.spine_t.normal.mean": t, "visits.dxa": ["1 day", "every 12 months"]}
        _, log = follow(CERTAIN, thin)
        values = measured(log, SPINE)
        assert values[0] >= 0.05
        assert min(values.values()) >= 0.05


# --- infusions that go wrong ------------------------------------------------------------------


def received(log, patient):
    rows = (log.kind == INFUSION) & (log.patient == patient)
    return log.day[rows & (log.value > 0)].tolist(), log.day[rows & (log.value == 0)].tolist()


def test_missed_infusions_lower_the_number_received_and_the_exposure():
    n = 150
    given = {"therapies.pamidronate.given": "80 %"}
    inputs, log = follow(CERTAIN, ALONE, STILL, given, patients=n)
    total = 0
    for patient in range(n):
        given, missed = received(log, patient)
        assert sorted(given + missed) == PUBLISHED
        total += len(given)
        gained = measured(log, SPINE, patient)[LAST_DAY] / ENTRY[SPINE] - 1
        expected = 0.024 * exposed_days(given, LAST_DAY) / YEAR
        assert gained == pytest.approx(expected, rel=1e-9)
        if missed:
            assert gained < 0.024 * LAST_DAY / YEAR * (1 - 1e-9)
    assert_share(total / (36 * n), 0.8, 36 * n)
    first = sum(received(log, patient)[0][:1] == [0] for patient in range(n))
    assert_share(first / n, 0.8, n)
    assert inputs.params["given"][PAMIDRONATE] == 0.8


def test_without_any_infusion_there_is_no_exposure():
    _, log = follow(CERTAIN, ALONE, STILL, {"therapies.pamidronate.given": "0 %"})
    assert received(log, 0) == ([], PUBLISHED)
    assert measured(log, SPINE)[LAST_DAY] == measured(log, SPINE)[0]
    assert measured(log, CTX)[LAST_DAY] == measured(log, CTX)[0]


def test_a_late_infusion_moves_only_itself():
    n = 300
    delay = {"therapies.pamidronate.delay": {"probability": "40 %", "mean": "5 days"}}
    _, log = follow(CERTAIN, SELDOM, delay, {"horizon": "24 months"}, patients=n)
    found = []
    for patient in range(n):
        days = days_of(log, INFUSION, patient)
        assert (np.diff(days) >= 1).all()
        assert len(days) in (23, 24)  # the last one may be late past the end
        before = -1
        for planned, day in zip(MONTHLY, days, strict=False):
            assert day >= planned
            if before < planned and planned < 600:  # free to be on time, and within follow-up
                found.append(day - planned)
            before = day
    late_by = np.array(found)
    assert len(late_by) > 19 * n
    assert_share(np.mean(late_by > 0), 0.4, len(late_by))
    late = late_by[late_by > 0]
    for days in (1, 3, 8, 20):  # whole days, rounded up
        assert_share(np.mean(late <= days), 1 - math.exp(-days / 5), len(late))


def test_an_infusion_is_never_given_before_the_day_after_the_one_before_it():
    delay = {"therapies.pamidronate.delay": {"probability": "50 %", "mean": "60 days"}}
    _, log = follow(CERTAIN, SELDOM, delay, patients=50)
    pushed = 0
    for patient in range(50):
        days = days_of(log, INFUSION, patient)
        assert (np.diff(days) >= 1).all()
        assert days[-1] < LAST_DAY
        assert all(day >= planned for day, planned in zip(days, PUBLISHED, strict=False))
        pushed += sum(b == a + 1 for a, b in itertools.pairwise(days))
    assert pushed > 50


def test_an_infusion_that_is_late_until_the_last_day_is_not_given():
    """Planned on days 0, 2 and 4 of 6 and late by 1 to 3 days, or more, in every patient."""
    changes = {
        "therapies.pamidronate.schedule": [{"every": "2 days"}],
        "therapies.pamidronate.delay": {"probability": "100 %", "mean": "2 days"},
        "horizon": "6 days",
    }
    n = 400
    _, log = follow(CERTAIN, SELDOM, changes, patients=n)
    days = log.day[log.kind == INFUSION]
    assert days.max() == 5
    third = [days_of(log, INFUSION, patient)[2:] for patient in range(n)]
    on_time = sum(len(found) for found in third)
    assert 0 < on_time < n
    assert (log.day[log.kind == END] == 6).all()


def test_a_missed_infusion_is_missed_on_its_planned_day():
    changes = {
        "therapies.pamidronate.given": "50 %",
        "therapies.pamidronate.delay": {"probability": "100 %", "mean": "1 day"},
    }
    _, log = follow(CERTAIN, SELDOM, changes, {"horizon": "24 months"}, patients=60)
    for patient in range(60):
        given, missed = received(log, patient)
        assert set(missed) <= set(MONTHLY)
        assert not set(given) & set(MONTHLY)


def test_an_infusion_may_be_the_last_of_its_course():
    n = 1500
    ends = {"therapies.pamidronate.ends_course": "10 %", "horizon": "24 months"}
    _, log = follow(CERTAIN, SELDOM, ends, {"arms": {"p": ["pamidronate"]}}, patients=n)
    number = counts(log, INFUSION, n)
    for k in (1, 2, 5, 10, 23):
        assert_share(np.mean(number <= k), 1 - 0.9**k, n)
    assert number.max() == 24


REACTION_1 = {"therapies.pamidronate.reactions": {
    "fever": {"first": "100 %", "later": "0 %", "ends_course": "100 %"}}}  # fmt: skip


def test_a_reaction_that_ends_the_course_leaves_one_infusion():
    _, log = follow(CERTAIN, SELDOM, REACTION_1, patients=5)
    for patient in range(5):
        assert days_of(log, INFUSION, patient) == [0]
        assert days_of(log, REACTION, patient) == [0]
    assert set(log.value[log.kind == REACTION]) == {1.0}


def test_reactions_are_likelier_at_the_first_infusion_and_some_end_the_course():
    n = 1500
    changes = {
        "arms": {"pamidronate": ["pamidronate"]},
        "horizon": "12 months",
        "therapies.pamidronate.reactions": {
            "fever": {"first": "41 %", "later": "5 %", "ends_course": "30 %"},
            "uveitis": {"first": "3 %", "later": "2 %"},
        },
    }
    _, log = follow(CERTAIN, SELDOM, changes, patients=n)
    at: dict[Any, Any] = {(p, d): [] for p, d in zip(log.patient, log.day, strict=True)}
    for who, day, kind, value in zip(*log, strict=True):
        at[who, day].append((kind, value))
    fever = (log.kind == REACTION) & (log.day == 0)
    assert_share(fever.sum() / n, 0.41, n)
    assert_share(np.sum(log.value[fever] == 1) / fever.sum(), 0.3, fever.sum())
    later = (log.kind == INFUSION) & (log.day > 0)
    for slot, share in ((0, 0.05), (1, 0.02)):
        seen = ((log.kind == REACTION + slot) & (log.day > 0)).sum()
        assert_share(seen / later.sum(), share, later.sum())
    assert not (log.value[log.kind == REACTION + 1] == 1).any()
    for patient in range(n):
        days = days_of(log, INFUSION, patient)
        ended = [d for d in days if (REACTION, 1.0) in at[patient, d]]
        assert days == ([d for d in MONTHLY[:12] if d <= ended[0]] if ended else MONTHLY[:12])
    together = sum({REACTION, REACTION + 1} <= {kind for kind, _ in found} for found in at.values())
    assert together > 0


def test_the_first_infusion_that_is_given_counts_as_the_first():
    n = 400
    changes = {
        "therapies.pamidronate.given": "50 %",
        "therapies.pamidronate.reactions": {"fever": {"first": "100 %", "later": "0 %"}},
        "horizon": "6 months",
    }
    _, log = follow(CERTAIN, SELDOM, changes, patients=n)
    for patient in range(n):
        given, _ = received(log, patient)
        assert days_of(log, REACTION, patient) == given[:1]


# --- the order of one day ---------------------------------------------------------------------


def test_the_order_of_events_on_one_day_is_the_written_one():
    assert [MEASURE + q for q in (SPINE, HIP, CTX, BALP, TRYPTASE)] == [0, 1, 2, 3, 4]
    order = [MEASURE, PLAN, INTOLERANCE, INFUSION, REACTION, REVIEW, FRACTURE, DEATH, END]
    assert order == sorted(order)
    assert KINDS == END + 1
    stormy = {
        "therapies.interferon.intolerance": {"exponential": {"rate": "40 per year"}},
        "therapies.interferon.on_intolerance": ["halve", "halve", "halve", "stop"],
        "therapies.interferon.hazard_by_dose": "0",
        "therapies.pamidronate.schedule": [{"every": "1 day"}],
        "therapies.pamidronate.reactions.acute_phase.later": "50 %",
        "visits": {"dxa": ["every 1 day"], "markers": ["every 1 day"]},
        "fractures.base_rate": "60 per year",
        "fractures.sites.vertebral.case_fatality": "50 %",
        "horizon": "60 days",
    }
    n = 40
    _, log = follow(stormy, patients=n, fractures=200)
    together = set()
    for patient in range(n):
        rows = log.patient == patient
        day, kind = log.day[rows], log.kind[rows]
        assert (np.diff(day) >= 0).all()
        same = np.diff(day) == 0
        assert (np.diff(kind)[same] >= 0).all()
        assert (kind[:-1] < DEATH).all()
        assert kind[-1] in (DEATH, END)
        together |= set(zip(kind[:-1][same].tolist(), kind[1:][same].tolist(), strict=True))
    assert (TRYPTASE, INTOLERANCE + INTERFERON) in together
    assert (INTOLERANCE + INTERFERON, INFUSION) in together
    assert (INFUSION, REACTION) in together
    assert (REACTION, FRACTURE) in together
    assert (FRACTURE + OTHER, END) in together
    assert {before for before, then in together if then == DEATH} & {INFUSION, REACTION, FRACTURE}
    assert (log.kind == DEATH).any()
    assert (log.kind == END).any()


# --- fractures --------------------------------------------------------------------------------

FLAT = {  # a hazard that nothing changes
    **{f"fractures.sites.{site}.gradient": "1" for site in ("vertebral", "hip", "other")},
    **{f"fractures.sites.{site}.case_fatality": "0 %" for site in ("vertebral", "hip", "other")},
    "fractures.sites.vertebral.imminent": None,
    **{f"fractures.sites.{site}.share": f"{share} %"
       for site, share in (("vertebral", 50), ("hip", 20), ("other", 30))},
}  # fmt: skip
ONE_SITE = {f"fractures.sites.{site}.share": f"{share} %"
            for site, share in (("vertebral", 100), ("hip", 0), ("other", 0))}  # fmt: skip


def test_at_a_constant_hazard_fractures_are_a_poisson_process():
    n, end, rate = 1500, 731, 2.4
    changes = {"fractures.base_rate": f"{rate} per year", "horizon": "731 days"}
    _, log = follow(CERTAIN, UNTREATED, QUIET, FLAT, changes, patients=n, fractures=30)
    by_site = []
    for site, share in enumerate((0.5, 0.2, 0.3)):
        number = counts(log, FRACTURE + site, n)
        by_site.append(number)
        mean = rate * share * end / YEAR
        assert abs(number.mean() - mean) < 4.5 * math.sqrt(mean / n)
        error = mean * math.sqrt((2 + 1 / mean) / n)  # of a Poisson variance
        assert abs(number.var() - mean) < 4.5 * error
        for k in range(6):
            assert_share(np.mean(number == k), stats.poisson.pmf(k, mean), n)
        first = first_days(log, FRACTURE + site, n)
        for day in (1, 10, 30, 31, 100, 365, 731):
            assert_share(np.mean(first <= day), 1 - math.exp(-rate * share * day / YEAR), n)
    assert np.abs(np.corrcoef(by_site) - np.eye(3)).max() < 4.5 / math.sqrt(n)
    days = log.day[log.kind == FRACTURE]
    assert stats.kstest(days / end, stats.uniform.cdf).statistic < (
        stats.kstwobign.isf(2 * stats.norm.sf(4.5)) / math.sqrt(len(days)) + 1 / end
    )


def test_a_patient_may_break_more_than_one_bone_in_a_day():
    """At 2 a day the number of a day is Poisson too: what exceeds a threshold is not lost."""
    rate = {"fractures.base_rate": "100 per year", "horizon": "100 days",
            "effects.interferon.fracture_ratio": {"vertebral": f"{2 * YEAR / 100}"},
            "arms": {"interferon": ["interferon"]}}  # fmt: skip
    n = 40
    _, log = follow(CERTAIN, QUIET, FLAT, ONE_SITE, rate, patients=n, fractures=400)
    number = counts(log, FRACTURE, n)
    assert abs(number.sum() - 200 * n) < 4.5 * math.sqrt(200 * n)
    per_day = np.bincount(log.patient[log.kind == FRACTURE] * 101 + log.day[log.kind == FRACTURE])
    per_day = np.array([per_day[p * 101 + 1 : p * 101 + 101] for p in range(n - 1)]).ravel()
    for k in range(5):
        assert_share(np.mean(per_day == k), stats.poisson.pmf(k, 2), len(per_day))
    running = log.value[(log.kind == FRACTURE) & (log.patient == 0)]
    assert running.tolist() == list(range(1, number[0] + 1))


@pytest.mark.parametrize("review_every", [7, 30, 400])
def test_a_fracture_falls_on_the_first_day_by_whose_end_its_threshold_is_reached(review_every):
    """Patient by patient: bone is linear and turns on day 500, so the chords are exact."""
    n, yearly, gradient, turn = 300, 0.8, 2.3, 500
    changes = {
        "fractures.base_rate": f"{yearly} per year",
        "fractures.review_every": f"{review_every} days",
        "beyond_evidence": {"after": f"{turn} days", "rate": "-20 %/year"},
        "horizon": "900 days",
    }
    inputs, log = follow(CERTAIN, COURSE_ONLY, QUIET, ONE_SITE, changes, patients=n, fractures=60)
    threshold = inputs.numbers(BREAKS, VERTEBRAL)[:, 0]

    def hazard(day):
        """Everyone starts at T -3, where the rate is the base rate."""
        gained = 0.126 * min(day, turn) - 0.2 * max(day - turn, 0)
        return yearly / YEAR * gradient ** (-gained / YEAR * ENTRY[SPINE] / 0.110)

    by_day = [quad(hazard, day, day + 1, epsabs=0, epsrel=1e-12)[0] for day in range(900)]
    accumulated = np.concatenate([[0], np.cumsum(by_day)])
    first = first_days(log, FRACTURE, n)
    for day, left in zip(first, threshold, strict=True):
        if np.isinf(day):
            assert accumulated[900] < left
        else:
            assert accumulated[int(day) - 1] < left * (1 + 1e-9)
            assert left * (1 - 1e-9) <= accumulated[int(day)]
    assert 20 < np.isinf(first).sum() < n - 100
    assert (first[np.isfinite(first)] > turn).sum() > 10


def test_the_vertebral_hazard_falls_as_bone_is_gained():
    n, gradient, yearly = 1000, 2.3, 0.5
    changes = {"fractures.base_rate": f"{yearly} per year", "horizon": "36 months"}
    _, log = follow(CERTAIN, COURSE_ONLY, QUIET, ONE_SITE, changes, patients=n)
    first = first_days(log, FRACTURE + VERTEBRAL, n)

    def hazard(day):
        t_gained = 0.126 * day / YEAR * ENTRY[SPINE] / 0.110
        return yearly / YEAR * gradient**-t_gained

    for day in (30, 100, 365, 730, 1096):
        expected = math.exp(-quad(hazard, 0, day)[0])
        assert_share(np.mean(first > day), expected, n)


def test_the_hazard_of_hip_and_other_fractures_follows_the_hip():
    n = 800
    changes = {"fractures.base_rate": "1 per year", "horizon": "36 months",
               "effects.none.spine": {"mean": "10 %/year", "sd": "0 %/year"},
               "effects.none.hip": {"mean": "-6 %/year", "sd": "0 %/year"},
               "fractures.sites.hip.gradient": "2.6", "fractures.sites.other.gradient": "1.5",
               "fractures.sites.vertebral.gradient": "0.5"}  # fmt: skip
    _, log = follow(CERTAIN, UNTREATED, QUIET, FLAT, changes, patients=n, fractures=60)
    slopes = [0.1 * ENTRY[SPINE] / 0.110, *[-0.06 * ENTRY[HIP] / 0.122] * 2]
    for site, (share, gradient) in enumerate([(0.5, 0.5), (0.2, 2.6), (0.3, 1.5)]):
        first = first_days(log, FRACTURE + site, n)
        for day in (20, 365, 1096):
            log_slope = -math.log(gradient) * slopes[site] / YEAR
            hazard, _ = quad(lambda s, b=log_slope: math.exp(b * s), 0, day)
            assert_share(np.mean(first > day), math.exp(-share / YEAR * hazard), n)


def test_a_saturating_course_of_bone_is_followed_closely_by_the_chords():
    """30-day chords of a log-hazard that bends: the error of the survival stays below 0.1 %."""
    n = 1000
    changes = {"fractures.base_rate": "1 per year", "horizon": "24 months",
               "accrual": ACCRUALS["saturating"]}  # fmt: skip
    _, log = follow(CERTAIN, COURSE_ONLY, QUIET, ONE_SITE, changes, patients=n, fractures=20)
    first = first_days(log, FRACTURE, n)
    gain = 500 / (1 - math.exp(-500 / 200))

    def hazard(day):
        share = gain * 0.126 / YEAR * (1 - math.exp(-day / 200))
        return 2.3 ** (-share * ENTRY[SPINE] / 0.110) / YEAR

    for day in (45, 365, 730):
        assert_share(np.mean(first > day), math.exp(-quad(hazard, 0, day)[0]), n)


def test_for_a_year_after_a_vertebral_fracture_the_next_is_likelier():
    n, daily, factor = 2500, 0.8 / YEAR, 2.9
    imminent = {"fractures.sites.vertebral.imminent": {"factor": "2.9", "for": "365 days"},
                "fractures.base_rate": "0.8 per year", "horizon": "1100 days"}  # fmt: skip
    _, log = follow(CERTAIN, UNTREATED, SELDOM, FLAT, ONE_SITE, imminent, patients=n, fractures=40)
    waits: dict[int, list[float]] = {1: [], 2: []}
    for patient in range(n):
        days = days_of(log, FRACTURE, patient)
        for which in (1, 2):
            if len(days) >= which and days[which - 1] <= 500:
                waits[which].append(([*days, math.inf])[which] - days[which - 1])
    # What the first fracture's day holds beyond its threshold counts towards the next.
    carried = daily * math.exp(-daily) / (1 - math.exp(-daily))
    for which in (1, 2):  # a new fracture starts the year anew
        found = np.array(waits[which])
        assert len(found) > 700
        for wait in (30, 100, 365, 366, 450, 600):
            hazard = factor * daily * min(wait, 365) + daily * max(wait - 365, 0)
            expected = carried * math.exp(-hazard)
            assert_share(np.mean(found > wait), expected, len(found))


def test_fractures_before_entry_raise_the_rate_and_those_after_it_do_not():
    n, factor, end = 1200, 1.5, 548
    changes = {"fractures.per_further_vertebral_fracture": f"{factor}",
               "cohort.vertebral_fractures.negative_binomial": {"mean": "3.5", "sd": "1.8"},
               "fractures.base_rate": "1.6 per year", "horizon": f"{end} days"}  # fmt: skip
    inputs, log = follow(CERTAIN, UNTREATED, SELDOM, FLAT, changes, patients=n, fractures=300)
    prior = inputs.patients["vertebral_fractures"]
    extra = stats.nbinom(2.5**2 / (1.8**2 - 2.5), 2.5 / 1.8**2)  # beyond the one that all have
    k = np.arange(200)
    hazard = 1.6 / YEAR * factor**prior / (factor ** (k + 1.0) @ extra.pmf(k))
    for site, share in enumerate((0.5, 0.2, 0.3)):
        first = first_days(log, FRACTURE + site, n)
        for day in (100, end):
            assert_total(np.sum(first <= day), 1 - np.exp(-hazard * share * day))
        number = counts(log, FRACTURE + site, n)
        for group in (prior <= 3, prior > 3, prior > 0):
            mean = np.sum(hazard[group]) * share * end
            assert abs(number[group].sum() - mean) < 4.5 * math.sqrt(mean)


def test_a_direct_ratio_acts_while_its_therapy_does():
    """The logarithm is multilinear: half the dose is the square root of the ratio."""
    n = 2000
    changes = {
        "arms": {"interferon": ["interferon"]},
        "therapies.interferon.course": "0.75 MU",
        "therapies.interferon.for": "365 days",
        "effects.interferon.fracture_ratio": {"vertebral": "0.25", "hip": "4"},
        "fractures.base_rate": "2 per year",
        "horizon": "24 months",
    }
    _, log = follow(CERTAIN, SELDOM, FLAT, changes, patients=n, fractures=40)
    for site, share, ratio in ((0, 0.5, 0.5), (1, 0.2, 2), (2, 0.3, 1)):
        number = [((log.kind == FRACTURE + site) & (log.day <= 365)).sum(),
                  ((log.kind == FRACTURE + site) & (log.day > 365)).sum()]  # fmt: skip
        for found, expected in zip(number, (2 * share * ratio, 2 * share), strict=True):
            mean = n * expected * 365 / YEAR
            assert abs(found - mean) < 4.5 * math.sqrt(mean)


def test_a_direct_ratio_without_treatment_acts_on_the_untreated_and_leaves_the_others_alone():
    """None: twice the base rate; interferon: half of it."""
    n = 1000
    changes = {
        "arms": {"interferon": ["interferon"], "untreated": []},
        "effects.none.fracture_ratio": {"vertebral": "2"},
        "effects.interferon.fracture_ratio": {"vertebral": "0.5"},
        "fractures.base_rate": "1 per year",
        "horizon": "12 months",
    }
    for arm, ratio in (("untreated", 2), ("interferon", 0.5)):
        _, log = follow(CERTAIN, SELDOM, FLAT, ONE_SITE, changes, patients=n, arm=arm)
        mean = n * ratio * 365 / YEAR
        found = (log.kind == FRACTURE).sum()
        assert abs(found - mean) < 4.5 * math.sqrt(mean), arm


def test_a_decaying_action_lets_its_direct_ratio_fade():
    n = 1000
    changes = {
        "arms": {"pamidronate": ["pamidronate"]},
        "therapies.pamidronate.schedule": [{"every": "100 years"}],
        "therapies.pamidronate.fracture_ratio_acts": "with the action",
        "effects.pamidronate.fracture_ratio": {"other": "0.4"},
        "fractures.base_rate": "2 per year",
        "horizon": "12 months",
        "fractures.review_every": "10 days",
    }
    _, log = follow(CERTAIN, QUIET, FLAT, changes, patients=n, fractures=40)
    first = first_days(log, FRACTURE + OTHER, n)
    step = 1 / mean_exposure(PUBLISHED, LAST_DAY, 45)

    def hazard(day):
        return 0.6 / YEAR * 0.4 ** (step * math.exp(-decay(45) * day))

    for day in (30, 100, 365):
        assert_share(np.mean(first > day), math.exp(-quad(hazard, 0, day)[0]), n)


def test_random_numbers_that_run_out_are_told_and_prepared():
    many = {"fractures.base_rate": "15 per year", "cohort.patients": "6", "horizon": "24 months"}
    changes = (CERTAIN, UNTREATED, SELDOM, FLAT, many)
    with pytest.raises(OutOfDraws):
        follow(*changes, patients=6, fractures=8)
    _, log = follow(*changes, patients=6, fractures=100)
    events = runs.follow(study(*changes)).events
    fractures = events[events["event"] == "fracture"]
    rows = log.kind >= FRACTURE
    assert events["day"].tolist() == log.day[rows].tolist()
    assert fractures["value"].max() > 8


# --- death ------------------------------------------------------------------------------------


def french_table():
    path = Path(sim.evidence.__file__).parent / "france2019.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {sex: [float(row[f"q_{sex}"]) for row in rows] for sex in ("female", "male")}


def alive(q, age, days, ratio):
    """Probability of living so many days, birthday by birthday."""
    share, at, left = 1.0, age, days / YEAR
    while left > 1e-12:
        piece = min(math.floor(at + 1e-9) + 1 - at, left)
        share *= (1 - q[min(math.floor(at + 1e-9), 99)]) ** (piece * ratio)
        at, left = at + piece, left - piece
    return share


@pytest.mark.parametrize(("mean_age", "ratio"), [(52.5, 1.9), (75, 1.0), (92, 1.0)])
def test_ten_years_of_survival_are_those_of_the_life_table(mean_age, ratio):
    n = 2000
    changes = {"cohort.age": {"normal": {"mean": f"{mean_age} years", "sd": "5 years"}},
               "cohort.female": "50 %", "horizon": "120 months",
               "mortality.standardised_mortality_ratio": f"{ratio}"}  # fmt: skip
    inputs, log = follow(CERTAIN, UNTREATED, SELDOM, changes, patients=n)
    died, table = first_days(log, DEATH, n), french_table()
    for day in (365, 1826, 3652):
        chances = [
            1 - alive(table[("female", "male")[person["sex"]]], person["age"], day, ratio)
            for person in inputs.patients
        ]
        assert_total(np.sum(died <= day), np.array(chances))
    assert set(log.value[log.kind == DEATH]) == {0.0}
    assert counts(log, DEATH, n).max() == 1
    assert (counts(log, DEATH, n) + counts(log, END, n) == 1).all()


def test_death_falls_on_the_first_day_by_which_the_life_table_reaches_the_threshold():
    n = 300
    changes = {"cohort.age": {"normal": {"mean": "85 years", "sd": "12 years"}},
               "cohort.female": "50 %", "horizon": "120 months",
               "mortality.standardised_mortality_ratio": "1"}  # fmt: skip
    inputs, log = follow(CERTAIN, UNTREATED, SELDOM, changes, patients=n)
    died, table = first_days(log, DEATH, n), french_table()
    for person, left, day in zip(inputs.patients, inputs.numbers(DIES, 0)[:, 0], died, strict=True):
        q, age = table[("female", "male")[person["sex"]]], person["age"]
        if np.isinf(day):
            assert alive(q, age, 3652, 1) > math.exp(-left) * (1 - 1e-9)
        else:
            assert alive(q, age, int(day) - 1, 1) > math.exp(-left) * (1 - 1e-9)
            assert alive(q, age, int(day), 1) <= math.exp(-left) * (1 + 1e-9)
    assert inputs.patients["age"].max() > 100
    assert 50 < np.isinf(died).sum() < 250


def test_men_die_earlier_than_women_of_their_age():
    deaths = []
    for female in ("100 %", "0 %"):
        changes = {
            "cohort.age.normal.mean": "80 years",
            "cohort.female": female,
            "horizon": "120 months",
            "mortality.standardised_mortality_ratio": "1",
        }
        inputs, log = follow(CERTAIN, UNTREATED, SELDOM, changes, patients=1000)
        table = french_table()["female" if female == "100 %" else "male"]
        expected = 1 - alive(table, 80.0, 3652, 1)
        assert_share((log.kind == DEATH).sum() / 1000, expected, 1000)
        assert set(inputs.patients["age"]) == {80.0}
        deaths.append(expected)
    assert deaths[1] > deaths[0] + 0.1


def test_a_fracture_that_is_always_fatal_kills_within_the_year_after():
    n = 1500
    changes = {"fractures.sites.vertebral.case_fatality": "100 %",
               "fractures.base_rate": "2 per year", "horizon": "60 months"}  # fmt: skip
    _, log = follow(CERTAIN, UNTREATED, SELDOM, FLAT, ONE_SITE, changes, patients=n, fractures=40)
    first, died = first_days(log, FRACTURE, n), first_days(log, DEATH, n)
    early = first <= 1826 - 365
    after = died[early] - first[early]
    assert after.min() >= 1
    assert after.max() <= 365
    assert set(log.value[log.kind == DEATH]) == {1.0}
    # Of deaths drawn for each fracture, the earliest counts. The first fracture's own is uniform;
    # those who broke no other bone until it are a thinned sample, so weigh the whole instead:
    days = np.arange(1, 366)
    later = 2 / YEAR  # hazard of another fracture, each with a fatal day of its own
    still = 1 - days / 365
    # no further fracture's death by day d: exp(-integral of later x P(its delay <= d - s))
    others = np.array([np.sum(later * (d - np.arange(1, d)) / 365) for d in days])
    alive_at = still * np.exp(-others)
    for day in (30, 90, 180, 300):
        assert_share(np.mean(after > day), alive_at[day - 1], len(after))


def test_case_fatality_is_the_share_of_fractures_that_kill_and_names_its_site():
    n = 3000
    changes = {"fractures.sites.hip.case_fatality": "30 %", "fractures.base_rate": "0.5 per year",
               "horizon": "36 months"}  # fmt: skip
    _, log = follow(CERTAIN, UNTREATED, SELDOM, FLAT, changes, patients=n)
    hip = first_days(log, FRACTURE + 1, n)
    died = first_days(log, DEATH, n)
    within = hip <= 1096 - 365
    single = within & (counts(log, FRACTURE + 1, n) == 1)
    dead = died[within] - hip[within] <= 365
    # Another hip fracture within that year can kill too: at 0.1 a year, half of it in time.
    assert single.sum() > 0.8 * within.sum()
    rate = 0.5 * 0.2
    chance = 1 - 0.7 * math.exp(-rate * 0.3 * (365 * 366 / 2 / 365) / YEAR)
    assert_share(np.mean(dead), chance, within.sum())
    assert set(log.value[log.kind == DEATH]) == {2.0}


def test_nothing_happens_after_death():
    changes = {"cohort.age.normal.mean": "85 years", "cohort.age.within": ["18 years", "95 years"],
               "horizon": "120 months"}  # fmt: skip
    _, log = follow(changes, patients=100)
    died = first_days(log, DEATH, 100)
    last = np.zeros(100)
    np.maximum.at(last, log.patient, log.day)
    gone = np.isfinite(died)
    assert gone.sum() > 20
    assert (last[gone] == died[gone]).all()
    assert (last[~gone] == 3652).all()


# --- measurement ------------------------------------------------------------------------------


def test_measurement_error_has_the_stated_variation_and_mean():
    n = 400
    stated = {"spine": 1.1, "hip": 1.3, "ctx": 15, "balp": 7, "tryptase": 40}
    errors = {f"measurement.{name}": f"{cv} %" for name, cv in stated.items()}
    visits = {"visits": {"dxa": ["every 1 month"], "markers": ["every 1 month"]},
              "horizon": "12 months"}  # fmt: skip
    _, log = follow(CERTAIN, STILL, UNTREATED, visits, errors, patients=n)
    size, all_values = 13 * n, {}
    for quantity, cv in ((SPINE, 0.011), (HIP, 0.013), (CTX, 0.15), (BALP, 0.07), (TRYPTASE, 0.4)):
        values = log.value[log.kind == MEASURE + quantity] / ENTRY[quantity]
        assert len(values) == size
        if quantity in (SPINE, HIP):
            law: Any = stats.norm(1, cv)
        else:
            sigma = math.sqrt(math.log(1 + cv**2))
            law = stats.lognorm(sigma, scale=math.exp(-(sigma**2) / 2))
            assert (law.mean(), law.std()) == pytest.approx((1, cv))
        assert abs(values.mean() - 1) < 4.5 * cv / math.sqrt(size)
        assert stats.kstest(values, law.cdf).pvalue > 2 * stats.norm.sf(4.5)
        all_values[quantity] = values
    correlation = np.corrcoef(list(all_values.values())) - np.eye(5)
    assert np.abs(correlation).max() < 4.5 / math.sqrt(size)
    by_visit = all_values[SPINE].reshape(n, 13)
    apart = np.corrcoef(by_visit.T) - np.eye(13)
    assert np.abs(apart).max() < 4.5 / math.sqrt(n)
