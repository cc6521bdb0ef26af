"""Figures of a study and its people: the plan."""

from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

import sim
from sim.display import figures
from sim.display.figures import schedule
from sim.display.figures.caption import caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import arm_style, styled
from sim.results import write_csv
from sim.scenario import load
from sim.scenario.planned import planned
from sim.vocabulary import Event

BASE = "scenarios/laroche2011.yaml"
KEPT_TO = ("mortality.standardised_mortality_ratio=0", "fractures.base_rate=0 per 100 person-years")


def known(study):
    """What figures read of a study without a result."""
    return Saved(*[pd.DataFrame()] * 3, scenario=study.scenario), caption_of(study)


def drawn(module, saved, caption):
    with styled():
        figure, numbers = module.figure(saved, caption)
    return figure, numbers


def words(figure):
    """Every text of the panels of a figure, its lines joined."""
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    return [text.replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ") for text in texts]


@pytest.mark.parametrize(
    "settings",
    [
        ("therapies.pamidronate.start=2 months",),
        ("therapies.pamidronate.schedule=[{every: 45 days, for: 10 months}, {every: 3 months}]",),
        (
            "therapies.interferon.for=12 months",
            "therapies.interferon.intolerance=",
            "therapies.pamidronate.start={after: interferon, wait: 1 month}",
            "arms.pamidronate=[pamidronate, interferon]",
        ),
    ],
)
def test_the_plan_is_what_patients_get_whom_nothing_keeps_from_it(settings):
    study = load(BASE, [*KEPT_TO, *settings])
    events = sim.run(study, patients=3, engine="batch").tables.events
    for arm in study.scenario.arms:
        plan = planned(study.scenario, arm)["pamidronate"]
        days = [day for phase in plan for day in phase.days]
        given = events[(events["arm"] == arm) & (events["event"] == Event.INFUSION)]
        assert [*given.groupby("patient")["day"].agg(list)] == [days] * 3


def test_a_therapy_that_waits_for_an_event_has_no_day():
    for start in ("{on: fracture}", "{after: interferon}"):
        both = "arms.pamidronate=[pamidronate, interferon]"
        study = load(BASE, [f"therapies.pamidronate.start={start}", both])
        assert planned(study.scenario, "combination")["pamidronate"] == []
        figure, numbers = drawn(schedule, *known(study))
        assert any(text.startswith("begins when") for text in words(figure))
        assert "pamidronate" not in set(numbers["what"])


def test_each_planned_dose_is_a_tick_in_the_colour_of_its_arm():
    study = load(BASE)
    figure, numbers = drawn(schedule, *known(study))
    assert words(figure).count("24 × 1 mg/kg, monthly") == 2
    assert words(figure).count("12 × 1 mg/kg, quarterly") == 2
    assert words(figure).count("1.5 MU, 3 times per week") == 1
    for arm, look in arm_style([*study.scenario.arms]).items():
        doses = numbers[(numbers["arm"] == arm) & (numbers["item"] == "dose")]
        assert len(doses) == 36
        ticks = [
            segment[0][0]
            for lines in figure.axes[0].collections
            if isinstance(lines, LineCollection) and to_hex(lines.get_color()[0]) == look.color
            for segment in lines.get_segments()
        ]
        assert ticks == pytest.approx([*doses["from_month"]])


def test_doses_too_close_become_one_bar_and_the_caption_says_so():
    weekly = ["therapies.pamidronate.schedule=[{every: 7 days}]"]
    figure, numbers = drawn(schedule, *known(load(BASE, weekly)))
    assert (numbers["item"] == "dose").sum() == 2 * 261
    assert sum(bool(bar.get_hatch()) for bar in figure.axes[0].patches) == 2
    assert "Striped:" in figure.texts[-1].get_text().replace("\n", " ")


def test_the_plan_needs_no_tables(tmp_path):
    study = load(BASE)
    write_csv(sim.run(study, patients=2, engine="batch").summary, tmp_path / "summary.csv")
    kept = SimpleNamespace(manifest=SimpleNamespace(kind="run"), folder=tmp_path, study=study)
    with styled():
        made = dict(figures.drawn(kept, ["schedule", "bone_density"]))
    assert made["bone_density"] is None
    assert made["schedule"] is not None
