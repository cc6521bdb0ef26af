"""Sums by group of patients: the same bytes for any blocks, and whether patients came later."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import outcomes
from sim.results import quantities as saved
from sim.results.tables import Damaged
from sim.scenario import load
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from sim.worth.groups import MOST_GROUPS, GroupTotal, Nodes, of_block, reduced, size_for
from sim.worth.quantities import keys_of, quantities
from tests.depth import examples
from tests.economics import PRICED
from tests.generated import BASE, settings_of

KEYS, ARMS = ("a", "b", "c"), ("one", "other")


def drawn(patients):
    """Quantities of patients in two arms, whose sums depend on the order of adding."""
    return np.random.default_rng(5).lognormal(0, 6, (patients, len(ARMS), 2, len(KEYS)))


def at_once(each):
    total = GroupTotal()
    total.add([Nodes(1, each)])
    return total


def added(each, sizes, of=1):
    """Patients in blocks of some sizes, each reduced to sums over `of` patients."""
    total, first = GroupTotal(), 0
    for size in sizes:
        total.add(reduced(each[first : first + size], of))
        first += size
    assert first == len(each)
    return total


def tree(rows):
    """The sum of rows in pairs, written down as the definition: halves at a power of two."""
    if len(rows) == 1:
        return rows[0]
    half = 1 << (len(rows) - 1).bit_length() - 1
    return tree(rows[:half]) + tree(rows[half:])


def same(one, other):
    """Whether two totals are equal to the last bit."""
    groups = one.groups, other.groups
    assert groups[0].size == groups[1].size
    assert groups[0].patients.tolist() == groups[1].patients.tolist()
    assert groups[0].sums.tobytes() == groups[1].sums.tobytes()
    assert [part.size for part in one.parts] == [part.size for part in other.parts]
    return all(a.sums.tobytes() == b.sums.tobytes()
               for a, b in zip(one.parts, other.parts, strict=True))  # fmt: skip


@pytest.mark.parametrize(("patients", "size", "groups", "last"), [
    (1, 1, 1, 1), (4096, 1, 4096, 1), (4097, 2, 2049, 1), (5000, 2, 2500, 2), (10_000, 4, 2500, 4),
    (8191, 2, 4096, 1), (8193, 4, 2049, 1), (16_387, 8, 2049, 3),
])  # fmt: skip
def test_groups_double_as_patients_grow(patients, size, groups, last):
    each = drawn(patients)
    found = at_once(each).groups
    assert size_for(patients) == found.size == size
    assert len(found.sums) == len(found.patients) == groups <= MOST_GROUPS
    assert found.patients.sum() == patients
    assert found.patients[-1] == last
    expected = [tree(each[first : first + size]) for first in range(0, patients, size)]
    assert found.sums.tobytes() == np.array(expected).tobytes()
    np.testing.assert_allclose(found.sums.sum(axis=0), each.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("patients", [5000, 10_000])
@examples(5)
@given(data=st.data())
def test_blocks_of_any_size_give_the_same_bytes(patients, data):
    cuts = data.draw(st.lists(st.integers(0, patients), max_size=6).map(sorted))
    sizes = np.diff([0, *cuts, patients])
    each = drawn(patients)
    assert same(added(each, sizes), at_once(each))


@pytest.mark.parametrize("of", [2, 4])
def test_blocks_may_be_reduced_before_they_are_added(of):
    each = drawn(10_003)
    assert same(added(each, [4096, 1024, 4880, 3], of), at_once(each))


@examples(5)
@given(first=st.integers(1, 12_000), more=st.integers(1, 12_000))
def test_patients_may_come_later(first, more):
    each = drawn(first + more)
    later = GroupTotal(at_once(each[:first]).parts)
    later.add([Nodes(1, each[first:])])
    assert same(later, at_once(each))


def test_a_total_from_which_another_began_stays_as_it_is():
    each = drawn(9000)
    total = at_once(each[:4999])
    before = [part.sums.tobytes() for part in total.parts]
    GroupTotal(total.parts).add([Nodes(1, each[4999:])])
    assert [part.sums.tobytes() for part in total.parts] == before


def test_sums_that_begin_in_the_middle_of_another_are_refused():
    each = drawn(9000)
    total = at_once(each[:5001])
    with pytest.raises(ValueError, match="a sum over 2 patients"):
        total.add(reduced(each[5001:], 2))
    with pytest.raises(ValueError, match="no patient"):
        _ = GroupTotal().groups


def test_a_block_is_reduced_arm_by_arm():
    study = load(BASE, settings_of({"economics": PRICED}))
    arms = simulate_arms(protocol_of(study), range(7), "simpy")
    records = {arm: outcomes.arm_records(*of, names_of(study)) for arm, of in arms.items()}
    each = np.stack([quantities(of, study.scenario) for of in records.values()], axis=1)
    for size, sizes in ((1, [1]), (2, [2, 1]), (4, [4, 2, 1])):
        parts = of_block(records, study.scenario, size)
        assert [part.size for part in parts] == sizes
        assert parts[0].sums.shape[1:] == (2, 2, len(keys_of(study.scenario)))
        total = GroupTotal()
        total.add([Nodes(1, each)])
        if size == 1:
            assert parts[0].sums.tobytes() == total.parts[0].sums.tobytes()
        assert parts[-1].sums[-1].tobytes() == each[-1].tobytes()


# --- on disk ----------------------------------------------------------------------------------


@pytest.mark.parametrize("patients", [1, 3, 5001])
def test_what_is_saved_is_read_again(tmp_path, patients):
    total = at_once(drawn(patients))
    saved.save(total.parts, ARMS, KEYS, tmp_path)
    again = GroupTotal(saved.load(tmp_path, ARMS, KEYS))
    assert same(total, again)


def test_a_file_of_another_study_is_damaged(tmp_path):
    saved.save(at_once(drawn(5)).parts, ARMS, KEYS, tmp_path)
    for arms, keys in ((ARMS, ("a", "d")), (("one", "third"), KEYS)):
        with pytest.raises(Damaged, match=r"quantities\.parquet' is damaged; run again"):
            saved.load(tmp_path, arms, keys)
    with pytest.raises(Damaged, match="is missing"):
        saved.load(tmp_path / "nowhere", ARMS, KEYS)
