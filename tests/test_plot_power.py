"""Power against size: marks at the sizes, with their intervals, the target, and enough patients."""

import pandas as pd
import pytest

from sim.display.figures import power
from sim.display.figures.caption import caption_of
from sim.display.figures.style import arm_style, styled
from sim.scenario import load

SIZES = (5, 6, 10, 50)
SHARES = {5: (40.0, 30.0, 50.0), 6: (60.0, 50.0, 70.0), 10: (85.0, 79.0, 90.0),
          50: (99.0, 95.0, 100.0)}  # fmt: skip


def table(arms):
    rows = [
        {"arm": arm, "against_arm": "pamidronate", "outcome": "spine annual increase",
         "trials": 100, "patients_per_arm": n, "patients": n, "against_patients": n,
         "test": "welch", "loss_per_year": 0.0, "power": share, "power_low": low,
         "power_high": high, "size": 5.0, "size_low": 2.0, "size_high": 9.0}
        for arm in arms for n, (share, low, high) in SHARES.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def drawn(study, *arms):
    with styled():
        return power.figure(table(arms), caption_of(study))


@pytest.fixture(scope="module")
def made():
    return drawn(load("scenarios/laroche2011.yaml"), "combination")


def test_marks_stand_at_the_sizes_with_their_intervals(made):
    (axes,) = made[0].axes
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert [list(line.get_xdata()) for line in marks] == [list(SIZES)] * 2
    assert list(marks[0].get_ydata()) == [share for share, _, _ in SHARES.values()]
    bars = axes.collections[0].get_segments()
    assert [list(bar[:, 1]) for bar in bars] == [ends for _, *ends in SHARES.values()]
    assert list(axes.get_xticks()) == [6, 10, 50], "5 would meet 6"
    assert list(axes.get_xticks(minor=True)) == [5]


def test_the_target_and_the_first_size_above_it_are_told(made):
    (axes,) = made[0].axes
    across = {line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == [0, 1]}
    assert across == {80, 5}
    text = " ".join(part.get_text() for part in made[0].texts).replace("\n", " ")
    said = text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Smallest size whose interval lies above 80 %: combination: 50." in said, (
        "79 to 90 is not"
    )


def test_arms_of_one_size_stand_side_by_side():
    study = load("scenarios/four-arms.yaml")
    figure, numbers = drawn(study, "combination", "interferon")
    (axes,) = figure.axes
    color = {arm: look.color for arm, look in arm_style(list(study.scenario.arms)).items()}
    places = [
        next(line.get_xdata()[0] for line in axes.lines if line.get_color() == color[arm])
        for arm in ("combination", "interferon")
    ]
    assert sum(places) == pytest.approx(2 * SIZES[0])
    assert places[0] < places[1]
    assert set(numbers["patients_per_arm"]) == set(SIZES)
