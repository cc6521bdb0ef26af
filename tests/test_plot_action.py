"""The action of therapies over time: the model's own, published plans at 1, and the figure."""

import numpy as np
import pytest

from sim.display.figures import action
from sim.display.figures.caption import caption_of
from sim.display.figures.saved import Saved
from sim.display.figures.style import styled
from sim.experiments import runs
from sim.outcomes.actions import mean_actions
from sim.scenario import load
from sim.simulation import records
from sim.simulation.biology.decay import decayed, time_under
from sim.simulation.model import next_kind, react, start
from sim.simulation.plain import plain
from sim.simulation.simulate import inputs_of, protocol_of

BASE = "scenarios/laroche2011.yaml"
DISTURBED = [
    "cohort.patients=12", "therapies.pamidronate.given=60 %",
    "therapies.pamidronate.infusion=70 mg",
    "therapies.interferon.on_intolerance=[halve, stop]",
    "therapies.interferon.intolerance=[{rate: 0.5 per year, until: 60 months}]",
    "mortality.standardised_mortality_ratio=20", "loss={rate: 0.1 per year}",
    "fractures.base_rate=3 per 100 person-years",
]  # fmt: skip


def followed(study, arm, patient):
    """The actions of one patient during each day, read from the state of the model itself."""
    inputs = inputs_of(protocol_of(study), range(patient, patient + 1))[arm]
    params, who = plain(inputs.params), plain(inputs.patients[0])
    state, due = plain(np.zeros((), records.STATE)), [0] * records.KINDS
    draws = inputs.draws[0].tolist()
    start(state, due, who, params, draws)
    actions: list[list[float]] = []
    kind = -1
    while kind not in (records.DEATH, records.END):
        kind = next_kind(due, params)
        actions += [
            [state.action[slot] * decayed(params.decay[slot], day - state.since)
             * time_under(params.decay[slot], 1) for slot in range(2)]
            for day in range(len(actions), due[kind])
        ]  # fmt: skip
        react(kind, due[kind], state, due, who, params, draws)
    return np.array(actions)


def test_the_actions_are_those_of_the_state_of_the_model():
    study = load(BASE, DISTURBED)
    numbers = mean_actions(runs.follow(study), study)
    days = len(numbers["day"].unique())
    lives = [followed(study, "combination", patient) for patient in range(12)]
    assert min(map(len, lives)) < days == max(map(len, lives)), "some are lost or die"
    for slot, therapy in enumerate(study.scenario.therapies):
        every = np.full((12, days), np.nan)
        for life, row in zip(lives, every, strict=True):
            row[: len(life)] = life[:, slot]
        own = numbers[(numbers["therapy"] == therapy) & (numbers["arm"] == "combination")]
        assert own["followed"].tolist() == (~np.isnan(every)).sum(axis=0).tolist()
        np.testing.assert_allclose(own["taken"], np.nanmean(every, axis=0), rtol=1e-9)


def test_the_published_plan_has_a_mean_action_of_1():
    study = load(BASE, ["cohort.patients=3"])
    numbers = mean_actions(runs.follow(study), study)
    means = numbers.groupby(["therapy", "arm"])["planned"].mean()
    assert len(means) == 3
    assert means.to_numpy() == pytest.approx(1, rel=1e-12)


def test_a_plan_leaves_out_all_that_is_chance_and_keeps_the_dose():
    study, published = (load(BASE, settings) for settings in (DISTURBED, DISTURBED[:1]))
    ours, theirs = (mean_actions(runs.follow(one), one) for one in (study, published))
    weight = runs.follow(study).patients["weight_kg"]
    course = ours["therapy"] == "interferon"
    assert (ours.loc[course, "planned"] == 1).all()
    assert study.scenario.therapies["pamidronate"].exposure.action_1.dose.unit == "mg/kg"
    heavier = (70 / weight).mean()  # the published dose is 1 mg per kg
    ratio = ours.loc[~course, "planned"] / theirs.loc[~course, "planned"]
    assert ratio.to_numpy() == pytest.approx(heavier)


def test_a_panel_per_therapy_with_a_line_per_arm_that_has_it():
    study = load(BASE, DISTURBED)
    tables = runs.follow(study)
    saved = Saved(tables, tables.patients, None, study=study)
    with styled():
        drawn = action.figure(saved, caption_of(study))
    assert drawn is not None
    figure, numbers = drawn
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Pamidronate", "Interferon"]
    for axes, arms in zip(figure.axes, (("combination", "pamidronate"), ("combination",)),
                          strict=True):  # fmt: skip
        therapy = axes.get_title(loc="left").lower()
        for arm in ("combination", "pamidronate"):
            lines = [line for line in axes.lines if line.get_label() == arm]
            assert len(lines) == (arm in arms)
            if lines:
                own = numbers[(numbers["therapy"] == therapy) & (numbers["arm"] == arm)]
                np.testing.assert_array_equal(lines[0].get_xydata(), own[["months", "taken"]])
    taken = numbers[numbers["therapy"] == "interferon"]["taken"].mean()
    head = action.means(numbers, "interferon")
    assert head == f"Mean: planned 1.00; taken {taken:.2f} (combination)"


def test_without_a_study_or_without_a_therapy_there_is_no_figure():
    study = load(BASE, ["cohort.patients=3", "arms.combination=[]", "arms.pamidronate=[]"])
    tables = runs.follow(study)
    caption = caption_of(study)
    assert action.figure(Saved(tables, tables.patients, None, study=study), caption) is None
    assert action.figure(Saved(tables, tables.patients, None), caption) is None
