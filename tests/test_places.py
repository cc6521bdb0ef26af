"""Places to write to are tried before anything is simulated; tables are printed before files."""

import errno
import json
import os
import re
import shutil

import pytest

from tests import tiny_sweeps
from tests.architecture import ROOT

BASE = ROOT / "scenarios" / "laroche2011.yaml"
OTHER = ROOT / "scenarios" / "poor-attendance.yaml"
SWEEP = ROOT / "scenarios" / "sweeps" / "base-case-psa.yaml"
FEW = ["--sizes", 5, "--trials", 5]
COMMANDS = {
    "run": ["run", BASE], "compare": ["compare", BASE, OTHER], "readings": ["readings", BASE],
    "emulate": ["emulate", BASE], "verify": ["verify", BASE], "power": ["power", BASE],
    "sweep": ["sweep", SWEEP],
}  # fmt: skip
BELOW = {"compare": "comparison", "sweep": "sweeps"}


@pytest.fixture
def nothing_is_simulated(request, monkeypatch):
    """But the few patients from whom `power` learns which outcomes there are."""

    def simulated(*_, **__):
        raise AssertionError("simulated before the place was tried")

    monkeypatch.setattr("sim.experiments.emulation.power.run", simulated)
    if "power" not in request.node.name:
        monkeypatch.setattr("sim.simulation.simulate.inputs_of", simulated)


@pytest.mark.usefixtures("nothing_is_simulated")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_where_the_folder_should_be_is_told_at_once(tmp_path, mastosim, command):
    (tmp_path / BELOW.get(command, "laroche2011")).write_text("")
    for out in (tmp_path / BELOW.get(command, "laroche2011") / "in", tmp_path):
        done = mastosim(*COMMANDS[command], "--out", out)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "is a file where a folder belongs" in " ".join(done.stderr.split())


@pytest.mark.usefixtures("nothing_is_simulated")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_link_to_nothing_and_a_full_disk_are_told_at_once(
    tmp_path, mastosim, command, monkeypatch
):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    done = mastosim(*COMMANDS[command], "--out", tmp_path / "link" / "in")
    assert done.returncode == 2
    assert f"'{tmp_path / 'link'}' is a link to '{tmp_path / 'nowhere'}'" in " ".join(
        done.stderr.split()
    )

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    done = mastosim(*COMMANDS[command], "--out", tmp_path)
    assert (done.returncode, "No space left on device" in done.stderr) == (2, True)


@pytest.mark.usefixtures("nothing_is_simulated")
def test_a_file_to_write_is_tried_at_once(tmp_path, mastosim):
    (tmp_path / "folder").mkdir()
    for file in (tmp_path / "no" / "x.csv", tmp_path / "folder", "/proc/x.csv"):
        for words in (["power", BASE, "--csv", file], ["schema", "--out", file]):
            done = mastosim(*words)
            assert (done.returncode, done.stdout) == (2, "")
            assert str(file) in done.stderr


def test_trying_leaves_nothing_behind(tmp_path, mastosim):
    done = mastosim("run", BASE, "--out", tmp_path / "new", "--set", "no=1")
    assert (done.returncode, list(tmp_path.iterdir())) == (3, [])


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_a_tilde_is_the_home_folder_as_in_a_shell(tmp_path, home, mastosim):
    few = ["--patients", 5, "--keep", "outcomes"]
    done = mastosim("run", BASE, *few, "--out=~/results", cwd=tmp_path)
    assert done.returncode == 0
    assert len(list(home.glob("results/laroche2011/*"))) == 1
    assert mastosim("schema", "--out=~/x.json", cwd=tmp_path).returncode == 0
    assert (home / "x.json").exists()
    assert mastosim("list", "--out=~/results", "--json", cwd=tmp_path).stdout.count('"digest"') == 1
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_tilde_of_nobody_is_refused_and_a_folder_of_that_name_is_allowed(tmp_path, mastosim):
    few = ["--patients", 5, "--keep", "outcomes"]
    done = mastosim("run", BASE, *few, "--out=~nobody-here/x", cwd=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "write ./~nobody-here/x for this name here" in done.stderr
    assert mastosim("run", BASE, *few, "--out=./~nobody-here", cwd=tmp_path).returncode == 0
    assert (tmp_path / "~nobody-here").is_dir()


KEPT: dict[str, list[object]] = {
    "run": ["run", BASE, "--patients", 5],
    "run, outcomes": ["run", BASE, "--patients", 5, "--keep", "outcomes"],
    "run, precise": ["run", BASE, "--until", "spine.difference:30", "--keep", "outcomes"],
    "compare": ["compare", BASE, OTHER, "--patients", 5],
    "readings": ["readings", BASE, "--patients", 5],
    "emulate": ["emulate", BASE, "--trials", 5],
}


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("command", "as_json"), [*((command, False) for command in KEPT), ("run", True)]
)
def test_a_result_that_cannot_be_kept_is_printed_all_the_same(
    tmp_path, mastosim, monkeypatch, command, as_json
):
    """As it is printed where it is kept, but for the line that says where."""
    words = [*KEPT[command], "-q", "--out", tmp_path / "results", *["--json"] * as_json]
    before = mastosim(*words).stdout
    (folder,) = (path.parent for path in tmp_path.rglob("manifest.json"))
    shutil.rmtree(tmp_path / "results")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sim.results.atomic_folder.flush", full)
    done = mastosim(*words)
    assert done.returncode == 2
    assert f"No space left on device; nothing was written: {folder}" in done.stderr
    assert not (tmp_path / "results").exists()
    if as_json:
        whole = json.loads(before)
        del whole["folder"]
        assert json.loads(done.stdout).keys() == whole.keys()  # files hold ten digits
    else:
        printed = [line for line in before.splitlines() if str(folder) not in line]
        assert _words(done.stdout) == _words("\n".join(printed))


