"""Indices of variance under noise of patients, against a model whose indices are known.

The function is linear with one interaction. Each group of patients has coefficients of its own, so
that what sets patients apart is a function of the same parameters, and a little noise that is new
at every point.
"""

import math

import numpy as np
import pytest
from scipy.stats import qmc

from sim.experiments.sweeps import variance
from sim.experiments.sweeps.components import MOST_GROUPS, Components, joined, terms_of

SLOPES, BOTH = np.array([3.0, 2.0, 0.0]), 1.5
ALONE, TOGETHER = SLOPES**2 / 3, BOTH**2 / 9
WHOLE = ALONE.sum() + TOGETHER
KNOWN = np.r_[ALONE, ALONE + TOGETHER * np.array([1, 1, 0]), TOGETHER, 0, 0] / WHOLE
"""First orders, totals, and second orders of the three pairs."""

OWN = np.array([1.0, 0.8, 0.6, 0.8])
"""How far groups differ in the three slopes and in the interaction, one beside another."""

DRAWS, GROUPS, REPEATS = 64, 25, 120
NAMES = [(f"p{place}", "") for place in range(3)]


def points_of(rng):
    """A, B, AB and BA of three parameters between -1 and 1: points x draws x parameters."""
    both = 2 * qmc.Sobol(6, rng=rng).random(DRAWS) - 1
    points = [both[:, :3], both[:, 3:]]
    for most, other in (points[:2], points[1::-1]):
        for place in range(3):
            moved = most.copy()
            moved[:, place] = other[:, place]
            points.append(moved)
    return np.stack(points)


def simulated(rng, level):
    """What groups have at each point: points x draws x groups, and at the base case: groups.

    The noise of a mean over groups has `level` times the variance of the parameters.
    """
    x = points_of(rng)
    terms = np.concatenate([x, x[..., :1] * x[..., 1:2]], axis=-1)
    own = rng.normal(size=(GROUPS, 4)) * OWN
    own *= math.sqrt(0.8 * level * WHOLE * GROUPS / (OWN**2 / [3, 3, 3, 9]).sum())
    new = math.sqrt(0.2 * level * WHOLE * GROUPS) * rng.normal(size=(*x.shape[:2], GROUPS))
    alike = 5 * rng.normal(size=GROUPS)
    return terms @ (np.r_[SLOPES, BOTH] + own).T + new + alike, alike


def estimated(rng, level, takes_out=True):
    """Value, low and high of every index, in the order of KNOWN; NaN where there are none."""
    groups, alike = simulated(rng, level)
    components = Components(3, np.array([alike.mean()]), (alike - alike.mean())[:, None])
    values = groups.mean(axis=2)
    for draw in range(DRAWS):
        own = groups[:, draw] - values[:, draw, None]
        components.add(values[:, draw, None], own[:, :, None])
    patients = components.of(0) if takes_out else None
    rows = variance._of_outcome(values, NAMES, patients, int(rng.integers(2**31)))
    return np.array([row[4:] for row in rows], float) if rows else np.full((9, 3), np.nan)


@pytest.mark.parametrize("level", [0.1, 0.4, 0.7])
def test_intervals_of_indices_cover_under_noise_of_patients(level):
    """95 % intervals, at least 93 % up to the error of so many repeats."""
    rng = np.random.default_rng(round(100 * level))
    found = np.stack([estimated(rng, level) for _ in range(REPEATS)])
    found = found[~np.isnan(found[:, 0, 1])]
    covers = ((found[..., 1] <= KNOWN) & (found[..., 2] >= KNOWN)).mean(axis=0)
    assert len(found) > REPEATS / 2
    assert (covers >= 0.93 - 3 * math.sqrt(0.93 * 0.07 / len(found))).all(), covers


@pytest.mark.parametrize("level", [0.1, 0.7])
def test_indices_are_not_those_of_patients(level):
    """The third parameter does nothing for patients on average, and something for each of them."""
    rng = np.random.default_rng(1)
    found, with_noise = (
        np.stack([estimated(rng, level, takes_out)[:6, 0] for _ in range(REPEATS // 2)])
        for takes_out in (True, False)
    )
    known = ~np.isnan(found[:, 0])
    error = 1.25 * found[known].std(axis=0) / math.sqrt(known.sum())  # of a median
    assert (abs(np.median(found[known], axis=0) - KNOWN[:6]) < 3 * error + 0.02).all()
    assert np.median(with_noise[:, 5]) > 0.02


def test_a_variance_that_is_all_noise_has_no_interval():
    rng = np.random.default_rng(2)
    found = np.stack([estimated(rng, 20.0) for _ in range(40)])
    assert np.isnan(found[:, :, 1]).mean() > 0.5


def test_components_are_those_of_different_groups_alone():
    """Over all pairs of different groups, counted out; about the mean over A and B."""
    groups, alike = simulated(np.random.default_rng(3), 0.4)
    components = Components(3, np.array([alike.mean()]), (alike - alike.mean())[:, None])
    values = groups.mean(axis=2)
    for draw in range(DRAWS):
        components.add(values[:, draw, None], (groups[:, draw] - values[:, draw, None])[:, :, None])
    found = variance._parts(values, 3)[:, 1:] - components.of(0).noise
    z = groups - groups[:2].mean(axis=(0, 1))
    z = np.concatenate([z[:2], z[2:5] - z[0], z[2:]])
    for at, terms in enumerate(terms_of(3, second=True)):
        pairs = sum(w * np.einsum("ng,nh->gh", z[u], z[v]) for w, u, v in terms) / DRAWS
        known = (pairs.sum() - np.trace(pairs)) / GROUPS / (GROUPS - 1)
        assert found.mean(axis=0)[at] == pytest.approx(known, rel=1e-9, abs=1e-9)


def test_a_group_moves_a_component_as_leaving_it_out_does():
    groups, alike = simulated(np.random.default_rng(4), 0.4)

    def component(kept):
        own = groups[:, :, kept]
        values, base = own.mean(axis=2), alike[kept]
        held = Components(3, np.array([base.mean()]), (base - base.mean())[:, None])
        for draw in range(DRAWS):
            held.add(values[:, draw, None], (own[:, draw] - values[:, draw, None])[:, :, None])
        patients = held.of(0)
        return (variance._parts(values, 3)[:, 1:] - patients.noise).mean(axis=0), patients.groups

    every = np.arange(GROUPS)
    whole, moved = component(every)
    for group in (0, 7):
        without, _ = component(every[every != group])
        assert moved[group] / (GROUPS - 1) == pytest.approx(whole - without, rel=0.25, abs=0.05)


def test_many_groups_are_joined_to_fewer_that_move_as_much():
    influences = np.random.default_rng(5).normal(size=(7 * MOST_GROUPS + 3, 2))
    found = joined(influences)
    assert MOST_GROUPS / 2 < len(found) <= MOST_GROUPS
    assert found.mean(axis=0) == pytest.approx(influences.mean(axis=0))
    assert joined(influences[:30]) == pytest.approx(influences[:30])
