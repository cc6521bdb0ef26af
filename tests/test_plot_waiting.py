"""The figure of waiting: its numbers are those of the events, its intervals are over clinics."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.display.figures import waiting, waiting_courses
from sim.display.figures.caption import OVER_CLINICS, caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled
from sim.experiments import runs
from sim.scenario import load

SHIPPED = "scenarios/clinic-nine-places.yaml"
SMALL = [
    "clinics.number=6", "clinics.patients_each=20", "clinic.places=1", "clinic.closed=[]",
    "horizon=36 months", "clinic.enrolment=6 months", "clinic.not_coming=5 %",
    "clinic.open=[Monday, Thursday, Friday]",
]  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return load(SHIPPED, SMALL)


@pytest.fixture(scope="module")
def tables(study):
    return runs.follow(study)


@pytest.fixture(scope="module")
def numbers(study, tables):
    with styled():
        drawn = waiting.figure(of(study, tables), caption_of(study))
    assert drawn is not None
    return drawn[1]


def of(study, tables):
    return Saved(tables, pd.DataFrame(), None, study=study)


def events(tables, arm):
    return tables.events[(tables.events["arm"] == arm) & (tables.events["what"] == "pamidronate")]


def test_the_share_after_so_many_days_is_counted_from_the_events(tables, numbers):
    own = events(tables, "combination")
    given = (own["event"] == "infusion").sum()
    skipped = ((own["event"] == "missed infusion") & (own["value"] == -2)).sum()
    late = own.loc[own["event"] == "waited for a place", "value"]
    rows = numbers[(numbers["panel"] == "share") & (numbers["arm"] == "combination")]
    assert rows["doses"].unique().tolist() == [given + skipped]
    assert skipped > 0
    for row in rows.itertuples():
        expected = 100 * (given - (late > row.days).sum()) / (given + skipped)
        assert row.estimate == pytest.approx(expected, rel=1e-12)
    assert rows["estimate"].is_monotonic_increasing
    assert rows["estimate"].iloc[-1] == pytest.approx(100 * given / (given + skipped))


def test_the_interval_is_students_over_clinics(tables, numbers):
    """The error of a ratio of sums over clinics, by hand."""
    own = events(tables, "pamidronate")
    given = own[own["event"] == "infusion"]
    gaps = given.groupby("patient")["day"].diff()
    inside = gaps.notna() & (given["day"] > 0) & (given["day"] <= 365.25)
    clinic = given["patient"] // 20
    y, x = (gaps[inside].groupby(clinic[inside]).agg(how) for how in ("sum", "count"))
    mean = y.sum() / x.sum()
    error = np.sqrt(6 / 5 * ((y - mean * x) ** 2).sum()) / x.sum()
    half = stats.t.ppf(0.975, 5) * error
    rows = numbers[(numbers["panel"] == "interval") & (numbers["arm"] == "pamidronate")]
    row = rows.iloc[0]
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx(
        [mean, mean - half, mean + half]
    )


def test_the_plan_stands_beside_the_interval(numbers):
    rows = numbers[(numbers["panel"] == "interval") & (numbers["arm"] == "pamidronate")]
    assert rows["from_month"].tolist() == [0, 12, 24]
    assert rows["planned"].round(1).tolist() == [30.4, 30.4, 91.3]
    assert (rows["estimate"].iloc[:2] > 31).all()


def test_with_places_for_all_every_dose_is_given_on_its_day_and_the_interval_is_the_plan():
    every_day = "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"
    study = load(SHIPPED, [*SMALL, "clinic.places=unlimited", f"clinic.open=[{every_day}]",
                           "clinic.not_coming=0 %", "clinics.number=3", "horizon=12 months",
                           "mortality.standardised_mortality_ratio=0"])  # fmt: skip
    tables = runs.follow(study)
    own = waiting_courses.shares(tables, study.scenario, "pamidronate", "pamidronate")
    assert own["estimate"].tolist() == [100.0] * 8
    rows = waiting_courses.intervals(tables, study.scenario, "pamidronate", "pamidronate")
    assert rows["estimate"].tolist() == pytest.approx(rows["planned"].tolist())
    assert len(rows) == 4


def test_the_figure_does_not_apply_without_a_clinic(tables):
    study = load("scenarios/laroche2011.yaml", ["cohort.patients=2"])
    assert waiting.figure(of(study, tables), caption_of(study)) is None


def test_the_caption_names_the_unit(study):
    words = caption_of(study).paragraphs(*waiting.EXPLAINED, about_bone=False)[0]
    assert OVER_CLINICS in words
    assert "in 6 clinics" in words
