"""The figure of an emulation: predictions apart from inputs, misses named, numbers rounded once."""

import numpy as np
import pandas as pd
import pytest

from sim.display.figures import trials
from sim.display.figures.style import INK, styled
from sim.vocabulary import PATIENTS_ONLY

FACTS = {
    "hip": (1.4, "%", "prediction"),
    "spine": (-0.1, "%", "prediction"),
    "tryptase": (49.0, "ug/L", "input"),
    "follow_up": (-9.0, "months", "design"),
}


@pytest.fixture(scope="module")
def made():
    """Scores and trials of four facts; the trials of each fall round 0 with an SD of 0.25."""
    values = 0.25 * np.random.default_rng(1).standard_normal(400)
    values -= values.mean()
    by_fact = [pd.DataFrame({"fact": fact, "value": values, "spread": values}) for fact in FACTS]
    scores = pd.DataFrame(
        {
            "fact": fact, "label": fact.title(), "statistic": "value", "unit": unit,
            "published": published, "low": -0.454647, "high": 0.5, "counts_as": role,
            "covered": -0.454647 <= published <= 0.5, "trials": 400,
        }
        for fact, (published, unit, role) in FACTS.items()
    )  # fmt: skip
    return scores, pd.concat(by_fact, ignore_index=True)


@pytest.fixture(scope="module")
def drawn(made):
    with styled():
        scores, by_fact = made
        return trials.figure(scores, by_fact, PATIENTS_ONLY, "a series")


def marks(axes):
    return [line for line in axes.lines if line.get_marker() not in ("None", "", None)]


def test_predictions_stand_apart_from_what_is_none(drawn):
    predictions, others = drawn[0].axes
    for axes, names, is_filled in (
        (predictions, ("Hip", "Spine"), True),
        (others, ("Tryptase", "Follow_Up"), False),
    ):
        assert set(names) <= {text.get_text() for text in axes.texts}
        faces = {mark.get_markerfacecolor() for mark in marks(axes)}
        assert faces == {INK if is_filled else "white"}
    assert len(drawn[1]) == len(FACTS), "the numbers beside the figure are all of them"


def test_numbers_beyond_the_scale_are_arrows_at_its_edge(drawn):
    predictions, others = drawn[0].axes
    assert [mark.get_marker() for mark in marks(predictions)] == [">", "D"]
    assert [mark.get_marker() for mark in marks(others)] == [">", "<"]
    assert [mark.get_xdata()[0] for mark in marks(others)] == [4, -4]
    words = [text.get_text() for axes in drawn[0].axes for text in axes.texts]
    assert words.count("outside") == 3


def test_numbers_are_rounded_once_with_a_true_minus(drawn):
    words = [text.get_text() for axes in drawn[0].axes for text in axes.texts]
    assert words.count("−0.45 to 0.50") == len(FACTS), "-0.454647 is -0.45"
    assert {"49", "−9", "µg/L", "published", "95 % of trials"} <= set(words)
    assert "ug/L" not in words


def test_a_number_that_rounding_covers_is_explained(made):
    scores, by_fact = made
    for covered in (True, False):
        with styled():
            hip = scores.assign(covered=covered)
            page, _ = trials.figure(hip, by_fact, PATIENTS_ONLY, "a series")
        caption = " ".join(page.texts[-1].get_text().split())
        assert (trials.ROUNDED in caption) == covered


@pytest.mark.parametrize(
    ("roles", "result"), [(("prediction",), "1 of 2 predictions covered"), ((), "no prediction")]
)
def test_the_title_says_the_result(made, roles, result):
    scores, every = made
    scores = scores.assign(
        counts_as=[role if role in roles else "input" for role in scores["counts_as"]]
    )
    with styled():
        figure, _ = trials.figure(scores, every, PATIENTS_ONLY, "a series")
    assert figure.texts[0].get_text() == f"a series: {result}"
