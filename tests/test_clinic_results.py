"""A kept run with clinics: every figure, the report, the workbook, the forms; all say clinics."""

import numpy as np
import pytest
from matplotlib.text import Text

from sim import results
from sim.display.figures import OF_KIND, drawn, incidence
from sim.display.figures.caption import OVER_CLINICS
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.outcomes.mean_counts import mean_counts
from sim.python.reports import report
from sim.scenario import load
from tests.conftest import without_pictures
from tests.few_pictures import few_pictures

SHIPPED = "scenarios/clinic-nine-places.yaml"
SMALL = [
    "clinics.number=4", "clinics.patients_each=20", "clinic.places=1", "clinic.closed=[]",
    "clinic.already_enrolled=5", "clinic.not_coming=5 %", "fractures.base_rate=20 per 100 "
    "person-years",
]  # fmt: skip
WITHOUT = {"costs", "stock", "clinic_day"}
"""Figures of a run with prices, and of a clinic with a stock or with chairs."""

NO_INTERVALS = ("on_therapy",)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    with without_pictures():
        folder = kept_run.keep(runs.run(load(SHIPPED, SMALL)), tmp_path_factory.mktemp("results"))
    return results.open(folder)


@pytest.fixture(scope="module")
def made(kept):
    """Every figure of the run with its numbers, by name."""
    return {name: one for name, one in drawn(kept, OF_KIND["run"].names) if one is not None}


@pytest.fixture(scope="module")
def numbers(made):
    """The numbers of every figure of the run, by name."""
    return {name: table for name, (_, table) in made.items()}


def test_every_figure_of_a_run_is_drawn(kept, numbers):
    assert set(numbers) == set(OF_KIND["run"].names) - WITHOUT
    assert "waiting" in OF_KIND["run"].usual


def row_of(kept, outcome, arm="pamidronate"):
    rows = kept.table("summary")
    own = rows[(rows["outcome"] == outcome) & (rows["arm"] == arm)]
    (row,) = own[(own["against_arm"] == "") & (own["subgroup"] == "all")].to_dict("records")
    return [row["estimate"], row["low"], row["high"]]


@pytest.mark.parametrize(("event", "outcome"), [("fracture", "any fracture"), ("death", "deaths")])
def test_intervals_of_a_curve_end_in_those_of_the_summary(kept, numbers, event, outcome):
    """Both are over clinics; a curve of single patients has a narrower one."""
    rows = numbers["incidence"]
    last = rows[(rows["event"] == event) & (rows["arm"] == "pamidronate")].iloc[-1]
    ends = [last["share"], last["low"], last["high"]]
    assert ends == pytest.approx(row_of(kept, outcome), rel=1e-4)
    low, high = incidence.exact_interval(np.array([last["events"]]), 80)
    assert last["high"] - last["low"] > 100 * (high - low)[0]


def test_the_number_of_fractures_has_its_interval_over_clinics(numbers):
    rows = numbers["cumulative_fractures"]
    own = rows[(rows["outcome"] == "all fractures") & (rows["arm"] == "pamidronate")].iloc[-1]
    assert own["high"] - own["low"] > 0
    single = mean_counts(np.array([0, 1, 21]), np.array([5, 6, 7]), np.array([9]), 40)
    unit = mean_counts(np.array([0, 1, 21]), np.array([5, 6, 7]), np.array([9]), 40, unit=20)
    assert unit.value[0] == single.value[0] == 7.5
    assert unit.mc_error[0] == pytest.approx(2.5)  # clinics of 2 and 1 of 20: 10 % and 5 %
    assert single.mc_error[0] != pytest.approx(2.5)


def test_convergence_goes_by_whole_clinics_and_ends_in_the_summary(kept, numbers):
    rows = numbers["convergence"]
    assert set(rows["patients"]) <= {20, 40, 60, 80}
    last = rows[rows["outcome"] == "spine annual increase"].iloc[-1]
    assert last["patients"] == 80
    table = kept.table("summary")
    both = table[(table["against_arm"] == "pamidronate") & (table["subgroup"] == "all")]
    (row,) = both[both["outcome"] == "spine annual increase"].to_dict("records")
    assert [last["low"], last["high"]] == pytest.approx([row["low"], row["high"]], rel=1e-4)


def test_a_curve_without_a_formula_for_clinics_has_no_interval(numbers):
    for name in NO_INTERVALS:
        assert numbers[name][["low", "high"]].isna().all(axis=None)


def words_of(figure):
    """All texts of a figure, lines joined."""
    return " ".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ")


def test_captions_say_clinics(made):
    names = ("differences", "swimmer", "cumulative_fractures", "on_therapy")
    texts = {name: words_of(made[name][0]) for name in names}
    for name, text in texts.items():
        assert "80 virtual patients in 4 clinics" in text, name
        assert (OVER_CLINICS in text) == (name in ("differences", "cumulative_fractures")), name
    assert "[–, –]" not in texts["cumulative_fractures"]
    assert "the difference at the end." in texts["cumulative_fractures"]
    assert "At the clinic" in texts["differences"]


def test_the_report_the_workbook_and_the_forms_say_clinics(kept, tmp_path):
    with few_pictures():
        report(kept.folder, form=["stress", "cheers"], into=tmp_path, xlsx=True)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Monte Carlo intervals over clinics" in page.replace("&nbsp;", " ")
    assert "patients of one clinic wait for each other" in page.lower()
    assert "mastosim readings" in page
    assert "mastosim emulate" not in page, "what refuses clinics is no open question"
    stress = next(tmp_path.glob("*stress*.md")).read_text(encoding="utf-8")
    assert "Infusion clinics, 4 per arm, with 20 patients each" in stress
    assert "One list for each clinic" in stress
    assert (tmp_path / "report.xlsx").stat().st_size > 10_000
