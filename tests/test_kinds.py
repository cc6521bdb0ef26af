"""Every kind of kept result with every verb: it works, or says in one true sentence why not."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

import sim
from sim import results
from sim.display import text
from sim.display.figures import OF_KIND
from sim.errors import RequestError
from sim.experiments import verbs
from sim.results import seals
from sim.results.manifest import KINDS as NAMES
from sim.scenario import load
from tests import kinds_page
from tests.conftest import without_pictures
from tests.one_of_each import BASE, LONGER, few_checks


@pytest.fixture(scope="module", autouse=True)
def _few_checks():
    with few_checks():
        yield


def one_line(told):
    return " ".join(told.split())


def test_there_is_a_file_a_row_and_figures_for_every_kind():
    assert list(verbs.KINDS) == list(NAMES)
    assert set(OF_KIND) == set(NAMES)
    files = Path(verbs.__file__).with_name("kinds").glob("[a-z]*.py")
    assert {path.stem for path in files} == set(NAMES)


def test_the_page_has_the_table_of_the_code():
    page = kinds_page.PAGE.read_text(encoding="utf-8")
    assert kinds_page.with_table(page) == page, "python -m tests.kinds_page writes it"


@pytest.mark.parametrize("kind", NAMES)
def test_list_names_every_kind(kind, one_of_each, folder_of, mastosim):
    told = mastosim("list", "--out", one_of_each[0], "--json")
    (row,) = (row for row in json.loads(told.stdout)["results"] if row["kind"] == kind)
    assert Path(row["folder"]) == folder_of[kind]
    assert row["scenarios"] == {
        "sweep": ["tiny"], "comparison": ["laroche2011", "poor-attendance"],
    }.get(kind, ["laroche2011"])  # fmt: skip


@pytest.mark.parametrize("kind", NAMES)
def test_show_prints_what_the_command_printed(kind, one_of_each, folder_of, mastosim):
    told = mastosim("show", folder_of[kind].name, "--out", one_of_each[0])
    assert told.returncode == 0, told.stderr
    assert told.stdout == one_of_each[1][kind]
    assert sim.show(folder_of[kind]) in told.stdout
    facts = json.loads(mastosim("show", folder_of[kind], "--json").stdout)
    assert facts["folder"] == str(folder_of[kind])


@pytest.mark.share(2)
@pytest.mark.parametrize("kind", NAMES)
def test_plot_draws_the_figures_of_every_kind(kind, one_of_each, folder_of, tmp_path, mastosim):
    with without_pictures():
        told = mastosim(
            "plot",
            folder_of[kind].name,
            "--out",
            one_of_each[0],
            "--format",
            "svg",
            "--into",
            tmp_path,
        )
    assert told.returncode == 0, told.stderr
    drawn = {path.stem for path in tmp_path.iterdir()}
    assert drawn
    assert drawn <= set(OF_KIND[kind].names)
    for path in tmp_path.glob("*.csv"):
        kept = folder_of[kind] / path.name
        assert not kept.exists() or kept.read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("kind", NAMES)
def test_rerun_does_every_kind_again_to_the_byte(kind, one_of_each, folder_of, tmp_path, mastosim):
    folder = folder_of[kind]
    data = seals.data_files(folder)
    with without_pictures():
        told = mastosim("rerun", folder, "--out", tmp_path / "again", "-q")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"Identical data files: {len(data)} of {len(data)}." in told.stdout
    again = Path(told.stdout.splitlines()[-1].split(": ")[1])
    assert again.relative_to(tmp_path / "again") == folder.relative_to(one_of_each[0])
    new, old = (results.open(one).manifest for one in (again, folder))
    same = ("kind", "digest", "options", "studies", "tables", "figures")
    assert all(getattr(new, name) == getattr(old, name) for name in same)


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("verb", ["extend", "explain"])
def test_verbs_of_some_kinds_work_or_say_why_not(
    kind, verb, one_of_each, folder_of, mastosim, tmp_path
):
    words = {
        "extend": ("--patients", 12, "-q"), "explain": ("--patient", 3),
    }  # fmt: skip
    root = shutil.copytree(one_of_each[0], tmp_path / "results")
    name = folder_of[kind].relative_to(one_of_each[0])
    with without_pictures():
        told = mastosim(verb, name, *words[verb], "--out", root)
    why = verbs.refusal(kind, verb)
    if not why:
        assert told.returncode == 0, told.stderr
        return
    assert (told.returncode, told.stdout) == (2, "")
    called = verbs.KINDS[kind].called
    assert one_line(told.stderr).endswith(f"Error: '{root / name}' is {called}; {why}")


def test_which_verbs_work_on_which_kinds():
    works = {kind: {v for v in verbs.VERBS if not verbs.refusal(kind, v)} for kind in NAMES}
    always = {"list", "show", "plot", "rerun"}
    assert works.pop("run") == {*always, "extend", "explain"}
    assert works.pop("comparison") == works.pop("readings") == {*always, "explain"}
    assert set(map(frozenset, works.values())) == {frozenset(always)}


def test_a_scenario_or_reading_of_a_result_is_chosen_by_name(folder_of, mastosim):
    def lives(*words):
        told = mastosim("explain", *words, "--patient", 3)
        assert told.returncode == 0, told.stderr
        return told.stdout

    comparison, readings = folder_of["comparison"], folder_of["readings"]
    assert lives(comparison).startswith("Patient 3 of laroche2011, seed 1")
    assert "of poor-attendance," in lives(comparison, "--scenario", "poor-attendance")
    assert lives(readings) == lives(readings, "--scenario", "linear")
    assert lives(readings) != lives(readings, "--scenario", "plateau")
    assert lives(readings) == lives(BASE, "--set", LONGER)
    told = mastosim("explain", comparison, "--patient", 3, "--scenario", "poor")
    assert told.returncode == 2
    assert "has no scenario 'poor'; Allowed: laroche2011, poor-attendance" in one_line(told.stderr)
    for words in ((comparison, "--seed", 3), (BASE, "--scenario", "x")):
        assert mastosim("explain", *words, "--patient", 3).returncode == 2


@pytest.mark.parametrize("kind", NAMES)
def test_about_says_what_the_folder_is(kind, folder_of):
    folder = folder_of[kind]
    about = one_line((folder / "ABOUT.txt").read_text(encoding="utf-8"))
    for verb in ("show", "plot", "rerun"):
        assert f"mastosim {verb} {folder.name} " in about
    assert "patients: " in about
    assert "seed: 1" in about
    assert ("tiny" if kind == "sweep" else "laroche2011") in about
    assert ("How much bone does adding" in about) == (kind != "sweep")
    if kind == "run":
        assert "therapies.pamidronate.given: 100 % -> 80 %" in about


def test_list_is_newest_first_and_fits_the_terminal(one_of_each, mastosim, monkeypatch):
    for width in (80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        told = mastosim("list", "--out", one_of_each[0]).stdout
        assert max(map(len, told.splitlines())) <= width
        assert "therapies" in told
    dates = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", told)
    assert len(dates) == len(NAMES)
    assert dates == sorted(dates, reverse=True)
    starts = re.findall(r"^ ([0-9a-f]{6,}\S*)", told, re.MULTILINE)
    assert {results.find(start, one_of_each[0]).manifest.kind for start in starts} == set(NAMES)
    assert "There is no result in" in mastosim("list", "--out", one_of_each[0] / "nowhere").stdout


@pytest.fixture
def root(one_of_each, tmp_path):
    """A copy of the results, the run last written of all."""
    root = shutil.copytree(one_of_each[0], tmp_path / "results")
    for written, path in enumerate(sorted(root.rglob("manifest.json"), key=is_of_run)):
        held = json.loads(path.read_text())
        path.write_text(json.dumps({**held, "written": f"2026-01-0{written + 1}T00:00:00Z"}))
    return root


def is_of_run(path):
    return json.loads(path.read_text())["kind"] == "run"


def test_latest_is_the_newest_of_all_or_of_one_folder(root):
    assert results.find("latest", root).manifest.kind == "run"
    assert results.find("laroche2011/latest", root).manifest.kind == "run"
    assert results.find("comparison/latest", root).manifest.kind == "comparison"
    assert results.find("sweeps/latest", root).manifest.kind == "sweep"
    assert results.find("sweeps/case/latest", root).manifest.kind == "sweep"
    with pytest.raises(RequestError, match="there is no result in"):
        results.find("nowhere/latest", root)


def test_a_start_of_a_digest_names_a_result_and_a_whole_name_wins(root):
    folder = results.find("latest", root).folder
    for start in (folder.name, folder.name[:7], f"laroche2011/{folder.name[:7]}", folder):
        assert results.find(start, root).folder == folder
    beside = shutil.copytree(folder, folder.with_name(f"{folder.name}-outcomes"))
    assert results.find(folder.name, root).folder == folder
    assert results.find(beside.name[:-3], root).folder == beside
    with pytest.raises(RequestError, match="is the start of 2 results: ") as caught:
        results.find(folder.name[:7], root)
    for candidate in (folder, beside):
        assert candidate.relative_to(root).as_posix() in str(caught.value)
    with pytest.raises(RequestError, match="there is no result 'xyz'"):
        results.find("xyz", root)
    with pytest.raises(RequestError, match="there is no result 'comparison/"):
        results.find(f"comparison/{folder.name[:7]}", root)


def test_a_folder_that_is_called_latest_wins(root, tmp_path, monkeypatch):
    comparison = results.find("comparison/latest", root).folder
    shutil.copytree(comparison, tmp_path / "latest")
    monkeypatch.chdir(tmp_path)
    assert results.find("latest", root).manifest.kind == "comparison"


def test_what_cannot_be_read_is_not_listed_and_said_so(root, mastosim):
    folder = results.find("latest", root).folder
    (folder / "manifest.json").write_text('{"mastosim": "0.1.0", "scenario": {}}')
    assert results.find("latest", root).manifest.kind != "run"
    told = mastosim("list", "--out", root)
    assert told.returncode == 0
    assert folder.name[:6] not in told.stdout
    why = f"Not listed: '{folder}' was written by an earlier mastosim; run again"
    assert why in told.stderr


def test_a_folder_that_is_being_written_is_not_listed(root):
    folder = results.find("latest", root).folder
    shutil.copytree(folder, folder.with_name(f".{folder.name}-0123abcd.part"))
    assert len(results.all_below(root)[0]) == len(NAMES)


@pytest.mark.parametrize("kind", ["run", "comparison", "emulation", "sweep"])
def test_a_failure_while_drawing_leaves_no_half_result(kind, folder_of, tmp_path, monkeypatch):
    def broken(kept, *_, **__):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("sim.display.figures.draw", broken)
    with pytest.raises(OSError, match="nothing was written"):
        sim.rerun(folder_of[kind], into=tmp_path)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and "blocks" not in path.parts]
    assert left == []


def test_the_functions_of_the_package_do_the_same(folder_of, tmp_path):
    with without_pictures():
        kept = sim.extend(folder_of["run"], patients=12, out=tmp_path)
        drawn = sim.plot(kept, into=tmp_path, figure="differences", format="svg")
        assert drawn[0].is_file()
    assert kept.manifest.patients == 12
    assert (kept.table("summary")["outcome"] != "").all()
    assert list(kept.patients.patients["patient"]) == list(range(12))
    shown = verbs.show(kept)
    assert text.printout(shown.printout) == sim.show(kept.folder)
    power = sim.power(BASE, trials=3, sizes=(2, 4), settings={"horizon": "12 months"})
    assert power.table["power"].round(3).tolist() == (
        results.open(folder_of["power"]).table("power")["power"].round(3).tolist()
    )
    readings = sim.readings(load(BASE, [LONGER]), patients=8)
    assert len(readings.summary) == len(results.open(folder_of["readings"]).table("readings"))
