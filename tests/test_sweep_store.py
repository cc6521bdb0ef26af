"""What a sweep keeps: the same bytes however it was made, cut short, damaged, and added to."""

import errno
import importlib.metadata
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sim.errors import RequestError
from sim.experiments import sweeps
from sim.experiments.sweeps import addresses, running, store, work
from sim.results import fingerprint
from sim.results.hidden import HERE, locked
from sim.scenario import Mistake, ScenarioError, from_document, load
from sim.scenario.text import paths
from sim.simulation import simulate
from tests import generated
from tests.depth import examples
from tests.tiny_sweeps import RATE, SPINE, STOPS, TINY, table, wrote

DATA = ("outcomes.parquet", "outcomes.csv", "parameters.csv", "summary.csv", "alone.csv",
        "noise.csv")  # fmt: skip
DRAWS = "design: {probabilistic: {draws: 3}}"
ALONE = "design: one_at_a_time"
ONE_VARIES = table({SPINE: ""})
HALF_LIFE = "therapies.pamidronate.exposure.half_life"


def written(folder, design=ALONE, parameters=ONE_VARIES, tiny=TINY, patients=30, **head):
    """A sweep's file in a folder of its own, with the scenario beside it."""
    folder.mkdir(exist_ok=True)
    text = f"{design}\n{parameters}"
    return wrote(folder, text, {"tiny.yaml": tiny}, patients=patients, **head)


@cache
def read(*given):
    """A sweep that was read; every file here is written once."""
    return sweeps.load_sweep(*given)


def made(path, root, patients=None, draws=None, seed=None, **how):
    """The data files of a sweep that was run: name and bytes."""
    swept = sweeps.run(read(path, patients, draws, seed), root, **how)
    assert not swept.failed
    return {name: (swept.folder / name).read_bytes() for name in DATA}


def blocks_of(root):
    """The blocks of every sweep below a folder of results."""
    return sorted(root.rglob("[!.]*_*_*.parquet"))


def left_over(root):
    """Files that no run should leave behind."""
    hidden = [path.name for path in root.rglob(".*")]
    return [name for name in hidden if not name.startswith(".lock")]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return written(tmp_path_factory.mktemp("small"), DRAWS)


@pytest.fixture(scope="module")
def kept(small, tmp_path_factory):
    """Where the results of a sweep are that nothing disturbed, and its data files."""
    root = tmp_path_factory.mktemp("kept")
    return root, made(small, root)


@pytest.fixture
def undisturbed(kept):
    return kept[1]


@pytest.fixture
def copied(kept, tmp_path):
    """The same once more, to be disturbed."""
    return Path(shutil.copytree(kept[0], tmp_path / "copied"))


@pytest.fixture
def calls(monkeypatch):
    """Which patients of which arms are simulated from here on."""
    really, called = work.simulated, []

    def counted(document, patients, engine, arms, *rest):
        called.append((patients, tuple(arms)))
        return really(document, patients, engine, arms, *rest)

    monkeypatch.setattr(work, "simulated", counted)
    return called


# However it was made


def test_another_seed_gives_other_bytes_in_every_file_of_outcomes(small, undisturbed, tmp_path):
    other = made(small, tmp_path, seed=2)
    same = {name for name in DATA if other[name] == undisturbed[name]}
    assert same == {"parameters.csv"}


@pytest.mark.parametrize("workers", [2, 3])
def test_several_workers_give_the_same_bytes(workers, small, undisturbed, tmp_path, workers_here):
    """Those of test_sweep_cluster are processes of their own."""
    assert made(small, tmp_path, workers=workers) == undisturbed


def test_the_other_engine_gives_the_same_bytes(small, undisturbed, tmp_path):
    assert made(small, tmp_path, engine="simpy") == undisturbed


