"""What a run would cost is told before it begins, and refused where no machine could hold it."""

import dataclasses
import os
import tracemalloc
from pathlib import Path

import pytest

import sim
from sim.errors import RequestError
from sim.experiments import bounds, runs
from sim.experiments import forecast as forecasting
from sim.experiments.bounds import TooLarge, allow
from sim.experiments.forecast import BYTES_PER_ROW, Kept, forecast
from sim.experiments.sizes import BLOCK_WITH_TABLES, block_of, split
from sim.scenario import load

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
GIGABYTE = 1e9


def study(patients=1000, *settings):
    """The base case with so many patients, more than its form may allow."""
    held = load(BASE, settings)
    cohort = held.scenario.cohort.model_copy(update={"patients": patients})
    return dataclasses.replace(held, scenario=held.scenario.model_copy(update={"cohort": cohort}))


TABLES = Kept(in_memory=True)


def expected(patients=1000, *settings):
    """What a run takes that has its tables in memory."""
    return forecast([study(patients, *settings)], "simpy", kept=TABLES)


def cost(patients=1000, *settings):
    """Time and memory beyond what the program takes to begin."""
    seconds, memory, _ = expected(patients, *settings)
    return seconds - forecasting.SECONDS_AT_START, memory - forecasting.BYTES_AT_START


@pytest.mark.parametrize("times", [2, 10, 10**6])
def test_cost_is_in_proportion_to_patients(times):
    assert cost(1000 * times) == pytest.approx([times * part for part in cost()])


def test_cost_is_in_proportion_to_equal_arms():
    none = ["arms.combination=", "arms.pamidronate="]
    single = cost(1000, *none, "arms.a=[pamidronate]")
    triple = cost(1000, *none, *(f"arms.{arm}=[pamidronate]" for arm in "abc"))
    assert triple == pytest.approx([3 * part for part in single])


@pytest.mark.parametrize(
    "more",
    [
        "horizon=120 months",
        "visits.dxa=[every 1 month]",
        "visits.markers=[every 1 month]",
        "therapies.pamidronate.schedule=[{every: 1 week}]",
        "therapies.pamidronate.reactions.acute_phase.later=90 %",
        "fractures.base_rate=1 per year",
    ],
)
def test_whatever_makes_more_rows_costs_more(more):
    seconds, memory = cost()
    seconds_more, memory_more = cost(1000, more)
    assert seconds_more > 1.01 * seconds
    assert memory_more > 1.01 * memory


@pytest.mark.validation
def test_the_memory_forecast_is_not_too_low_and_not_absurd():
    """Against what the tables of a small run take at their peak; arrays allocate what they hold."""
    typed = (
        "fractures.base_rate=7 per 100 person-years"  # solving for it takes more than 30 patients
    )
    runs.follow(study(2, typed))
    peaks = []
    for patients in (10, 30):
        tracemalloc.start()
        runs.follow(study(patients, typed))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    between = cost(30)[1] - cost(10)[1]
    assert peaks[1] - peaks[0] < between < 6 * (peaks[1] - peaks[0])


def test_a_thousand_million_patients_are_refused_with_the_way_to_go_on(monkeypatch):
    monkeypatch.setattr(bounds, "memory_of_machine", lambda: 24 * GIGABYTE)
    with pytest.raises(TooLarge) as caught:
        allow(expected(10**9))
    message = str(caught.value)
    assert message.startswith("this would take about ")
    for part in ("TB of memory", "at most 24 hours are allowed",
                 "at most 12 GB of memory are allowed (this machine has 24 GB)",
                 "fewer patients or trials", "10,000 patients", "--keep outcomes",
                 "--yes", "yes=True"):  # fmt: skip
        assert part in message
    allow(expected(10**9), yes=True)


def test_the_limit_is_the_limit(monkeypatch):
    told: list[forecasting.Forecast] = []
    needed = expected(5000)
    monkeypatch.setattr(bounds, "memory_of_machine", lambda: needed.memory / bounds.SHARE_OF_MEMORY)
    allow(needed, tell=told.append)
    assert told == [needed]
    with pytest.raises(TooLarge, match="of memory are allowed"):
        allow(needed._replace(memory=needed.memory + 1))
    with pytest.raises(TooLarge, match="24 hours"):
        allow(needed._replace(seconds=24 * 3600 + 1))
    allow(needed._replace(seconds=24 * 3600))


def test_a_disk_that_is_too_small_is_said_before_it_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "free_disk", lambda _: 1e9)
    needed = forecast([study(10**6)], "batch", kept=Kept(on_disk=True))
    assert needed.disk > GIGABYTE
    with pytest.raises(TooLarge, match=r"1\.0 GB of disk are free in '.*new'"):
        allow(needed, tmp_path / "new")
    allow(needed._replace(disk=0.9e9), tmp_path / "new")


