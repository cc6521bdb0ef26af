"""Figures over time: their numbers are those of the tables, and nothing in them overlaps."""

import dataclasses
import math
import shutil
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.display.figures import incidence, line_ends, markers, months, on_therapy
from sim.display.figures.caption import caption_of
from sim.display.figures.published import facts_for
from sim.display.figures.saved import Saved, read
from sim.display.figures.style import arm_style, styled
from sim.experiments import runs
from sim.results import Tables
from sim.scenario import load

DAYS_PER_MONTH = 365.25 / 12
WHAT_IF = """\
extends: laroche2011.yaml
name: four
title: Four ways to treat
therapies:
  interferon:
    intolerance: [{probability: 30 %, until: 12 months}, {rate: 0.1 per year, until: 60 months}]
    on_intolerance: [halve, stop]
fractures: {base_rate: 20 per 100 person-years}
arms: {interferon alone: [interferon], untreated: []}
comparator: untreated
cohort: {patients: 60}
"""
FIGURES = {"markers": markers, "on_therapy": on_therapy, "incidence": incidence}


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """A result with four arms, and what its figures say of it."""
    folder = tmp_path_factory.mktemp("four")
    shutil.copy("scenarios/laroche2011.yaml", folder)
    (folder / "four.yaml").write_text(WHAT_IF, encoding="utf-8")
    study = load(folder / "four.yaml")
    result = runs.run(study, engine="batch")
    saved = Saved(result.tables, result.summary, result.reported, facts_for(study))
    return saved, caption_of(study)


@pytest.fixture(scope="module")
def drawn(four):
    """Every figure of the four arms with its numbers."""
    return {name: figure_of(module, *four) for name, module in FIGURES.items()}


def figure_of(module, saved, caption):
    """A figure that is known to apply, and its numbers."""
    with styled():
        drawn = module.figure(saved, caption)
    assert drawn is not None
    return drawn


def of_arms(result, arms):
    """The same result as if it had these arms only."""
    saved, caption = result
    kept = {name: frame[frame["arm"].isin(arms)] for name, frame in rows_by_arm(saved.tables)}
    tables = saved.tables._replace(**kept)
    return saved._replace(tables=tables), dataclasses.replace(caption, arms=arms)


def rows_by_arm(tables):
    return [("events", tables.events), ("measurements", tables.measurements)]


def text_of(figure):
    words = " ".join(part.get_text() for part in figure.texts)
    return words.replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")


def hatched_from(axes):
    return [patch.get_x() for patch in axes.patches if patch.get_hatch()]


def printed(axes):
    """The texts of the table below a panel, by their height from above."""
    rows: dict[float, list[str]] = {}
    for text in axes.texts:
        if not hasattr(text, "xyann"):
            continue  # the name of a line
        rows.setdefault(text.xyann[1], []).append(text.get_text())
    return [rows[height] for height in sorted(rows, reverse=True)]


# Markers


@pytest.mark.validation
def test_marker_courses_are_quantiles_of_each_patients_own_change(four, drawn):
    measured = four[0].tables.measurements
    numbers = drawn["markers"][1]
    simulated = numbers[numbers["fact"].isna()]
    assert len(simulated) == 3 * 4 * 8, "markers, arms and visits"
    for row in simulated.itertuples():
        quantity = {"ctx": "ctx_pg_ml", "balp": "balp_iu", "tryptase": "tryptase_ug_l"}[row.marker]
        own = measured[(measured["quantity"] == quantity) & (measured["arm"] == row.arm)]
        entry = own[own["day"] == 0].set_index("patient")["value"]
        visit = own[np.isclose(own["day"] / DAYS_PER_MONTH, row.months)].set_index("patient")
        percent = 100 * visit["value"] / entry.reindex(visit.index)
        assert row.patients == len(percent) > 0
        expected = [percent.quantile(level) for level in (0.25, 0.5, 0.75)]
        assert [row.p25, row.median, row.p75] == pytest.approx(expected)


