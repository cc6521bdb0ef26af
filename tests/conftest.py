"""What other processes and drawing would take, saved where a test is of something else."""

import contextlib
import functools
import gc
import importlib
import importlib.metadata
import io
import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import Executor, Future
from pathlib import Path

import numpy as np
import pytest
import yaml
from filelock import FileLock
from hypothesis.internal.constants_ast import Constants

from sim import results
from sim.outcomes import intervals, ratios
from sim.results import seals
from sim.simulation import draws
from sim.simulation.lowering import planned_hazard
from sim.workers import pieces
from tests import depth  # noqa: F401  (pytest loads the profile before the tests)

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True, scope="session")
def _examples_are_drawn_from_their_strategies_alone():
    """Hypothesis also tries the numbers that stand in the modules loaded so far.

    Its examples would be others whenever one of them is edited, or another test runs before.
    """
    with pytest.MonkeyPatch.context() as patch:
        name = "hypothesis.internal.conjecture.providers._get_local_constants"
        patch.setattr(name, Constants, raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _lines_of_any_width():
    """Tests that run beside each other get the width of the terminal in COLUMNS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        yield


EVENTS: dict[tuple[str, object], list[yaml.Event]] = {}
MOST_EVENTS = 200
FEW = 300
PARSE = yaml.parse
VERSION = functools.cache(importlib.metadata.version)


def _parsed(text, Loader=yaml.Loader):  # noqa: N803
    """The events of a YAML text; those of one that was read to its end are kept."""
    if (text, Loader) in EVENTS:
        yield from EVENTS[text, Loader]
        return
    held = []
    for event in PARSE(text, Loader):
        held.append(event)
        yield event
    if len(EVENTS) == MOST_EVENTS:
        EVENTS.pop(next(iter(EVENTS)))
    EVENTS[text, Loader] = held


@pytest.fixture(autouse=True, scope="session")
def _random_numbers_of_few_patients_are_drawn_once():
    """Those of the same address, which variants of a scenario share, are the same: test_draws."""
    column = draws.column
    held = functools.lru_cache(10_000)(column)

    @functools.wraps(column)  # its examples stay those of its module
    def drawn(seed, stream, use, law, first, count, replicate=0):
        known = held if count <= FEW else column
        return known(seed, stream, use, law, first, count, replicate)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "column", drawn)
        yield


def _parts(number):
    """The arrays of a number: one, or those of a `Counted`."""
    return [
        np.asarray(part, float) for part in (number if isinstance(number, tuple) else (number,))
    ]


def _limits_once(limits):
    """Limits of the same few events, which small runs share, are the same."""
    held = {}

    @functools.wraps(limits)  # its examples stay those of its module
    def known(*numbers):
        parts = [part for number in numbers for part in _parts(number)]
        if sum(part.size for part in parts) > FEW:
            return limits(*numbers)
        key = tuple((part.shape, part.tobytes()) for part in parts)
        if key not in held:
            held[key] = limits(*numbers)
        return held[key]

    return known


@pytest.fixture(autouse=True, scope="session")
def _limits_are_worked_out_once():
    """Each small run has about two hundred of them, and takes a third of its time for them."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (
            (intervals, "of_paired_share"),
            (ratios, "of_risk_ratio"),
            (ratios, "of_count_ratio"),
        ):
            patch.setattr(module, name, _limits_once(getattr(module, name)))
        yield


@pytest.fixture(autouse=True, scope="session")
def _hazards_as_planned_are_kept():
    """A session keeps those of 64 scenarios, a run of the tests those of all."""
    with pytest.MonkeyPatch.context() as patch:
        worked_out = planned_hazard._accumulated_in.__wrapped__
        patch.setattr(planned_hazard, "_accumulated_in", functools.lru_cache(None)(worked_out))
        yield


