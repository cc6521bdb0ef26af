"""The table of sums: parts, pairs and contrasts, and groups of patients as the independent unit."""

import itertools
import math

import numpy as np
import pytest

from sim.outcomes import estimates
from sim.outcomes.definitions.named import Outcome
from sim.outcomes.labels import Label, Line, contrasts_of
from sim.outcomes.sums import CELL, sum_table
from sim.outcomes.totals import added
from sim.outcomes.units import GROUP, over_parts, unit_sums

PATIENTS = 3 * CELL + 50
KEYS = [(study, arm) for study in (0, 1) for arm in ("treated", "untreated")]
WEIGHTS = (1.0, -1.0, -1.0, 1.0)
Z = 1.959963984540054


def line(key, y, x, name="fractures", subgroup="all", kind="count", inside=None):
    inside = np.ones(len(y)) if inside is None else inside
    label = Label(key, subgroup, name, "%", 365, kind, 100.0, 0.0, math.inf)
    return Line(label, inside, y * inside, x * inside)


@pytest.fixture(scope="module")
def lines():
    """Fractures per year in two arms of two studies, alike in part as patients are the same."""
    rng = np.random.default_rng(1)
    years, weak = rng.uniform(0.5, 5, PATIENTS), rng.gamma(1, 1, PATIENTS)
    return [
        line(
            key,
            rng.poisson(weak * (0.2 + 0.1 * i)).astype(float),
            years * rng.uniform(0.9, 1, PATIENTS),
        )
        for i, key in enumerate(KEYS)
    ]


ALL_FOUR = dict(enumerate(WEIGHTS))


def differences(count):
    return [{i: 1.0, j: -1.0} for i, j in itertools.combinations(range(count), 2)]


def by_hand(lines, weights):
    """A weighted sum of ratios and its error, from what each patient adds to it."""
    value, adds = 0.0, np.zeros(PATIENTS)
    for one, weight in zip(lines, weights, strict=True):
        ratio = one.y.sum() / one.x.sum()
        value += weight * ratio
        adds += weight * (one.y - ratio * one.x) / one.x.sum()
    return 100 * value, 100 * math.sqrt((adds**2).sum() * PATIENTS / (PATIENTS - 1))


@pytest.mark.parametrize("part", [1, 7, 128, PATIENTS])
@pytest.mark.parametrize(("taken", "by_part"), [(np.add, np.sum), (np.maximum, np.max)])
def test_each_column_is_taken_over_its_own_parts_alone(taken, by_part, part):
    columns = np.random.default_rng(2).integers(-9, 9, (3, PATIENTS)).astype(float)
    starts = np.arange(0, PATIENTS, part)
    expected = [[by_part(column[a : a + part]) for a in starts] for column in columns]
    np.testing.assert_array_equal(over_parts(taken, [*columns], starts), expected)


