"""The forest of paired differences and the page of a comparison: marks at their numbers."""

import dataclasses
import itertools
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import sim
from sim.display.figures import comparison, difference_rows, differences, incidence, scales
from sim.display.figures.caption import Caption
from sim.display.figures.form import Form, formed
from sim.display.figures.saved import Saved
from sim.display.figures.style import arm_style, styled
from sim.scenario import load
from sim.vocabulary import Arms, arms_of, rows_with
from tests.test_plot_fits import boxes

ARMS = ("combination", "pamidronate")
PAIR = Arms("combination", "pamidronate")
CAPTION = Caption(
    title="Interferon alpha plus pamidronate against pamidronate alone",
    arms=ARMS,
    patients=40,
    seed=1,
    horizon_months=60,
    reference={"spine": (1.069, 0.112), "hip": (0.992, 0.142)},
    reading="linear",
    assumptions="54 of 118 numbers are assumptions",
)


@pytest.fixture(scope="module")
def saved():
    result = sim.run("scenarios/laroche2011.yaml", patients=40, engine="batch")
    return Saved(result.tables, result.summary, None)


@pytest.fixture(scope="module")
def drawn(saved):
    with styled():
        return drawing(differences.figure, saved, CAPTION)


@pytest.fixture(scope="module")
def four(saved):
    """Four arms, three differences, drawn from numbers that tell them apart."""
    apart = rows_with(saved.summary, [PAIR])
    others = [
        apart.assign(arm=arm, against_arm="untreated", estimate=apart["estimate"] + shift)
        for shift, arm in enumerate(("combination", "pamidronate", "interferon only"))
    ]
    arms = ("combination", "pamidronate", "interferon only", "untreated")
    with styled():
        summary = pd.concat(others, ignore_index=True)
        return drawing(
            differences.figure,
            saved._replace(summary=summary),
            dataclasses.replace(CAPTION, arms=arms),
        )


@pytest.fixture(scope="module")
def beside(saved):
    """A page of three scenarios, the second and third shifted."""
    with styled():
        return drawing(
            comparison.figure, scenarios(saved.summary, 3), "three scenarios", ["Forty people."]
        )


def drawing(figure, *words):
    """A figure that does apply, and its numbers."""
    drawn = figure(*words)
    assert drawn is not None
    return drawn


def scenarios(summary, count):
    arms = rows_with(summary, [*map(Arms, ARMS)])
    arms = arms[arms["time"] == arms.groupby(["arm", "outcome"])["time"].transform("max")]
    rows = [
        arms.assign(scenario=f"scenario-number-{i}", against="", estimate=arms["estimate"] + i)
        for i in range(count)
    ]
    rows.append(arms.assign(scenario="scenario-number-1", against="scenario-number-0"))
    return pd.concat(rows, ignore_index=True)


def caption_of(figure):
    text = " ".join(part.get_text() for part in figure.texts).replace("\n", " ")
    return text.replace("\N{NO-BREAK SPACE}", " ")


def marks_of(axes):
    return [line for line in axes.lines if line.get_marker() not in ("None", "", None)]


def test_rows_are_the_differences_at_the_last_time(saved, drawn):
    rows = rows_with(saved.summary, [PAIR])
    last = rows.loc[rows.groupby("outcome")["time"].idxmax()].set_index("outcome")
    numbers = drawn[1].set_index("outcome")
    assert set(numbers.index) == set(last.index)
    columns = ["time", "estimate", "mc_error", "low", "high", "unit"]
    pd.testing.assert_frame_equal(
        numbers[columns].sort_index(), last[columns].sort_index(), check_dtype=False
    )


