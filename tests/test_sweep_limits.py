"""95 % intervals from groups of patients: what they cover, and that none seen is not known."""

import math

import numpy as np
import pandas as pd
import pytest

from sim.experiments import runs
from sim.experiments.sweeps import load_sweep, run
from sim.experiments.sweeps.point_limits import Columns, PointLimits, of_mean_over_draws
from sim.outcomes.definitions.named import Measure
from sim.outcomes.intervals import NONE_SEEN
from sim.outcomes.units import GROUP, by_part, limits_of, signed_of, sums_of
from sim.vocabulary import Arms
from tests.tiny_sweeps import RATE, SPINE, STOPS, table, wrote

SHARE = Measure("deaths", "%", 365, "share", 100.0, 0.0, 1.0)
COUNT = Measure("all fractures", "per 100 person-years", 365, "count", 100.0, 0.0, math.inf)
MEAN = Measure("spine change", "%", 365, "mean", 1.0, -100.0, math.inf)
REPEATS = 1000


def in_groups(measure, *arms):
    """Limits of an arm, or of the first less the second: of repeats x patients, with a value 1."""
    sums = [np.stack([by_part(GROUP, y, np.ones(len(y))).T[:, :, None] for y in arm])
            for arm in arms]  # fmt: skip
    sums = [np.swapaxes(arm, 1, 2) for arm in sums]
    influences = sum(
        w * (arm[:, :, 0, 0] - arm[:, :, 1, 0] * arm[:, :, 0, 0].mean(axis=1)[:, None] / GROUP)
        for w, arm in zip((1, -1), sums, strict=False)
    ) / GROUP  # fmt: skip
    units = influences.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        error = measure.scale * np.sqrt((influences**2).sum(axis=1) / units / (units - 1.0))
    weights = (1.0, -1.0)[: len(arms)]
    fields = np.stack([np.stack([sums_of([measure], one)[:, 0] for one in arm], axis=-1)
                       for arm in sums])  # fmt: skip
    signed = np.stack([signed_of(weights, pair)[:, 0] for pair in zip(*sums, strict=True)], axis=-1)
    return limits_of(measure, weights, fields, signed, error)


@pytest.mark.parametrize("measure", [SHARE, COUNT])
@pytest.mark.parametrize("patients", [10, 20, 100, 1000])
def test_none_seen_is_not_known(measure, patients):
    """Alike in both arms, or none in any: up to 3.69 more patients."""
    none = np.zeros((1, patients))
    some = none.copy()
    some[0, :3] = 1
    for arm in (none, some):
        low, high = in_groups(measure, arm, arm)
        assert high[0] == -low[0] == pytest.approx(100 * NONE_SEEN / patients)
    low, high = in_groups(measure, none)
    assert low[0] == 0
    again = 2 if measure is COUNT else 1  # who has a fracture may have another
    assert 100 * 2.9 / patients < high[0] / again < 100 * 3.7 / patients


def test_two_groups_with_the_same_number_are_not_known_exactly():
    """Their variance is 0 by chance; that of a single group is unknown."""
    alike = np.zeros((1, 20))
    alike[0, [0, 10]] = 1
    for arms in ((alike,), (alike, 0 * alike)):
        low, high = in_groups(COUNT, *arms)
        assert low[0] < 10 - 5
        assert high[0] > 10 + 10
    low, high = in_groups(COUNT, np.ones((1, 10)), np.zeros((1, 10)))
    assert low[0] < 100 - 50
    assert high[0] > 100 + 50
    assert np.isnan(in_groups(MEAN, np.ones((1, 10)))).all()


@pytest.mark.share(4)
@pytest.mark.parametrize(
    ("patients", "least"),
    [(20, 0.9), (100, 0.93), pytest.param(1000, 0.93, marks=pytest.mark.validation)],
)
@pytest.mark.parametrize("rate", [0.02, 0.3])
@pytest.mark.parametrize("frailty", [1.0, 5.0])
def test_intervals_of_groups_cover(patients, least, rate, frailty):
    """Events that recur in a few patients, most of them in both arms; a variance is known to
    three of its errors."""
    rng = np.random.default_rng(int(patients + 100 * rate + frailty))
    own = rate * rng.gamma(1 / frailty, frailty, (REPEATS, patients))
    both, first, second = (rng.poisson(share * own) for share in (0.6, 0.4, 0.2))
    one, other = np.minimum(both + first, 30.0), np.minimum(both + second, 30.0)
    least -= 3 * math.sqrt(least * (1 - least) / REPEATS)
    known_difference = 100 * rate * 0.2
    for arms, known in (((one,), 100 * rate), ((one, other), known_difference)):
        low, high = in_groups(COUNT, *arms)
        covers = np.mean((low <= known) & (known <= high))
        assert covers >= least, (covers, len(arms))
    shares = [np.minimum(arm, 1.0) for arm in (one, other)]
    known = [100 * (1 - (1 + frailty * rate * part) ** (-1 / frailty)) for part in (1.0, 0.8)]
    low, high = in_groups(SHARE, *shares)
    covers = np.mean((low <= known[0] - known[1]) & (known[0] - known[1] <= high))
    assert covers >= least, covers


