"""Random numbers: their laws, and that each keeps its address whatever is drawn around it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.simulation.columns import DRAWN_ANEW
from sim.simulation.draws import CHUNK, Law, _generator, column

N = 40_000
UNLIKELY = 2 * stats.norm.sf(4.5)  # of a false alarm
LAWS: dict[Any, Any] = {
    "uniform": stats.uniform(),
    "normal": stats.norm(),
    "exponential": stats.expon(),
}


@pytest.mark.parametrize("law", LAWS)
def test_a_column_follows_its_law(law):
    numbers, wanted = column(7, "stream", 0, law, 0, N), LAWS[law]
    mean, variance, skewness, excess = map(float, wanted.stats("mvsk"))
    assert abs(numbers.mean() - mean) < 4.5 * np.sqrt(variance / N)
    error_of_variance = variance * np.sqrt((excess + 2) / N)
    assert abs(numbers.var() - variance) < 4.5 * error_of_variance
    third = stats.moment((numbers - mean) / np.sqrt(variance), order=3, center=0)
    sixth = wanted.expect(lambda x: ((x - mean) / np.sqrt(variance)) ** 6)
    assert abs(third - skewness) < 4.5 * np.sqrt((sixth - skewness**2) / N)
    assert stats.kstest(numbers, wanted.cdf).pvalue > UNLIKELY


def test_a_uniform_number_is_at_least_zero_and_below_one():
    numbers = column(7, "stream", 0, "uniform", 0, N)
    assert numbers.min() >= 0
    assert numbers.max() < 1


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("first", "count"), [(0, 7), (1, 1), (2, 30), (4095, 9), (8190, 2)])
def test_a_column_has_the_numbers_of_a_new_generator_of_numpy(law, first, count):
    """Numbers before the first are left out or drawn; the state is set or made new by numpy."""
    generator = _generator(7, "stream", 3, 2, 0)
    draws: dict[Any, Any] = {
        "uniform": generator.random, "normal": generator.standard_normal,
        "exponential": generator.standard_exponential,
    }  # fmt: skip
    wanted = draws[law](first + count)[first:]
    assert column(7, "stream", 3, law, first, count, 2).tobytes() == wanted.tobytes()


def test_threads_draw_the_same_numbers_side_by_side():
    def table(turn):
        columns: list[tuple[str, int, Law]] = [("stream", use, "normal") for use in range(40)]
        return DRAWN_ANEW.table(turn % 2, columns, range(3000)).tobytes()

    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(table, range(40))]
    assert found == [table(turn) for turn in range(40)]


def test_neighbouring_patients_are_independent():
    numbers = column(7, "stream", 0, "normal", 0, N + 5)
    for lag in range(1, 6):
        assert abs(np.mean(numbers[:N] * numbers[lag : lag + N])) < 4.5 / np.sqrt(N)


def different_addresses():
    """Columns that differ in one part of the address only."""
    yield from (column(7, "stream", use, "normal", 0, N) for use in range(4))
    yield from (column(7, stream, 0, "normal", 0, N) for stream in ("strean", "stream ", "s", ""))
    yield from (column(seed, "stream", 0, "normal", 0, N) for seed in (0, 1, 8, 2**63, 2**130))
    yield from (column(7, "stream", 0, "normal", 0, N, replicate) for replicate in (1, 2))


def test_columns_of_different_addresses_are_independent():
    standard = [stats.zscore(numbers) for numbers in different_addresses()]
    correlation = np.abs(np.corrcoef(standard) - np.eye(len(standard)))
    assert correlation.max() < 4.5 / np.sqrt(N)
    squares = np.corrcoef(np.square(standard)) - np.eye(len(standard))
    assert np.abs(squares).max() < 4.5 / np.sqrt(N)


def test_a_column_has_the_same_numbers_each_time():
    for law in LAWS:
        first, again = (column(3, "stream", 2, law, 100, 50, 1) for _ in range(2))
        assert (first == again).all()


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("first", "count"),
    [
        (0, 1),
        (0, CHUNK),
        (0, CHUNK + 1),
        (CHUNK - 1, 2),
        (CHUNK - 1, 1),
        (CHUNK, 1),
        (CHUNK, CHUNK),
        (CHUNK + 17, 2 * CHUNK - 17),
        (5, 2 * CHUNK + 11),
    ],
)
def test_a_patient_keeps_its_number_whatever_block_is_asked_for(law, first, count):
    everyone = column(7, "stream", 1, law, 0, 3 * CHUNK)
    block = column(7, "stream", 1, law, first, count)
    assert block.shape == (count,)
    assert (block == everyone[first : first + count]).all()


def test_chunks_do_not_repeat_one_another():
    numbers = column(7, "stream", 0, "uniform", 0, 3 * CHUNK)
    assert len(np.unique(numbers)) == 3 * CHUNK


def test_no_patients_have_no_numbers():
    assert column(7, "stream", 0, "normal", 10, 0).shape == (0,)
    columns: list[tuple[str, int, Law]] = [("stream", use, "normal") for use in range(3)]
    assert DRAWN_ANEW.table(7, columns, range(10, 10)).shape == (0, 3)
    assert DRAWN_ANEW.table(7, [], range(10, 14)).shape == (4, 0)


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**64, 2**200])
def test_every_natural_seed_works(seed):
    numbers = column(seed, "stream", 0, "normal", 0, 100)
    assert len(np.unique(numbers)) == 100


def test_a_seed_has_numbers_of_its_own():
    seeds = [0, 1, 2, 2**32, 2**32 + 1, 2**64]
    drawn = {column(seed, "stream", 0, "uniform", 0, 1)[0] for seed in seeds}
    assert len(drawn) == len(seeds)


def test_a_replicate_has_numbers_of_its_own():
    drawn = {column(7, "stream", 0, "uniform", 0, 1, replicate)[0] for replicate in range(100)}
    assert len(drawn) == 100
    assert column(7, "stream", 0, "uniform", 0, 1)[0] in drawn  # replicate 0 is the run itself


def test_names_of_streams_cannot_run_into_what_stands_beside_them():
    """("ab", use "c") is not ("a", use "bc"): no part of an address flows into the next."""
    a, b, c = b"abc"
    addresses = [
        ("ab", c, 0), ("a", b, 0), ("a", b, c), ("abc", 0, 0), ("ab", 0, c), ("", a, b),
        ("a\0", 0, 0), ("a", 0, 0), ("\0a", 0, 0), ("a\0\0", 0, 0), ("", 0, 0), ("\0", 0, 0),
        ("\1a", 0, 0), ("\2ab", 0, 0), ("1", 2, 0), ("12", 0, 0), ("frailty a", 0, 0),
        ("frailty", a, 0), ("späte", 0, 0), ("spate", 0, 0),
    ]  # fmt: skip
    drawn = {column(7, s, use, "uniform", 0, 1, replicate)[0] for s, use, replicate in addresses}
    assert len(drawn) == len(addresses)


def test_a_table_is_its_columns_side_by_side_and_a_use_keeps_its_column():
    columns: list[tuple[str, int, Law]] = [("stream", use, "exponential") for use in range(5)]
    whole = DRAWN_ANEW.table(7, columns, range(20, 50))
    assert whole.shape == (30, 5)
    for use in range(5):
        assert (whole[:, use] == column(7, "stream", use, "exponential", 20, 30)).all()
    some = DRAWN_ANEW.table(7, [columns[4], columns[1]], range(20, 50))
    assert (some == whole[:, [4, 1]]).all()


@pytest.mark.parametrize("seed", [0, 1, 2011, 2**32, 2**34 - 1, 2**131 + 5])
@pytest.mark.parametrize("stream", ["x", "measurement spine", "läuft"])
@pytest.mark.parametrize("use", [0, 1825, 2**32 - 1])
def test_a_generator_is_that_of_numpy_for_the_same_address(seed, stream, use):
    """The words of the address are joined here; numpy joins seed and key to the same words."""
    name = stream.encode()
    key = (3, len(name), *name, use, 5)
    numpy = np.random.Philox(np.random.SeedSequence(seed, spawn_key=key))
    ours = _generator(seed, stream, use, replicate=3, chunk=5)
    assert (np.random.Generator(numpy).random(5) == ours.random(5)).all()