def test_marks_lines_and_printed_numbers_are_the_rows(drawn):
    figure, numbers = drawn
    marks, bars, said = [], [], []
    alike = numbers[(numbers["low"] == 0) & (numbers["high"] == 0)]
    numbers = numbers.drop(alike.index)
    for axes in figure.axes:
        assert [0, 0] in [list(line.get_xdata()) for line in axes.lines], "a line at none"
        marks += [line.get_xdata()[0] for line in marks_of(axes)]
        bars += [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 2.6
                 and line not in marks_of(axes)]  # fmt: skip
        said += [text.get_text() for text in axes.texts]
        low, high = axes.get_xlim()
        assert all(low <= x <= high for line in axes.lines for x in line.get_xdata())
    assert "Cannot occur: Pamidronate doses missed." in caption_of(figure)  # all are given
    assert marks == list(numbers["estimate"])
    assert bars == list(zip(numbers["low"], numbers["high"], strict=True))
    spine = numbers.set_index("outcome").loc["spine change"]
    assert f"{spine.estimate:.1f} [{spine.low:.1f}, {spine.high:.1f}]" in said
    assert sum("[" in text for text in said) == len(numbers) + 1, "a number a row, and the head"


def test_outcomes_share_a_scale_only_with_their_like(drawn):
    figure, numbers = drawn
    groups = {
        key: list(rows["outcome"])
        for key, rows in numbers.groupby(["heading", "scale"], sort=False)
    }
    assert groups["Bone density", "percentage points of the entry value"] == [
        "spine change",
        "hip change",
    ]
    assert groups["Bone density", "percentage points of patients"] == [
        "spine above T -2.5",
        "hip above T -2.5",
    ]
    assert groups["Fractures and deaths", "percentage points of patients"] == [
        "any fracture",
        "deaths",
    ]
    assert len(groups["Fractures and deaths", "per 100 person-years"]) == 4
    assert difference_rows.OTHER not in numbers["heading"].to_list(), "every outcome has a place"
    assert len(figure.axes) == len(groups)


def test_every_difference_looks_like_its_arm_and_stands_apart(four):
    figure, numbers = four
    looks = arm_style(("combination", "pamidronate", "interferon only", "untreated"))
    assert [text.get_text() for text in figure.legends[0].texts] == [
        f"{arm} − untreated" for arm in ("combination", "pamidronate", "interferon only")
    ]
    drawn = [mark for axes in figure.axes for mark in marks_of(axes)]
    differs = (numbers["low"] != 0) | (numbers["high"] != 0)
    numbers = numbers[differs.groupby(numbers["outcome"]).transform("any")]
    assert 24 < len(drawn) < len(numbers)
    said = caption_of(figure).partition("No room, in the CSV file only: ")[2]
    absent = said.partition(". ")[0].rstrip(".").split(", ")
    shown = {t.get_text().replace("\n", " ") for axes in figure.axes for t in axes.texts}
    assert absent == [*dict.fromkeys(label for label in numbers["label"] if label not in shown)]
    for mark, row in zip(drawn, numbers.head(len(drawn)).itertuples(), strict=True):
        assert row.against_arm == "untreated"
        look = looks[str(row.arm)]
        assert (mark.get_color(), mark.get_marker()) == (look.color, look.marker)
    for axes in figure.axes:
        heights = sorted(mark.get_ydata()[0] for mark in marks_of(axes))
        assert min(np.diff(heights)) > 3, "mm between rows"


def test_the_differences_of_one_arm_can_be_drawn_alone(four, saved):
    _, every = four
    arms = ("combination", "pamidronate", "interferon only", "untreated")
    summary = every[saved.summary.columns]
    with styled(), formed(Form(arms=("interferon only",))):
        caption = dataclasses.replace(CAPTION, arms=arms)
        figure, numbers = drawing(differences.figure, saved._replace(summary=summary), caption)
    one = every[every["arm"] == "interferon only"].reset_index(drop=True)
    pd.testing.assert_frame_equal(numbers, one)
    assert "No room" not in caption_of(figure)
    marks = {mark.get_color() for axes in figure.axes for mark in marks_of(axes)}
    assert marks == {arm_style(arms)["interferon only"].color}, "the colour that it has among all"


