"""Figures of a study and its people: the plan, the flow of patients, T-scores, baseline."""

import itertools
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color
from matplotlib.patches import Rectangle

import sim
from sim.display import figures
from sim.display.figures import baseline, cohort, flow, flow_counts, schedule, t_scores
from sim.display.figures.caption import caption_of
from sim.display.figures.published import facts_for
from sim.display.figures.saved import Saved
from sim.display.figures.style import arm_style, styled
from sim.results import Tables, write_csv
from sim.scenario import load
from sim.scenario.planned import planned
from sim.vocabulary import Event

BASE = "scenarios/laroche2011.yaml"
KEPT_TO = ("mortality.standardised_mortality_ratio=0", "fractures.base_rate=0 per 100 person-years")


def known(study):
    """What figures read of a study without a result."""
    empty = pd.DataFrame()
    tables = Tables(empty, empty, empty, empty)
    return Saved(tables, empty, None, study=study), caption_of(study)


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
            if isinstance(lines, LineCollection)
            and same_color(tuple(lines.get_color()[0]), look.color)  # type: ignore[arg-type]
            for segment in lines.get_segments()
        ]
        assert ticks == pytest.approx([*doses["from_month"]])


def test_doses_too_close_become_one_bar_and_the_caption_says_so():
    weekly = ["therapies.pamidronate.schedule=[{every: 7 days}]"]
    figure, numbers = drawn(schedule, *known(load(BASE, weekly)))
    assert (numbers["item"] == "dose").sum() == 2 * 261
    assert sum(bool(bar.get_hatch()) for bar in figure.axes[0].patches) == 2
    assert "Striped:" in figure.texts[-1].get_text().replace("\n", " ")


def test_many_arms_name_each_dose_once_and_fit_a_page():
    arms = [f"arms.arm {i}=[pamidronate, interferon]" for i in range(12)]
    study = load(BASE, [*arms, "comparator=arm 1"])
    figure, numbers = drawn(schedule, *known(study))
    assert figure.get_figheight() * 25.4 <= 240
    assert words(figure).count("24 × 1 mg/kg, monthly") == 1
    assert len(set(numbers["arm"]) - {""}) == 14


def test_the_plan_needs_no_tables(tmp_path):
    study = load(BASE)
    write_csv(sim.run(study, patients=2, engine="batch").summary, tmp_path / "summary.csv")
    kept: Any = SimpleNamespace(
        manifest=SimpleNamespace(kind="run", settings=()),
        folder=tmp_path,
        study=study,
        has_patients=False,
    )
    with styled():
        made = dict(figures.drawn(kept, ["schedule", "bone_density"]))
    assert made["bone_density"] is None
    assert made["schedule"] is not None


HARD = (
    "cohort.patients=60",
    "therapies.pamidronate.given=70 %",
    "therapies.pamidronate.ends_course=2 %",
    "therapies.pamidronate.reactions.acute_phase.ends_course=20 %",
    "therapies.pamidronate.stop=spine T above -1",
    "therapies.interferon.on_intolerance=[halve, stop]",
    "therapies.interferon.intolerance=[{rate: 0.5 per year, until: 60 months}]",
    "therapies.interferon.for=40 months",
    "fractures.base_rate=12 per 100 person-years",
    "mortality.standardised_mortality_ratio=6",
    "loss=0.05 per year",
)
OUTCOMES = {"deaths": "died", "lost to follow-up": "lost to follow-up"}


@pytest.fixture(scope="module")
def hard():
    """A study in which everything happens to patients, and its result."""
    study = load(BASE, HARD)
    return study, sim.run(study, engine="batch")


def flown(hard):
    study, result = hard
    saved = Saved(result.tables, result.summary, None, study=study)
    return drawn(flow, saved, caption_of(study))


def test_the_patients_of_each_stage_add_up(hard):
    _, numbers = flown(hard)
    for arm, rows in numbers.groupby("arm"):
        stages = {stage: of.set_index("item")["patients"] for stage, of in rows.groupby("stage")}
        assert stages.pop("Enrolled patients").tolist() == [60]
        assert stages.pop("End of follow-up").sum() == 60
        del stages["Bone density"]
        assert set(stages) == {"pamidronate"} | ({"interferon"} if arm == "combination" else set())
        for of in stages.values():
            assert of["begun"] + of.get("not begun", 0) == 60
            beside = ["begun", "not begun", "dose reduced at least once"]
            assert of.drop(beside, errors="ignore").sum() == of["begun"]


