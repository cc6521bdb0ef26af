"""After the last dose: bone lost and fractures gained for a while, against closed forms."""

from __future__ import annotations

import math

import pytest

from sim.scenario.protocol import protocol as in_words
from sim.simulation.records import FRACTURE
from tests.test_model import (
    ACCRUALS,
    CERTAIN,
    FLAT,
    NOTHING,
    ONE_SITE,
    SELDOM,
    follow,
    measured,
    study,
)

YEAR = 365.25
STILL = {
    f"effects.{regimen}.{bone}": NOTHING
    for regimen in ("none", "pamidronate", "interferon", "interferon + pamidronate")
    for bone in ("spine", "hip")
}
VISITS = {"visits": {"dxa": ["every 1 months"], "markers": ["every 100 years"]}}
LOSS = {"spine": "-8 %/year", "hip": "-5 %/year", "for": "365 days"}
COURSE = {
    "arms": {"interferon": ["interferon"]},
    "therapies.interferon.for": "400 days",
    "therapies.interferon.after_stopping": LOSS,
    "horizon": "36 months",
}
INFUSIONS = {
    "arms": {"pamidronate": ["pamidronate"]},
    "therapies.pamidronate.schedule": [{"every": "180 days", "for": "360 days"}],
    "therapies.pamidronate.after_stopping": LOSS,
    "horizon": "36 months",
}


def share_lost(changes, bone=0, by=36, **visits):
    """Change of measured bone density from entry, as a share."""
    _, log = follow(CERTAIN, STILL, VISITS, changes)
    course = measured(log, bone)
    return course[round(by * YEAR / 12)] / course[0] - 1


@pytest.mark.parametrize(("bone", "yearly"), [(0, -0.08), (1, -0.05)])
def test_bone_is_lost_for_the_time_after_a_course_and_no_longer(bone, yearly):
    """The course ends on day 400; the loss is from day 401 to day 766."""
    for months in (6, 13, 14, 20, 25, 26, 36):
        days = min(max(round(months * YEAR / 12) - 401, 0), 365)
        expected = yearly * days / YEAR
        assert share_lost(COURSE, bone, months) == pytest.approx(expected, abs=1e-12)


def test_the_loss_is_of_the_current_value_under_the_compound_reading():
    lost = share_lost({**COURSE, "accrual": "compound"})
    assert 1 + lost == pytest.approx(0.92 ** (365 / YEAR), rel=1e-12)


def test_under_the_saturating_reading_bone_comes_back_with_its_time_constant():
    tau = 300
    accrual = {"saturating": {"time_constant": f"{tau} days", "window": "12 months"}}
    rate, at = -0.08 / YEAR, round(36 * YEAR / 12)
    lowest = rate * tau * (1 - math.exp(-365 / tau))
    expected = lowest * math.exp(-(at - 766) / tau)
    assert share_lost({**COURSE, "accrual": accrual}) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("accrual", ["plateau", "linear"])
def test_the_loss_is_there_after_a_plateau_and_after_the_evidence(accrual):
    changes = {**COURSE, "accrual": ACCRUALS[accrual], "beyond_evidence.after": "500 days"}
    plain = {**changes, "therapies.interferon.after_stopping": None}
    assert share_lost(changes) - share_lost(plain) == pytest.approx(-0.08 * 365 / YEAR, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({}, 361),  # doses on days 0 and 180, the next would be due on day 360
        ({"therapies.pamidronate.after_stopping.wait": "50 days"}, 231),
        ({"therapies.pamidronate.ends_course": "100 %"}, 181),
        ({"therapies.pamidronate.schedule": [{"every": "180 days"}]}, math.inf),
        ({"therapies.pamidronate.given": "0 %"}, math.inf),
    ],
)
def test_the_time_after_infusions_counts_from_the_last_one_that_was_given(changes, begins):
    for months in (6, 9, 14, 20):
        days = min(max(round(months * YEAR / 12) - begins, 0), 365)
        found = share_lost({**INFUSIONS, **changes}, by=months)
        assert found == pytest.approx(-0.08 * days / YEAR, abs=1e-12)


@pytest.mark.parametrize(
    ("start", "days"),
    [("500 days", 500 - 361), ("300 days", 0), ("2 days", 365), ({"after": "pamidronate"}, 0)],
)
def test_a_course_that_begins_later_ends_it(start, days):
    changes = {**INFUSIONS, "arms": {"both": ["pamidronate", "interferon"]},
               "therapies.interferon.start": start}  # fmt: skip
    assert share_lost(changes) == pytest.approx(-0.08 * days / YEAR, abs=1e-12)


def test_fractures_are_more_frequent_for_that_time():
    n = 1500
    changes = {
        **COURSE,
        "therapies.interferon.after_stopping": {
            "for": "365 days",
            "fracture_ratio": {"vertebral": "3"},
        },
        "fractures.base_rate": "1 per year",
    }
    _, log = follow(CERTAIN, STILL, SELDOM, FLAT, ONE_SITE, changes, patients=n, fractures=40)
    days = log.day[log.kind == FRACTURE]
    for low, high, rate in ((1, 401, 1), (402, 766, 3), (767, 1096, 1)):
        mean = n * rate * (high - low + 1) / YEAR
        assert abs(((days >= low) & (days <= high)).sum() - mean) < 4.5 * math.sqrt(mean)


def test_check_says_what_happens_after_the_last_dose():
    without = study({**INFUSIONS, "therapies.pamidronate.after_stopping": None})
    assert "no loss of bone and no fractures of its own" in words(without)
    after = {**LOSS, "fracture_ratio": {"vertebral": "3"}, "wait": "7 months"}
    said = words(study({**INFUSIONS, "therapies.pamidronate.after_stopping": after}))
    assert "after the last infusion: its action halves every 45 days" in said
    assert "from 7 months after it, for 365 days: spine bone density -8 %/year" in said
    assert "vertebral fractures x 3" in said


def words(made):
    return "\n".join(in_words(made.scenario, made.document))
