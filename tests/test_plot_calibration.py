"""Calibration: published numbers against simulated means, predictions apart, misses named."""

import pandas as pd
import pytest

import mastosim as mastosim_python
from sim.display.figures import calibration
from sim.display.figures.style import styled
from sim.display.figures.trials import COUNTED, NOT_COUNTED
from sim.errors import RequestError
from sim.experiments.kinds import emulation as kept_emulation
from sim.experiments.kinds import run as kept_run
from sim.scenario import load

# Published, mean, lower and upper limit, what it counts as, and the panel.
ROWS = {
    "near": (5.0, 4.0, 3.0, 6.0, "prediction", "Bone density"),
    "far": (9.0, 2.0, 1.0, 3.0, "prediction", "Bone density"),
    "little": (3.2, 2.0, 1.0, 3.0, "prediction", "Bone density"),
    "input": (8.0, 1.0, 0.0, 2.0, "input", "Bone density"),
    "planned": (2.0, 2.0, 1.0, 3.0, "design", "Course and events"),
    "alone": (2.0, 2.0, 1.0, 3.0, "input", "At entry"),
    "fixed": (2.0, 2.0, 2.0, 2.0, "prediction", "Course and events"),
}


def scores_of(rows):
    table = [
        {"fact": name, "label": name, "statistic": "value", "unit": "%", "published": published,
         "mean": mean, "low": low, "high": high, "covered": low <= published <= high,
         "counts_as": counts_as, "trials": 50, "scenario": "series", "heading": heading,
         "scale": "%"}
        for name, (published, mean, low, high, counts_as, heading) in rows.items()
    ]  # fmt: skip
    return pd.DataFrame(table)


def drawn(scores):
    with styled():
        return calibration.figure(scores, "patients only", "series")


@pytest.fixture(scope="module")
def made():
    return drawn(scores_of(ROWS))


def test_predictions_are_black_inputs_hollow_and_the_diagonal_is_there(made):
    (axes,) = made[0].axes
    marks = {line.get_markerfacecolor(): line for line in axes.lines if line.get_marker() == "D"}
    black, hollow = (marks[look.published["markerfacecolor"]] for look in (COUNTED, NOT_COUNTED))
    assert sorted(zip(*black.get_data(), strict=True)) == [(3.2, 2.0), (5.0, 4.0), (9.0, 2.0)]
    assert [*zip(*hollow.get_data(), strict=True)] == [(8.0, 1.0)]
    diagonal = axes.lines[0].get_data()
    assert list(diagonal[0]) == list(diagonal[1])
    ends = [tuple(bar[:, 1]) for bars in axes.collections for bar in bars.get_segments()]
    assert sorted(ends) == [(0.0, 2.0), (1.0, 3.0), (1.0, 3.0), (3.0, 6.0)]


def test_misses_are_named_and_the_farthest_first(made):
    figure, numbers = made
    named = {" ".join(text.get_text().split()) for text in figure.axes[0].texts}
    assert {"outside: series, far", "outside: series, little"} <= named
    assert not any("near" in name or "input" in name for name in named)
    assert list(calibration.misses(numbers)["fact"]) == ["far", "little"]


def test_what_the_design_fixes_is_left_out_and_a_single_input_has_no_panel(made):
    _, numbers = made
    assert set(numbers.loc[numbers["drawn"], "fact"]) == {"near", "far", "little", "input"}
    assert set(numbers["fact"]) == {"near", "far", "little", "input", "alone"}
    only = {name: ROWS[name] for name in ("planned", "fixed")}
    assert drawn(scores_of(only)) is None


def test_facts_stand_by_what_they_are_and_series_are_named():
    rows = {"spine_total_increase": ROWS["far"], "age_at_entry": ROWS["alone"]}
    plain = scores_of(rows).drop(columns=["scenario", "heading", "scale"])
    names = ("heijckmann2001", "heijckmann2009")
    scores = calibration.joined([(load(f"scenarios/{name}.yaml"), plain) for name in names])
    of_spine = scores[scores["fact"] == "spine_total_increase"]
    assert list(of_spine["heading"]) == ["Bone density"] * 2
    assert list(of_spine["scale"]) == ["change, % of the entry value"] * 2
    assert calibration.of_several(scores) == "heijckmann2001, heijckmann2009"


def test_emulations_of_a_user_are_drawn_together_and_other_results_are_refused(tmp_path, mastosim):
    folders = []
    for name in ("heijckmann2009", "hernandez2010"):
        emulated = mastosim_python.emulate(f"scenarios/{name}.yaml", trials=3)
        folders.append(kept_emulation.keep(emulated, tmp_path, drawn=False))
    into = tmp_path / "figures"
    command = ("plot", *folders, "--figure", "calibration", "--format", "svg", "--into", into)
    assert mastosim(*command).returncode == 0
    rows = pd.read_csv(into / "calibration.csv")
    assert set(rows["scenario"]) == {"heijckmann2009", "hernandez2010"}
    told = mastosim("plot", *folders)
    assert told.returncode == 2
    assert "several emulations are drawn together with --figure calibration" in told.stderr
    run = mastosim_python.run("scenarios/heijckmann2009.yaml", patients=2, engine="simpy")
    other = kept_run.keep(run, tmp_path, drawn=False)
    with pytest.raises(RequestError, match=r"only emulations are drawn together; '.*' is a run"):
        mastosim_python.plot(folders[0], other, figure="calibration")