def test_the_counts_of_the_flow_are_those_of_the_outcomes(hard):
    (_, result), (_, numbers) = hard, flown(hard)
    rows = result.summary[
        (result.summary["subgroup"] == "all") & (result.summary["against_arm"] == "")
    ]
    found = rows.set_index(["arm", "outcome", "time"])["estimate"]
    counted = numbers.set_index(["arm", "item"])["patients"]
    for arm in ("combination", "pamidronate"):
        own = counted[arm]
        died = own[own.index.str.startswith("died")].sum()
        assert died / 60 * 100 == pytest.approx(found[arm, "deaths", 60])
        assert own["lost to follow-up"] / 60 * 100 == pytest.approx(
            found[arm, "lost to follow-up", 60]
        )
    interferon = numbers[numbers["stage"] == "interferon"].set_index("item")["patients"]
    on = ["on therapy until death", "on therapy until loss", "on therapy to the end"]
    off = 60 - interferon.reindex(on).fillna(0).sum()
    assert off / 60 * 100 == pytest.approx(found["combination", "off interferon", 60])
    scores = result.tables.measurements
    last = scores[(scores["quantity"] == "spine_t") & (scores["day"] == scores["day"].max())]
    for arm, of in last.groupby("arm"):
        assert counted[arm, "measured at month 60"] == len(of)


def test_each_reason_to_stop_is_counted_apart(hard):
    study, result = hard
    events = result.tables.events[result.tables.events["arm"] == "pamidronate"]
    how = flow_counts.ends(result.tables, events, study.scenario, "pamidronate")
    assert set(how) >= {
        "stopped after acute phase", "stopped for the T-score at a visit",
        "no further dose, of those planned", "on therapy until death", "on therapy to the end",
    }  # fmt: skip
    last = (
        events[events["event"].isin(["infusion", "missed infusion"])]
        .groupby("patient")["day"]
        .max()
    )
    end = events[events["event"].isin(["death", "lost to follow-up", "end"])].set_index("patient")[
        "day"
    ]
    gap = (end - last).reindex(how.index)
    on = how.str.startswith("on therapy")
    assert gap[on].max() <= 92, "the next dose was due after they left"
    assert gap[how == "no further dose, of those planned"].min() > 30
    reacted = events[(events["event"] == "reaction") & (events["value"] == 1)]
    assert (how == "stopped after acute phase").sum() == reacted["patient"].nunique()


def test_the_numbers_of_the_flow_stand_in_boxes(hard):
    figure, numbers = flown(hard)
    shown = [text for text in words(figure) if text.isdigit()]
    assert sorted(map(int, shown)) == sorted(numbers["patients"])
    assert "Enrolled patients" in words(figure)


SCORES = {
    # A T-score on a limit is osteoporosis at -2.5, and normal at -1.
    0: [-4.0, -2.5, -2.4999, -1.0001, -1.0],
    365: [-2.5001, -2.0, -1.0, 0.5],
}


def test_a_t_score_on_a_limit_is_in_the_category_of_the_who():
    rows = [
        ("one", patient, day, f"{bone}_t", score)
        for bone in ("spine", "hip")
        for day, scores in SCORES.items()
        for patient, score in enumerate(scores)
    ]
    measured = pd.DataFrame(rows, columns=["arm", "patient", "day", "quantity", "value"])
    empty = pd.DataFrame()
    numbers = t_scores.categories(Tables(empty, empty, measured, empty), ("one",))
    assert numbers["patients"].tolist() == [5, 4, 5, 4], "the dead and lost are not counted"
    assert numbers["osteoporosis"].tolist() == [40, 25, 40, 25]
    assert numbers["osteopenia"].tolist() == [40, 25, 40, 25]
    assert numbers["normal"].tolist() == [20, 50, 20, 50]