@pytest.fixture(autouse=True, scope="session")
def _the_same_again_is_not_worked_out_again():
    """The base case is parsed, and versions of libraries are looked up, in many hundred tests.

    Nor is anything waited for that is on its way to the disk: nobody pulls the plug here.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "parse", _parsed)
        patch.setattr(importlib.metadata, "version", VERSION)
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    """Workers say which assertion failed; its values are shown where a test runs alone.

    To show them, each worker would rewrite all modules of tests, every time in a fresh checkout,
    for as long as some hundred tests take. `--assert=rewrite` asks for that.
    """
    os.environ["PYTEST_ADDOPTS"] = f"{os.environ.get('PYTEST_ADDOPTS', '')} --assert=plain"


NEED_NO_COMPILED_LOOP = (
    "test_cohort", "test_hostile", "test_scenario", "test_schema", "test_spread",
    "test_sweep_draws", "test_sweep_mistakes", "test_worth_information",
)  # fmt: skip
"""Modules that the second of two workers begins with, while the first compiles the loop."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    """Choose the cases of tests marked `share(n)`, and put tests for the time of compilation first.

    One case in n runs by default, the others by make validation. Of two workers the first begins
    with the first test, the second in the middle.
    """
    seen: dict[str, int] = {}
    for item in items:
        mark = item.get_closest_marker("share")
        if mark is None:
            continue
        test = item.nodeid.partition("[")[0]
        turn = seen[test] = seen.get(test, -1) + 1
        if turn % mark.args[0]:
            item.add_marker(pytest.mark.validation)
    yield
    plain = [item for item in items if item.path.stem in NEED_NO_COMPILED_LOOP]
    others = [item for item in items if item.path.stem not in NEED_NO_COMPILED_LOOP]
    middle = min(len(items) // 2, len(others))
    items[:] = [*others[:middle], *plain, *others[middle:]]


SELDOM = 50_000, 20, 100
"""New objects before a look for garbage among them; after how many looks the older are looked at.

Python looks after 700, which takes an eighth of the time of the tests. Most of their garbage has no
cycles, and goes at once.
"""


def pytest_collection_finish():
    """What was loaded up to here stays: looking for garbage in it takes seconds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@pytest.fixture(scope="session")
def mastosim():
    """Run the command line in this process: what it prints, on both channels, and its code."""
    from sim.cli.main import main

    def run(*words, cwd=ROOT):
        told, said, code = io.StringIO(), io.StringIO(), 0
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(said),
        ):
            patch.chdir(cwd)
            patch.setattr(sys, "argv", ["mastosim", *map(str, words)])
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
        return subprocess.CompletedProcess(words, code, told.getvalue(), said.getvalue())

    return run


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Make a folder that all processes of a run of the tests share; it has what its making gave."""
    is_one_of_several = "PYTEST_XDIST_WORKER" in os.environ
    base = tmp_path_factory.getbasetemp()
    base = base.parent if is_one_of_several else base

    def made(name, make):
        folder, given = base / name, base / f"{name}.json"
        with FileLock(base / f"{name}.lock"):
            if not given.exists():
                folder.mkdir()
                given.write_text(json.dumps(make(folder)))
        return folder, json.loads(given.read_text())

    return made


@pytest.fixture(scope="session")
def one_of_each(once, mastosim):
    """A folder of results with one of each kind, and what was printed: to be read, not changed."""
    from tests import one_of_each

    with with_figures(), without_pictures(), one_of_each.few_checks():
        out, printed = once("kinds", lambda folder: one_of_each.make(folder, mastosim))
    return out / "results", printed


@pytest.fixture(scope="session")
def folder_of(one_of_each):
    """The folder of the result of each kind, as the command named it in its last line."""
    told = one_of_each[1].items()
    return {kind: Path(lines.splitlines()[-1].split(": ")[1]) for kind, lines in told}


@pytest.fixture(scope="session")
def at_stake(once):
    """A kept sweep with costs and fresh patients: to be read, not changed."""
    from tests import worth_sweeps

    _, sweep = once("stake", lambda folder: str(worth_sweeps.made(folder)))
    return results.open(sweep)


@pytest.fixture(scope="session")
def page_of_few(once):
    """A kept run, its page with few drawings, and the progress told: to be read, not changed."""
    from tests import few_pictures

    folder, (kept, told) = once("page", few_pictures.made)
    return results.open(kept), folder / "report.html", told


@pytest.fixture(scope="session")
def typed(mastosim):
    """Run a line of a page in a folder; its words are as the shell reads them."""

    def run(line, folder):
        words = f'mastosim() {{ printf "%s\\0" "$@"; }}\n{line}'
        read = subprocess.run(
            ["sh", "-ec", words], cwd=folder, capture_output=True, text=True, check=True
        )
        return mastosim(*read.stdout.split("\0")[:-1], cwd=folder)

    return run


def shown(code):
    """The exit code of a process as a shell shows it: 128 and the signal that it died of.

    Python run with `-m` dies of SIGINT in the end, whatever exit code it was given, where the
    interrupt was caught after it had come out of an `exec`, and scipy has one at its import. The
    installed command, a script, does not.
    """
    return code if code >= 0 else 128 - code


def resealed(folder, **changes):
    """Change a manifest as mastosim itself would have written it."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}))
    kept = results.open(folder)
    seal = seals.of_manifest(kept.manifest)
    path.write_text(kept.manifest.model_copy(update={"seal": seal}).model_dump_json(indent=1))