def test_limits_of_many_points_are_those_of_each():
    rng = np.random.default_rng(1)
    columns = Columns([COUNT, MEAN, COUNT, MEAN], [0, 1], [2, 3])
    points = [np.stack([rng.poisson(0.5, (30, 4)), np.full((30, 4), 10.0)], axis=1).astype(float)
              for _ in range(70)]  # fmt: skip
    errors = [rng.uniform(0.1, 1, 6) for _ in points]
    together, alone = PointLimits(columns, 70), PointLimits(columns, 70)
    for at, (sums, error) in enumerate(zip(points, errors, strict=True)):
        together.add(at, error, sums, base=points[0])
        alone.add(at, error, sums, base=points[0])
        alone.finish()
    together.finish()
    assert np.isfinite(together.low).all()
    assert (together.low == alone.low).all()
    assert (together.high == alone.high).all()


def test_a_mean_over_draws_without_an_event_is_not_known():
    sums = np.stack([np.zeros((20, 2)), np.full((20, 2), 10.0)], axis=1)
    found = of_mean_over_draws(Columns([SHARE, SHARE], [0], [1]), np.zeros(3), sums)
    assert (found.below[:2] == 0).all()
    assert found.above == pytest.approx(100 * NONE_SEEN / 200 * np.array([2, 2, 1]))
    assert (found.least[2], found.most[2]) == (-100, 100)


def test_carriers_are_patients_of_a_share_and_groups_of_a_count():
    columns = Columns([SHARE, COUNT, MEAN] * 2, [0, 1, 2], [3, 4, 5])
    sums = np.full((20, 2, 6), 10.0)
    sums[:, 0] = [2, 30, 5, 2, 30, 5]
    sums[0, 0, :3] = [5, 90, 6]
    sums[1, 0, :3] = [1, 31, 4]
    found = columns.carriers(columns.carried(sums), 200)
    assert [*found] == [2 * 18 + 6, 20, 200, 40, 20, 200, 3 + 1, 2, 20]


# --- the tables of a sweep --------------------------------------------------------------------


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("limits")
    text = "design: {probabilistic: {draws: 3}}\n" + table({SPINE: "", STOPS: "", RATE: ""})
    return run(load_sweep(wrote(folder, text, patients=200)), folder / "out")


def widths(frame, low, high):
    """Of outcomes that can occur: no dose is missed where all are given."""
    frame = frame[~frame["outcome"].str.contains("missed")]
    return frame[high] - frame[low], frame["outcome"]


def test_no_interval_of_a_sweep_has_no_width(swept):
    """But a change of what the parameter cannot reach, whose blocks are those of the base case."""
    width, _ = widths(swept.outcomes, "low", "high")
    assert (width > 0).all()
    for names in (("base_low", "base_high"), ("mean_low", "mean_high")):
        width, _ = widths(swept.summary, *names)
        assert (width > 0).all()
    assert (swept.alone["outcome"] == "deaths").any()
    for end in ("low", "high"):
        is_moved = (swept.alone["parameter"] == RATE) | (swept.alone["arm"] == "combination")
        is_moved |= swept.alone["parameter"] == SPINE
        width, outcome = widths(swept.alone[is_moved], f"from_{end}", f"to_{end}")
        assert (width > 0).all(), outcome[width <= 0]
        width, _ = widths(swept.alone[~is_moved], f"from_{end}", f"to_{end}")
        assert len(width) > 10
        assert (width == 0).all()
        inside = swept.alone[f"change_{end}"].between(
            swept.alone[f"from_{end}"] - 1e-9, swept.alone[f"to_{end}"] + 1e-9
        )
        assert inside.all()


def test_intervals_of_the_base_case_are_about_those_of_a_run(swept):
    """Those of shares the same; of others from twenty groups in place of 200 patients."""
    summary = runs.run(swept.sweep.varied[0].study, engine="batch", outcomes_only=True).summary
    keys = [*Arms._fields, "outcome", "time"]
    both = swept.summary.merge(summary[summary["subgroup"] == "all"], on=keys, validate="1:1")
    assert len(both) == len(swept.summary)
    shares = (both["against_arm"] == "") & (both["unit_x"] == "%")
    shares &= ~both["outcome"].str.contains("change")
    same = both[shares]
    assert len(same) > 5
    assert same["base_low"].to_numpy() == pytest.approx(same["low"], abs=1e-9)
    assert same["base_high"].to_numpy() == pytest.approx(same["high"], abs=1e-9)
    width = (both["base_high"] - both["base_low"]) / (both["high"] - both["low"])
    # a group of ten may differ by one patient more than the largest seen, a patient by no more
    assert width.dropna().between(0.5, 2.2).all(), both.assign(width=width)[[*keys, "width"]]


def test_tables_hold_intervals_and_no_errors_alone(swept):
    assert pd.Series(["low", "high"]).isin(swept.outcomes.columns).all()
    text = (swept.folder / "outcomes.csv").read_text(encoding="utf-8").splitlines()[0]
    assert text.endswith("estimate,mc_error,low,high")
