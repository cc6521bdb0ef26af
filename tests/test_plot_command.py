"""`mastosim plot`: every figure of a kept result, whole or not at all, and no traceback."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli.plot import plot
from sim.display import figures
from sim.display.figures import FIGURES
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.scenario import load
from tests.conftest import without_pictures

HAS = [name for name in FIGURES if name != "waiting"]
"""The usual figures of a run without a clinic."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A small result as `mastosim run` keeps it."""
    root = tmp_path_factory.mktemp("results")
    study = load("scenarios/laroche2011.yaml", ["cohort.patients=30", "horizon=12 months"])
    with without_pictures("pdf", "png"):
        return kept_run.keep(runs.run(study, engine="batch"), root)


@pytest.fixture
def result(kept, tmp_path):
    """A copy of it, to draw in."""
    return shutil.copytree(kept, tmp_path / "result")


def mastosim_plot(*words):
    return CliRunner().invoke(plot, [str(word) for word in words])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_every_figure_is_made_and_its_files_are_printed(result, no_pictures):
    before = names(result)
    told = mastosim_plot(result, "--format", "svg")
    assert told.exit_code == 0, told.output
    expected = [
        str(result / "figures" / f"{name}.{kind}") for name in HAS for kind in ("svg", "csv")
    ]
    assert told.stdout.splitlines() == expected
    assert names(result / "figures") == sorted(path.rsplit("/", 1)[1] for path in expected)
    assert told.stderr == "", "nobody watches"
    assert names(result) == sorted([*before, "figures"]), "nothing else is left behind"


def test_without_a_format_all_three_and_other_files_stay(result, tmp_path, no_pictures):
    into = tmp_path / "new" / "folder"
    assert mastosim_plot(result, "--figure", "markers", "--into", into).exit_code == 0
    wanted = [f"markers.{kind}" for kind in ("csv", "pdf", "png", "svg")]
    assert names(into) == wanted
    (into / "mine.txt").write_text("to be kept", encoding="utf-8")
    again = ("--figure", "incidence", "--figure", "incidence", "--format", "svg", "--into", into)
    assert mastosim_plot(result, *again).stdout.count("incidence.svg") == 1
    assert names(into) == sorted([*wanted, "mine.txt", "incidence.csv", "incidence.svg"])
    assert not (result / "figures").exists()


def test_the_caption_is_that_of_the_run(result):
    assert mastosim_plot(result, "--figure", "bone_course", "--format", "svg").exit_code == 0
    for kind in ("svg", "csv"):
        drawn, kept = (folder / f"bone_course.{kind}" for folder in (result / "figures", result))
        assert drawn.read_bytes() == kept.read_bytes()


def test_a_figure_that_fails_leaves_nothing(result, tmp_path, monkeypatch):
    drawing = figures.draw

    def broken(kept, names, **where):
        if "incidence" in names:
            raise ZeroDivisionError
        return drawing(kept, names, **where)

    monkeypatch.setattr("sim.cli.plot.draw", broken)
    chosen = ("--figure", "on_therapy", "--figure", "incidence", "--format", "svg")
    told = mastosim_plot(result, *chosen, "--into", tmp_path / "out")
    assert isinstance(told.exception, ZeroDivisionError)
    assert names(tmp_path) == ["result"]


def test_a_folder_without_a_manifest_is_told_what_a_result_is(tmp_path, mastosim):
    reasons = {tmp_path: "is not a result", tmp_path / "absent": "there is no result"}
    for folder, reason in reasons.items():
        told = mastosim("plot", folder)
        assert told.returncode == 2
        assert reason in told.stderr
        assert names(tmp_path) == []


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"scenario": {}}'])
def test_a_damaged_manifest_is_no_traceback(text, result, mastosim):
    (result / "manifest.json").write_text(text, encoding="utf-8")
    told = mastosim("plot", result)
    assert told.returncode == 2
    assert f"'{result / 'manifest.json'}' is " in told.stderr


def cut_off(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def one_letter(path):
    path.write_text("x", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("latent.parquet", Path.unlink, "is missing"),
        ("events.parquet", cut_off, "is damaged"),
        ("summary.csv", Path.unlink, "is missing"),
        ("summary.csv", one_letter, "is damaged"),
        ("reported.csv", one_letter, "is damaged"),
    ],
)
def test_a_damaged_file_of_a_result_is_named(name, damage, said, result, mastosim, no_pictures):
    damage(result / name)
    told = mastosim("plot", result, "--figure", "against_reported")
    assert told.returncode == 2
    assert f"'{result / name}' {said}; run again" in told.stderr
    assert not (result / "figures").exists()


def test_a_figure_that_the_result_does_not_have_is_refused_with_those_it_has(
    result, mastosim, no_pictures, monkeypatch
):
    (result / "reported.csv").unlink()
    chosen = ("--figure", "incidence", "--figure", "against_reported")
    told = mastosim("plot", result, *chosen)
    assert (told.returncode, told.stdout) == (2, "")
    has = ", ".join(name for name in HAS if name != "against_reported")
    assert f"no figure 'against_reported'; it has {has}\n" in told.stderr
    assert not (result / "figures").exists()
    run = figures.OF_KIND["run"]
    others = [name for name in run.names if name not in ("incidence", "against_reported")]
    monkeypatch.setitem(figures.OF_KIND, "run", run._replace(on_request=others))
    without = mastosim("plot", result, "--format", "svg")
    assert without.returncode == 0, "of all figures, those there are"
    assert "against_reported" not in without.stdout


def test_a_name_without_a_figure_names_those_there_are(result):
    told = mastosim_plot(result, "--figure", "pie")
    assert told.exit_code == 2
    for name in FIGURES:
        assert name in told.stderr
