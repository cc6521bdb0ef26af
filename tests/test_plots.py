"""Figures: the same bytes every time, the numbers of the tables, and the same look of an arm."""

import csv
import dataclasses
import shutil
import subprocess
import sys
from importlib import import_module

import matplotlib
import matplotlib.style
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

import sim
from sim.display.figures import (
    FIGURES,
    MAIN,
    ON_REQUEST,
    against_reported,
    bone_course,
    bone_density,
    fact_scales,
    line_ends,
)
from sim.display.figures.caption import Caption, caption_of
from sim.display.figures.published import Fact
from sim.display.figures.saved import read
from sim.display.figures.style import arm_style, styled, write
from sim.results import load, save, write_csv
from sim.scenario import load as load_study
from sim.vocabulary import BONES, FORMATS

NAMES = ("bone_course", "against_reported")
ARMS = ("combination", "pamidronate")
CAPTION = Caption(
    title="Interferon alpha plus pamidronate against pamidronate alone",
    arms=ARMS,
    patients=60,
    seed=1,
    horizon_months=60,
    reference={"spine": (1.069, 0.112), "hip": (0.992, 0.142)},
    reading="linear",
    assumptions="54 of 118 numbers are assumptions",
)


STUDY = load_study("scenarios/laroche2011.yaml")