def test_names_of_arms_may_hold_a_dash(tmp_path):
    """Two differences that read alike stay two, and every arm keeps its own numbers."""
    path = tmp_path / "dashed.yaml"
    shutil.copy("scenarios/laroche2011.yaml", tmp_path)
    path.write_text(
        "extends: laroche2011.yaml\nname: dashed\ncomparator:\ncohort: {patients: 20}\narms:\n"
        "  combination:\n  pamidronate:\n  both - then: [pamidronate, interferon]\n"
        "  both: [pamidronate, interferon]\n  then - one: [pamidronate]\n  one: [pamidronate]\n"
    )
    result = sim.run(path, engine="batch")
    assert arms_of(result.summary) == [
        *map(Arms, ("both - then", "both", "then - one", "one")),
        *(Arms(arm, "one") for arm in ("both - then", "both", "then - one")),
    ]
    spine = result.summary[result.summary["outcome"] == "spine annual increase"]
    both, dashed = (rows_with(spine, [Arms(arm, "one")]) for arm in ("both", "both - then"))
    assert both["estimate"].tolist() == dashed["estimate"].tolist() != [0.0]
    rows = rows_with(result.summary, [Arms("both - then", "one")])
    others = rows.assign(arm="both", against_arm="then - one")
    alike = pd.concat([rows, others], ignore_index=True)
    arms = ("both - then", "both", "then - one", "one")
    with styled():
        saved = Saved(result.tables, alike, None)
        figure, numbers = drawing(
            differences.figure, saved, dataclasses.replace(CAPTION, arms=arms)
        )
    assert len(numbers) == 2 * rows["outcome"].nunique()
    labels = [text.get_text() for text in figure.legends[0].texts]
    assert labels == ["both - then − one", "both − then - one"]


def test_subgroups_are_indented_below_the_main_outcomes(saved):
    of_all = saved.summary[saved.summary["subgroup"] == "all"]
    women = of_all.assign(subgroup="women", estimate=of_all["estimate"] + 1)
    summary = pd.concat([of_all, women], ignore_index=True)
    with styled():
        figure, numbers = drawing(differences.figure, saved._replace(summary=summary), CAPTION)
        check_page(figure)
    parts = numbers[numbers["subgroup"] == "women"]
    assert set(parts["outcome"]) == set(differences.MAIN)
    above = numbers.loc[parts.index - 1]
    assert list(above["outcome"]) == list(parts["outcome"])
    assert set(above["subgroup"]) == {"all"}
    labels = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert labels.count("    women") == len(differences.MAIN)


def test_one_arm_makes_no_forest(saved):
    summary = rows_with(saved.summary, [Arms("pamidronate")])
    caption = dataclasses.replace(CAPTION, arms=("pamidronate",))
    assert differences.figure(saved._replace(summary=summary), caption) is None


def test_nothing_differing_and_nothing_known_are_drawn(saved):
    rows = rows_with(saved.summary, [PAIR])
    for value, printed in ((0.0, "0 [0, 0]"), (np.nan, "–")):
        columns = ["estimate", "mc_error", "low", "high"]
        summary = rows.assign(**dict.fromkeys(columns, value), carriers=1)
        with styled():
            figure, _ = drawing(differences.figure, saved._replace(summary=summary), CAPTION)
            check_page(figure)
        said = [text.get_text() for axes in figure.axes for text in axes.texts]
        assert said.count(printed) == rows["outcome"].nunique()


@pytest.mark.parametrize(("carriers", "words"), [(0, "Cannot occur"), (5, "No difference")])
def test_outcomes_without_a_difference_have_a_line_and_no_row(saved, carriers, words):
    summary = saved.summary.copy()
    same = summary["outcome"].isin(["deaths", "hip fractures"]) & summary["against_arm"].notna()
    summary.loc[same, ["estimate", "low", "high"]] = 0.0
    summary.loc[same, "carriers"] = carriers
    with styled():
        figure, numbers = drawing(differences.figure, saved._replace(summary=summary), CAPTION)
    labels = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert not {"Deaths", "Hip fractures"} & set(labels)
    (line,) = (part for part in caption_of(figure).split(". ") if part.startswith(words))
    assert {"Deaths", "Hip fractures"} <= set(line.partition(": ")[2].split(", "))
    assert {"deaths", "hip fractures"} <= set(numbers["outcome"]), "the CSV has every outcome"