def test_free_disk_is_that_of_the_nearest_folder_that_exists(tmp_path):
    assert bounds.free_disk(tmp_path / "a" / "b") > 0


def test_the_memory_of_the_machine_is_the_limit_where_none_is_given(monkeypatch):
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 250_000}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__, raising=False)
    assert bounds.memory_of_machine() == 1.024e9
    allow(expected(5000))
    with pytest.raises(
        TooLarge, match=r"at most 510 MB of memory are allowed \(this machine has 1"
    ):
        allow(expected(50_000))


def test_a_machine_that_does_not_tell_its_memory_has_a_fixed_limit(monkeypatch):
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert bounds.memory_of_machine() is None
    allow(expected(10**4))
    with pytest.raises(TooLarge, match=r"at most 4.0 GB of memory are allowed\. Ask"):
        allow(expected(10**6))


def test_outcomes_alone_take_the_memory_of_a_block_for_any_number_of_patients():
    small, large = (forecast([study(n)], "batch") for n in (10**5, 10**9))
    assert large.memory == small.memory
    assert large.seconds > 1000 * small.seconds


def test_another_worker_takes_memory_and_saves_time():
    """A process has the whole program again, a thread a block alone."""
    alone, pair = (forecast([study(10**6)], "simpy", workers=n) for n in (1, 2))
    assert pair.memory == 2 * alone.memory
    assert pair.seconds < 0.6 * alone.seconds
    one, two, three = (forecast([study(10**6)], "batch", workers=n) for n in (1, 2, 3))
    assert three.memory - two.memory == pytest.approx(two.memory - one.memory)
    assert two.memory < 2 * one.memory - forecasting.BYTES_AT_START
    assert two.seconds < 0.6 * one.seconds


def test_very_many_fractures_are_rows_that_a_block_must_hold():
    often, rarely = (
        forecast([study(10**5, f"fractures.base_rate={rate} per 100 person-years")], "batch")
        for rate in (190, 10)
    )
    fractures = (1.9 - 0.1) * 5 * 2.9  # in five years, at the imminent level
    rows = 2 * fractures * block_of("batch")
    assert often.memory - rarely.memory == pytest.approx(rows * BYTES_PER_ROW, rel=0.01)


def test_blocks_are_made_as_they_are_taken():
    blocks = split(range(10**12), BLOCK_WITH_TABLES)
    assert next(blocks) == range(BLOCK_WITH_TABLES)
    assert [*split(range(3, 11), 5)] == [range(3, 8), range(8, 11)]
    assert [*split(range(0), 5)] == []


HUGE = ["--patients", 10**12]


@pytest.mark.parametrize(
    "words",
    [
        ["run", BASE, "--keep", "outcomes", *HUGE],
        ["run", BASE, "--keep", "outcomes", "--engine", "batch", *HUGE],
        ["run", BASE, "--keep", "tables", "--engine", "batch", "--patients", 10**9],
        ["compare", BASE, BASE.with_name("poor-attendance.yaml"), *HUGE],
        ["readings", BASE, *HUGE],
        ["emulate", BASE, "--trials", 10**11],
        ["power", BASE, "--trials", 10**9],
        ["verify", BASE, *HUGE],
    ],
    ids=lambda words: " ".join(str(word) for word in words if word != BASE),
)
def test_every_command_refuses_what_no_machine_can_do(words, mastosim, tmp_path):
    if words[0] not in ("power", "verify"):
        words = [*words, "--out", tmp_path / "results"]
    done = mastosim(*words)
    assert done.returncode == 2
    assert "this would take about " in done.stderr
    assert "--yes" in done.stderr
    assert not (tmp_path / "results").exists()


def test_every_function_refuses_what_no_machine_can_do():
    for too_large in (
        lambda: sim.run(BASE, patients=10**12, engine="batch", keep="outcomes"),
        lambda: sim.compare([BASE, BASE.with_name("poor-attendance.yaml")], patients=10**12),
        lambda: sim.readings(BASE, patients=10**12),
        lambda: sim.emulate(BASE, trials=10**11),
        lambda: sim.power(BASE, trials=10**9),
        lambda: sim.power(BASE, sizes=[10**8], trials=1),
        lambda: sim.verify(BASE, patients=10**9),
    ):
        with pytest.raises(TooLarge, match="yes=True"):
            too_large()


