"""The model diagram: the arrows of a scenario, each with its numbers and their support."""

import re

import pandas as pd
import pytest

from sim.display.figures import model
from sim.display.figures.caption import caption_of
from sim.display.figures.model_arrows import WAYS, arrows
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled
from sim.results import Tables
from sim.scenario import load

BASE = "scenarios/laroche2011.yaml"
ZOLEDRONATE = "scenarios/boonen2012.yaml"


NONE = Tables(*[pd.DataFrame()] * 4)


def figure_of(study):
    nothing = pd.DataFrame()
    with styled():
        drawn = model.figure(Saved(NONE, nothing, None, study=study), caption_of(study))
    assert drawn is not None
    return drawn


def ways(study):
    return {tuple(row) for row in arrows(study)[["origin", "target"]].to_numpy()}


def test_every_number_on_an_arrow_is_one_of_the_scenario_with_its_support():
    study = load(BASE)
    numbers = {number.path: number for number in study.numbers}
    found = arrows(study)
    assert len(found) == len(set(found["path"])) > 30
    for row in found.to_dict("records"):
        number = numbers[row["path"]]
        is_below_zero = number.text.startswith("-")
        assert row["value"] == number.text.replace("-", "−", int(is_below_zero))
        assert row["is_assumption"] == number.is_assumption
        assert row["sources"] == ", ".join(number.sources)


def test_only_arrows_that_the_scenario_has():
    chain = {("Therapies", "Action"), ("Action", "Bone density"), ("Bone density", "Fractures"),
             ("Base rate", "Fractures"), ("Fractures", "Fractures"), ("Fractures", "Death"),
             ("Other causes", "Death"), ("Without therapy", "Bone density")}  # fmt: skip
    assert ways(load(BASE)) == {*chain, ("Action", "Markers")}
    # Vertebral fractures alone can occur, and their rate does not depend on bone density.
    zoledronate = ways(load(ZOLEDRONATE))
    assert ("Action", "Fractures") in zoledronate
    assert ("Bone density", "Fractures") not in zoledronate


@pytest.mark.parametrize(
    ("setting", "lost"), [
        ("fractures.sites.vertebral.imminent.factor=1", ("Fractures", "Fractures")),
        ("mortality.standardised_mortality_ratio=0", ("Other causes", "Death")),
        ("fractures.base_rate=0 per 100 person-years", ("Bone density", "Fractures")),
        ("fractures.base_rate=0 per 100 person-years", ("Fractures", "Death")),
    ],
)  # fmt: skip
def test_a_number_without_effect_is_no_arrow(setting, lost):
    assert lost in ways(load(BASE))
    assert lost not in ways(load(BASE, [setting]))


def test_markers_that_are_not_measured_have_no_box():
    study = load("scenarios/boonen2012.yaml")
    assert not study.scenario.cohort.markers
    assert "Markers" not in [text.get_text() for text in figure_of(study)[0].axes[0].texts]


def test_a_rule_is_an_arrow_back_to_the_therapies():
    rules = ["therapies.interferon.start={on: fracture, site: hip}",
             "therapies.pamidronate.stop=spine T above -1"]  # fmt: skip
    study = load(BASE, rules)
    assert {("Fractures", "Therapies"), ("Bone density", "Therapies")} <= ways(study)
    texts = [text.get_text() for text in figure_of(study)[0].axes[0].texts]
    assert {"begins after hip fracture", "ends with spine T above −1"} <= {*texts}


def test_a_therapy_or_regimen_that_no_arm_has_is_left_out():
    paths = arrows(load(BASE, ["arms.combination=[pamidronate]"]))["path"]
    assert not paths.str.contains("interferon").any()
    assert paths.str.contains("pamidronate").any()


def test_boxes_arrows_and_dotted_italics_are_drawn():
    figure, numbers = figure_of(load(BASE))
    (axes,) = figure.axes
    texts = {text.get_text(): text for text in axes.texts}
    for box in ("Therapies", "Action", "Bone density", "Fractures", "Death", "Markers"):
        assert texts[box].get_weight() == "bold"
    assert len(axes.patches) == 6
    written = [text for text in axes.texts if text.get_style() == "italic"]
    assert len(written) == numbers["is_assumption"].sum() > 10
    dotted = [line for line in axes.lines if line.get_linewidth() == 0.7]
    assert len(dotted) == len(written)
    assert texts["spine 12.6 %/year,"].get_style() == "normal"
    assert texts["half-life 45 days,"].get_style() == "italic"
    heads = [text for text in texts if " → " in text]
    assert len(heads) == len(numbers.groupby(["origin", "target"]))
    arrowheads = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert len(arrowheads) == len(heads), "an arrow each"


def test_the_ways_are_about_paths_of_shipped_scenarios():
    """A way whose path was renamed would leave its arrow out in silence."""
    more = [
        "therapies.interferon.after_stopping="
        "{spine: -8 %/year, fracture_ratio: {vertebral: 2}, for: 12 months}",
        "therapies.pamidronate.delay={probability: 20 %, mean: 10 days}",
        "fractures.sites.hip.per_decade_of_age=1.5", "effects.interferon.mortality_ratio=0.9",
        "fractures.per_further_vertebral_fracture=1.1",
    ]  # fmt: skip
    found = pd.concat([arrows(load(BASE, more)), arrows(load(ZOLEDRONATE))])["path"]
    unseen = [way.path for way in WAYS if not any(re.fullmatch(way.path, path) for path in found)]
    assert unseen == []


def test_a_study_that_is_not_known_has_no_figure():
    nothing = pd.DataFrame()
    assert model.figure(Saved(NONE, nothing, None), caption_of(load(BASE))) is None