def draw(folder, caption, names=MAIN, into=None, formats=("svg", "png")):
    """The figures of a folder of tables, with another caption than that of its study."""
    saved, files = read(folder, STUDY), []
    with styled():
        for name in names:
            module = import_module(f"sim.display.figures.{name}")
            if (made := module.figure(saved, caption)) is not None:
                files += write(into or folder, name, made[0], made[1], formats)
    return files


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The folder of a small result, not yet drawn."""
    folder = tmp_path_factory.mktemp("result")
    run = sim.run("scenarios/laroche2011.yaml", patients=60, engine="batch")
    save(run.tables, folder)
    write_csv(run.summary, folder / "summary.csv")
    assert run.reported is not None
    write_csv(run.reported, folder / "reported.csv")
    return folder


@pytest.fixture(scope="module")
def drawn(result, tmp_path_factory):
    """A copy of the result with its figures."""
    folder = shutil.copytree(result, tmp_path_factory.mktemp("drawn") / "copy")
    assert draw(folder, CAPTION) == [
        folder / f"{name}.{kind}" for name in NAMES for kind in ("svg", "png", "csv")
    ]
    return folder


@pytest.fixture(scope="module")
def course(result):
    """The figure of the course of bone density, and its numbers."""
    with styled():
        return bone_course.figure(read(result, STUDY), CAPTION)


@pytest.fixture(scope="module")
def compared(result):
    """The figure of reported against simulated, and its numbers."""
    with styled():
        return against_reported.figure(read(result, STUDY), CAPTION)


KINDS = {"bone_course": FORMATS}
"""Areas, lines, markers and hatching in every format; the other figures as SVG alone."""


OF_OTHERS = {"waiting", "stock", "clinic_day", "costs"}
"""Figures of scenarios with clinics or with costs, which the base case is not."""


@pytest.mark.share(8)
@pytest.mark.parametrize("name", [n for n in (*FIGURES, *ON_REQUEST) if n not in OF_OTHERS])
def test_a_figure_drawn_again_has_the_same_bytes_without_a_date(name, result, tmp_path):
    beyond = dataclasses.replace(CAPTION, evidence_months=36)
    for folder in (once := tmp_path / "once", again := tmp_path / "again"):
        folder.mkdir()
    formats = KINDS.get(name, ("svg",))
    files = draw(result, beyond, [name], once, formats)
    assert [path.name for path in files] == [f"{name}.{kind}" for kind in (*formats, "csv")]
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": None, "pdf.fonttype": 3}):
        draw(result, beyond, [name], again, formats)
    for path in files:
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
        if path.suffix == ".pdf":
            check_pdf(path.read_bytes())


def check_pdf(held):
    """It is undated and its letters are TrueType."""
    assert b"/FontFile2" in held, "a TrueType font inside"
    for absent in (b"/Type3", b"CreationDate", b"Producer", b"Creator"):
        assert absent not in held


def test_drawing_leaves_the_result_as_it_was(result, drawn):
    for path in result.iterdir():
        assert path.read_bytes() == (drawn / path.name).read_bytes(), path.name


def test_files_are_small_undated_and_of_print_size(drawn):
    for name in NAMES:
        assert (drawn / f"{name}.png").stat().st_size < 600_000
        assert "dc:date" not in (drawn / f"{name}.svg").read_text(encoding="utf-8")
        with Image.open(drawn / f"{name}.png") as picture:
            assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
            assert picture.width == pytest.approx(183 / 25.4 * 300, abs=1)


def test_the_numbers_beside_the_course_are_quantiles_of_the_changes(drawn):
    with (drawn / "bone_course.csv").open(encoding="utf-8", newline="") as lines:
        numbers = [row for row in csv.DictReader(lines) if row["median"]]
    measured = load(drawn).measurements
    assert len(numbers) == len(BONES) * len(ARMS) * 6
    for row in numbers:
        own = measured[
            (measured["quantity"] == f"{row['bone']}_g_cm2") & (measured["arm"] == row["arm"])
        ].pivot(index="patient", columns="day", values="value")
        (day,) = (
            day for day in own if abs(float(str(day)) / (365.25 / 12) - float(row["months"])) < 0.01
        )
        change = 100 * (own[day] / own[0] - 1).dropna()
        assert int(row["patients"]) == len(change) > 0
        quantiles = np.quantile(change, [0.05, 0.25, 0.5, 0.75, 0.95])
        names = ["p05", "p25", "median", "p75", "p95"]
        assert [float(row[name]) for name in names] == pytest.approx(quantiles, rel=1e-5, abs=1e-9)


def test_patients_above_young_adults_are_counted_on_the_reference_of_their_sex(drawn, course):
    figure, numbers = course
    tables = load(drawn)
    sex = tables.patients.set_index("patient")["sex"]
    last = tables.measurements[tables.measurements["day"] == tables.measurements["day"].max()]
    for axes, bone in zip(figure.axes, BONES, strict=True):
        head = " ".join(text.get_text() for text in axes.texts).replace("\n", " ")
        for arm in ARMS:
            rows = last[(last["arm"] == arm) & (last["quantity"] == f"{bone}_g_cm2")]
            young = getattr(STUDY.scenario.reference_bmd, bone)
            above = sum(
                value > getattr(young, sex[who]).mean
                for who, value in zip(rows["patient"], rows["value"], strict=True)
            )
            own = numbers[(numbers["bone"] == bone) & (numbers["arm"] == arm)]
            assert own["above_t_0"].dropna().iloc[-1] == above
            assert (f"{above} of {len(rows)} ({arm})" in head) == (above > 0)
        if numbers.loc[numbers["bone"] == bone, "above_t_0"].iloc[-3:].any():
            assert "end above T 0: no treatment is known to do this" in head


def test_the_course_draws_its_numbers(course):
    figure, numbers = course
    assert len(figure.axes) == len(BONES)
    for axes, bone in zip(figure.axes, BONES, strict=True):
        assert len(axes.collections) == 2 * len(ARMS), "two bands an arm, without edges"
        assert not any(area.get_linewidth()[0] for area in axes.collections)
        for arm in ARMS:
            own = (numbers["bone"] == bone) & (numbers["arm"] == arm) & numbers["median"].notna()
            expected = numbers[own]
            (median,) = (line for line in axes.lines if line.get_label() == arm)
            np.testing.assert_array_equal(median.get_xydata(), expected[["months", "median"]])
            (name,) = (text for text in axes.texts if text.get_text() == arm)
            assert name.get_color() == median.get_color()
            assert name.get_position()[0] > expected["months"].iloc[-1]


def test_published_changes_stand_at_their_visit_and_inputs_apart(course):
    figure, numbers = course
    facts = numbers[numbers["fact"].notna()].set_index("fact")
    assert list(facts.index) == [f"{a}_{b}" for a in ("combination", "pamidronate_alone")
                                 for b in BONES]  # fmt: skip
    assert facts.loc["combination_spine", "reported"] == pytest.approx(5 * 12.6, rel=1e-3)
    assert set(facts["months"].round(1)) == {60.0}
    assert set(facts["arm"]) == {"combination"}, "who stopped is of the same arm"
    for axes, bone in zip(figure.axes, BONES, strict=True):
        diamonds = [line for line in axes.lines if line.get_marker() == "D"]
        expected = facts[facts["bone"] == bone]
        assert [line.get_ydata()[0] for line in diamonds] == list(expected["reported"])
        assert {line.get_markerfacecolor() for line in diamonds} == {"white"}, "all are inputs"


def test_the_density_draws_three_patients_of_the_first_arm(result):
    saved = read(result, STUDY)
    with styled():
        figure, numbers = bone_density.figure(saved, CAPTION)
    events = saved.tables.events[saved.tables.events["arm"] == ARMS[0]]
    stopped, fractured, middle = bone_density.chosen(saved.tables, ARMS[0])
    assert stopped.name == "stopped interferon"
    kind = events[events["event"] == "intolerance"]
    assert stopped.patient in set(kind.loc[kind["value"] == 0, "patient"])
    assert "fracture" in fractured.name
    assert fractured.patient in set(events.loc[events["event"] == "fracture", "patient"])
    assert len({stopped.patient, fractured.patient, middle.patient}) == 3
    columns = {str(name) for name in numbers if str(name).startswith("patient_")}
    assert columns == {f"patient_{one.patient}" for one in (stopped, fractured, middle)}
    assert numbers.loc[numbers["arm"] == ARMS[1], sorted(columns)].isna().to_numpy().all()
    for axes in figure.axes:
        names = [text.get_text() for text in axes.texts]
        assert {*ARMS, stopped.name} <= set(names)


def test_the_threshold_stands_at_minus_two_and_a_half_and_young_adults_are_shaded(result):
    with styled():
        figure, _ = bone_density.figure(read(result, STUDY), CAPTION)
    for axes, (mean, sd) in zip(figure.axes, CAPTION.reference.values(), strict=True):
        lines = [np.asarray(line.get_data()) for line in axes.lines]
        heights = [y for x, y in lines if list(x) == [0, 1]]
        assert len(heights) == 1
        assert list(heights[0]) == pytest.approx([mean - 2.5 * sd] * 2)
        (right,) = axes.child_axes
        figure.draw_without_rendering()
        assert right.get_ylim() == pytest.approx((np.array(axes.get_ylim()) - mean) / sd)
        assert "−2.5" in [tick.get_text() for tick in right.get_yticklabels()]
        words = " ".join(text.get_text() for text in axes.texts).replace("\n", " ")
        above = "above young adults: no treatment is known to do this" in words
        assert above == (axes.get_ylim()[1] > mean)


@pytest.mark.parametrize("female", ["0 %", "40 %", "100 %"])
def test_women_and_men_are_mixed_only_in_cohorts_of_both(result, female):
    study = load_study("scenarios/laroche2011.yaml", [f"cohort.female={female}"])
    with styled():
        figure, _ = bone_density.figure(read(result, study), caption_of(study))
    text = " ".join(part.get_text() for part in figure.texts).replace("\n", " ")
    assert ("women and men mixed" in text) == (female == "40 %")


def test_names_at_line_ends_keep_their_order_and_apart():
    middles, heights = np.array([30.0, 31.0, 0.0, 31.5]), np.full(4, 3.0)
    placed = line_ends.apart(middles, heights, 60.0)
    assert list(np.argsort(placed)) == list(np.argsort(middles))
    assert np.diff(np.sort(placed)).min() >= 3.0 - 1e-9
    assert placed[2] == 1.5, "inside the panel"
    assert placed[[0, 1, 3]].mean() == pytest.approx(middles[[0, 1, 3]].mean(), abs=0.5)


def test_every_comparable_fact_has_its_diamond_and_dot(result, compared):
    figure, numbers = compared
    facts_of = pd.read_csv(result / "reported.csv")
    wanted = facts_of[facts_of["unit"] != "patients"]
    assert sorted(numbers["fact"]) == sorted(wanted["fact"])
    places: dict[str, list[float]] = {"D": [], "o": []}
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_marker() in places:
                places[str(line.get_marker())].append(line.get_xdata()[0])
    assert places["D"] == list(numbers["reported"])
    assert places["o"] == list(numbers["simulated"])
    lines = sum(len(axes.lines) for axes in figure.axes)
    intervals = numbers[["reported_low", "simulated_low", "low"]].notna().to_numpy().sum()
    assert lines == 2 * len(wanted) + intervals, "no whisker without a spread"
    for axes in figure.axes:
        low, high = axes.get_xlim()
        assert all(low <= x <= high for line in axes.lines for x in line.get_xdata())


def test_whiskers_are_one_sd_and_intervals_those_of_the_table(compared):
    rows = compared[1].set_index("fact")
    row = rows.loc["combination_spine"]
    assert (row["reported_low"], row["reported_high"]) == pytest.approx((7.0, 18.2))
    assert row["simulated_high"] - row["simulated"] == pytest.approx(row["simulated_spread"])
    half = (row["high"] - row["low"]) / 2
    assert 1.95 * row["mc_error"] < half < 2.1 * row["mc_error"], "Student's t"
    assert rows.loc["fractures_on_treatment", "simulated_low"] >= 0, "no fewer than none"
    assert rows.loc["combination_balp", "simulated_low"] < 0, "a change can be negative"


def test_facts_share_a_scale_only_with_their_like(compared):
    _, numbers = compared
    kinds = {
        name: list(rows["fact"]) for name, rows in numbers.groupby(["heading", "unit"], sort=False)
    }
    assert kinds["Markers", "%"] == ["combination_ctx", "combination_balp", "combination_tryptase"]
    assert kinds["Course and events", "%"] == ["interferon_stopped"]
    assert kinds["At entry", "T-score"] == ["spine_t_at_entry", "hip_t_at_entry"]
    assert len(kinds["Bone density", "%/year"]) == 4
    assert len(compared[0].axes) == len(kinds)


def test_labels_are_those_of_the_publication_where_it_has_them(result):
    saved = read(result, STUDY)
    label = {"combination_spine": "Spine BMD, both drugs"}
    for labels, expected in ((label, label["combination_spine"]), ({}, "Combination spine")):
        caption = dataclasses.replace(CAPTION, labels=labels)
        assert saved.reported is not None
        rows = against_reported.comparable(saved.reported, saved.facts, caption)
        assert expected in set(rows["label"])


def fact(**what):
    """A fact about the first arm, of a statistic of one group."""
    plain = {
        "name": "x", "value": 1.0, "unit": "%", "statistic": "share_died", "kind": "share",
        "of": "", "arm": ARMS[0], "month": None, "is_from_entry": True, "is_contrast": False,
        "is_prediction": True,
    }  # fmt: skip
    return Fact(**{**plain, **what})


@pytest.mark.parametrize(
    ("what", "heading", "scale", "limits"),
    [
        ({}, "Course and events", "% of patients", (0, 100)),
        ({"name": "spine_died"}, "Course and events", "% of patients", (0, 100)),
        ({"of": "hip"}, "Course and events", "% of patients", (0, 100)),
        ({"statistic": "follow_up", "kind": "mean", "unit": "months"}, "Course and events",
         "months", (0, 60)),
        ({"name": "gain", "statistic": "total_increase", "kind": "mean", "of": "spine"},
         "Bone density", "change, % of the entry value", (-np.inf, np.inf)),
        ({"statistic": "t_change", "kind": "mean", "of": "hip", "unit": "T-score"}, "Bone density",
         "change of the T-score", (-np.inf, np.inf)),
        ({"statistic": "percent_change", "kind": "mean", "of": "ctx"}, "Markers",
         "change, % of the entry value", (-np.inf, np.inf)),
        ({"statistic": "entry", "kind": "mean", "of": "spine_t", "unit": "T-score"}, "At entry",
         "T-score", (-np.inf, np.inf)),
        ({"statistic": "entry", "kind": "mean", "of": "tryptase", "unit": "ug/L"}, "At entry",
         "µg/L", (0, np.inf)),
        ({"is_contrast": True, "unit": "percentage points"}, "Groups compared",
         "percentage points", (-np.inf, np.inf)),
        ({"is_contrast": True, "unit": "ratio"}, "Groups compared", "ratio", (0, np.inf)),
    ],
)  # fmt: skip
def test_facts_are_grouped_by_what_they_are(what, heading, scale, limits):
    one = fact(**what)
    assert fact_scales.heading_of(one) == heading
    assert fact_scales.scale_of(one) == scale
    assert fact_scales.limits_of(one, 60) == limits


def test_inputs_are_grey_and_hollow_and_predictions_are_not(result, compared):
    facts = read(result, STUDY).facts
    predicted = {name for name, one in facts.items() if one.is_prediction}
    assert predicted == {"patients", "fractures_on_treatment"}
    faces = [
        line.get_markerfacecolor()
        for axes in compared[0].axes
        for line in axes.lines
        if line.get_marker() == "D"
    ]
    for face, name in zip(faces, compared[1]["fact"], strict=True):
        assert (face == "white") == (not facts[name].is_prediction), name


def test_counts_begin_at_zero_and_a_simulated_follow_up_ends_with_the_study(result, compared):
    figure, numbers = compared
    follow_up = numbers.set_index("fact").loc["follow_up"]
    assert follow_up["simulated"] < follow_up["simulated_high"] <= CAPTION.horizon_months
    for axes in figure.axes:
        if axes.texts[-1].get_text() in ("% of patients", "number of fractures", "months"):
            assert axes.get_xlim()[0] == 0
    saved = read(result, STUDY)
    assert saved.reported is not None
    none = saved.reported[saved.reported["fact"] == "fractures_on_treatment"].assign(
        reported=0.0, simulated=0.0, simulated_spread=0.0, low=0.0, high=0.0
    )
    with styled():
        made = against_reported.figure(saved._replace(reported=none), CAPTION)
    assert made is not None
    assert made[0].axes[0].get_xlim()[0] == 0, "no fewer than none"


@pytest.mark.parametrize("many", [1, 5])
def test_a_publication_of_few_facts_fits_one_column(result, many):
    saved = read(result, STUDY)
    facts = pd.read_csv(result / "reported.csv")
    known = facts[facts["unit"] != "patients"][-many:]
    words = " ".join(["romosozumab before denosumab and thereafter alendronate"] * 2)
    caption = dataclasses.replace(CAPTION, labels=dict.fromkeys(known["fact"], words))
    with styled():
        made = against_reported.figure(saved._replace(reported=known), caption)
        assert made is not None
        made[0].draw_without_rendering()
    figure, numbers = made
    assert len(numbers) == many
    assert figure.get_figwidth() == pytest.approx(89 / 25.4)
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert 0 <= box.x0 <= box.x1 <= figure.bbox.width, "the label is on the page"
            if text.get_text() in numbers["label"].to_list():
                assert box.x1 <= axes.get_window_extent().x0, "and left of its panel"


def test_one_arm_and_no_published_facts(result, tmp_path, no_pictures):
    folder = shutil.copytree(result, tmp_path / "one")
    (folder / "reported.csv").unlink()
    files = draw(folder, dataclasses.replace(CAPTION, arms=("pamidronate",)))
    assert [path.name for path in files] == [
        "bone_course.svg",
        "bone_course.png",
        "bone_course.csv",
    ]
    assert set(pd.read_csv(folder / "bone_course.csv")["arm"]) == {"pamidronate"}


def test_what_lies_past_the_evidence_is_hatched(result, course):
    beyond = dataclasses.replace(CAPTION, evidence_months=36)
    with styled():
        figure, _ = bone_course.figure(read(result, STUDY), beyond)
    for axes in figure.axes:
        (area,) = (patch for patch in axes.patches if patch.get_hatch())
        assert isinstance(area, Rectangle)
        assert area.get_x() == 36
        ends = axes.spines["bottom"].get_bounds()
        assert area.get_x() + area.get_width() == pytest.approx(ends[1])
    labels = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert "beyond the evidence" in labels
    text = " ".join(part.get_text() for part in figure.texts).replace("\n", " ")
    assert "beyond the last evidence (month 36)" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert not any(axes.patches for axes in course[0].axes), "no area without a limit"


def test_only_numbers_of_patients_make_no_figure(result, tmp_path, no_pictures):
    folder = shutil.copytree(result, tmp_path / "none")
    rows = pd.read_csv(folder / "reported.csv")
    rows[rows["unit"] == "patients"].to_csv(folder / "reported.csv", index=False)
    assert len(draw(folder, CAPTION)) == 3


def test_an_arm_looks_the_same_everywhere(course):
    looks = arm_style(ARMS)
    assert arm_style((*ARMS, "third", "fourth"))["pamidronate"] == looks["pamidronate"]
    for axes in course[0].axes:
        for arm, look in looks.items():
            (line,) = (line for line in axes.lines if line.get_label() == arm)
            assert (line.get_color(), line.get_marker()) == (look.color, look.marker)
    four = list(arm_style("abcd").values())
    for field in range(3):
        assert len({look[field] for look in four}) == 4, "each property alone tells arms apart"


def test_the_caption_says_what_the_bands_are(course, compared):
    for figure, _ in (course, compared):
        text = " ".join(part.get_text() for part in figure.texts).replace("\n", " ")
        text = text.replace("\N{NO-BREAK SPACE}", " ")
        assert "60 virtual patients, the same in every arm; seed 1; 60 months." in text
        assert "Annual increase of bone density: linear. 54 of 118 numbers are assumptions." in text
    text = " ".join(part.get_text() for part in course[0].texts)
    assert "not confidence intervals" in text.replace("\n", " ")
    assert "measurement error included" in text.replace("\n", " ")


def test_texts_stay_on_the_page_and_panels_apart(course, compared):
    for figure, _ in (course, compared):
        with styled():
            figure.draw_without_rendering()
        boxes = [axes.get_tightbbox() for axes in figure.axes]
        width, height = figure.bbox.width, figure.bbox.height
        for box in [*boxes, *(text.get_window_extent() for text in figure.texts)]:
            assert 0 <= box.x0 < box.x1 <= width
            assert 0 <= box.y0 < box.y1 <= height
        for place, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:place])
        captions = [text.get_window_extent() for text in figure.texts]
        legends = [legend.get_window_extent() for legend in figure.legends]
        for outside in [*captions, *legends]:
            assert not any(outside.overlaps(box) for box in boxes)


def test_figures_need_no_window_and_importing_the_doorway_no_matplotlib():
    code = (
        "import sys, sim.display.figures; assert 'matplotlib' not in sys.modules;"
        "from sim.display.figures import bone_course, against_reported, style\n"
        "with style.styled(): pass\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_study_without_an_arm_of_its_publication_has_no_figure_of_it(result):
    """The table of facts is then empty."""
    saved = read(result, STUDY)
    empty = saved._replace(reported=saved.reported.iloc[:0])
    assert against_reported.figure(empty, CAPTION) is None
