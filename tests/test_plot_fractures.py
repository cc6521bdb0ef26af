"""The mean cumulative number of fractures: by hand, and as the outcomes by year have it."""

import numpy as np
import pandas as pd
import pytest

from sim.display.figures import cumulative_fractures
from sim.display.figures.caption import caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled
from sim.experiments import runs
from sim.outcomes.intervals import of_total
from sim.outcomes.mean_counts import mean_counts
from sim.scenario import load
from tests.test_plot_time import text_of

BASE = "scenarios/laroche2011.yaml"
OFTEN = ["cohort.patients=50", "fractures.base_rate=20 per 100 person-years"]
LOSS = "loss={rate: 0.2 per year}"


@pytest.fixture(scope="module")
def result():
    return runs.run(load(BASE, [*OFTEN, LOSS]), engine="batch")


def figure_of(result):
    saved = Saved(result.tables, result.summary, None, effects=result.effects)
    with styled():
        return cumulative_fractures.figure(saved, caption_of(result.study))


@pytest.fixture(scope="module")
def drawn(result):
    return figure_of(result)


def test_a_count_by_hand():
    """Five patients: one has fractures on days 10, 20 and 20, another one on day 15."""
    patient, day = np.array([3, 0, 3, 3]), np.array([20, 15, 20, 10])
    counts = mean_counts(patient, day, np.array([9, 10, 15, 20, 99]), 5)
    assert counts.value.tolist() == [0, 20, 40, 80, 80]
    assert counts.carriers.tolist() == [0, 1, 2, 2, 2]
    # Between patients: 3, 1, 0, 0, 0 with the mean 0.8 has the variance 6.8 / 4.
    error = 100 * (6.8 / 4 / 5) ** 0.5
    assert counts.mc_error[-1] == pytest.approx(error)
    # One more patient could have had one fracture more than the most that any had.
    low, high = of_total(4, (5 * error / 100) ** 2, 3 + 1 - 0.8)
    assert (counts.low[-1], counts.high[-1]) == pytest.approx((20 * low, 20 * high))


def test_what_cannot_occur_has_no_interval():
    none = np.array([], int)
    seen, impossible = (mean_counts(none, none, np.array([9]), 5, can) for can in (True, False))
    assert seen.high[0] > 0
    assert (impossible.low[0], impossible.high[0]) == (0, 0)


def test_the_lines_meet_the_outcomes_by_year(result, drawn):
    numbers = drawn[1][drawn[1]["against_arm"] == ""]
    by_year = result.effects[result.effects["effect"] == "mean cumulative count"]
    assert len(by_year) == 2 * 4 * 5, "arms, outcomes and years"
    for row in by_year.itertuples():
        own = numbers[(numbers["outcome"] == row.outcome) & (numbers["arm"] == row.arm)]
        so_far = own[own["months"] <= row.time + 0.02].iloc[-1]
        for name in ("estimate", "low", "high", "carriers"):
            assert so_far[name] == pytest.approx(getattr(row, name)), row


def test_steps_end_where_they_are_named_and_the_paired_difference_stands_above(result, drawn):
    figure, numbers = drawn
    outcomes = ["all fractures", "vertebral fractures", "hip fractures", "other fractures"]
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == [outcome.capitalize() for outcome in outcomes]
    for axes, outcome in zip(figure.axes, outcomes, strict=True):
        for arm in ("combination", "pamidronate"):
            (line,) = (line for line in axes.lines if line.get_label() == arm)
            own = numbers[(numbers["outcome"] == outcome) & (numbers["arm"] == arm)]
            own = own[own["against_arm"] == ""]
            np.testing.assert_array_equal(line.get_xydata(), own[["months", "estimate"]])
            assert line.get_drawstyle() == "steps-post"
            assert arm in [text.get_text() for text in axes.texts]
    apart = result.effects[result.effects["unit"] == "per 100 patients"]
    apart = apart[(apart["effect"] == "difference") & (apart["outcome"] == "all fractures")]
    words = cumulative_fractures.at_the_end(
        cumulative_fractures.differences(result.effects), "all fractures"
    )
    assert words.startswith("combination − pamidronate: ")
    assert f"{apart['estimate'].iloc[-1]:.0f}".replace("-", "−") in words
    assert words in [text.get_text() for text in figure.axes[0].texts]


def test_the_caption_says_what_death_and_loss_do(result, drawn):
    assert "stay among the patients" in text_of(drawn[0])
    assert "lost to follow-up count as without a fracture" in text_of(drawn[0])
    events = result.tables.events
    saved = Saved(
        result.tables._replace(events=events[events["event"] != "lost to follow-up"]),
        result.summary, None,
    )  # fmt: skip
    with styled():
        figure, numbers = cumulative_fractures.figure(saved, caption_of(result.study))
    assert "lost to follow-up" not in text_of(figure)
    assert isinstance(numbers, pd.DataFrame)
    assert set(numbers["against_arm"]) == {""}, "no table of effects, no difference"
