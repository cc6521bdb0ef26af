"""Figures of clinics that the base case does not have: drawn again they have the same bytes."""

import pandas as pd
import pytest

from sim.display.figures import clinic_day, stock, waiting
from sim.display.figures.caption import caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled, write
from sim.experiments import runs
from sim.scenario import load
from tests import test_plot_clinic_day, test_plot_stock


@pytest.mark.validation
@pytest.mark.parametrize(
    ("module", "settings"),
    [
        (clinic_day, test_plot_clinic_day.SMALL),
        (stock, test_plot_stock.SMALL),
        (waiting, test_plot_stock.SMALL),
    ],
    ids=["clinic_day", "stock", "waiting"],
)
def test_a_figure_of_a_clinic_drawn_again_has_the_same_bytes(module, settings, tmp_path):
    study = load("clinic-nine-places", settings)
    patients = study.scenario.clinics.patients
    tables = runs.follow(study, range(patients))
    for folder in (once := tmp_path / "once", again := tmp_path / "again"):
        folder.mkdir()
        with styled():
            figure, numbers = module.figure(
                Saved(tables, pd.DataFrame(), None, study=study), caption_of(study)
            )
            files = write(folder, "it", figure, numbers, ("svg",))
    assert [path.name for path in files] == ["it.svg", "it.csv"]
    for path in once.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()