def test_the_shares_without_osteoporosis_are_those_of_the_outcomes(hard):
    study, result = hard
    saved = Saved(result.tables, result.summary, None, study=study)
    figure, numbers = drawn(t_scores, saved, caption_of(study))
    rows = result.summary[
        (result.summary["subgroup"] == "all") & (result.summary["against_arm"] == "")
    ]
    found = rows.set_index(["arm", "outcome", "time"])["estimate"]
    assert len(numbers) == 2 * 2 * 6
    for row in numbers.to_dict("records"):
        above = found[row["arm"], f"{row['bone']} above T -2.5", round(row["months"])]
        assert row["osteopenia"] + row["normal"] == pytest.approx(above)
    panels = itertools.product(study.scenario.arms, ("spine", "hip"))
    for axes, (arm, bone) in zip(figure.axes, panels, strict=True):
        rows = numbers[(numbers["arm"] == arm) & (numbers["bone"] == bone)]
        heights = [bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle)]
        assert sum(heights) == pytest.approx(600), "each of six bars is whole"
        assert heights[:6] == pytest.approx([*rows["osteoporosis"]])
        labels = [label.get_text().split("\n")[1] for label in axes.get_xticklabels()]
        assert labels == [str(n) for n in rows["patients"]]


def at_entry(hard):
    study, result = hard
    saved = Saved(result.tables, result.summary, result.reported, facts_for(study))
    return drawn(cohort, saved, caption_of(study))


def test_the_baseline_table_has_the_means_that_stand_beside_published_ones(hard):
    _, numbers = at_entry(hard)
    drawn_rows = numbers[numbers["item"] == "summary"].set_index("variable")
    published = numbers[numbers["item"] == "published"]
    assert len(published) == 7
    found = hard[1].reported.set_index("fact")
    for row in published.to_dict("records"):
        of = drawn_rows.loc[row["variable"]]
        assert of["patients"] == 60
        assert (of["mean"], of["sd"]) == pytest.approx(
            tuple(found.loc[row["fact"], ["simulated", "simulated_spread"]])
        )
        own = found.loc[row["fact"], ["reported", "reported_spread"]]
        assert (row["reported"], row["reported_sd"]) == pytest.approx(tuple(own), nan_ok=True)
    patients = hard[1].tables.patients
    assert drawn_rows.loc["weight", "median"] == pytest.approx(patients["weight_kg"].median())
    women = numbers[numbers["variable"] == "women"].iloc[0]
    assert women["patients"] == (patients["sex"] == "female").sum()


def test_patients_at_entry_are_the_same_in_every_arm(hard):
    study, result = hard
    first, second = (baseline.values(result.tables, arm) for arm in study.scenario.arms)
    assert list(first) == list(baseline.UNITS)
    for name, own in first.items():
        assert own.tolist() == second[name].tolist()


def test_every_patient_is_in_one_bar_and_published_means_are_diamonds(hard):
    figure, numbers = at_entry(hard)
    bars = numbers[numbers["item"] == "bar"]
    assert set(bars.groupby("variable")["patients"].sum()) == {60}
    names = [*numbers.loc[numbers["item"] == "summary", "variable"]]
    for axes, name in zip(figure.axes, names, strict=True):
        own = bars[bars["variable"] == name]
        assert [bar.get_height() for bar in axes.patches] == pytest.approx([*own["percent"]])
        marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
        reported = numbers[(numbers["variable"] == name) & (numbers["item"] == "published")]
        assert marks == [*reported["reported"]]
    assert any("reported −3 ± 1" in text for text in words(figure))


def test_a_published_mean_of_a_part_of_an_arm_is_not_set_beside_all_patients(hard):
    study, result = hard
    facts = facts_for(study)
    assert facts["spine_t_at_entry"].is_of_all
    part = {"spine_t_at_entry": facts["spine_t_at_entry"]._replace(is_of_all=False)}
    rows = baseline.table(result.tables, part, tuple(study.scenario.arms))
    assert "published" not in set(rows["item"])
    kept = [fact for fact in facts.values() if not fact.is_of_all]
    assert kept, "those who kept interferon are a part of the arm"