def test_markers_are_drawn_on_a_log_scale_that_holds_everything(drawn):
    figure, numbers = drawn["markers"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["CTX", "BALP", "Tryptase"]
    for axes, marker in zip(figure.axes, ("ctx", "balp", "tryptase"), strict=True):
        own = numbers[(numbers["marker"] == marker) & numbers["fact"].isna()]
        assert axes.get_yscale() == "log"
        low, high = axes.get_ylim()
        assert low < own["p25"].min() < own["p75"].max() < high
        assert low < 100 < high
        for arm in arm_style(list(dict.fromkeys(own["arm"]))):
            (median,) = (line for line in axes.lines if line.get_label() == arm)
            expected = own.loc[own["arm"] == arm, ["months", "median"]]
            np.testing.assert_array_equal(median.get_xydata(), expected)
        ticks = axes.get_yticks()
        assert len(ticks) >= 3
        assert 100 in ticks


def test_a_reported_change_is_a_diamond_at_what_is_left_of_the_entry_value(drawn):
    figure, numbers = drawn["markers"]
    facts = numbers[numbers["fact"].notna()].set_index("fact")["reported"]
    assert dict(facts) == {
        "combination_ctx": 34,
        "combination_balp": 75,
        "combination_tryptase": 66,
    }
    places = [
        tuple(line.get_xydata()[0])
        for axes in figure.axes
        for line in axes.lines
        if line.get_marker() == "D"
    ]
    last = 1826 / DAYS_PER_MONTH
    assert places == [pytest.approx((last, left)) for left in (34, 75, 66)]
    assert "change of CTX, −66 % at month 60" in text_of(figure)
    figure.draw_without_rendering()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert {"0", "−50"} <= set(labels), "changes, not what is left"


def test_a_cross_is_the_simulated_mean_of_the_published_change(four, drawn):
    saved, (figure, _) = four[0], drawn["markers"]
    simulated = saved.reported.set_index("fact")["simulated"]
    for axes, marker in zip(figure.axes, ("ctx", "balp", "tryptase"), strict=True):
        (cross,) = (line for line in axes.lines if line.get_marker() == "+")
        change = simulated[f"combination_{marker}"]
        assert cross.get_xydata().tolist() == [pytest.approx([1826 / DAYS_PER_MONTH, 100 + change])]
        assert cross.get_color() == arm_style(four[1].arms)["combination"].color
    without, _ = figure_of(markers, saved._replace(reported=None), four[1])
    assert not any(line.get_marker() == "+" for axes in without.axes for line in axes.lines)
    assert "simulated mean" not in [t.get_text() for t in without.legends[0].get_texts()]


def test_a_printed_interval_is_a_line_through_its_published_value(four):
    saved, caption = four
    fact = saved.facts["combination_ctx"]._replace(interval=(-80.0, -30.0))
    facts = {**saved.facts, "combination_ctx": fact}
    figure, _ = figure_of(markers, saved._replace(facts=facts), caption)
    line = (1826 / DAYS_PER_MONTH,) * 2, (20, 70)
    found = [[*zip(*lines.get_xydata(), strict=True)] for lines in figure.axes[0].lines]
    assert [pytest.approx(line[0]), pytest.approx(line[1])] in found
    assert "published 95 % interval" in [
        text.get_text() for legend in figure.legends for text in legend.get_texts()
    ]


def test_arms_are_named_at_the_ends_of_the_medians_on_the_log_scale(four, drawn):
    figure, numbers = drawn["markers"]
    last = numbers[numbers["fact"].isna()].groupby(["marker", "arm"]).last()
    for axes, marker in zip(figure.axes, ("ctx", "balp", "tryptase"), strict=True):
        names = {text.get_text().replace("\n", " "): text for text in axes.texts}
        assert names.keys() == {*four[1].arms}
        to_panel = axes.transScale + axes.transLimits
        where = [to_panel.transform(names[arm].get_position())[1] for arm in four[1].arms]
        assert 0 < min(where) < max(where) < 1
        median = last.loc[marker, "median"]
        assert (names["combination"].get_position()[1] < names["untreated"].get_position()[1]) == (
            median["combination"] < median["untreated"]
        )


def test_a_reported_change_stands_no_later_than_the_evidence(four):
    saved, caption = four
    _, numbers = figure_of(markers, saved, dataclasses.replace(caption, evidence_months=36.0))
    assert set(numbers.loc[numbers["fact"].notna(), "months"].round()) == {36}


@pytest.mark.parametrize("measured", [("tryptase_ug_l",), ("ctx_pg_ml", "balp_iu")])
def test_only_measured_markers_have_a_panel(measured, four):
    saved, caption = four
    rows = saved.tables.measurements
    kept = saved.tables._replace(measurements=rows[rows["quantity"].isin(measured)])
    figure, numbers = figure_of(markers, saved._replace(tables=kept), caption)
    assert len(figure.axes) == len(measured) == numbers["marker"].nunique()


def test_no_markers_no_figure(four):
    saved, caption = four
    rows = saved.tables.measurements
    bone = saved.tables._replace(measurements=rows[rows["quantity"].str.endswith("g_cm2")])
    assert markers.figure(saved._replace(tables=bone), caption) is None
    entry = saved.tables._replace(measurements=rows[rows["day"] == 0])
    assert markers.figure(saved._replace(tables=entry), caption) is None


def test_without_a_publication_there_are_no_diamonds(four):
    saved, caption = four
    figure, numbers = figure_of(markers, saved._replace(facts={}), caption)
    assert not any(line.get_marker() == "D" for axes in figure.axes for line in axes.lines)
    assert "Published" not in text_of(figure)
    assert numbers["reported"].isna().all()


# First fracture and death


@pytest.mark.parametrize("event", ["fracture", "death"])
def test_incidence_is_the_share_of_patients_with_the_event_so_far(event, four, drawn):
    events = four[0].tables.events
    numbers = drawn["incidence"][1]
    for arm in four[1].arms:
        own = events[(events["arm"] == arm) & (events["event"] == event)]
        first = own.groupby("patient")["day"].min()
        died = events[(events["arm"] == arm) & (events["event"] == "death")]
        before = died[~died["patient"].isin(first.index)]["day"]
        course = numbers[(numbers["arm"] == arm) & (numbers["event"] == event)]
        assert {*first, 0, 1826} <= {*course["day"]}
        for row in course.itertuples():
            happened = int((first <= row.day).sum())
            assert row.events == happened
            assert row.share == pytest.approx(100 * happened / 60)
            assert row.died_before == (before <= row.day).sum()
            assert row.at_risk + row.events + row.died_before == 60
            exact = stats.binomtest(happened, 60).proportion_ci(0.95, method="exact")
            assert (row.low, row.high) == pytest.approx((100 * exact.low, 100 * exact.high))
    assert numbers.loc[numbers["event"] == "fracture", "events"].max() > 10, "there is some to see"


def test_the_last_share_is_that_of_the_events(four, drawn):
    """Nobody is censored before the end, so the product-limit estimate says the same of death."""
    saved, caption = four
    for arm in caption.arms:
        rows = saved.tables.events
        ends = rows[(rows["arm"] == arm) & rows["event"].isin(["death", "end"])]
        died = ends["event"] == "death"
        held = stats.CensoredData(uncensored=ends.loc[died, "day"], right=ends.loc[~died, "day"])
        numbers = drawn["incidence"][1]
        course = numbers[(numbers["arm"] == arm) & (numbers["event"] == "death")]
        expected = 100 * (1 - stats.ecdf(held).sf.evaluate(course["day"]))
        np.testing.assert_allclose(course["share"], expected, atol=1e-9)


def test_the_axis_of_rare_events_ends_low(drawn):
    for axes, event in zip(drawn["incidence"][0].axes, ("fracture", "death"), strict=True):
        numbers = drawn["incidence"][1]
        highest = numbers.loc[numbers["event"] == event, "high"].max()
        low, high = axes.get_ylim()
        assert low == 0
        assert highest <= high <= min(100, 1.1 * highest)


def test_no_event_at_all_still_has_its_figure(four):
    saved, caption = four
    rows = saved.tables.events
    alive = rows[~rows["event"].isin(["death", "fracture"])]
    tables = saved.tables._replace(events=alive)
    _, numbers = figure_of(incidence, saved._replace(tables=tables), caption)
    assert set(numbers["share"]) == {0}
    assert numbers["high"].to_numpy() == pytest.approx(100 * (1 - 0.025 ** (1 / 60)))


def test_where_no_event_can_occur_no_interval_is_named(four, monkeypatch):
    saved, caption = four
    rows = saved.tables.events
    alive = saved.tables._replace(events=rows[~rows["event"].isin(["death", "fracture"])])
    every = {(event, arm) for event in incidence.NAMES for arm in caption.arms}
    monkeypatch.setattr(incidence, "never_happen", lambda _: every)
    figure, numbers = figure_of(incidence, saved._replace(tables=alive), caption)
    assert set(numbers["high"]) == {0}
    assert "Monte Carlo interval" not in text_of(figure)
    assert not figure.legends


# Time on a course


def test_the_share_on_a_course_is_the_product_limit_estimate(four, drawn):
    """Kaplan and Meier by hand: at each stop, the share not stopping among those at risk."""
    events = four[0].tables.events
    numbers = drawn["on_therapy"][1]
    assert set(numbers["arm"]) == {"combination", "interferon alone"}, "who takes a course"
    for arm in numbers["arm"].unique():
        own = events[events["arm"] == arm]
        stops = own[(own["event"] == "intolerance") & (own["value"] == 0)]
        halved = own[(own["event"] == "intolerance") & (own["value"] > 0)]
        stop = stops.set_index("patient")["day"]
        assert len(stop) > 2
        assert len(halved) > len(stop), "a halved dose is no stop"
        left = own[own["event"].isin(["death", "end"])].set_index("patient")["day"]
        out = left.where(~left.index.isin(stop.index), np.inf)
        course = numbers[numbers["arm"] == arm].set_index("day")
        share = 1.0
        for day in course.index:
            stopping = (stop == day).sum()
            if stopping:
                at_risk = (stop >= day).sum() + (out[np.isfinite(out)] >= day).sum()
                share *= 1 - stopping / at_risk
            row = course.loc[day]
            assert row["share"] == pytest.approx(100 * share)
            assert row["stopped"] == (stop <= day).sum()
            assert row["censored"] == (out < day).sum()
            assert row["at_risk"] + row["stopped"] + row["censored"] == 60
            if 0 < share < 1:
                assert row["low"] < row["share"] < row["high"]
            else:
                assert math.isnan(row["low"])


def courses_of(*rows):
    """Tables of four patients in one arm, all with the same events unless `rows` say otherwise."""
    events = pd.DataFrame(rows, columns=["patient", "day", "event", "what", "value"])
    events.insert(0, "arm", "one")
    nothing = pd.DataFrame()
    return Tables(pd.DataFrame({"patient": range(4)}), events, nothing, nothing)


def test_the_planned_end_and_death_censor_and_time_counts_from_the_start(four):
    began = [(who, 100, "course", "drug", 1.0) for who in range(4)]
    tables = courses_of(
        *began,
        (0, 200, "intolerance", "drug", 0.0),
        (1, 300, "intolerance", "drug", 0.5),
        (1, 465, "course", "drug", 0.0),
        (2, 250, "death", "background", np.nan),
        (3, 465, "course", "drug", 0.0),
        (0, 900, "end", "", 0.0),
        (1, 900, "end", "", 0.0),
        (3, 900, "end", "", 0.0),
    )
    spell = on_therapy.spells(tables, "one", "drug")
    assert list(spell["days"]) == [100, 365, 150, 365]
    assert list(spell["stopped"]) == [True, False, False, False]
    caption = dataclasses.replace(four[1], arms=("one",), evidence_months=10.0, patients=4)
    figure, numbers = figure_of(on_therapy, Saved(tables, pd.DataFrame(), None), caption)
    (axes,) = figure.axes
    assert list(numbers["months"])[-1] == pytest.approx(365 / DAYS_PER_MONTH)
    assert set(numbers.loc[numbers["day"] >= 100, "share"]) == {75}
    assert hatched_from(axes) == [pytest.approx(10 - 100 / DAYS_PER_MONTH)], "since it began"
    assert printed(axes)[1][:2] == ["Still treated", "4"]


@pytest.mark.parametrize("stopping", [(), range(4)])
def test_nobody_or_everybody_stops(stopping, four):
    rows = [(who, 0, "course", "drug", 1.0) for who in range(4)]
    rows += [(who, 700, "end", "", 0.0) for who in range(4)]
    rows += [(who, 90 + who, "intolerance", "drug", 0.0) for who in stopping]
    caption = dataclasses.replace(four[1], arms=("one",))
    figure, numbers = figure_of(on_therapy, Saved(courses_of(*rows), pd.DataFrame(), None), caption)
    figure.draw_without_rendering()
    assert list(numbers["share"])[-1] == (0 if stopping else 100)
    assert figure.axes[0].get_ylabel() == "Patients still on drug (%)"
    entries = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert ("95 % Monte Carlo interval" in "".join(entries)) == bool(stopping)
    assert ("Areas:" in text_of(figure)) == bool(stopping)


def test_three_courses_have_three_panels(four):
    rows = [(who, 0, "course", drug, 1.0) for who in range(4) for drug in ("a", "b", "c")]
    rows += [(who, 700, "end", "", 0.0) for who in range(4)]
    caption = dataclasses.replace(four[1], arms=("one",))
    figure, _ = figure_of(on_therapy, Saved(courses_of(*rows), pd.DataFrame(), None), caption)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["A", "B", "C"]
    assert_nothing_overlaps(figure)


def test_nobody_on_a_course_no_figure(four):
    assert on_therapy.figure(*of_arms(four, ("pamidronate", "untreated"))) is None


# The look


def test_scales_of_events_are_named_and_said_to_differ_where_they_do(four, drawn):
    labels = [axes.get_ylabel() for axes in drawn["incidence"][0].axes]
    assert labels == ["Patients with a first fracture (%)", "Patients who died (%)"]
    assert "The panels differ in scale." in text_of(drawn["incidence"][0])
    saved, caption = four
    events = saved.tables.events
    calm = events[~events["event"].isin(["fracture", "death"])]
    figure, _ = figure_of(
        incidence, saved._replace(tables=saved.tables._replace(events=calm)), caption
    )
    assert "differ in scale" not in text_of(figure)


@pytest.mark.parametrize("name", ["on_therapy", "incidence"])
def test_the_table_below_counts_at_every_labelled_month(name, drawn):
    figure, numbers = drawn[name]
    group = {"on_therapy": "therapy", "incidence": "event"}[name]
    for axes, (_, panel) in zip(figure.axes, numbers.groupby(group, sort=False), strict=True):
        rows = {**incidence.ROWS, "interferon": on_therapy.ROWS}[panel[group].iloc[0]]
        at = [round(month * DAYS_PER_MONTH) for month in axes.get_xticks()]
        assert len(at) >= 3
        expected = []
        for arm, course in panel.groupby("arm", sort=False):
            counts = course.set_index("day").loc[at]
            expected.append([arm])
            expected += [[words, *map(str, counts[column])] for column, words in rows.items()]
        assert printed(axes) == expected


@pytest.mark.parametrize("name", ["on_therapy", "incidence"])
def test_steps_follow_the_numbers_and_names_stand_at_their_ends(name, drawn):
    figure, numbers = drawn[name]
    group = {"on_therapy": "therapy", "incidence": "event"}[name]
    for axes, (_, panel) in zip(figure.axes, numbers.groupby(group, sort=False), strict=True):
        looks = arm_style(["combination", "pamidronate", "interferon alone", "untreated"])
        for arm, course in panel.groupby("arm", sort=False):
            (line,) = (line for line in axes.lines if line.get_label() == arm)
            np.testing.assert_array_equal(line.get_xydata(), course[["months", "share"]])
            assert line.get_drawstyle() == "steps-post"
            assert line.get_color() == looks[str(arm)].color
            assert line.get_marker() == "None", "marks would read as censoring"
            (name_at,) = (t for t in axes.texts if t.get_text().replace("\n", " ") == arm
                          and not hasattr(t, "xyann"))  # fmt: skip
            assert name_at.get_color() == looks[str(arm)].color
            assert name_at.get_position()[0] > course["months"].max()
            leads = [line for line in axes.lines if line.get_gid() == "leader"]
            ends = [tuple(line.get_xydata()[0]) for line in leads]
            assert tuple(course[["months", "share"]].iloc[-1]) in ends
    assert not any(text.get_text() in looks for text in figure.legends[0].get_texts())


def test_names_lose_lines_only_where_they_do_not_fit():
    names = ["interferon alpha and quarterly pamidronate", "neither"]
    whole = line_ends.fitting(names, 40)
    assert [" ".join(lines) for lines in whole] == names
    (long, short) = line_ends.fitting(names, 3.1 * 3)
    assert len(long) == 2
    assert long[0] == whole[0][0]
    assert long[-1].endswith("…")
    assert short == ["neither"]


@pytest.mark.share(3)
@pytest.mark.parametrize("arms", [("combination",), ("combination", "pamidronate"), None])
@pytest.mark.parametrize("name", FIGURES)
def test_one_two_and_four_arms_overlap_nowhere(name, arms, four):
    saved, caption = of_arms(four, arms or four[1].arms)
    caption = dataclasses.replace(caption, evidence_months=36.0)
    figure, numbers = figure_of(FIGURES[name], saved, caption)
    assert {*numbers["arm"].dropna()} <= {*caption.arms}
    assert_nothing_overlaps(figure)
    text = text_of(figure)
    assert "60 virtual patients" in text
    assert "seed 1; 60 months" in text
    assert "beyond the last evidence (month 36)" in text
    kind = "not confidence intervals" if name == "markers" else "95 % Monte Carlo intervals"
    assert kind in text
    for axes in figure.axes:
        assert hatched_from(axes) == [36]


def assert_nothing_overlaps(figure):
    """No text on another, all of them on the page, and panels apart from each other."""
    with styled():
        figure.draw_without_rendering()
    panels = [axes.get_tightbbox() for axes in figure.axes]
    around = [part.get_window_extent() for part in (*figure.texts, *figure.legends)]
    for place, box in enumerate(boxes := [*panels, *around]):
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width
        assert 0 <= box.y0 < box.y1 <= figure.bbox.height
        assert not any(box.overlaps(other) for other in boxes[:place])
    for axes in figure.axes:
        labels = [*axes.get_xticklabels(), *axes.texts, axes.xaxis.label]
        drawn = [label.get_window_extent() for label in labels if label.get_text()]
        for place, box in enumerate(drawn):
            # A hair's breadth of the rows' line spacing may touch.
            assert not any(box.shrunk(1, 0.9).overlaps(other) for other in drawn[:place])


@pytest.mark.parametrize("horizon", [3, 6, 12, 24, 36, 60, 96, 120, 240, 600])
@pytest.mark.parametrize("width", [46, 65])
def test_labelled_months_begin_at_entry_and_have_room(horizon, width):
    at = months.ticks(horizon, width)
    assert at[0] == 0
    assert 2 <= len(at) <= width / months.ROOM + 1
    assert len({b - a for a, b in pairwise(at)}) == 1
    assert horizon - at[-1] < at[1]


def test_days_of_months_are_those_of_the_simulation():
    assert list(months.days([0, 12, 24, 60])) == [0, 365, 730, 1826]


def test_a_saved_result_reads_as_it_was(four, tmp_path):
    from sim.results import save

    saved, _ = four
    save(saved.tables, tmp_path)
    saved.summary.to_csv(tmp_path / "summary.csv", index=False)
    held = read(tmp_path, load("scenarios/laroche2011.yaml"))
    assert held.reported is None
    pd.testing.assert_frame_equal(held.tables.events, saved.tables.events)
    assert list(held.summary["outcome"]) == list(saved.summary["outcome"])
