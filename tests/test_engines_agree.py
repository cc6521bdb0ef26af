"""Both engines give the same log to the last bit: SimPy, compiled, and the same loop uncompiled."""

import ast
import importlib.util
import math
import shutil
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FunctionType

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given

import sim.simulation.model
from sim.experiments import runs, sizes
from sim.scenario import load
from sim.simulation import (
    batch_engine,
    code_cache,
    compiled_loop,
    compiler,
    lives,
    lowering,
    records,
    simpy_engine,
)
from sim.simulation.code_cache import folder_of, holds_code, through_cache
from sim.simulation.draws import CHUNK
from sim.simulation.machine_code import linked
from sim.simulation.records import OutOfDraws
from sim.simulation.simulate import inputs_of
from tests.depth import examples
from tests.generated import scenarios

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"


def lowered(study, count, fractures=8):
    return inputs_of(lowering.protocol(study.scenario, fractures), range(count))


def same(one, other):
    """Whether two logs are equal in every bit, signs of zero among them."""
    return all(
        a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True)
    )


def outcome(simulate, inputs):
    """The log, or that the random numbers ran out."""
    try:
        return simulate(inputs)
    except OutOfDraws:
        return None


def assert_agree(inputs):
    simpy = outcome(simpy_engine.simulate, inputs)
    compiled = outcome(batch_engine.simulate, inputs)
    plain = outcome(uncompiled, inputs)
    if simpy is None:
        assert compiled is None
        assert plain is None
    else:
        assert same(simpy, compiled)
        assert same(simpy, plain)
    return simpy


def uncompiled(inputs):
    return batch_engine.simulate(inputs, follow=lives.follow_plainly)


@pytest.mark.share(3)
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_on_every_shipped_scenario(path):
    for inputs in lowered(load(path), 10).values():
        assert len(assert_agree(inputs).day) > 10


@examples(25, suppress_health_check=[*HealthCheck])
@given(scenarios())
def test_on_generated_scenarios(given_settings):
    study = load(BASE, given_settings)
    for inputs in lowered(study, study.scenario.cohort.patients).values():
        assert_agree(inputs)


def test_a_difference_in_one_engine_is_seen(monkeypatch):
    """The comparison itself can fail: a measured value off by the last bit, a later day."""
    inputs = lowered(load(BASE), 3)["combination"]
    right = simpy_engine.simulate(inputs)
    react, next_kind = sim.simulation.model.react, sim.simulation.model.next_kind
    monkeypatch.setattr(lives, "react", lambda *words: math.nextafter(react(*words), math.inf))
    assert not same(right, uncompiled(inputs))
    monkeypatch.setattr(lives, "react", react)
    assert same(right, uncompiled(inputs))

    def last_of_the_day(due, params):
        first = next_kind(due, params)
        return max(kind for kind in range(len(due)) if due[kind] == due[first])

    monkeypatch.setattr(lives, "next_kind", last_of_the_day)
    assert not same(right, uncompiled(inputs))


def test_a_log_that_is_full_goes_on_in_another(monkeypatch):
    inputs = lowered(load(BASE), 9)["combination"]
    whole = batch_engine.simulate(inputs)
    for rows in (30, 11):
        monkeypatch.setattr(batch_engine, "ROWS_PER_PATIENT", rows)
        assert same(whole, batch_engine.simulate(inputs))
        assert same(whole, uncompiled(inputs))


def test_draws_that_run_out_are_told_by_compiled_code_too():
    study = load(BASE, ["fractures.base_rate=15 per year", "cohort.patients=6"])
    for inputs in lowered(study, 6, fractures=2).values():
        assert assert_agree(inputs) is None
    for engine in ("simpy", "batch"):
        assert runs.follow(study, engine=engine).events["value"].max() > 8