def test_a_trial_is_one_block_however_large_it_is():
    one = load(BASE).with_(patients=10**6)
    trial = forecasting.forecast_of_trials(one, trials=2, patients=10**6, values=1)
    block = forecast([one], "batch", at_once=10**6)
    assert trial.memory > block.memory > 50 * forecast([one], "batch").memory


def test_a_study_that_is_loaded_takes_settings_and_a_seed():
    """None of them is passed over in silence."""
    loaded, shorter = load(BASE), {"horizon": "24 months"}
    of_study = sim.explain(loaded, patient=3, seed=7, settings=shorter)
    of_file = sim.explain(BASE, patient=3, seed=7, settings=shorter)
    assert of_study.events.equals(of_file.events)
    assert not of_study.events.equals(sim.explain(loaded, patient=3, seed=7).events)
    assert of_study.person != sim.explain(loaded, patient=3).person


def test_too_few_patients_to_check_are_refused():
    with pytest.raises(RequestError, match="0 patients are too few to check; allowed: 50 or more"):
        sim.verify(BASE, patients=0)


def test_a_manifest_with_a_huge_count_is_not_done_again(mastosim, tmp_path):
    """The count of a result is trusted no more than one that is typed."""
    words = ["--engine", "batch", "--keep", "outcomes", "--out", tmp_path, "-q"]
    assert mastosim("run", BASE, "--patients", 20, *words).returncode == 0
    (manifest,) = tmp_path.rglob("manifest.json")
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"patients": "20"', f'"patients": "{10**12}"'))
    done = mastosim("rerun", manifest.parent, "--out", tmp_path)
    assert done.returncode == 2
    assert "is damaged: it was changed after it was written" in done.stderr
    manifest.write_text(text)
    done = mastosim("extend", manifest.parent, "--patients", 10**11, "--out", tmp_path)
    assert done.returncode == 2
    assert "this would take about " in done.stderr


def test_yes_allows_what_the_forecast_refuses(mastosim, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiments.bounds.memory_of_machine", lambda: 1e6)
    words = ["run", BASE, "--patients", 20, "--engine", "batch", "--keep", "outcomes", "-q"]
    assert mastosim(*words, "--out", tmp_path).returncode == 2
    assert mastosim(*words, "--out", tmp_path, "--yes").returncode == 0
    (folder,) = (tmp_path / "laroche2011").iterdir()
    assert mastosim("rerun", folder, "--out", tmp_path).returncode == 2
    assert mastosim("rerun", folder, "--out", tmp_path, "--yes").returncode == 0
    more = ["extend", folder, "--patients", 30, "--out", tmp_path]
    assert mastosim(*more).returncode == 2
    assert mastosim(*more, "--yes").returncode == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(4, "4.0 seconds"), (100, "100 seconds"), (1200, "20 min"), (9000, "2.5 hours"),
     (33 * 86400, "33 days"), (1e9, "32 years"), (1e30, "3.2e+22 years")],
)  # fmt: skip
def test_durations_are_said_in_the_unit_that_fits(seconds, said):
    assert forecasting.in_words(seconds) == said


@pytest.mark.share(2)
@pytest.mark.parametrize("keep", ["tables", "outcomes"])
def test_a_result_is_done_again_by_its_own_engine(keep, mastosim, tmp_path, monkeypatch):
    words = ["run", BASE, "--patients", 20, "--engine", "batch", "--keep", keep, "-q"]
    assert mastosim(*words, "--out", tmp_path).returncode == 0
    (folder,) = (tmp_path / "laroche2011").iterdir()

    def never(_):
        raise AssertionError("the other engine was used")

    monkeypatch.setattr("sim.simulation.simpy_engine.simulate", never)
    done = mastosim("rerun", folder, "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert "identical  summary.csv" in done.stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["emulate", BASE, "--trials", 10**12], "100,000,000,000 trials (--trials)"),
        (["power", BASE, "--trials", 10**12], "5,000,000,000 trials (--trials)"),
        (["power", BASE, "--trials", 2, "--sizes", 10**12], "smaller sizes (--sizes)"),
        (["run", BASE, "--patients", 10**12 + 1], "--patients"),
        (["compare", BASE, BASE, "--patients", 10**12 + 1], "--patients"),
        (["verify", BASE, "--patients", 10**12 + 1], "--patients"),
        (["extend", "latest", "--patients", 10**12 + 1], "--patients"),
        (["sweep", BASE, "--patients", 10**12 + 1], "--patients"),
    ],
)
def test_more_patients_than_a_study_may_have_are_refused_by_the_option(mastosim, words, named):
    """Not as a mistake of the scenario, which has none."""
    done = mastosim(*words)
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert named in told
    assert "1,000,000,000,000" in told or "<=x<=1000000000000" in told
    assert "cohort.patients" not in told
