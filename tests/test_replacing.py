"""A result in the place of another, leftovers of the killed, links, and names that are taken."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import results
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.results import atomic_folder, whole
from sim.scenario import load

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
SMALL = ["cohort.patients=12", "horizon=6 months", "visits.markers=[6 months]"]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="names are exchanged on Linux")


@pytest.fixture(scope="module")
def result():
    return runs.run(load(BASE, SMALL))


@pytest.fixture
def undrawn(monkeypatch):
    """A figure is one line."""

    def draw(kept, *_, **__):
        path = kept.folder / "bone_course.svg"
        path.write_text("<svg/>")
        return [path]

    monkeypatch.setattr("sim.display.figures.draw", draw)


@pytest.fixture
def kept(result, tmp_path, undrawn):
    """A result with files of the user."""
    folder = kept_run.keep(result, tmp_path / "out")
    (folder / "figures").mkdir()
    (folder / "figures" / "markers.svg").write_text("by plot")
    (folder / "notes.txt").write_text("mine")
    (folder / "notes.txt").chmod(0o444)
    (folder / "link").symlink_to("nowhere")
    return folder


def state_of(folder):
    return {
        path.relative_to(folder): (path.lstat().st_ino, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_identical_result_is_left_as_it_is(result, kept):
    before = state_of(kept)
    assert kept_run.keep(result, kept.parents[1]) == kept
    assert state_of(kept) == before
    assert names(kept.parent) == [kept.name]


def test_tables_over_all_leave_the_figures(result, kept):
    before = state_of(kept)
    assert kept_run.make(result.study, kept.parents[1], "tables", engine="batch") == kept
    assert state_of(kept) == before
    assert results.open(kept).manifest.options["keep"] == "all"


def mine_in(folder):
    return (
        (folder / "figures" / "markers.svg").read_text(),
        (folder / "notes.txt").read_text(),
        (folder / "link").readlink(),
    )


@pytest.mark.parametrize("damaged", ["summary.csv", "manifest.json", "bone_course.svg"])
def test_another_result_takes_over_what_the_program_did_not_write(result, kept, damaged):
    written = (kept / "summary.csv").read_bytes()
    (kept / damaged).write_text("{")
    mine = mine_in(kept)
    kept_run.keep(result, kept.parents[1])
    assert mine_in(kept) == mine
    assert (kept / "summary.csv").read_bytes() == written
    assert (kept / "bone_course.svg").read_text() == "<svg/>"
    assert results.open(kept).manifest.digest == kept.name


def test_what_the_program_wrote_is_not_carried_over(result, kept):
    path = kept / "manifest.json"
    held = json.loads(path.read_text())
    (kept / "precision.csv").write_text("a\n")
    path.write_text(json.dumps({**held, "files": {**held["files"], "precision.csv": "0"}}))
    kept_run.make(result.study, kept.parents[1], "tables")
    assert not (kept / "precision.csv").exists()
    assert not (kept / "bone_course.svg").exists(), "its numbers may be others"
    assert (kept / "notes.txt").exists()


def test_all_over_tables_adds_figures(result, tmp_path, undrawn):
    folder = kept_run.make(result.study, tmp_path, "tables")
    assert not (folder / "bone_course.svg").exists()
    kept_run.keep(result, tmp_path)
    assert (folder / "bone_course.svg").exists()


# --- names ------------------------------------------------------------------------------------


@on_linux
def test_the_name_of_a_result_is_never_free_while_another_takes_it(tmp_path, monkeypatch):
    """Watched at every operation on names."""
    folder = tmp_path / "result"
    with whole(folder) as temporary:
        (temporary / "word.txt").write_text("old")
    seen: list[str] = []
    for name in ("rename", "rmdir", "mkdir"):
        monkeypatch.setattr(Path, name, watched(getattr(Path, name), folder, seen))
    for where, name in ((atomic_folder, "exchange"), (shutil, "rmtree")):
        monkeypatch.setattr(where, name, watched(getattr(where, name), folder, seen))
    with whole(folder) as temporary:
        (temporary / "word.txt").write_text("new")
    assert set(seen) == {"old", "new"}


def watched(function, folder, seen):
    def watching(*arguments, **options):
        seen.append((folder / "word.txt").read_text())
        done = function(*arguments, **options)
        seen.append((folder / "word.txt").read_text())
        return done

    return watching


def test_a_result_between_two_renames_is_healed_when_it_is_looked_for(kept):
    """As a killed writer leaves it where the system cannot exchange names."""
    out, away = kept.parents[1], kept.with_name(f".{kept.name}-0123abcd.old")
    for look in (
        lambda: results.open(kept),
        lambda: results.find("latest", out),
        lambda: results.find(kept.name[:7], out),
        lambda: results.all_below(out)[0][0],
    ):
        kept.rename(away)
        assert look().folder == kept
        assert names(kept.parent) == [kept.name]


@pytest.mark.parametrize(
    "left",
    [
        ".again-0123abcd.part", ".figures-0123abcd.part", "other/.x-0123abcd.part",
        "sweeps/case/.x-0123abcd.part", "{kept}/.figures-0123abcd.part",
    ],
)  # fmt: skip
def test_the_next_command_sweeps_what_the_killed_left(left, kept, mastosim):
    out = kept.parents[1]
    path = out / left.format(kept=kept.relative_to(out))
    path.mkdir(parents=True)
    (path / "half.csv").write_text("a")
    assert mastosim("list", "--out", out).returncode == 0
    assert not path.exists()
    assert not (out / "other").exists(), "nor an empty folder of a scenario"
    assert mine_in(kept)


@pytest.mark.share(2)
@pytest.mark.parametrize("verb", ["rerun", "plot"])
def test_a_killed_rerun_or_plot_leaves_nothing_in_sight(verb, result, tmp_path, mastosim):
    folder = kept_run.make(result.study, tmp_path, "tables")
    before = names(folder)
    code = "from sim.cli.main import main; main()"
    words = (verb, folder, "--out", tmp_path, *(("-q",) if verb == "rerun" else ()))
    command = [sys.executable, "-c", code, *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    for _ in range(6000):
        if [*tmp_path.rglob(".*.part")]:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [*tmp_path.rglob(".*.part")]
    in_sight = {path.name for path in tmp_path.iterdir() if path.name[0] != "."}
    assert in_sight == {"laroche2011"}
    assert mastosim("show", folder, "--out", tmp_path).returncode == 0
    assert names(tmp_path) == ["laroche2011"]
    assert names(folder) == before


def test_a_failure_leaves_none_of_the_folders_above(tmp_path):
    with pytest.raises(ZeroDivisionError), whole(tmp_path / "a" / "b" / "c") as temporary:
        (temporary / "half.txt").write_text(str(1 / 0))
    assert names(tmp_path) == []


def test_an_interrupt_after_the_result_was_kept_says_where_it_is(
    kept, result, tmp_path, monkeypatch, mastosim
):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiments.verbs.show", interrupted)
    words = [word for setting in SMALL for word in ("--set", setting)]
    told = mastosim("run", BASE, *words, "-q", "--out", tmp_path / "out")
    assert told.returncode == 130
    assert told.stderr.strip() == f"Interrupted; the result is kept in '{kept}'."


# --- links ------------------------------------------------------------------------------------


def test_a_link_in_the_place_of_a_result_is_followed(result, tmp_path, undrawn):
    real = kept_run.keep(result, tmp_path / "out").rename(tmp_path / "real")
    link = kept_run.folder_of(result.study, tmp_path / "out")
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(real)
    (real / "summary.csv").write_text("x")
    assert kept_run.keep(result, tmp_path / "out") == link
    assert link.is_symlink()
    assert (real / "summary.csv").stat().st_size > 1000
    assert (names(link.parent), names(tmp_path)) == ([link.name], ["out", "real"])


@pytest.mark.parametrize("above", [True, False])
def test_a_dead_link_is_named_before_anything_is_simulated(
    above, result, tmp_path, mastosim, monkeypatch
):
    monkeypatch.setattr("sim.experiments.runs.reduce", lambda *_, **__: pytest.fail("simulated"))
    folder = kept_run.folder_of(result.study, tmp_path / "out")
    link = folder.parent if above else folder
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "gone")
    words = [word for setting in SMALL for word in ("--set", setting)]
    told = mastosim("run", BASE, *words, "-q", "--out", tmp_path / "out")
    assert told.returncode == 2
    said = " ".join(told.stderr.split())
    assert f"'{link}' is a link to '{tmp_path / 'gone'}', which does not exist" in said
    assert link.is_symlink()


def test_a_file_in_the_place_of_a_result_is_named(result, tmp_path):
    folder = kept_run.folder_of(result.study, tmp_path)
    folder.parent.mkdir()
    folder.write_text("")
    with pytest.raises(RequestError, match="is a file where a folder belongs; move it"):
        kept_run.keep(result, tmp_path)
    assert folder.read_text() == ""


def test_a_folder_in_the_place_of_a_figure_is_named_and_nothing_moved(
    result, tmp_path, mastosim, no_pictures
):
    folder = kept_run.make(result.study, tmp_path / "out", "tables")
    (tmp_path / "into" / "differences.svg").mkdir(parents=True)
    told = mastosim("plot", folder, "--figure", "differences", "--into", tmp_path / "into")
    assert told.returncode == 2
    assert "differences.svg' is a folder where a file belongs; move or" in told.stderr
    assert names(tmp_path / "into") == ["differences.svg"]


def test_a_dead_link_in_the_place_of_a_manifest_is_named(kept, tmp_path, mastosim):
    (kept / "manifest.json").unlink()
    (kept / "manifest.json").symlink_to(tmp_path / "gone")
    said = " ".join(mastosim("show", kept).stderr.split())
    assert f"'{kept / 'manifest.json'}' is a link to '{tmp_path / 'gone'}', which does not" in said


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux exchanges two names in one operation"
)
def test_two_names_are_exchanged_or_neither(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert atomic_folder.exchange(tmp_path / "a", tmp_path / "b")
    assert names(tmp_path / "a") == ["b"]
    assert not atomic_folder.exchange(tmp_path / "a", tmp_path / "c")
    assert names(tmp_path) == ["a", "b"]
    assert names(tmp_path / "b") == ["a"]
