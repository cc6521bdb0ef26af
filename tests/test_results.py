"""The committed summaries are what the scenarios give today, and the validation table tells the truth."""

import re

import pandas as pd
import pytest

from sim import runs
from sim.archive import write_summaries
from tests.remake_results import ROOT, SCENARIOS

RELATIVE = 1e-5  # the files hold six digits


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_committed_summaries_match_a_fresh_run(scenario, tmp_path):
    write_summaries(runs.run(scenario), tmp_path)
    committed = ROOT / "results" / scenario.stem
    for fresh in sorted(tmp_path.iterdir()):
        expected = pd.read_csv(committed / fresh.name)
        pd.testing.assert_frame_equal(pd.read_csv(fresh), expected, rtol=RELATIVE)


def test_every_shipped_scenario_has_its_figures():
    for scenario in SCENARIOS:
        folder = ROOT / "results" / scenario.stem
        for name in ("bone_course", "against_reported"):
            assert (folder / f"{name}.svg").stat().st_size > 5_000
            assert (folder / f"{name}.png").stat().st_size > 5_000


def test_the_validation_page_quotes_the_committed_numbers():
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    quoted = re.findall(r"\| `(\w+)` \| (\w+) \| ([-\d.]+) \| ([-\d.]+) ± ([\d.]+) \|", page)
    assert len(quoted) >= 8
    for scenario, fact, found, predicted, error in quoted:
        table = pd.read_csv(ROOT / "results" / scenario / "reported.csv", index_col="fact")
        assert float(found) == table.loc[fact, "reported"]
        assert f"{table.loc[fact, 'simulated']:.2f}" == predicted
        assert f"{table.loc[fact, 'mc_error']:.2f}" == error
