"""Figures of a user's own study: facts by what they are, long names, few patients, one arm."""

import dataclasses
import shutil
from itertools import combinations

import pytest

from sim.display.figures import against_reported, bone_course, bone_density, differences
from sim.display.figures.caption import caption_of
from sim.display.figures.published import facts_for
from sim.display.figures.saved import Saved, by_sex
from sim.display.figures.style import styled
from sim.experiments import runs
from sim.scenario import load

FACTS = """\
citation: {title: Our own series, year: 2026}
groups:
  ours: {arm: combination}
  theirs: {arm: pamidronate}
facts:
"""
ROWS = {
    "hip_deaths": "value: 3, unit: '%', simulated: {statistic: share_died, group: ours}",
    "entry_gain": "value: 40, unit: '%', simulated: "
    "{statistic: mean_percent_change, of: spine, group: ours}",
    "x": "value: 2, unit: '%', simulated: "
    "{statistic: mean_percent_change, of: hip, group: theirs, at: 24 months}",
    "spine_ctx": "value: 5, unit: fractures, simulated: "
    "{statistic: fractures, per_patients: 10, group: theirs}",
    "y": "value: 300, unit: pg/mL, simulated: {statistic: entry, of: ctx, group: theirs}",
    "z": "value: 0.5, unit: ratio, simulated: {statistic: risk_ratio, group: ours against theirs}",
}
HEADINGS = {
    "hip_deaths": "Course and events", "entry_gain": "Bone density", "x": "Bone density",
    "spine_ctx": "Course and events", "y": "At entry", "z": "Groups compared",
}  # fmt: skip
FIGURES = (bone_course, bone_density, differences, against_reported)
LONG = "interferon in the lowest dose that is known and pamidronate"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    shutil.copy("scenarios/laroche2011.yaml", folder)
    rows = (f"  - {{fact: {name}, label: {name}, {row}}}\n" for name, row in ROWS.items())
    (folder / "facts.yaml").write_text(FACTS + "".join(rows))
    (folder / "own.yaml").write_text("extends: laroche2011.yaml\nname: own\nanswers: facts.yaml\n")
    return load(folder / "own.yaml")


def made(study, patients):
    """What figures read of a run of the study."""
    study = study.with_(patients=patients)
    result = runs.run(study, engine="batch")
    saved = Saved(result.tables, result.summary, result.reported, facts_for(study), by_sex(study))
    return saved, caption_of(study)


@pytest.fixture(scope="module")
def own(study):
    return made(study, 30)


def test_facts_stand_by_what_they_are_and_not_by_their_names(own):
    saved, caption = own
    rows = against_reported.comparable(saved.reported, saved.facts, caption)
    assert dict(zip(rows["fact"], rows["heading"], strict=True)) == HEADINGS
    with styled():
        _, numbers = bone_course.figure(saved, caption)
    drawn = numbers[numbers["fact"].notna()].set_index("fact")
    assert dict(drawn["bone"]) == {"entry_gain": "spine", "x": "hip"}
    assert dict(drawn["months"].round()) == {"entry_gain": 60, "x": 24}
    assert dict(drawn["arm"]) == {"entry_gain": "combination", "x": "pamidronate"}


@pytest.mark.parametrize("patients", [2, 30])
def test_the_interval_of_a_simulated_value_holds_it(study, patients):
    saved, _ = made(study, patients)
    rows = saved.reported.dropna(subset=["low", "high"])
    assert len(rows) >= 5
    assert ((rows["low"] <= rows["simulated"]) & (rows["simulated"] <= rows["high"])).all()


@pytest.mark.share(4)
@pytest.mark.parametrize("figure", FIGURES, ids=lambda module: module.__name__.split(".")[-1])
@pytest.mark.parametrize("patients", [1, 30])
def test_no_text_leaves_the_page_or_meets_another(figure, patients, study):
    saved, caption = made(study, patients)
    with styled():
        drawn = figure.figure(*with_long_names(saved, caption))
        assert drawn is not None
        drawn[0].draw_without_rendering()
    texts = [
        text
        for axes in drawn[0].axes
        for text in (*axes.texts, axes.title, axes._left_title)
        if text.get_text() and text.get_visible()
    ]
    page = drawn[0].bbox
    for text in texts:
        box = text.get_window_extent()
        assert page.x0 - 0.5 <= box.x0 <= box.x1 <= page.x1 + 0.5, text.get_text()
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, text.get_text()
    for one, other in combinations(texts, 2):
        first, second = (text.get_window_extent().shrunk(0.98, 0.85) for text in (one, other))
        assert not first.overlaps(second), (one.get_text(), other.get_text())


def with_long_names(saved, caption):
    """The same with a first arm of a long name."""

    def renamed(table):
        columns = [name for name in ("arm", "against_arm") if name in table]
        return table.assign(**{c: table[c].replace("combination", LONG) for c in columns})

    facts = {
        name: fact._replace(arm=LONG) if fact.arm == "combination" else fact
        for name, fact in saved.facts.items()
    }
    tables = type(saved.tables)(*map(renamed, saved.tables))
    saved = saved._replace(tables=tables, summary=renamed(saved.summary), facts=facts)
    return saved, dataclasses.replace(caption, arms=(LONG, "pamidronate"))
