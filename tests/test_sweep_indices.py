"""Indices of variance and Morris' screening against functions whose answers are known."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiments.sweeps import analyses, load_sweep, run, variance, work
from sim.experiments.sweeps.gathered import Changes, Collected, Quantity
from sim.experiments.sweeps.noise import Split
from sim.outcomes.definitions.named import Measure
from sim.outcomes.units import GROUP, UnitSums
from sim.scenario.text import paths
from sim.vocabulary import Arms, rows_with
from tests.tiny_sweeps import GIVEN, RATE, STOPS, read, table, wrote

SURE = 4.5
"""So many standard errors are never passed by chance."""

RANGES = {GIVEN: (20, 60), STOPS: (10, 50), RATE: (30, 80)}
EVENLY = table({
    GIVEN: "{low: 20 %, high: 60 %}", STOPS: "{low: 10 %, high: 50 %, name: stops}",
    RATE: "{low: 30 per 100 person-years, high: 80 per 100 person-years}",
})  # fmt: skip
ARM, OUTCOME = Arms("combination", "pamidronate"), "spine annual increase"


def ishigami(x, a=7, b=0.1):
    """Ishigami and Homma 1990, of three numbers between -pi and pi."""
    return np.sin(x[..., 0]) + a * np.sin(x[..., 1]) ** 2 + b * x[..., 2] ** 4 * np.sin(x[..., 0])


def known_indices(a=7, b=0.1):
    """First, total and second order in closed form (Saltelli et al. 2008, Global Sensitivity
    Analysis, section 4.6)."""
    alone = [(1 + b * math.pi**4 / 5) ** 2 / 2, a**2 / 8, 0]
    both = 8 * b**2 * math.pi**8 / 225
    whole = sum(alone) + both
    totals = [alone[0] + both, alone[1], both]
    return np.array(alone) / whole, np.array(totals) / whole, both / whole


def angles(values):
    """Values of the three parameters, -pi at the low end and pi at the high one."""
    low, high = np.array([*RANGES.values()], float).T
    return math.pi * (2 * (np.asarray(values, float) - low) / (high - low) - 1)


def at_points(one, function):
    """A function of the parameters at every point; those that are not moved are at the low end."""
    low = [low for low, _ in RANGES.values()]
    return function(np.array([[p.values.get(i, low[i]) for i in range(3)] for p in one.points]))


def put_together(one, *columns, parameters=math.nan):
    """Made outcomes of every point, as if simulated; with what part of it is of the parameters."""
    quantities = [
        Quantity(one.scenario.name, *ARM, f"{OUTCOME} {i}", "%", 6.0) for i, _ in enumerate(columns)
    ]
    values = np.stack(columns, axis=1)
    splits = [Split(parameters, math.nan, math.nan)] * len(columns)
    changes = Changes(0 * values, 0 * values, 0 * values)
    return Collected(one, quantities, values, 0 * values, values, values, changes, splits)


def of_order(frame, order):
    """The rows of one order, by parameter as the file has them."""
    rows = frame[frame["order"] == order]
    return rows["value"].to_numpy(), rows["low"].to_numpy(), rows["high"].to_numpy()


# --- variance-based indices -------------------------------------------------------------------

DRAWS = 1024
ROLES = ("A", "B", "AB", "BA")


@pytest.fixture(scope="module")
def of_ishigami(tmp_path_factory):
    text = f"design: {{indices: {{draws: {DRAWS}, second_order: yes}}}}\n{EVENLY}"
    one = read(tmp_path_factory.mktemp("indices"), text)
    values = at_points(one, lambda rows: ishigami(angles(rows)))
    found = put_together(one, values)
    samples = {role: values[found.rows(role)].reshape(-1, DRAWS) for role in ROLES}
    return variance.indices([found]), samples, found


def test_the_first_and_total_order_of_a_known_function(of_ishigami):
    """To within the error that the estimators of Saltelli and Jansen have with random points;
    the sequence does better."""
    frame, samples, _ = of_ishigami
    a, b, ab = samples["A"][0], samples["B"][0], samples["AB"]
    first, total, _ = known_indices()
    spread, middle = np.var([a, b]), np.mean([a, b])
    errors = ((b - middle) * (ab - a)).std(axis=1) / spread / math.sqrt(DRAWS)
    found, low, high = of_order(frame, "first")
    assert (abs(found - first) < SURE * errors).all()
    assert (abs(found - first) < 0.03).all()
    assert ((low < first) & (first < high)).all()
    assert ((low < found) & (found < high)).all()
    errors = ((ab - a) ** 2).std(axis=1) / 2 / spread / math.sqrt(DRAWS)
    found, low, high = of_order(frame, "total")
    assert (abs(found - total) < SURE * errors).all()
    assert (abs(found - total) < 0.03).all()
    assert ((low < total) & (total < high)).all()


def test_intervals_are_those_of_another_bootstrap_and_the_same_again(of_ishigami):
    """Ends of 999 resamples have an error below 0.0045, the difference of two by sqrt(2) more."""
    frame, samples, found = of_ishigami
    assert variance.indices([found]).equals(frame)
    a, b, ab = samples["A"][0], samples["B"][0], samples["AB"]

    def orders(draws):
        whole = np.concatenate([a[draws], b[draws]])
        middle, spread, moved = whole.mean(), whole.var(), ab[:, draws] - a[draws]
        return [((b[draws] - middle) * moved).mean(axis=1) / spread,
                (moved**2).mean(axis=1) / 2 / spread]  # fmt: skip

    other = stats.bootstrap([np.arange(DRAWS)], orders, n_resamples=999, method="percentile",
                            vectorized=False, rng=np.random.default_rng(1))  # fmt: skip
    lows, highs = map(np.asarray, other.confidence_interval)
    for place, order in enumerate(("first", "total")):
        _, low, high = of_order(frame, order)
        assert low == pytest.approx(lows[place], abs=0.028)
        assert high == pytest.approx(highs[place], abs=0.028)
        assert (high - low > 0.04).all()


def test_the_second_order_of_a_known_function(of_ishigami):
    frame, samples, _ = of_ishigami
    _, _, both = known_indices()
    rows = frame[frame["order"] == "second"]
    pairs = [*zip(rows["parameter"], rows["other"], strict=True)]
    assert pairs == [(GIVEN, STOPS), (GIVEN, RATE), (STOPS, RATE)]
    a, b, ab, ba = (samples[role] for role in ROLES)
    scale = np.var([a, b]) * math.sqrt(DRAWS)
    found, low, high = of_order(frame, "second")
    for (i, j), value, known in zip([(0, 1), (0, 2), (1, 2)], found, (0, both, 0), strict=True):
        error = (ba[i] * ab[j] - a[0] * b[0]).std() / scale
        alone = ((b[0] - b.mean()) * (ab[[i, j]] - a)).std(axis=1) / scale
        assert abs(value - known) < SURE * math.hypot(error, *alone)
        assert abs(value - known) < 0.1
    assert ((low < [0, both, 0]) & ([0, both, 0] < high)).all()


def test_a_row_tells_scenario_outcome_parameter_and_its_name(of_ishigami):
    frame, _, _ = of_ishigami
    row = frame[(frame["order"] == "total") & (frame["parameter"] == STOPS)].iloc[0]
    columns = ["scenario", *Arms._fields, "outcome", "name", "other"]
    assert tuple(row[columns]) == (
        "tiny", *ARM, f"{OUTCOME} 0", "stops", "",
    )  # fmt: skip
    assert frame.groupby("order").size().to_dict() == {"first": 3, "second": 3, "total": 3}


def test_the_indices_of_a_sum_are_the_shares_of_its_variance(tmp_path):
    """Without interactions first and total are the same, and the shares add up to 1."""
    one = read(tmp_path, f"design: {{indices: {{draws: 256}}}}\n{EVENLY}")
    values = at_points(one, lambda rows: angles(rows) @ [1, 2, 3])
    frame = variance.indices([put_together(one, values, np.full(len(values), 7.0))])
    assert set(frame["outcome"]) == {f"{OUTCOME} 0"}  # what does not vary has none
    for order in ("first", "total"):
        assert of_order(frame, order)[0] == pytest.approx(np.array([1, 4, 9]) / 14, abs=0.02)
    assert set(frame["order"]) == {"first", "total"}


def test_a_point_that_could_not_be_simulated_leaves_no_indices(tmp_path):
    one = read(tmp_path, f"design: {{indices: {{draws: 8}}}}\n{EVENLY}")
    values = at_points(one, lambda rows: angles(rows) @ [1, 2, 3])
    values[next(p.number for p in one.points if p.role == "AB")] = np.nan
    frame = variance.indices([put_together(one, values)])
    assert frame.empty
    assert [*frame.columns] == list(variance.INDEX_COLUMNS)


@pytest.mark.parametrize("parameters", [0.0, 1e-25])
def test_noise_of_patients_has_no_indices(tmp_path, parameters):
    one = read(tmp_path, f"design: {{indices: {{draws: 8}}}}\n{EVENLY}")
    values = at_points(one, lambda rows: angles(rows) @ [1, 2, 3])
    assert len(variance.indices([put_together(one, values, parameters=1.0)])) == 6
    assert variance.indices([put_together(one, values, parameters=parameters)]).empty


def test_an_outcome_that_one_draw_has_is_known_to_no_interval(tmp_path):
    """In more than a third of the resamples that draw is missing, and nothing varies."""
    one = read(tmp_path, f"design: {{indices: {{draws: 64}}}}\n{EVENLY}")
    values = np.full(len(one.points), 5.3)
    values[next(p.number for p in one.points if p.role == "A")] = 1.1
    frame = variance.indices([put_together(one, values)])
    assert len(frame) == 6
    assert frame[["low", "high"]].isna().all(axis=None)
    assert frame["value"].notna().all()
    points = np.full((5, 64), 5.3)
    points[0, 0] = 1.1
    parts = variance._parts(points, 3)
    often = variance._often(1, "bootstrap", parts)
    missing = np.isnan(variance._shares(often @ parts / 64, 3, 1e-9)).mean()
    assert missing == pytest.approx((63 / 64) ** 64, abs=SURE * math.sqrt(0.365 * 0.635 / 999))


def made(function):
    """In place of simulating: both arms hold outcomes that follow the parameters of a document."""

    def simulated(document, patients, engine, arms, *rest):
        texts = [paths.value_at(document, paths.parts_of(path)) for path in RANGES]
        value = function(np.array([float(text.split()[0]) for text in texts]))
        lines = [
            Measure(OUTCOME, "%/year", 183, "mean", 1.0, -math.inf, math.inf),
            Measure("all fractures", "", 183, "count", 1.0, 0.0, math.inf),
        ]
        whole = np.full((len(patients) // GROUP, 1), float(GROUP))
        return {
            arm: UnitSums(lines, np.stack([
                np.hstack([value * whole if arm == "combination" else 0 * whole, 3 * whole]),
                np.hstack([whole, whole]),
            ], axis=1))
            for arm in arms
        }  # fmt: skip

    return simulated


def test_the_whole_path_over_blocks_on_disk_gives_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.display.figures.draw", lambda *_, **__: [])
    monkeypatch.setattr(work, "simulated", made(lambda row: ishigami(angles(row))))
    text = f"design: {{indices: {{draws: 16}}}}\n{EVENLY}\noutcomes: [{OUTCOME}]"
    sweep = load_sweep(wrote(tmp_path, text))
    swept = run(sweep, tmp_path / "results")
    one = sweep.varied[0]
    values = np.array([
        ishigami(angles([p.values.get(i, parameter.base.number)
                         for i, parameter in enumerate(one.joint.parameters)]))
        for p in one.points
    ])  # fmt: skip
    table_ = swept.outcomes
    rows = rows_with(table_[table_["outcome"] == OUTCOME], [ARM])
    assert rows["estimate"].to_numpy() == pytest.approx(values, rel=1e-9, abs=1e-9)
    direct = variance.indices([put_together(one, values)])
    indices = swept.indices
    assert indices is not None
    assert set(indices["outcome"]) == {OUTCOME}
    found = rows_with(indices, [ARM]).reset_index(drop=True)
    for column in ("parameter", "order"):
        assert [*found[column]] == [*direct[column]]
    for column in ("value", "low", "high"):
        assert found[column].to_numpy() == pytest.approx(direct[column].to_numpy(), rel=1e-6)
    rows = swept.summary[swept.summary["outcome"] == OUTCOME]
    (row,) = rows_with(rows, [ARM]).to_dict("records")
    drawn = values[[p.number for p in one.points if p.role in ("A", "B")]]
    assert row["draws"] == 32
    assert row["mean"] == pytest.approx(drawn.mean())
    assert row["sd_parameters"] == pytest.approx(row["sd"]) == pytest.approx(drawn.std(ddof=1))
    assert row["error_of_patients"] == pytest.approx(0, abs=1e-6)


# --- screening --------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [4, 6, 10])
def test_the_effects_of_a_line_are_its_slopes_and_do_not_spread(tmp_path, levels):
    """An effect is that of one step of the walk: with four levels two thirds of the interval."""
    design = f"design: {{morris: {{trajectories: 6, levels: {levels}}}}}"
    one = read(tmp_path, f"{design}\n{EVENLY}")
    values = at_points(one, lambda rows: rows @ [2, -3, 0] + 5)
    frame = variance.screening([put_together(one, values)], levels)
    step = {4: 2 / 3, 6: 3 / 5, 10: 5 / 9}[levels]
    slopes = step * np.array([2 * 0.95 * 40, -3 * 0.95 * 40, 0])
    walk = [point.values[0] for point in one.points if point.role == "trajectory"]
    moves = abs(np.diff(walk)[[i % 4 != 3 for i in range(len(walk) - 1)]])
    assert moves.max() == pytest.approx(step * 0.95 * 40)
    assert frame["step"].to_numpy() == pytest.approx(step)
    assert [*frame["parameter"]] == [*RANGES]
    assert frame["mean_effect"].to_numpy() == pytest.approx(slopes, rel=1e-7, abs=1e-7)
    assert frame["mean_absolute_effect"].to_numpy() == pytest.approx(abs(slopes), abs=1e-5)
    assert frame["sd_effect"].to_numpy() == pytest.approx(0, abs=1e-5)
    assert frame["low"].to_numpy() == pytest.approx(abs(slopes), abs=1e-5)


def test_an_effect_that_depends_on_another_parameter_spreads(tmp_path):
    one = read(tmp_path, f"design: {{morris: {{trajectories: 20}}}}\n{EVENLY}")
    values = at_points(one, lambda rows: np.prod(angles(rows)[:, :2], axis=1))
    frame = variance.screening([put_together(one, values)], 4).set_index("parameter")
    for path in (GIVEN, STOPS):
        row = frame.loc[path]
        assert row["sd_effect"] > row["mean_absolute_effect"] > abs(row["mean_effect"])
        assert row["low"] < row["mean_absolute_effect"] < row["high"]
    assert frame.loc[RATE, "mean_absolute_effect"] == 0


def test_a_parameter_that_moves_nothing_has_no_effect_by_rounding(tmp_path):
    one = read(tmp_path, f"design: {{morris: {{trajectories: 6}}}}\n{EVENLY}")
    rounding = np.random.default_rng(1).choice([0, 1.4e-14], len(one.points))
    values = at_points(one, lambda rows: rows @ [2, -3, 0] + 64.8473) + rounding
    collected = put_together(one, values)
    frame = variance.screening([collected], 4).set_index("parameter")
    effects = ["mean_effect", "mean_absolute_effect", "sd_effect", "low", "high"]
    assert (frame.loc[RATE, effects] == 0).all()
    assert (frame.loc[GIVEN, effects[:2]] > 1).all()
    changes = analyses.alone([collected]).set_index("parameter")[["change_low", "change_high"]]
    assert (changes.loc[RATE] == 0).all()
    assert (changes.loc[STOPS] != 0).any()


def test_a_walk_that_broke_off_leaves_no_screening(tmp_path):
    one = read(tmp_path, f"design: {{morris: {{trajectories: 2}}}}\n{EVENLY}")
    values = at_points(one, lambda rows: rows @ [2, -3, 0])
    values[-1] = np.nan
    frame = variance.screening([put_together(one, values)], 4)
    assert frame.empty
    assert {*Arms._fields, "outcome", "mean_absolute_effect"} <= {*frame.columns}