class Handed(Executor):
    """Does work as another process would, pickled on the way there and back, but at once."""

    def submit(self, do, /, *pieces, **options):
        done: Future[object] = Future()
        try:
            do, pieces = pickle.loads(pickle.dumps((do, pieces)))
            done.set_result(pickle.loads(pickle.dumps(do(*pieces, **options))))
        except Exception as error:
            done.set_exception(error)
        return done


@pytest.fixture
def workers_here(monkeypatch):
    """Workers take no seconds to start: test_cores has real ones."""
    monkeypatch.setattr(pieces, "_processes", lambda workers: Handed())


@contextlib.contextmanager
def without_pictures(*kinds):
    """Figures are made, but their files stay empty, all or those of these kinds: drawing is slow.

    Figures of every kind are drawn in test_plots.
    """
    from matplotlib.figure import Figure

    draw = Figure.savefig

    def savefig(figure, path, **options):
        in_memory = not isinstance(path, str | Path)  # a page of `report` takes figures into itself
        if in_memory or (kinds and Path(path).suffix[1:] not in kinds):
            draw(figure, path, **options)
        else:
            Path(path).write_bytes(b"")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", savefig)
        yield


@contextlib.contextmanager
def without_figures():
    """Results are kept without their figures, which take most of the time of a small one.

    `mastosim plot` and `sim.plot` draw all the same, whether or not they were used before.
    """
    importlib.import_module("sim.cli.plot")
    importlib.import_module("sim.python.kept")
    with _drawing(functools.partial(_nothing, _draw())):
        yield


@contextlib.contextmanager
def with_figures():
    """Results are kept with their figures, also within `without_figures`."""
    with _drawing(_draw()):
        yield


def _nothing(draw, *_, **__):
    """Draw no figure instead of calling a function that would."""
    return []


def _draw():
    """The function that draws the figures of a result, also where another is in its place."""
    draw = importlib.import_module("sim.display.figures").draw
    return draw.args[0] if isinstance(draw, functools.partial) else draw


@contextlib.contextmanager
def _drawing(draw):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.display.figures.draw", draw)
        yield


@pytest.fixture
def no_pictures():
    """No file of a figure is drawn in a test."""
    with without_pictures():
        yield


LOOK_AT_FIGURES = (
    "test_plot", "test_results", "test_site", "test_power_designs", "test_emulate_uncertain",
    "test_benchmarks",
)  # fmt: skip
"""Beginnings of the names of modules whose tests look at figures; others have empty files."""


NAME_FILES_OF_FIGURES = (
    "test_commands", "test_compare", "test_dictionary", "test_emulate", "test_keep",
    "test_kept_runs", "test_kinds", "test_readings", "test_terminal", "test_python", "test_guide",
    "test_report",
)  # fmt: skip
"""Beginnings of the names of modules whose tests ask which files there are: figures are laid out,
and their files are empty."""


@pytest.fixture(autouse=True, scope="module")
def _figures_only_where_they_are_looked_at(request):
    """Figures take most of a small run, and of a small sweep all but its numbers."""
    name = request.module.__name__.rpartition(".")[2]
    if name.startswith(LOOK_AT_FIGURES):
        yield
    elif name.startswith(NAME_FILES_OF_FIGURES):
        with without_pictures():
            yield
    else:
        with without_pictures(), without_figures():
            yield
