"""Groups of patients: the same bytes however the patients come, and their plain sums."""

import numpy as np
import pytest

from sim.economics import groups
from sim.economics.groups import Groups, paired

ARMS, KEYS = ("a", "b"), ("x", "y", "z")


def drawn(patients):
    return np.random.default_rng(1).exponential(size=(patients, len(ARMS), 2, len(KEYS)))


def added(rows, *ends):
    together = Groups.none(ARMS, KEYS)
    for part in np.split(rows, ends):
        together = together.plus(part)
    return together


@pytest.mark.parametrize("patients", [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 100])
@pytest.mark.parametrize("ends", [(), (1,), (5, 40), (8, 16, 32), (9, 33, 64, 90), range(1, 100)])
def test_any_split_into_blocks_gives_the_same_bytes(monkeypatch, patients, ends):
    monkeypatch.setattr(groups, "MOST", 8)
    rows = drawn(patients)
    sums, sizes, *_ = added(rows).quantities()
    others, of_others, *_ = added(rows, *(end for end in ends if end < patients)).quantities()
    assert sums.tobytes() == others.tobytes()
    assert sizes.tolist() == of_others.tolist()


@pytest.mark.parametrize("patients", [4096, 5000, 10_000])
def test_groups_are_few_and_hold_every_patient(patients):
    rows = drawn(patients)
    together = added(rows, 1024, 3072)
    sums, sizes, *_ = together.quantities()
    assert len(sums) <= groups.MOST
    assert together.count == sizes.sum() == patients
    assert len(sums) > groups.MOST / 2
    np.testing.assert_allclose(sums.sum(axis=0), rows.sum(axis=0), rtol=1e-12)
    size = together.size
    np.testing.assert_allclose(sums[5], rows[5 * size : 6 * size].sum(axis=0), rtol=1e-13)


def test_patients_of_a_group_are_added_pair_by_pair():
    rows = np.array([1e16, 1.0, -1e16, 1.0])
    assert paired(rows, 4).tolist() == [(rows[0] + rows[1]) + (rows[2] + rows[3])]