def test_intervals_are_named_and_what_they_leave_out_stands_in_the_figure(drawn):
    figure, _ = drawn
    said = [text.get_text() for text in figure.axes[0].texts]
    assert "difference [95 % Monte Carlo interval]" in said
    assert "parameter uncertainty not included" in said


@pytest.mark.parametrize(
    ("heading", "ends", "words"),
    [("Bone density", (1, 2), "favours new"), ("Bone density", (-2, -1), "favours old"),
     ("Fractures and deaths", (-2, -1), "favours new"),
     ("Fractures and deaths", (1, 2), "favours old"), ("Markers", (1, 2), "higher in new"),
     ("Treatment", (-2, -1), "higher in old"), ("Bone density", (-1, 1), "")],
)  # fmt: skip
def test_a_direction_is_good_only_where_that_is_known(heading, ends, words):
    row = SimpleNamespace(heading=heading, low=ends[0], high=ends[1], arm="new", against_arm="old")
    assert difference_rows.direction(row) == words


def test_captions_say_what_the_intervals_are_not(drawn, beside):
    for figure, _ in (drawn, beside):
        said = caption_of(figure)
        assert "show simulation (Monte Carlo) error only" in said
        assert "not the uncertainty of the published data" in said
        assert "Fracture differences depend on how the annual increase is interpreted." in said
    assert "Annual increase of bone density: linear." in caption_of(drawn[0])
    assert "Forty people." in caption_of(beside[0])


def test_the_page_of_a_comparison_draws_every_scenario_and_arm(saved, beside):
    figure, summary = beside
    numbers = summary[(summary["against"] == "") & summary["outcome"].isin(comparison.OUTCOMES)]
    assert set(numbers["outcome"]) == set(comparison.OUTCOMES)
    assert len(numbers) < len(summary), "differences are not drawn"
    assert len(figure.axes) == len(comparison.OUTCOMES)
    looks = arm_style(ARMS)
    for axes, outcome in zip(figure.axes, comparison.OUTCOMES, strict=True):
        rows = numbers[numbers["outcome"] == outcome]
        marks = marks_of(axes)
        assert [mark.get_xdata()[0] for mark in marks] == list(rows["estimate"])
        for mark, row in zip(marks, rows.itertuples(), strict=True):
            row_below = int(3 * mark.get_ydata()[0] / axes.get_ylim()[0])
            assert row_below == int(str(row.scenario)[-1]), "within the row of its scenario"
            assert mark.get_color() == looks[str(row.arm)].color
        assert len({mark.get_ydata()[0] for mark in marks}) == 6
        at = [line.get_xdata()[0] for line in axes.lines if list(line.get_ydata()) == [0, 1]]
        assert at == list(rows.loc[rows["scenario"] == "scenario-number-0", "estimate"])


def test_a_comparison_of_eight_fits_a_page_and_of_nothing_is_none(saved):
    with styled():
        figure, _ = drawing(comparison.figure, scenarios(saved.summary, 8), "eight " * 30)
        check_page(figure)
    assert figure.get_figheight() * 25.4 < 250
    nothing = scenarios(saved.summary, 2).assign(outcome="something else")
    assert comparison.figure(nothing, "nothing") is None


def test_scenarios_of_other_lengths_are_named(saved):
    summary = scenarios(saved.summary, 2)
    summary.loc[summary["scenario"] == "scenario-number-1", "time"] = 120.0
    summary = pd.concat([summary, summary[summary["scenario"] == "scenario-number-0"].assign(
        scenario="scenario-number-2")])  # fmt: skip
    with styled():
        figure, _ = drawing(comparison.figure, summary, "lengths")
    assert "Outcomes at month 60, month 120 in scenario-number-1." in caption_of(figure)


def test_texts_stay_on_the_page_and_panels_apart(drawn, four, beside):
    for figure, _ in (drawn, four, beside):
        with styled():
            check_page(figure)