GRID = """parameters:
  therapies.pamidronate.given: {values: [70 %, 80 %]}
outcomes: [all fractures]
design: {grid: {}}"""
ALONE = GRID.replace("values: [70 %, 80 %]", "low: 70 %, high: 90 %").replace(
    "grid: {}", "one_at_a_time: {}"
)


@pytest.mark.share(3)
@pytest.mark.parametrize("command", ["extend", "grid", "one at a time"])
def test_more_patients_and_sweeps_that_cannot_be_kept_are_printed_too(
    tmp_path, mastosim, monkeypatch, command
):
    out = ["-q", "--out", tmp_path / "results"]
    mastosim("run", BASE, "--patients", 5, "--keep", "outcomes", *out)
    words = ["extend", "latest", "--patients", 7, *out]
    if command != "extend":
        file = tiny_sweeps.wrote(tmp_path, GRID if command == "grid" else ALONE)
        words = ["sweep", file, *out]
    before = mastosim(*words)
    assert before.returncode == 0, before.stderr
    folder = max((path.parent for path in tmp_path.rglob("manifest.json")), key=_age)
    shutil.rmtree(folder)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sim.results.atomic_folder.flush", full)
    done = mastosim(*words)
    assert (done.returncode, folder.exists()) == (2, False)
    assert "No space left on device; nothing was written" in done.stderr
    kept = [line for line in before.stdout.splitlines() if str(folder) not in line]
    assert _words(done.stdout) == _words("\n".join(kept))


AGAIN: dict[str, list[object]] = {
    **{name: KEPT[name] for name in ("run", "run, outcomes", "compare", "readings", "emulate")},
    "power": ["power", BASE, *FEW],
    "grid": ["sweep"],
}


@pytest.mark.share(3)
@pytest.mark.parametrize("command", AGAIN)
def test_a_repeated_result_that_cannot_be_kept_is_printed_too(
    tmp_path, mastosim, monkeypatch, command
):
    out = ["-q", "--out", tmp_path / "results"]
    file = [tiny_sweeps.wrote(tmp_path, GRID)] if command == "grid" else []
    before = mastosim(*AGAIN[command], *file, *out)
    assert before.returncode == 0, before.stderr
    (folder,) = (path.parent for path in tmp_path.rglob("manifest.json"))

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sim.results.atomic_folder.flush", full)
    done = mastosim("rerun", folder, *out)
    assert done.returncode == 2
    assert "No space left on device; nothing was written" in done.stderr
    kept = [line for line in before.stdout.splitlines() if str(folder) not in line]
    assert _words(done.stdout) == _words("\n".join(kept))


def _age(folder):
    return folder.stat().st_mtime


def _words(printed):
    """Words and numbers; 30 and 30.0 are the same, as files hold ten digits."""
    whole = re.sub(r"(\d)\.0+\b", r"\1", printed)
    return whole.replace("─", " ").split()  # a rule is as long as its column is wide


@pytest.mark.parametrize("how", ["--csv", "--out"])
def test_tables_are_printed_where_the_files_cannot_be_written_in_the_end(
    tmp_path, mastosim, monkeypatch, how
):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "there")

    monkeypatch.setattr("sim.results.write_csv", full)
    monkeypatch.setattr("sim.results.keeping.write_csv", full)
    done = mastosim("power", BASE, *FEW, how, tmp_path / "x.csv")
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Patients per arm" in done.stdout or "pamidronate" in done.stdout


@pytest.mark.parametrize("command", ["plot", "report", "worth"])
def test_a_disk_that_fills_up_under_files_is_told_with_their_folder(
    tmp_path, mastosim, monkeypatch, command
):
    """Libraries that draw and write workbooks report a full disk without a name."""

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    worth = BASE.with_name("laroche2011-worth.yaml")
    few = ["--patients", 5, "--keep", "outcomes", "-q", "--out", tmp_path]
    assert mastosim("run", worth, *few).returncode == 0
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full)
    monkeypatch.setattr("sim.reports.page.write", full)
    monkeypatch.setattr("sim.experiments.valued_run.write_csv", full)
    more = {"plot": ["--figure", "differences"], "report": ["-q"], "worth": ["--by-patient", "-q"]}
    into = tmp_path / "into"
    done = mastosim(command, "latest", *more[command], "--into", into, "--out", tmp_path)
    assert done.returncode == 2
    there = tmp_path if command == "plot" else into  # plot writes beside a folder that is new
    assert f"No space left on device; nothing was written: {there}\n" in done.stderr
    assert not into.exists()
