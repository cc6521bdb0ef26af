"""Convergence: the outcomes of the first patients are those of a run of these patients."""

import pandas as pd
import pytest

import sim
from sim.display.figures import convergence
from sim.display.figures.caption import caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled
from sim.vocabulary import Arms

PATIENTS, FEWER = 60, 23
KEY = ["outcome", *Arms._fields]
NUMBERS = ["estimate", "mc_error", "low", "high", "carriers"]


def ran(patients, settings=None):
    return sim.run(
        "scenarios/laroche2011.yaml", patients=patients, settings=settings, engine="batch"
    )


def drawn(result):
    saved = Saved(result.tables, result.summary, None)
    with styled():
        return convergence.figure(saved, caption_of(result.study))


@pytest.fixture(scope="module")
def made():
    return drawn(ran(PATIENTS))


@pytest.mark.share(2)
@pytest.mark.parametrize("patients", [FEWER, PATIENTS])
def test_each_number_of_patients_has_the_outcomes_of_a_run_of_so_many(patients, made):
    _, numbers = made
    own = numbers[numbers["patients"] == patients].set_index(KEY)
    summary = ran(patients).summary
    rows = summary[(summary["subgroup"] == "all") & (summary["against_arm"] != "")]
    last = rows[rows["time"] == rows.groupby("outcome")["time"].transform("max")].set_index(KEY)
    assert [key[0] for key in own.index] == list(convergence.MAIN)
    pd.testing.assert_frame_equal(own[NUMBERS], last.loc[own.index, NUMBERS], rtol=1e-9)


def test_lines_go_through_the_numbers_within_their_bands(made):
    figure, numbers = made
    assert len(figure.axes) == len(convergence.MAIN)
    for axes, outcome in zip(figure.axes, convergence.MAIN, strict=True):
        rows = numbers[numbers["outcome"] == outcome]
        assert list(axes.lines[0].get_xdata()) == list(rows["patients"])
        assert list(axes.lines[0].get_ydata()) == list(rows["estimate"])
        low, high = axes.get_ylim()
        settled = rows[rows["patients"] >= PATIENTS / 10]
        assert low <= settled["low"].min()
        assert high >= settled["high"].max()


def test_an_outcome_that_cannot_occur_and_a_run_of_one_patient_are_not_drawn():
    still = {"fractures.base_rate": "0 per 100 person-years"}
    _, numbers = drawn(ran(20, still))
    assert set(numbers["outcome"]) == {*convergence.MAIN} - {"all fractures"}
    assert drawn(ran(1)) is None