def check_page(figure):
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    outside = [part.get_window_extent() for part in (*figure.texts, *figure.legends)]
    for box in [*boxes, *outside]:
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width
        assert 0 <= box.y0 < box.y1 <= figure.bbox.height
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:place])
        assert not any(box.overlaps(other) for other in outside)
    for axes in figure.axes:
        low, high = axes.get_xlim()
        ticks = [t for t in axes.get_xticklabels() if low <= t.get_position()[0] <= high]
        words = [text.get_window_extent() for text in (*axes.texts, *ticks) if text.get_text()]
        for place, box in enumerate(words):
            assert not any(box.overlaps(other) for other in words[:place])


def test_scales_of_counts_begin_at_zero(beside):
    axes = {axes.get_title("left"): axes for axes in beside[0].axes}
    for name in ("Vertebral fractures", "All fractures", "Deaths"):
        assert axes[name].get_xlim()[0] <= 0
    assert "dotted: scenario-number-0." in caption_of(beside[0])


NEVER = ["fractures.base_rate=0 per year", "therapies.pamidronate.given=100 %"]


@pytest.mark.parametrize("end", [0.44, 0.0123, 1.3, 440.0, 12345.0])
@pytest.mark.parametrize("width", [20, 30, 60])
def test_numbers_along_a_narrow_scale_stand_apart(end, width):
    with styled():
        figure = Figure(figsize=(3, 1))
        axes = figure.add_axes((0.1, 0.3, width / 76.2, 0.5))
        axes.set_xlim(-1.12 * end, 1.12 * end)
        scales.number_across(axes, width, 6)
        edges = sorted((box.x0, box.x1) for text, box in boxes(figure)
                       if text in axes.get_xticklabels())  # fmt: skip
    assert edges
    assert all(a[1] < b[0] for a, b in itertools.pairwise(edges))


def test_scales_of_nothing_begin_at_zero_or_have_no_number_at_their_ends():
    """Numbers at the ends of scales side by side would read 1.0−1.0."""
    nothing = pd.DataFrame({"estimate": [0.0], "low": [0.0], "high": [0.0]})
    for outcome in ("deaths", "all fractures", "spine above T -2.5"):
        low, high = comparison.limits_of(outcome, nothing, are_differences=False)
        assert low == 0 < high
        low, high = comparison.limits_of(outcome, nothing, are_differences=True)
        axes = Figure().subplots()
        axes.set_xlim(low, high)
        scales.number(axes, "x", 4)
        inside = [tick for tick in axes.get_xticks() if low <= tick <= high]
        assert low < min(inside) < 0 < max(inside) < high
    loss = nothing.assign(low=-3.0)
    assert comparison.limits_of("hip change", loss, are_differences=False)[0] < -3


def test_what_cannot_occur_has_no_mark_and_says_so():
    """In the forest, on the page of a comparison, and in the curves; what was not seen has both."""
    study = load("scenarios/laroche2011.yaml", NEVER)
    result = sim.run(study, patients=20, engine="batch")
    with styled():
        saved = Saved(result.tables, result.summary, None)
        forest, numbers = drawing(differences.figure, saved, CAPTION)
        page, _ = drawing(comparison.figure, scenarios(result.summary, 2), "two scenarios")
        curves, courses = drawing(incidence.figure, saved, CAPTION)
    never = numbers[numbers["outcome"].str.contains("fracture|missed")]
    assert len(never) == 6
    assert "Cannot occur: " in caption_of(forest)
    assert sum(len(marks_of(axes)) for axes in forest.axes) == len(numbers) - len(never)
    assert words_of(page) == 2 * 2 * len(ARMS), "two panels of fractures, two scenarios"
    assert words_of(curves) == 1
    fractures = courses["event"] == "fracture"
    assert (courses.loc[fractures, "high"] == 0).all()
    assert (courses.loc[~fractures, "high"] > 0).all()


def words_of(figure):
    said = [text.get_text() for axes in figure.axes for text in axes.texts]
    return said.count("cannot occur")
