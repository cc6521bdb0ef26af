"""README tells the truth: its commands, its Python and its scenario file all run.

They run as they stand, but for the number of patients and draws.
"""

import re
import shutil
from pathlib import Path

import pytest

from sim.scenario import load

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A place with the scenarios, where results may be written."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    return folder


@pytest.fixture
def scheduler():
    """What `dask scheduler` and `dask worker` start, in this process."""
    from distributed import LocalCluster

    (port,) = re.findall(r"^dask scheduler --host 127.0.0.1 --port (\d+) &$", TEXT, re.MULTILINE)
    where = {"host": "127.0.0.1", "scheduler_port": int(port), "protocol": "tcp"}
    with LocalCluster(**where, n_workers=1, processes=False, dashboard_address=None):
        yield


def commands():
    """The commands of mastosim in the order of the page, of few patients and draws."""
    lines = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
    few = (re.sub(r"(--patients|--draws) \d+", r"\1 10", line) for line in lines)
    return [line for line in few if line.startswith("mastosim")]


def test_the_commands_run_one_after_the_other(
    checkout, typed, workers_here, scheduler, no_pictures
):
    assert len(commands()) >= 9
    for command in commands():
        told = typed(command, checkout)
        assert told.returncode == 0, f"{command}: {told.stderr}"
        assert told.stdout


def test_the_python_runs(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    (block,) = [block for kind, block in BLOCKS if kind == "python"]
    held: dict[str, object] = {}
    exec(block, held)
    assert len(held["result"].summary) > 50  # type: ignore[attr-defined]


def test_the_what_if_is_a_valid_file(checkout):
    (block,) = [block for kind, block in BLOCKS if kind == "yaml"]
    path = checkout / "scenarios" / "missed-and-late.yaml"
    path.write_text(block)
    scenario = load(path).scenario
    assert getattr(scenario.therapies["pamidronate"], "given") == 0.75  # noqa: B009


def test_every_make_target_named_exists():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"make (run|test|results|\w+)`|^make (\w+)", TEXT, re.MULTILINE)
    assert {a or b for a, b in named} <= set(targets)


def test_every_link_and_picture_is_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_every_shipped_scenario_is_listed():
    for path in (ROOT / "scenarios").glob("*.yaml"):
        assert path.stem in TEXT or path.stem.removeprefix("laroche2011") in TEXT