def test_a_result_is_the_same_by_both_engines():
    study = load(BASE, ["cohort.patients=40"])
    by_simpy, by_batch = runs.run(study, engine="simpy"), runs.run(study, engine="batch")
    for one, other in zip(by_simpy.tables, by_batch.tables, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(by_simpy.summary, by_batch.summary, check_exact=True)
    assert (by_simpy.engine, by_batch.engine) == ("simpy", "batch")


@pytest.mark.parametrize("block", [CHUNK, 3000])
def test_no_block_changes_a_patient(block, monkeypatch):
    """Patients around the end of a chunk of random numbers, in blocks that cut it elsewhere."""
    study = load(BASE, ["horizon=6 months"])
    who = range(CHUNK - 40, CHUNK + 40)
    alone = runs.follow(study, patients=who, engine="simpy").events
    monkeypatch.setitem(sizes.BLOCK, "batch", block)
    everyone = runs.follow(study, patients=range(CHUNK + 100), engine="batch").events
    among = everyone[everyone["patient"].isin(who)]
    order = ["arm", "patient", "day"]
    one, other = (
        events.sort_values(order, kind="stable", ignore_index=True) for events in (alone, among)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_without_numba_it_runs_uncompiled_and_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(UserWarning, match="numba is not installed"):
        assert compiled_loop.loop.__wrapped__() is lives.follow_plainly


def test_with_compilation_switched_off_it_runs_uncompiled_and_says_so(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    with pytest.warns(UserWarning, match="NUMBA_DISABLE_JIT is set"):
        assert compiled_loop.loop.__wrapped__() is lives.follow_plainly


def test_the_cache_knows_its_sources(tmp_path, monkeypatch):
    """Another source, in whichever of the files, is another folder; no folder, no cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "first.py").write_text("x = 1\n")
    (tmp_path / "second.py").write_text("y = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("first")
    importlib.import_module("second")
    before = folder_of(["first", "second"], "a compiler")
    assert before is not None
    assert Path(before).is_dir()
    assert folder_of(["first", "second"], "a compiler") == before
    assert folder_of(["first", "second"], "another compiler") != before
    assert not holds_code(before)
    (tmp_path / "second.py").write_text("y = 2\n")
    assert folder_of(["first", "second"], "a compiler") != before
    (tmp_path / "second.py").write_text("y = 1\n")
    assert folder_of(["first", "second"], "a compiler") == before
    (tmp_path / "elsewhere").mkdir()
    moved = shutil.copy(tmp_path / "second.py", tmp_path / "elsewhere")
    monkeypatch.setattr(sys.modules["second"], "__file__", moved)
    assert folder_of(["first", "second"], "a compiler") == before
    (tmp_path / "taken").write_text("a file, not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken"))
    assert folder_of(["first", "second"], "a compiler") is None
    assert not holds_code(None)


def test_a_package_stands_for_all_files_in_its_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "shared_room").mkdir()
    for name in ("__init__", "inside"):
        (tmp_path / "shared_room" / f"{name}.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("shared_room")
    before = folder_of(["shared_room"], "a compiler")
    (tmp_path / "shared_room" / "inside.py").write_text("x = 2\n")
    assert folder_of(["shared_room"], "a compiler") != before


def file_of(name, otherwise):
    """The file of a module; of another one where the name is that of a function."""
    return Path(str(sys.modules[name if name in sys.modules else otherwise].__file__))


def imports(file):
    """What a file takes from this program: whole names, and their modules."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("sim"):
            yield from ((f"{node.module}.{one.name}", node.module) for one in node.names)


def test_what_the_compiled_functions_take_is_among_the_sources_of_the_cache():
    """Else compiled code of an older text of such a file would be used again."""
    known = {file for name in compiled_loop.SOURCES for file in code_cache._sources(name)}
    taken = {file_of(whole, module) for name in compiled_loop.MODULES
             for whole, module in imports(file_of(name, name))}  # fmt: skip
    assert taken <= known
    of_records = {*(Path(str(records.__file__)).parent.glob("*.py"))}
    assert len(of_records) > 3
    assert of_records <= known


def from_cache(folder, made=b"made now"):
    """The code of a folder: what was kept, or `made`, which is then kept."""
    return through_cache(None if folder is None else str(folder), lambda: made)


def test_compiled_code_is_loaded_the_second_time(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    assert not holds_code(str(folder))
    assert from_cache(folder, made=b"first\nof all") == b"first\nof all"
    assert holds_code(str(folder))
    assert from_cache(folder, made=b"second") == b"first\nof all"
    assert {path.name for path in tmp_path.iterdir()} <= {"cache", ".cache.lock"}
    assert {path.name for path in folder.iterdir()} == {code_cache.CODE}
    assert from_cache(None, made=b"second") == b"second"


def test_of_two_that_find_no_code_one_compiles_and_the_other_waits(tmp_path):
    begun, goes_on = threading.Event(), threading.Event()

    def slowly():
        begun.set()
        assert goes_on.wait(10)
        return b"first"

    folder = tmp_path / "cache"
    folder.mkdir()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(through_cache, str(folder), slowly)
        assert begun.wait(10)
        second = threads.submit(from_cache, folder, made=b"second")
        with pytest.raises(TimeoutError):
            second.result(0.2)
        goes_on.set()
        assert (first.result(10), second.result(10)) == (b"first", b"first")


@pytest.mark.parametrize("error", [OSError(37, "No locks available"), NotImplementedError()])
def test_where_files_cannot_be_locked_each_compiles(tmp_path, monkeypatch, error):
    def fails(self):
        raise error

    monkeypatch.setattr("filelock.FileLock.acquire", fails)
    assert from_cache(tmp_path, made=b"first") == b"first"
    assert from_cache(tmp_path, made=b"second") == b"first"


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept[:-1] + bytes([kept[-1] ^ 1]),
        lambda kept: bytes([kept[0] ^ 1]) + kept[1:],
        lambda kept: kept[:-1],
        lambda kept: kept[:10],
        lambda kept: b"",
    ],
    ids=["a bit of the code", "a bit of its digest", "truncated", "no code", "empty"],
)
def test_damaged_code_is_compiled_anew_and_said_once(tmp_path, damage):
    from_cache(tmp_path, made=b"first")
    file = tmp_path / code_cache.CODE
    file.write_bytes(damage(file.read_bytes()))
    with pytest.warns(UserWarning, match="is damaged: the model is compiled anew"):
        assert from_cache(tmp_path, made=b"second") == b"second"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert from_cache(tmp_path, made=b"third") == b"second"


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    times = []

    def compiled():
        times.append(1)
        return b"code"

    with pytest.warns(UserWarning, match="cannot be used") as said:
        assert through_cache(str(tmp_path), compiled) == b"code"
    assert len(said) == len(times) == 1
    assert [*tmp_path.iterdir()] == []


def test_a_cache_that_cannot_be_read_is_done_without(tmp_path):
    (tmp_path / code_cache.CODE).mkdir()
    with pytest.warns(UserWarning, match="cannot be used"):
        assert from_cache(tmp_path, made=b"made now") == b"made now"


def test_code_that_needs_numba_to_run_is_refused():
    def tells(number):
        print(number)

    with pytest.raises(RuntimeError, match=r"cannot run without numba: it calls .*Py"):
        compiler.machine_code(FunctionType(tells.__code__, {}), [1], compiled_loop.COMPILER)


def test_the_loop_reads_no_array_that_it_would_misread():
    inputs = lowered(load(BASE), 3)["combination"]
    expected = batch_engine.simulate(inputs)
    wrong = inputs.draws.astype(np.float32), np.asfortranarray(inputs.draws), inputs.draws[:, ::2]
    for draws in wrong:
        with pytest.raises(TypeError, match="the compiled loop"):
            batch_engine.simulate(inputs._replace(draws=draws))
    assert same(expected, batch_engine.simulate(inputs))


@pytest.mark.validation
def test_with_bounds_checks_on():
    """Every index that the compiled model reads is inside its array."""
    checked = linked(compiled_loop.compiled(boundscheck=True))
    for path in SCENARIOS:
        for inputs in lowered(load(path), 60).values():
            log = batch_engine.simulate(inputs, follow=checked)
            assert same(log, batch_engine.simulate(inputs))
    assert np.isfinite(log.value).all()
