"""Arms that have the same values cover each other, and the title of the panel says so."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim import results
from sim.display import figures
from sim.display.figures import arms_alike
from sim.display.figures.style import styled
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.scenario import load


def courses(**arms):
    return {arm: pd.DataFrame({"months": [0, 12], "median": ends}) for arm, ends in arms.items()}


@pytest.mark.parametrize(
    ("arms", "words"),
    [({"a": (1, 2), "b": (1, 2)}, "CTX, both arms alike"), ({"a": (1, 2), "b": (1, 3)}, "CTX"),
     ({"a": (1, 2), "b": (1, 2), "c": (1, 2)}, "CTX, all 3 arms alike"),
     ({"a": (1, 2)}, "CTX"), ({"a": (1, 2), "b": (1, 2), "c": (2, 2)}, "CTX")],
)  # fmt: skip
def test_the_title_says_where_all_arms_have_the_same_values(arms, words):
    axes = Figure(figsize=(3, 2)).subplots()
    axes.set_title("CTX", loc="left", pad=20)
    arms_alike.say(axes, courses(**arms), ["months", "median"])
    assert axes.get_title(loc="left") == words


def test_a_note_is_shorter_or_left_out_where_it_does_not_fit():
    for inches, words in ((1.2, "Tryptase, alike"), (0.6, "Tryptase")):
        axes = Figure(figsize=(inches, 1)).add_axes((0, 0, 1, 1))
        axes.set_title("Tryptase", loc="left")
        arms_alike.say(axes, courses(a=(1, 2), b=(1, 2)), ["median"])
        assert axes.get_title(loc="left") == words


def test_markers_that_no_therapy_of_one_arm_changes_are_alike_in_the_base_case(tmp_path):
    study = load("scenarios/laroche2011.yaml", ["cohort.patients=20"])
    kept = results.open(kept_run.keep(runs.run(study), tmp_path, drawn=False))
    with styled():
        drawn = dict(figures.drawn(kept, ["markers"]))["markers"]
    assert drawn is not None
    page, numbers = drawn
    titles = [axes.get_title(loc="left") for axes in page.axes]
    assert titles == ["CTX, both arms alike", "BALP, both arms alike", "Tryptase"]
    ctx = numbers[numbers["marker"] == "ctx"].set_index("arm")["median"]
    assert list(ctx["combination"]) == list(ctx["pamidronate"])
