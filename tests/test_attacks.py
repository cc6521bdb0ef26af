"""A small share of the attacks that `python -m tests.mutated` and `python -m tests.killed` run."""

import json
import subprocess
import sys

import pytest

from tests import killed, mutated
from tests.architecture import ROOT

SHARE = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mutated")
    mutated.prepare(folder)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="has no alarm to stop a command that hangs")
@pytest.mark.parametrize("kind", mutated.KINDS)
def test_a_mutated_file_ends_in_an_answer(folder, kind, monkeypatch):
    """How long an answer takes depends on what else runs here: the command judges that."""
    monkeypatch.setattr(mutated, "SLOWEST", mutated.HANGS)
    assert mutated.attack(folder, kind, SHARE, seed=1) == []


def test_an_answer_that_is_none_is_seen():
    assert mutated.Ended(1, "mastosim: a bug", 0.1).wrong == "exit code 1"
    assert mutated.Ended(0, "\x1b[31m", 0.1).wrong == "control characters printed"
    assert mutated.Ended(3, "Traceback", 0.1).wrong == "a traceback"
    assert mutated.Ended(0, "", 2.5).wrong == "2.5 s"
    assert mutated.Ended(3, "The scenario is not valid.\n", 0.1).wrong == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks while it has threads")
@pytest.mark.validation
def test_a_command_killed_at_any_moment_leaves_nothing_half():
    """By default test_replacing and test_whole kill a command at chosen moments."""
    command = [sys.executable, "-m", "tests.killed", "1", "1", "new"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "1 random kills" in done.stdout


def test_what_is_lost_or_half_is_seen(tmp_path):
    before = {"results/a/1/x": b"1", "results/a/1/y": b"1", "power.csv": b"1"}
    done = {**before, "results/a/2/x": b"2", "results/a/2/y": b"2", "power.csv": b"2"}
    for now, seen in (
        (before, []),
        (done, []),
        ({**before, "power.csv": b"2"}, []),
        ({**before, "power.csv": b""}, ["half: power.csv"]),
        ({**before, "results/a/2/x": b"2"}, ["half: results/a/2"]),
        ({**before, "results/a/1/x": b"0"}, ["half: results/a/1"]),
        ({"results/a/1/x": b"1", "power.csv": b"1"}, ["half: results/a/1", "lost: results/a/1/y"]),
    ):
        assert sorted(killed.faults(before, now, done)) == seen
    (tmp_path / "a").mkdir()
    (tmp_path / ".b.part").write_text("")
    (tmp_path / ".lock").write_text("")
    assert sorted(killed.left_behind(tmp_path)) == [".b.part", "a"]


def test_manifests_are_compared_without_what_is_of_the_moment(tmp_path):
    for day in ("1", "2"):
        (tmp_path / day).mkdir()
        held = {"written": day, "seconds": int(day), "digest": "d"}
        (tmp_path / day / "manifest.json").write_text(json.dumps(held))
    one, other = (killed.files_in(tmp_path / day) for day in ("1", "2"))
    assert one == other != {}
