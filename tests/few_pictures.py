"""The page of a small run with few drawings: drawing takes the time."""

from contextlib import contextmanager

import pytest

from sim import results
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.reports import page
from sim.scenario import load
from tests.conftest import without_figures

BASE = "scenarios/laroche2011.yaml"
TITLE = "<script>alert('title')</script>"
QUESTION = 'Is "=cmd" & <b>bold</b> a question?'


@contextmanager
def few_pictures():
    """One figure of each kind, and two patients."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.reports.page.sections.figures.DESIGN", ("schedule",))
        patch.setattr("sim.reports.page.sections.figures.COURSES", ("differences",))
        patch.setattr("sim.reports.page.sections.lives.COUNT", 2)
        yield


def made(folder):
    """Make `report.html` of a run whose title and question would harm a page that let them.

    Returns the folder of the run, and how many drawings of how many were told to be done.
    """
    study = load(BASE, ["cohort.patients=40", f"title={TITLE}", f"question={QUESTION}"])
    with without_figures():
        kept = kept_run.keep(runs.run(study, engine="batch"), folder / "results")
    told = []
    with few_pictures():
        text = page.html([results.open(kept)], lambda *done: told.append(done))
    (folder / "report.html").write_text(text, encoding="utf-8")
    return str(kept), told