def test_a_difference_of_differences_counts_that_patients_are_the_same(lines):
    found = added([sum_table(lines, [ALL_FOUR])]).contrast(ALL_FOUR)
    value, error = by_hand(lines, WEIGHTS)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.mc_error == pytest.approx(error, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((value - Z * error, value + Z * error), rel=0.2)
    assert error < 0.95 * math.hypot(*(by_hand([one], [1.0])[1] for one in lines))


def test_a_contrast_of_studies_that_are_alike_is_0_within_the_limits_of_one_event(lines):
    alike = [*lines[:2], *(one._replace(label=one.label._replace(arm=key))
                           for one, key in zip(lines[:2], KEYS[2:], strict=True))]  # fmt: skip
    found = added([sum_table(alike, [ALL_FOUR])]).contrast(ALL_FOUR)
    assert found[:2] == (0.0, 0.0)
    years = sum(one.x.sum() for one in alike) / 4
    assert found.high == -found.low == pytest.approx(-100 * math.log(0.025) / years)


def test_without_events_the_limits_of_the_arms_bound_a_contrast():
    years = [np.full(10, 1.0 + i) for i in range(4)]
    none = [line(key, np.zeros(10), x) for key, x in zip(KEYS, years, strict=True)]
    found = added([sum_table(none, [ALL_FOUR])]).contrast(ALL_FOUR)
    limit = -100 * math.log(0.025) / np.mean([x.sum() for x in years])
    assert (found.low, found.high) == pytest.approx((-limit, limit))


def test_a_contrast_that_was_not_asked_for_is_refused(lines):
    with pytest.raises(ValueError, match="not in list"):
        sum_table(lines, [{0: 1.0, 1: -1.0}]).contrast({0: 1.0, 2: -1.0})


def test_a_contrast_is_of_labels_of_one_outcome_in_two_arms():
    keys = [*KEYS[:2], (0, "third")]
    made = [
        *(line(key, np.ones(2), np.ones(2), name) for key in keys for name in ("a", "b")),
        line(keys[0], np.ones(2), np.ones(2), "only here"),
        *(line(key, np.ones(2), np.ones(2), "a", "women") for key in keys),
        *(line(key, np.ones(2), np.ones(2), "a fact", None) for key in keys),
    ]  # fmt: skip
    labels = [one.label for one in made]
    arms = [{keys[0]: 1.0, keys[2]: -1.0}, {keys[1]: 1.0, keys[2]: -1.0}]
    pairs = [(0, 4), (1, 5), (7, 9), (2, 4), (3, 5), (8, 9)]
    assert contrasts_of(labels, arms) == [{one: 1.0, other: -1.0} for one, other in pairs]


@pytest.mark.parametrize("unit", [1, GROUP])
def test_the_parts_of_a_table_are_sums_over_their_patients(lines, unit):
    """Trials one after another, with the first patients of each in a subgroup."""
    size, count = 4 * unit, PATIENTS // (4 * unit)
    people = slice(0, size * count)
    inside = (np.arange(size * count) % size < 2 * unit).astype(float)
    cut = [line(one.label.arm, one.y[people], one.x[people], inside=inside) for one in lines]
    table = sum_table(cut, part=4, unit=unit)
    assert table.own.shape == (count, 8, 4)
    for trial in (0, 3, count - 1):
        first = slice(trial * size, trial * size + 2 * unit)
        for at, one in enumerate(lines):
            y, x = (part[first].reshape(2, unit).sum(axis=1) for part in (one.y, one.x))
            expected = (2, y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum(),
                        (y > 0).sum(), y.max())  # fmt: skip
            assert table.sums(at, trial) == pytest.approx(expected, rel=1e-13)


def test_lines_that_are_summed_at_once_have_the_sums_of_each_alone_to_the_last_digit(lines):
    """Committed results hold sums to the last digit: more lines beside one must not move them."""
    many = [line(one.label.arm, one.y, one.x, str(n)) for n in range(5) for one in lines]
    pairs = differences(len(lines))
    whole, cells = sum_table(many, pairs), np.arange(0, PATIENTS, CELL)
    for at, one in enumerate(many):
        for field, added_up in enumerate((one.y, one.x, one.y * one.y, one.x * one.y), start=1):
            each = np.add.reduceat(added_up, cells)
            np.testing.assert_array_equal(whole.own[:, field, at], each)
        np.testing.assert_array_equal(whole.own[:, 7, at], np.maximum.reduceat(one.y, cells))
    for at, weights in enumerate(pairs):
        first, second = (many[place] for place in weights)
        apart = np.maximum(first.y - second.y, 0.0)
        up, most = np.add.reduceat(apart, cells), np.maximum.reduceat(apart, cells)
        np.testing.assert_array_equal(whole.signed[:, 1, at], up)
        np.testing.assert_array_equal(whole.signed[:, 5, at], most)
        products = np.add.reduceat(first.y * second.x, cells)
        np.testing.assert_array_equal(
            whole.paired[:, 1, whole.pairs.index(tuple(weights))], products
        )


def test_groups_as_units_have_the_errors_of_a_sweep(lines):
    """One error from the squares of groups, the other from the influence of each group."""
    whole = slice(PATIENTS // GROUP * GROUP)
    lines = [line._replace(**{name: getattr(line, name)[whole] for name in ("inside", "y", "x")})
             for line in lines]  # fmt: skip
    apart = {0: 1.0, 1: -1.0}
    table = added([sum_table(lines, [apart], unit=GROUP)])
    outcomes = [Outcome(one.label.name, "%", 365, "count", one.y, one.x, 100) for one in lines]
    values, influences = unit_sums(outcomes, GROUP).estimates()
    errors = estimates.errors(influences)
    for at in range(4):
        found = table.estimate(at)
        assert (found.value, found.mc_error) == pytest.approx((values[at], errors[at]), rel=1e-12)
    error = estimates.errors(influences[:, [0]] - influences[:, [1]])[0]
    assert table.contrast(apart).mc_error == pytest.approx(error, rel=1e-12)
    assert table.patients == PATIENTS // GROUP * GROUP


def test_patients_who_are_no_whole_units_are_refused(lines):
    with pytest.raises(ValueError, match=f"{PATIENTS} patients are no whole units of {GROUP}"):
        sum_table(lines, unit=GROUP)
