"""Figures of costs of kept results: what is drawn is what the commands print, or a sentence."""

import numpy as np
import pytest

from sim import results
from sim.display import figures
from sim.display.figures import absent
from sim.display.figures.style import styled
from sim.experiments.information import information
from sim.experiments.kinds import run as kept_run
from sim.experiments.runs import run
from tests import worth_sweeps

WORTH = "scenarios/laroche2011-worth.yaml"
OF_SWEEP = figures.OF_WORTH


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = run(WORTH, patients=20, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("costs")))


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alike")
    return results.open(worth_sweeps.made(folder, worth_sweeps.ALWAYS, price="200 EUR"))


def drawn(kept, name):
    with styled():
        return dict(figures.drawn(kept, [name]))[name]


def test_bars_are_the_costs_of_the_table(kept):
    figure, numbers = drawn(kept, "costs")
    table = kept.table("worth")
    of_arms = table[table["against_arm"] == ""].set_index(["arm", "outcome"])["estimate"]
    bars = [bar.get_width() * 1000 for bar in figure.axes[0].patches]
    parts = ["cost", *(f"cost of {part}" for part in ("pamidronate", "interferon"))]
    known = [of_arms[arm, part] for part in parts for arm in kept.study.scenario.arms]
    assert bars[: len(known)] == pytest.approx(known)
    plain = numbers[~numbers["discounted"] & (numbers["part"] == "all costs")]
    assert plain["estimate"].tolist() == [
        of_arms[arm, "cost, undiscounted"] for arm in kept.study.scenario.arms
    ]


def test_a_run_without_prices_has_no_costs(tmp_path):
    plain = run("scenarios/laroche2011.yaml", patients=2, engine="batch", outcomes_only=True)
    kept = results.open(kept_run.keep(plain, tmp_path))
    assert drawn(kept, "costs") is None


def test_curves_and_values_are_those_that_the_command_prints(at_stake):
    known = information(at_stake)
    _, acceptability = drawn(at_stake, "acceptability")
    at = acceptability.set_index(["threshold", "arm"])["probability_best"]
    for threshold, best in zip(known.curves.thresholds, known.curves.best, strict=True):
        assert at[threshold].tolist() == best.tolist()
    _, values = drawn(at_stake, "evppi")
    assert values["value"].tolist() == [value.value for value in known.parameters]
    assert values["name"].tolist()[0] == "price of interferon"
    assert set(values["evpi"]) == {known.perfect.value}
    _, loss = drawn(at_stake, "loss")
    middle = loss[loss["threshold"] == known.threshold]
    assert middle["evpi"].iloc[0] == known.curves.evpi[1]
    figure, _ = drawn(at_stake, "plane")
    assert f"noise: {100 * known.perfect.noise:.0f} %" in figure.get_label()


def test_without_a_decision_at_stake_there_is_a_sentence_and_no_figure(alike, mastosim, tmp_path):
    assert [drawn(alike, name) for name in OF_SWEEP[1:]] == [None] * 3
    asked = mastosim("plot", alike.folder, "--figure", "loss", "--into", tmp_path)
    assert asked.returncode == 2
    assert "No decision hangs on the uncertain numbers" in asked.stderr
    assert drawn(alike, "plane") is not None


def test_the_same_patients_in_all_draws_are_refused_by_name(at_stake, monkeypatch):
    same = {**at_stake.detail("sweep"), "patients_by_draw": "same"}
    monkeypatch.setattr(type(at_stake), "detail", lambda self, name: same)
    for name in OF_SWEEP:
        assert drawn(at_stake, name) is None
        assert "the same patients at each draw" in absent.said(at_stake, name)


def test_noise_that_dominates_is_said(at_stake, monkeypatch):
    from sim.economics.information import perfect

    monkeypatch.setattr(perfect, "share_of_chance", lambda fit: 0.5)
    assert drawn(at_stake, "loss") is None
    assert "noise dominates" in absent.said(at_stake, "evppi")
    assert drawn(at_stake, "acceptability") is not None


def test_other_figures_say_nothing_of_costs(at_stake):
    assert absent.said(at_stake, "heat_map") == ""
    assert np.isfinite(drawn(at_stake, "probability")[1]["share"]).all()


def test_captions_say_where_patients_are_fresh(at_stake):
    """Draws have patients of their own; the ends of single parameters have those of the base."""
    for name in ("fan", "probability"):
        assert (
            "20 virtual patients, other ones at every draw;" in drawn(at_stake, name)[0].get_label()
        )
    said = drawn(at_stake, "tornado")[0].get_label()
    assert "20 virtual patients, the same at every point;" in said
