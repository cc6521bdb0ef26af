"""The committed summaries are what the scenarios give today, and so is the validation page."""

import re

import pandas as pd
import pytest

from sim.display import text
from sim.display.figures.calibration import points
from sim.display.tables.run import printout
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.results import write_csv
from sim.vocabulary import Engine
from tests.remake_results import (
    COMPARED,
    EMULATED,
    GALLERY,
    GOLDEN,
    PICTURED,
    ROOT,
    SCENARIOS,
    VALIDATION,
    calibrated,
    gallery,
    golden,
    with_tables,
)

FIGURES = ("bone_course", "against_reported")
RELATIVE = 1e-5  # the files hold six digits


@pytest.mark.share(20)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_committed_summaries_match_a_fresh_run(scenario, tmp_path):
    engine: Engine = "simpy" if scenario.stem.startswith("clinic-") else "batch"  # patients meet
    result = runs.run(scenario, engine=engine)
    shown = text.printout(printout(result.study, result.summary, result.reported))
    assert "numbers of this scenario are assumptions" in shown
    for name, table in (("summary", result.summary), ("reported", result.reported)):
        if table is not None:
            write_csv(table, tmp_path / f"{name}.csv")
    committed = ROOT / "results" / scenario.stem
    for fresh in sorted(tmp_path.iterdir()):
        expected = pd.read_csv(committed / fresh.name)
        pd.testing.assert_frame_equal(pd.read_csv(fresh), expected, rtol=RELATIVE)


@pytest.mark.parametrize("name", ["events", "measurements"])
def test_three_lives_are_what_they_were(name):
    held = pd.read_csv(GOLDEN / f"{name}.csv", keep_default_na=False, na_values={"value": [""]})
    pd.testing.assert_frame_equal(golden()[name], held, rtol=1e-10)


def test_the_committed_figures_show_todays_numbers(tmp_path, no_pictures):
    kept = kept_run.keep(runs.run(PICTURED, engine="batch"), tmp_path)
    for name in FIGURES:
        committed = ROOT / "results" / PICTURED.stem / f"{name}.csv"
        fresh, expected = pd.read_csv(kept / f"{name}.csv"), pd.read_csv(committed)
        pd.testing.assert_frame_equal(fresh, expected, rtol=RELATIVE)


def test_every_shipped_scenario_has_its_figures():
    for scenario in SCENARIOS:
        folder = ROOT / "results" / scenario.stem
        has_facts = (folder / "reported.csv").exists()
        for name in [one for one in FIGURES if has_facts or one != "against_reported"]:
            assert (folder / f"{name}.svg").stat().st_size > 5_000
            assert (folder / f"{name}.csv").stat().st_size > 100


def test_every_comparison_is_there_and_pairs_what_it_says():
    for name, stems in COMPARED.items():
        table = pd.read_csv(ROOT / "results" / "comparisons" / f"{name}.csv")
        assert set(table["scenario"]) == set(stems)
        assert set(table["against"].dropna()) == {stems[0]}
        assert (ROOT / "results" / "comparisons" / f"{name}.svg").stat().st_size > 5_000


def test_the_calibration_shows_every_committed_emulation(tmp_path):
    write_csv(points(calibrated(ROOT / "results")), tmp_path / "fresh.csv")
    committed = pd.read_csv(ROOT / "results" / "calibration.csv")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "fresh.csv"), committed, rtol=RELATIVE)
    assert set(committed["scenario"]) == {*EMULATED}
    assert (ROOT / "results" / "calibration.svg").stat().st_size > 5_000


def test_the_gallery_shows_every_scenario_and_figure():
    page = GALLERY.read_text(encoding="utf-8")
    assert page == gallery()
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page)
    assert len(pictures) >= len(SCENARIOS) + 9
    assert all((GALLERY.parent / picture).is_file() for picture in pictures)


def test_the_validation_page_shows_the_committed_numbers():
    page = VALIDATION.read_text(encoding="utf-8")
    assert page.count("| `") >= 12
    assert with_tables(page, ROOT / "results") == page