def test_no_size_of_block_and_no_order_of_pieces_changes_a_byte(tmp_path, monkeypatch):
    """The last of 47 patients are no whole group."""
    path = written(tmp_path / "sweep", patients=47)
    expected = made(path, tmp_path / "whole")
    in_order, chance = work.pieces, random.Random(3)

    def shuffled(*given):
        pieces = [*in_order(*given)]
        chance.shuffle(pieces)
        return iter(pieces)

    monkeypatch.setattr(work, "pieces", shuffled)
    for size in (20, 30):
        monkeypatch.setattr(work, "BLOCK", size)
        assert made(path, tmp_path / str(size)) == expected
        ranges = {path.name.split("_", 1)[1] for path in blocks_of(tmp_path / str(size))}
        assert len(ranges) == -(-47 // size)


@pytest.mark.parametrize("most_bytes", [0, 3000])
def test_room_for_few_random_numbers_or_none_changes_no_byte(
    most_bytes, small, undisturbed, tmp_path, monkeypatch
):
    monkeypatch.setattr(running, "KEPT", most_bytes)
    assert made(small, tmp_path) == undisturbed


def test_all_points_of_a_range_of_patients_come_before_the_next_range(
    small, tmp_path, calls, monkeypatch
):
    """Also where some blocks are there already."""
    monkeypatch.setattr(work, "BLOCK", 10)
    made(small, tmp_path)
    points = 1 + 2 + 3
    assert [patients.start for patients, _ in calls] == [0] * points + [10] * points + [20] * points
    calls.clear()
    gone = [block for block in blocks_of(tmp_path) if "_20_30" not in block.name][::3]
    for block in gone:
        block.unlink()
    made(small, tmp_path)
    starts = [patients.start for patients, arms in calls for _ in arms]
    assert starts == sorted(starts)
    assert len(starts) == len(gone)


def test_an_arm_that_does_not_feel_a_parameter_is_simulated_once(tmp_path, calls):
    ends = "{low: 8 %/year, high: 12 %/year}"
    made(written(tmp_path, DRAWS, table({"effects.interferon.spine.mean": ends})), tmp_path)
    assert [arms for _, arms in calls if "pamidronate" in arms] == [("combination", "pamidronate")]
    assert len(calls) == 1 + 2 + 3


# Cut short

CHILD = """
import os, random, signal, sys, time
from pathlib import Path

import pyarrow as pa
import pandas, scipy.stats
from pyarrow import parquet

from sim.experiments import sweeps
from sim.experiments.sweeps import store, swept

read, root = sweeps.load_sweep(sys.argv[1]), Path(sys.argv[2])
blocks = swept.home(read, root) / "blocks"
at_once, chance, killed = parquet.write_table, random.Random(7), 0


def bit_by_bit(table, file, **options):
    held = pa.BufferOutputStream()
    at_once(table, held, **options)
    whole = held.getvalue().to_pybytes()
    for part in (whole[:1000], whole[1000:]):
        file.write(part)
        file.flush()
        time.sleep(0.01)


def there():
    return len(list(blocks.glob("[!.]*_*_*.parquet")))


parquet.write_table = bit_by_bit
for _ in range(10):
    before, wanted = there(), chance.randrange(3)
    child = os.fork()
    if not child:
        sweeps.simulate(read, root, "simpy")
        os._exit(0)
    patience = time.monotonic() + 20
    while there() < before + wanted and time.monotonic() < patience:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    for found in blocks.glob("[!.]*_*_*.parquet"):
        store.load(blocks, found.name)
print(killed)
"""


@pytest.mark.validation
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
def test_a_sweep_killed_ten_times_ends_with_the_same_bytes(tmp_path, calls):
    """Each time after so many blocks and milliseconds; no block is ever half there."""
    path = written(tmp_path / "sweep", "design: {probabilistic: {draws: 12}}", patients=10)
    root = tmp_path / "killed"
    child = subprocess.run([sys.executable, "-c", CHILD, path, root], timeout=120, check=True,
                           capture_output=True, text=True)  # fmt: skip
    assert child.stdout.split() == ["10"]
    done = len(blocks_of(root))
    assert 0 < done < 2 * (3 + 12)
    found = made(path, root)
    assert sum(len(arms) for _, arms in calls) == 2 * (3 + 12) - done
    assert found == made(path, tmp_path / "undisturbed")


# Damaged


def changed_at(whole, place):
    """The bytes with one bit turned over."""
    return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


SPOILT = [
    lambda whole: changed_at(whole, len(whole) // 6),
    lambda whole: changed_at(whole, len(whole) - 6),
    lambda whole: changed_at(whole, len(whole) - 1),
    lambda whole: whole[: len(whole) // 2],
    lambda whole: whole[:-1],
    lambda whole: b"",
]
"""In its data, where its description begins, and at its end; cut in two places; and empty."""


def test_no_byte_of_a_block_can_change_what_is_read_and_stay_unnoticed(kept, tmp_path):
    held = blocks_of(kept[0])[0]
    whole, good, unnoticed = held.read_bytes(), store.load(held.parent, held.name), 0
    places = range(0, len(whole), 29)
    for place in places:
        (tmp_path / held.name).write_bytes(changed_at(whole, place))
        try:
            found = store.load(tmp_path, held.name)
        except store.Damaged:
            continue
        assert same(found, good)
        unnoticed += 1
    assert unnoticed < 0.6 * len(places)


@pytest.mark.parametrize("part", ["block", "data", "lines", "shape"])
def test_a_block_whose_description_lacks_a_part_is_damaged(part, kept, tmp_path):
    held = blocks_of(kept[0])[0]
    table = pyarrow.parquet.read_table(held)
    about = json.loads(table.schema.metadata[store.ABOUT])
    for described in (about, {key: about[key] for key in about if key != part}):
        text = {store.ABOUT: json.dumps(described)}
        pyarrow.parquet.write_table(table.replace_schema_metadata(text), tmp_path / held.name)
        if described is about:
            store.load(tmp_path, held.name)
            continue
        with pytest.raises(store.Damaged):
            store.load(tmp_path, held.name)


def test_a_damaged_block_is_done_again_and_no_other(small, copied, undisturbed, calls):
    held = blocks_of(copied)
    for path, spoil in zip(held, SPOILT, strict=False):
        path.write_bytes(spoil(path.read_bytes()))
    assert made(small, copied) == undisturbed
    assert sum(len(arms) for _, arms in calls) == len(SPOILT)
    assert blocks_of(copied) == held


def test_a_gap_between_blocks_is_filled_and_what_stands_behind_it_stays(
    tmp_path, calls, monkeypatch
):
    path = written(tmp_path / "sweep")
    expected = made(path, tmp_path / "whole")
    monkeypatch.setattr(work, "BLOCK", 10)
    made(path, tmp_path / "parts")
    calls.clear()
    gone = [block for block in blocks_of(tmp_path / "parts") if "_10_20" in block.name][3]
    gone.unlink()
    assert made(path, tmp_path / "parts") == expected
    assert [(patients, len(arms)) for patients, arms in calls] == [(range(10, 20), 1)]
    assert gone.exists()


def test_a_block_under_the_name_of_another_is_found(small, copied, undisturbed, calls):
    first, second = blocks_of(copied)[:2]
    shutil.copy(first, second)
    assert made(small, copied) == undisturbed
    assert sum(len(arms) for _, arms in calls) == 1


def test_a_drive_that_fails_is_told_and_costs_no_block(small, copied, undisturbed, monkeypatch):
    held = {path: path.read_bytes() for path in blocks_of(copied)}

    def failing(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", failing)
        with pytest.raises(OSError, match="Input/output error"):
            sweeps.run(read(small), copied)
    assert {path: path.read_bytes() for path in blocks_of(copied)} == held


def test_a_block_that_vanishes_before_it_is_put_together_is_missed(small, copied):
    sweep = read(small)
    assert not sweeps.simulate(sweep, copied)
    blocks_of(copied)[-1].unlink()
    with pytest.raises(RequestError, match=r"blocks of point \d of 'tiny' are missing"):
        sweeps.gather(sweep, copied, {})


def test_a_block_that_another_process_left_across_others_hides_none_of_them():
    there = [range(0, 30), range(30, 100), range(0, 40)]
    assert store.covering(there, 100) == [range(0, 30), range(30, 100)]
    assert store.gaps(there, 100) == []
    assert store.covering([range(0, 40), range(30, 100)], 100) == []
    assert store.gaps([range(0, 40), range(30, 100)], 100) == [range(40, 100)]


@pytest.mark.skipif(sys.platform == "win32", reason="has no locks")
def test_what_a_killed_writer_left_goes_at_once_and_from_another_machine_after_an_hour(
    small, copied
):
    held = blocks_of(copied)[0]
    ages = {f"{HERE}-00000000": 1, "far-00000000": 3700, "far-11111111": 60}
    for of in (held.name, "store.json"):
        for name, age in ages.items():
            path = held.with_name(f".{of}.{name}.part")
            path.write_bytes(b"half")
            os.utime(path, (time.time() - age,) * 2)
    at_work = held.with_name(f".store.json.{HERE}-22222222.part")
    at_work.write_bytes(b"half")
    with locked(at_work):
        made(small, copied)
    left = {path.name.rpartition(".")[0] for path in held.parent.glob(".*.part")}
    assert left == {f".{of}.far-11111111" for of in (held.name, "store.json")} | {at_work.stem}


def test_strange_files_among_the_blocks_do_no_harm(small, copied, undisturbed, calls):
    held = blocks_of(copied)[0]
    aside = held.with_name(f".{held.name}.elsewhere.1234")
    aside.write_bytes(held.read_bytes()[:100])
    for name in ("notes_of_mine.parquet", f"{held.stem} (copy).parquet", "store.json.bak"):
        held.with_name(name).write_bytes(b"mine")
    assert made(small, copied) == undisturbed
    assert not calls


def test_a_full_disk_leaves_no_half_block_and_the_next_run_goes_on(
    small, undisturbed, tmp_path, mastosim, monkeypatch
):
    at_once, tried = pyarrow.parquet.write_table, []

    def full(held, file, **options):
        tried.append(file)
        if len(tried) < 6:
            return at_once(held, file, **options)
        file.write(b"PAR1 and then no more")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(pyarrow.parquet, "write_table", full)
        told = mastosim("sweep", small, "--out", tmp_path, "--workers", 1, "--quiet")
    assert told.returncode == 2
    assert "No space left on device" in told.stderr
    assert len(blocks_of(tmp_path)) == 5
    assert not left_over(tmp_path)
    assert made(small, tmp_path) == undisturbed


def test_a_disk_that_is_full_for_the_tables_leaves_no_half_result(
    small, copied, undisturbed, monkeypatch
):
    (folder,) = {path.parent for path in copied.rglob("summary.csv")}
    shutil.rmtree(folder)

    def full(frame, path):
        path.write_bytes(b"scenario,")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("sim.results.keeping.write_csv", full)
        with pytest.raises(OSError, match="nothing was written"):
            made(small, copied)
    assert not folder.exists()
    assert not left_over(folder.parent)
    assert made(small, copied) == undisturbed


def test_a_block_is_on_the_disk_before_it_has_its_name(kept, tmp_path, monkeypatch):
    held = blocks_of(kept[0])[0]
    steps: list[object] = []
    monkeypatch.setattr(os, "fsync", lambda file: steps.append(os.fstat(file).st_size))
    monkeypatch.setattr(Path, "replace", lambda path, other: steps.append(other.name))
    store.save(tmp_path, "address", range(30), store.load(held.parent, held.name))
    assert steps[1:] == ["address_0_30.parquet"]
    assert int(str(steps[0])) > 1000


# Added to

NEITHER = TINY + """
arms: {combination: , pamidronate: [pamidronate], untreated: []}
effects: {interferon + pamidronate: , interferon: }
"""  # fmt: skip
WITH_INTERFERON = TINY + """
arms: {combination: , pamidronate: [pamidronate], interferon: [interferon], untreated: []}
effects:
  interferon + pamidronate:
  interferon: {spine: {mean: 8 %/year, sd: 5 %/year}, hip: {mean: 1 %/year, sd: 1 %/year}}
"""  # fmt: skip
ZOLEDRONATE = """
therapies:
  zoledronate:
    infusion: 4 mg
    schedule: [{every: 12 months}]
    exposure:
      half_life: 60 days
      action_1: {infusion: 4 mg, schedule: [{every: 12 months}], over: 36 months}
    reactions: {%s: {first: 30 %%, later: 5 %%}}
effects:
  zoledronate:
    {spine: {mean: 3 %%/year, sd: 1 %%/year}, hip: {mean: 1 %%/year, sd: 1 %%/year}, ctx: -60 %%,
     balp: -20 %%, tryptase: 0 %%}
arms: {zoledronate: [zoledronate]}
"""


def extended(tmp_path, calls, first, second, **how):
    """What is simulated to get from one sweep to another, whose bytes are those from scratch."""
    before, after = (written(tmp_path / str(n), **one) for n, one in enumerate((first, second)))
    made(before, tmp_path)
    expected = made(after, tmp_path / "scratch", **how)
    calls.clear()
    assert made(after, tmp_path, **how) == expected
    return [*calls]


def test_more_draws_are_added_to_those_there(tmp_path, calls):
    more = {"design": "design: {probabilistic: {draws: 5}}"}
    found = extended(tmp_path, calls, {"design": DRAWS}, more)
    assert found == [(range(30), ("combination", "pamidronate"))] * 2


@pytest.mark.parametrize(("had", "wanted", "missing"), [(30, 50, range(30, 50)),
                                                        (25, 40, range(40))])  # fmt: skip
def test_more_patients_are_added_in_whole_groups(had, wanted, missing, tmp_path, calls):
    """The last five of 25 are half of a group, which has to be done again."""
    found = extended(tmp_path, calls, {"patients": had}, {"patients": wanted})
    assert found == [(missing, ("combination", "pamidronate"))] * 3


def test_fewer_patients_and_then_as_many_again(small, copied, undisturbed, calls):
    made(small, copied, patients=20)
    assert {patients for patients, _ in calls} == {range(20)}
    calls.clear()
    assert made(small, copied) == undisturbed
    assert not calls


UNTREATED = TINY + """
therapies:
arms: {combination: , pamidronate: , untreated: []}
effects: {interferon + pamidronate: , interferon: , pamidronate: }
"""  # fmt: skip
FOUR_ARMS = TINY + """
arms: {combination: [interferon, pamidronate], untreated: [], pamidronate: [pamidronate]}
"""  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "arm"),
    [
        (TINY, FOUR_ARMS, "untreated"),
        (NEITHER, WITH_INTERFERON, "interferon"),
        (TINY, TINY + ZOLEDRONATE % "fever", "zoledronate"),
    ],
    ids=["of effects that are there", "with its effects", "with its therapy"],
)
def test_another_arm_is_added_to_those_there(first, second, arm, tmp_path, calls):
    found = extended(tmp_path, calls, {"tiny": first}, {"tiny": second})
    assert set(found) == {(range(30), (arm,))}


def test_a_therapy_that_renames_a_reaction_has_its_arms_done_again(tmp_path, calls):
    """Two therapies with an acute phase each: the lines are called after both now."""
    renamed = TINY + ZOLEDRONATE % "acute_phase"
    found = extended(tmp_path, calls, {"tiny": TINY}, {"tiny": renamed})
    assert [arms[:2] for _, arms in found] == [("combination", "pamidronate")] * 3


def test_therapies_in_another_order_are_simulated_anew(tmp_path, calls):
    """Sums are added up, and lines stand, in their order."""
    made(written(tmp_path / "one"), tmp_path)
    path = written(tmp_path / "other")
    base = path.with_name("laroche2011.yaml")
    head, course, arms = re.split(r"(?=^  interferon:$)|(?=^arms:$)", base.read_text(), maxsplit=2,
                                  flags=re.MULTILINE)  # fmt: skip
    start, therapy = head.split("therapies:\n", 1)
    base.write_text(f"{start}therapies:\n{course.rstrip()}\n{therapy}\n{arms}")
    expected = made(path, tmp_path / "scratch")
    calls.clear()
    assert made(path, tmp_path) == expected
    assert set(calls) == {(range(30), ("combination",))}


def test_another_interval_moves_its_own_points_alone(tmp_path, calls):
    before = {"parameters": table({SPINE: "", RATE: ""})}
    wider = {"parameters": table({SPINE: "{low: 1 %/year, high: 4 %/year}", RATE: ""})}
    found = extended(tmp_path, calls, before, wider)
    assert found == [(range(30), ("combination", "pamidronate"))] * 2


def test_what_a_scenario_is_called_costs_no_patient(tmp_path, calls):
    labels = [
        "name: short", "name: tiny\ntitle: Another\nquestion: What else?",
        "name: tiny\nsubgroups: {women: {sex: female}}", "name: tiny\ncomparator: combination",
        "name: tiny\narms: {combination: , pamidronate: , both: [pamidronate, interferon], "
        "alone: [pamidronate]}",
    ]  # fmt: skip
    made(written(tmp_path / "first"), tmp_path)
    calls.clear()
    for number, label in enumerate(labels):
        relabelled = written(tmp_path / str(number), tiny=TINY.replace("name: tiny", label))
        found = made(relabelled, tmp_path)
        assert not calls, label
    assert found == made(relabelled, tmp_path / "scratch")


def test_two_sweeps_of_one_name_share_a_home_and_do_not_mix(small, copied, undisturbed, tmp_path):
    """The same name and paths; another scenario, and another seed."""
    path = written(tmp_path / "other", tiny=TINY.replace("6 months", "7 months"))
    other, seeded = made(path, tmp_path / "alone"), made(path, tmp_path / "seeded", seed=5)
    assert made(path, copied) == other
    assert made(path, copied, seed=5) == seeded
    assert made(small, copied) == undisturbed
    assert made(path, copied) == other
    assert len({folder.parent for folder in copied.rglob("summary.csv")}) == 3
    assert len({block.parent for block in blocks_of(copied)}) == 1


# An address is honest


def as_alone(document, arm):
    """A document with nothing but an arm, under another name, and what that arm can feel."""
    own, labels = document["arms"][arm], ("answers", "comparator", "subgroups")
    loss = document.get("loss")
    if isinstance(loss, dict):
        others = {key: value for key, value in loss.items() if key != "arms"}
        document = document | {"loss": loss.get("arms", {}).get(arm, others)}
    return {key: value for key, value in document.items() if key not in labels} | {
        "name": "other", "title": "Other", "question": "What?",
        "cohort": document["cohort"] | {"patients": "99"},
        "therapies": {name: t for name, t in document["therapies"].items() if name in own},
        "effects": {row: effect for row, effect in document["effects"].items()
                    if set(row.split(" + ")) <= {*own, "none"}},
        "arms": {"another name": own},
    }  # fmt: skip


def shuffled(node, chance):
    """The same keys and values in another order."""
    if isinstance(node, list):
        return [shuffled(item, chance) for item in node]
    if not isinstance(node, dict):
        return node
    items = [(key, shuffled(value, chance)) for key, value in node.items()]
    chance.shuffle(items)
    return dict(items)


def same(one, other):
    """Whether two simulated arms are the same to the last bit."""
    return one.measures == other.measures and one.sums.tobytes() == other.sums.tobytes()


def simulated(document, arm):
    return work.simulated(document, range(12), "batch", [arm])[arm]


@examples(3, suppress_health_check=[HealthCheck.too_slow])
@given(generated.scenarios((12, 12)), st.randoms(use_true_random=False))
def test_one_address_stands_for_one_result(given, chance):
    """Therapies that wait for one another, second infusions, absent markers among them."""
    document = load(generated.BASE, given).document
    for arm in document["arms"]:
        alone, turned = as_alone(document, arm), shuffled(document, chance)
        found = simulated(document, arm)
        if addresses.of(alone, "another name") == addresses.of(document, arm):
            assert same(simulated(alone, "another name"), found)
        else:
            assert "reactions" in json.dumps(document)
        if addresses.of(turned, arm) == addresses.of(document, arm):
            assert same(simulated(turned, arm), found)


def leaves(node, path=()):
    """Every text of a document and where it stands."""
    if isinstance(node, (dict, list)):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(item, (*path, key))
    elif isinstance(node, str) and path[0] not in ("arms", "mastosim"):
        yield path, node


OTHER_WORDS = {"linear": ["compound"], "stop": ["halve"]}


def moved(document, path, text):
    """A number a little larger or smaller, or another word; None where none is valid."""
    number = re.search(r"\d+(\.\d+)?", text)
    old = float(number.group()) if number else 0.0
    others = [text.replace(number.group(), f"{new:g}", 1) if number else text
              for new in (old + 1, old * 1.01, old - 1, old * 0.99)]  # fmt: skip
    for other in OTHER_WORDS.get(text, others):
        try:
            from_document(paths.replaced(document, {path: other}), ())
        except ScenarioError:
            continue
        if other != text:
            return other
    return None


def is_felt(document, path, arm):
    """Whether an arm can feel what stands somewhere in a document."""
    own = document["arms"][arm]
    if path[0] == "effects":
        return set(path[1].split(" + ")) <= {*own, "none"}
    if path[0] == "therapies":
        return path[1] in own
    return path[0] not in addresses.LABELS and path != ("cohort", "patients")


def test_a_scenario_without_therapies_has_addresses_too(tmp_path):
    path = written(tmp_path, parameters=table({RATE: ""}), tiny=UNTREATED)
    assert "therapies" not in load(path.with_name("tiny.yaml")).document
    assert made(path, tmp_path)


def test_every_number_is_part_of_the_address_or_changes_nothing(tmp_path):
    path = written(tmp_path, tiny=FOUR_ARMS + "subgroups: {old: {age: {at_least: 60 years}}}\n")
    document = load(path.with_name("tiny.yaml")).document
    others, counts = dict.fromkeys(document["arms"], document), {True: 0, False: 0}
    for where, text in leaves(document):
        new = moved(document, where, text)
        for arm in others if new is not None else ():
            felt, changed = is_felt(document, where, arm), paths.replaced(document, {where: new})
            differs = addresses.of(changed, arm) != addresses.of(document, arm)
            assert differs == felt, (where, arm)
            counts[felt] += 1
            others[arm] = others[arm] if felt else paths.replaced(others[arm], {where: new})
    assert counts[True] > 200
    assert counts[False] > 50
    for arm, changed in others.items():
        assert same(simulated(changed, arm), simulated(document, arm))


# Refusals, shares, and points that cannot be simulated


def swept(mastosim, path, root, *words):
    return mastosim("sweep", path, "--out", root, "--workers", 1, "--quiet", *words)


def test_a_store_in_use_is_refused(small, copied, mastosim):
    home = blocks_of(copied)[0].parent
    with store.opened(home):
        told = swept(mastosim, small, copied)
        assert told.returncode == 2
        assert f"another process works on the store '{home}'" in " ".join(told.stderr.split())
        assert swept(mastosim, small, copied, "--shard", "1/2").returncode == 0
    with store.opened(home, "1-of-2"):
        assert swept(mastosim, small, copied, "--shard", "1/2").returncode == 2
        assert swept(mastosim, small, copied, "--shard", "2/2").returncode == 0
    assert swept(mastosim, small, copied).returncode == 0


def test_another_version_of_a_library_that_computes_is_another_model(monkeypatch):
    mine, version = fingerprint.model(), importlib.metadata.version
    try:
        for name in ("numpy", "scipy", "numba", "matplotlib"):
            fingerprint.model.cache_clear()
            with monkeypatch.context() as patch:
                patch.setattr(
                    importlib.metadata, "version",
                    lambda asked, name=name: "0" if asked == name else version(asked),
                )  # fmt: skip
                assert (fingerprint.model() == mine) == (name == "matplotlib")
    finally:
        fingerprint.model.cache_clear()


@pytest.mark.parametrize(
    "held", ['{"mastosim": "0.0.1", "model": "abc"}', "{}", "[]", "", "ru\x00"]
)
def test_a_store_of_another_version_is_refused_and_left_alone(held, small, copied, mastosim):
    named = blocks_of(copied)[0].with_name("store.json")
    assert json.loads(named.read_text())["model"] == fingerprint.model()
    named.write_text(held)
    before = {path: path.read_bytes() for path in blocks_of(copied)}
    told = swept(mastosim, small, copied)
    assert told.returncode == 2
    which = "mastosim 0.0.1 (model abc)" if "0.0.1" in held else "mastosim unknown (model unknown)"
    assert f"was made by {which}" in " ".join(told.stderr.split())
    assert {path: path.read_bytes() for path in blocks_of(copied)} == before


@pytest.mark.parametrize("which", ["block", "store.json", "blocks"])
@pytest.mark.parametrize("as_folder", [True, False])
def test_a_dead_link_or_a_folder_in_the_place_of_a_file_is_named_with_the_way_out(
    which, as_folder, small, undisturbed, copied, tmp_path, mastosim
):
    block = blocks_of(copied)[0]
    path = {"block": block, "blocks": block.parent}.get(which, block.with_name(which))
    away = path.rename(tmp_path / "away")
    path.symlink_to(tmp_path / "nowhere")
    if as_folder:
        path.unlink()
        path.mkdir() if which != "blocks" else path.write_text("")
    told = swept(mastosim, small, copied)
    assert told.returncode == 2
    said = " ".join(told.stderr.split())
    assert f"'{path}' is a" in said
    assert any(way in said for way in ("remove it", "remove the link", "move it"))
    path.rmdir() if path.is_dir() else path.unlink()
    away.rename(path)
    assert swept(mastosim, small, copied).returncode == 0


def test_shares_of_the_points_make_the_same_bytes(small, undisturbed, tmp_path, mastosim, calls):
    for number in (3, 1, 2):
        told = swept(mastosim, small, tmp_path, "--shard", f"{number}/3")
        assert (told.returncode, told.stdout.split()[:4]) == (0, ["Share", str(number), "of", "3"])
        assert not [*tmp_path.rglob("outcomes.csv")]
    assert len(calls) == 1 + 2 + 3
    calls.clear()
    assert made(small, tmp_path) == undisturbed
    assert not calls


@pytest.mark.parametrize("text", ["0/3", "4/3", "1/0", "3", "1/3/5", "a/b", "-1/3", "1.0/3", "/"])
def test_a_share_that_is_none_is_refused(text, small, tmp_path, mastosim):
    told = swept(mastosim, small, tmp_path, "--shard", text)
    assert told.returncode == 2
    assert f"'{text}' is not a share" in told.stderr
    assert not blocks_of(tmp_path)


def test_a_point_that_cannot_be_simulated_is_listed_and_the_others_are_there(
    small, undisturbed, tmp_path, mastosim, monkeypatch
):
    one, really = read(small).varied[0], work.simulated
    arms = one.study.scenario.arms
    base, bad = ({addresses.of(one.document(one.points[n]), arm) for arm in arms} for n in (0, 3))

    def refused(document, patients, engine, arms, *rest):
        if {addresses.of(document, arm) for arm in arms} & (bad - base):
            raise ScenarioError([Mistake("fractures", "lower the rates")])
        return really(document, patients, engine, arms, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(work, "simulated", refused)
        told = swept(mastosim, small, tmp_path)
    assert told.returncode == 4
    assert "point 3 of tiny could not be simulated: fractures: lower the rates" in told.stderr
    (table_of_points,) = tmp_path.rglob("outcomes.csv")
    points = {line.split(",")[1] for line in table_of_points.read_text().splitlines()[1:]}
    assert points == {str(point.number) for point in one.points} - {"3"}
    manifest = json.loads(table_of_points.with_name("manifest.json").read_text())
    assert manifest["details"]["failed"] == [["tiny", 3, "fractures: lower the rates"]]
    assert made(small, tmp_path) == undisturbed


def test_every_point_that_has_too_many_fractures_is_listed(tmp_path, mastosim, monkeypatch):
    """Of a grid the last combination is also the upper end of its only axis."""
    monkeypatch.setattr(simulate, "MOST_FRACTURES", 8)
    rates = "{values: [30 per 100 person-years, 9000 per 100 person-years]}"
    told = swept(mastosim, written(tmp_path, "design: grid", table({RATE: rates})), tmp_path)
    assert told.returncode == 4
    for point in (2, 4):
        said = f"point {point} of tiny could not be simulated: fractures.base_rate: a patient"
        assert said in told.stderr
    assert len(blocks_of(tmp_path)) == 4


def test_whether_an_arm_can_be_simulated_does_not_depend_on_which_point_came_first(
    tmp_path, monkeypatch
):
    """A half-life that no effect is left of spoils documents, but not the arm without the drug."""
    others = {"three.yaml": "extends: tiny.yaml\nname: three\narms:\n  alone: [interferon]\n"}
    monkeypatch.setattr("sim.experiments.sweeps.against._outside", lambda *_: ())
    monkeypatch.setattr("sim.experiments.sweeps.against._unlike_the_base", lambda *_: ())
    found = []
    for folder, order in (("up", "[1 day, 45 days]"), ("down", "[45 days, 1 day]")):
        (tmp_path / folder).mkdir()
        axes = {HALF_LIFE: f"{{values: {order}}}", STOPS: "{values: [10 %, 15 %, 30 %]}"}
        text = f"design: grid\n{table(axes)}"
        path = wrote(tmp_path / folder, text, others, scenario="three.yaml")
        one = sweeps.run(read(path), tmp_path / folder)
        there = one.outcomes[one.outcomes["role"] == "grid"]
        found.append({*zip(there[HALF_LIFE], there[STOPS], strict=True)})
    assert found == [{(45, 10), (45, 15), (45, 30)}] * 2


def test_an_arm_that_cannot_be_simulated_takes_no_other_with_it(tmp_path, monkeypatch):
    """The pamidronate arm is the same at every point, and done with the first of them."""
    ends = "{low: 8 %/year, high: 12 %/year}"
    path = written(tmp_path, parameters=table({"effects.interferon.spine.mean": ends}))
    really, base = work.simulated, read(path).varied[0].study.document
    bad = addresses.of(base, "combination")

    def refused(document, patients, engine, arms, *rest):
        if "combination" in arms and addresses.of(document, "combination") == bad:
            raise ScenarioError([Mistake("fractures", "lower the rates")])
        return really(document, patients, engine, arms, *rest)

    monkeypatch.setattr(work, "simulated", refused)
    found = sweeps.run(read(path), tmp_path)
    assert found.failed == {("tiny", 0): "fractures: lower the rates"}
    assert {*found.outcomes["point"]} == {1, 2}
