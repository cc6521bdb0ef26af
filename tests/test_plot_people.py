"""The figures of single patients: their numbers from the tables, their marks from the numbers."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

import sim
from sim.display.figures import lanes, swimmer, waterfall
from sim.display.figures.caption import Caption
from sim.display.figures.saved import Saved
from sim.display.figures.style import arm_style, styled
from sim.display.numbers import signed, typeset
from sim.scenario import load

ARMS = ("combination", "pamidronate")
MONTH = 365.25 / 12
CAPTION = Caption(
    title="Missed infusions and halved doses",
    arms=ARMS,
    patients=40,
    seed=3,
    horizon_months=60,
    reference={"spine": (1.069, 0.112), "hip": (0.992, 0.142)},
    reading="linear",
    assumptions="54 of 118 numbers are assumptions",
)
SETTINGS = (
    "therapies.pamidronate.given=70 %",
    "therapies.interferon.on_intolerance=[halve, stop]",
    "therapies.interferon.intolerance=[{rate: 0.3 per year, until: 60 months}]",
    "fractures.base_rate=12 per 100 person-years",
    "mortality.standardised_mortality_ratio=6",
)


@pytest.fixture(scope="module")
def saved():
    result = sim.run(
        load("scenarios/laroche2011.yaml", SETTINGS), patients=40, seed=3, engine="batch"
    )
    return Saved(result.tables, result.summary, None)


@pytest.fixture(scope="module")
def swum(saved):
    with styled():
        return swimmer.figure(saved, CAPTION)


@pytest.fixture(scope="module")
def fallen(saved):
    with styled():
        drawn = waterfall.figure(saved, CAPTION)
    assert drawn is not None
    return drawn


def caption_of(figure):
    text = " ".join(part.get_text() for part in figure.texts).replace("\n", " ")
    return text.replace("\N{NO-BREAK SPACE}", " ")


SHAPES = {
    "fracture: vertebral": "v", "fracture: hip": "D", "fracture: other": "s",
    "intolerance": "*", "death": "x",
}  # fmt: skip


def course_by_hand(events, end):
    """Stretches of one patient's course, as (from, to, action), walked event by event."""
    stretches, since, action = [], None, 0.0
    rows = events[events["event"].isin(["course", "intolerance"])]
    for day, value in zip(rows["day"], rows["value"], strict=True):
        if action > 0 and day > since:
            stretches.append((since, day, action))
        since, action = day, value
    if action > 0 and end > since:
        stretches.append((since, end, action))
    return stretches


def test_lanes_hold_every_event_of_the_patients_shown(saved, swum):
    _, numbers = swum
    events = saved.tables.events[saved.tables.events["patient"] < 15]
    assert set(numbers["patient"]) == set(range(15))
    for item in ("infusion", "missed infusion", "intolerance", "fracture", "death"):
        here = numbers[numbers["item"] == item]
        true = events[events["event"] == item]
        assert len(true) > 0, f"the scenario of this test has no {item}"
        found = here[["arm", "patient", "what", "from_month"]].to_numpy().tolist()
        expected = true.assign(month=true["day"] / MONTH)[["arm", "patient", "what", "month"]]
        assert sorted(found) == sorted(expected.to_numpy().tolist())


def test_bars_are_the_stretches_of_each_course_at_one_dose(saved, swum):
    _, numbers = swum
    reduced = 0
    for (arm, patient), events in saved.tables.events.groupby(["arm", "patient"]):
        if patient >= 15:
            continue
        rows = numbers[(numbers["arm"] == arm) & (numbers["patient"] == patient)]
        end = events.loc[events["event"].isin(["death", "end"]), "day"].iloc[0]
        followed = rows[rows["item"] == "follow-up"]
        assert list(followed["to_month"] * MONTH) == pytest.approx([end])
        courses = rows[rows["item"] == "course"]
        expected = course_by_hand(events, end)
        found = courses[["from_month", "to_month"]].to_numpy() * MONTH
        assert np.round(found).astype(int).tolist() == [[a, b] for a, b, _ in expected]
        assert list(courses["share_of_full_dose"]) == [action for *_, action in expected]
        reduced += sum(action == 0.5 for *_, action in expected)
    assert reduced > 1


def test_patients_with_an_event_come_first_and_each_group_is_in_order(saved, swum):
    _, numbers = swum
    events = saved.tables.events
    happened = events[events["event"].isin(["fracture", "death", "intolerance"])]
    affected = {*happened["patient"]} & {*range(15)}
    assert 0 < len(affected) < 15
    expected = [*sorted(affected), *sorted({*range(15)} - affected)]
    for arm in ARMS:
        own = numbers[numbers["arm"] == arm].drop_duplicates("patient").sort_values("lane")
        assert own["patient"].tolist() == expected, "the same lane in every arm"
    figure = swum[0]
    (line,) = (line for line in figure.axes[0].lines if line.get_gid() == "groups")
    assert line.get_ydata()[0] == len(affected) - 0.5


def test_the_swimmer_draws_its_numbers(swum):
    figure, numbers = swum
    looks = arm_style(ARMS)
    for axes, arm in zip(figure.axes, ARMS, strict=True):
        items: dict[str, Any] = dict(list(numbers[numbers["arm"] == arm].groupby("item")))
        assert axes.get_title("left") == arm
        courses = items.get("course", numbers[:0])
        assert len(axes.patches) == 15 + len(courses)
        faces = {patch.get_facecolor() for patch in axes.patches}
        assert len(faces) == (3 if len(courses) else 1), "follow-up, full dose, reduced dose"
        (spans,) = (c for c in axes.collections if isinstance(c, LineCollection))
        drawn = sorted((round(s[0, 1]), s[0, 0], s[1, 0]) for s in spans.get_segments())
        doses = pd.concat([items["infusion"], items["missed infusion"]])
        ends = doses.groupby("lane")["from_month"].agg(["min", "max"])
        np.testing.assert_allclose(drawn, ends.reset_index().to_numpy())
        color: Any = spans.get_color()[0]
        assert to_hex(color) == looks[arm].color
        marks = {line.get_label(): line for line in axes.lines}
        for name, shape in SHAPES.items():
            item, _, site = name.partition(": ")
            here = items.get(item, numbers[:0])
            here = here[here["what"] == site] if site else here
            if here.empty:
                assert name not in marks
                continue
            assert marks[name].get_marker() == shape
            assert marks[name].get_xydata().tolist() == here[["from_month", "lane"]].values.tolist()
        (missed,) = (line for line in axes.lines if line.get_marker() == "o")
        assert len(missed.get_xdata()) == len(items["missed infusion"])


def test_the_swimmer_says_who_is_shown_and_in_which_order(swum):
    figure, numbers = swum
    items = numbers["item"].isin(["fracture", "death", "intolerance"])
    count = numbers.loc[items, "patient"].nunique()
    said = caption_of(figure)
    assert f"the first 15 patients, above the line the {count} who had a fracture, an" in said
    assert "both groups by number. Each has the same lane in every arm" in said
    assert "Therapies in a lane, from top to bottom: interferon, pamidronate." in said
    assert [*figure.axes[0].get_xticks()] == [0, 12, 24, 36, 48, 60]


def test_patients_without_events_need_no_line_between_groups(saved):
    events = saved.tables.events
    calm = events[~events["event"].isin(["fracture", "death", "intolerance"])]
    ends = saved.tables.patients.assign(day=1826, event="end", what="", value=0.0)
    every = [
        ends.assign(arm=arm)[["arm", "patient", "day", "event", "what", "value"]] for arm in ARMS
    ]
    tables = saved.tables._replace(events=pd.concat([calm[calm["event"] != "end"], *every]))
    with styled():
        figure, _ = swimmer.figure(saved._replace(tables=tables), CAPTION)
    assert not any(line.get_gid() == "groups" for line in figure.axes[0].lines)
    assert "by number; none had a fracture" in caption_of(figure)


def test_fewer_patients_and_one_arm_make_a_narrow_swimmer(saved):
    few = [frame[frame["patient"] < 4] for frame in saved.tables]
    tables = type(saved.tables)(*few)
    caption = dataclasses.replace(CAPTION, arms=("pamidronate",), patients=4)
    with styled():
        figure, numbers = swimmer.figure(saved._replace(tables=tables), caption)
    assert sorted(set(numbers["lane"])) == [0, 1, 2, 3]
    assert figure.get_figwidth() == pytest.approx(89 / 25.4)
    said = caption_of(figure)
    assert "Lanes: all patients" in said
    assert "in every arm" not in said
    assert "interferon" not in said


def test_therapies_share_the_height_of_a_lane(saved):
    events = saved.tables.events
    second = events[events["event"] == "course"].assign(what="another")
    later = (
        (events["event"] == "infusion") & (events["arm"] == "combination") & (events["day"] > 700)
    )
    other = events.assign(what=events["what"].where(~later, "romosozumab"))
    both = saved.tables._replace(events=pd.concat([other, second], ignore_index=True))
    with styled():
        figure, _ = swimmer.figure(saved._replace(tables=both), CAPTION)
    heights: list[Any] = []
    for axes in figure.axes:
        patches: Any = axes.patches
        bars = {round((bar.get_y() + bar.get_height() / 2 + 0.5) % 1 - 0.5, 2)
                for bar in patches if bar.get_height() < 0.5}  # fmt: skip
        (spans,) = (c for c in axes.collections if isinstance(c, LineCollection))
        lines = {round((line[0, 1] + 0.5) % 1 - 0.5, 2) for line in spans.get_segments()}
        heights.append((sorted(bars), sorted(lines)))
    step = lanes.TAKEN / 4
    courses, doses = [-1.5 * step, -0.5 * step], [0.5 * step, 1.5 * step]
    assert heights[0] == (pytest.approx(courses, abs=6e-3), pytest.approx(doses, abs=6e-3))
    assert heights[1] == ([], pytest.approx(doses[:1], abs=6e-3)), "at its height in every arm"
    assert "top to bottom: another, interferon, pamidronate, romosozumab." in caption_of(figure)


def test_changes_are_those_of_the_first_and_last_measurement(saved, fallen):
    _, numbers = fallen
    measured = saved.tables.measurements
    measured = measured[measured["quantity"] == "spine_g_cm2"]
    expected = {}
    for (arm, patient), rows in measured.groupby(["arm", "patient"]):
        values = [value for _, value in sorted(zip(rows["day"], rows["value"], strict=True))]
        if len(values) > 1:
            expected[arm, patient] = 100 * (values[-1] - values[0]) / values[0]
    keys = zip(numbers["arm"], numbers["patient"], strict=True)
    found = dict(zip(keys, numbers["change_percent"], strict=True))
    assert found.keys() == expected.keys()
    assert len(found) < 80, "somebody died before a second measurement"
    assert found == pytest.approx(expected)


def test_who_stopped_before_the_last_measurement_is_marked(saved, fallen):
    figure, numbers = fallen
    events = saved.tables.events
    stops = events[(events["event"] == "intolerance") & (events["value"] == 0)]
    measured = saved.tables.measurements
    last = measured[measured["quantity"] == "spine_g_cm2"].groupby(["arm", "patient"])["day"].max()
    expected = {
        (row.arm, row.patient)
        for row in stops.itertuples()
        if row.day < last.get((row.arm, row.patient), 0)
    }
    found = numbers[numbers["stopped"]]
    assert {*zip(found["arm"], found["patient"], strict=True)} == expected
    assert len(expected) > 2
    colors = {bar.get_facecolor() for bar in figure.axes[0].patches}
    light = [bar for bar in figure.axes[0].patches if bar.get_facecolor()[0] > 0.5]
    assert len(colors) == 2
    assert len(light) == len(found)
    said = figure.axes[0].texts[0].get_text()
    median = typeset(signed(np.median(found["change_percent"])))
    assert f"{len(found)} stopped: median {median} %" in said
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "stopped interferon for intolerance" in legend
    assert "stopped" not in figure.axes[1].texts[0].get_text()


def test_the_waterfall_draws_its_numbers_on_one_scale(fallen):
    figure, numbers = fallen
    looks = arm_style(ARMS)
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    for axes, arm in zip(figure.axes, ARMS, strict=True):
        own = numbers[numbers["arm"] == arm]
        change = own["change_percent"]
        bars = {bar.get_x() + 0.5: bar.get_height() for bar in axes.patches}
        assert bars == pytest.approx(dict(zip(own["place"], change, strict=True)))
        assert to_hex(axes.patches[0].get_facecolor()) == looks[arm].color
        assert axes.lines[-1].get_ydata()[0] == np.median(change)
        said = axes.texts[0].get_text()
        assert f"median {typeset(signed(np.median(change)))} %" in said
        assert f"{(change > 0).sum()} of {len(change)} above 0" in said
        assert axes.get_xlabel().startswith(f"{len(change)} patients, ")


def test_a_patient_has_one_place_in_every_arm_in_the_order_of_the_first(fallen):
    _, numbers = fallen
    places = numbers.groupby("patient")["place"].unique()
    assert all(len(place) == 1 for place in places)
    assert places.explode().is_unique
    first = numbers[numbers["arm"] == ARMS[0]].sort_values("place")
    assert first["change_percent"].is_monotonic_decreasing
    only_later = {*numbers["patient"]} - {*first["patient"]}
    assert all(places[patient][0] > first["place"].max() for patient in only_later)


def test_the_waterfall_shows_the_first_patients_and_says_so(saved, monkeypatch):
    monkeypatch.setattr(waterfall, "MOST", 10)
    with styled():
        drawn = waterfall.figure(saved, CAPTION)
    assert drawn is not None
    figure, numbers = drawn
    assert set(numbers["patient"]) <= set(range(10))
    assert "Bars: the first 10 patients" in caption_of(figure)


def test_nobody_measured_again_makes_no_waterfall(saved):
    measured = saved.tables.measurements
    tables = saved.tables._replace(measurements=measured[measured["day"] == 0])
    assert waterfall.figure(saved._replace(tables=tables), CAPTION) is None


def test_four_arms_stand_side_by_side(saved):
    arms = ("combination", "pamidronate", "third", "fourth")
    copies = [
        pd.concat([rows, rows.assign(arm=rows["arm"].map(dict(zip(ARMS, arms[2:], strict=True))))])
        for rows in (saved.tables.events, saved.tables.measurements)
    ]
    tables = saved.tables._replace(events=copies[0], measurements=copies[1])
    caption = dataclasses.replace(CAPTION, arms=arms)
    with styled():
        drawn = [m.figure(saved._replace(tables=tables), caption) for m in (swimmer, waterfall)]
        for made in drawn:
            assert made is not None
            figure = made[0]
            assert [axes.get_title("left") for axes in figure.axes] == list(arms)
            assert len({axes.get_position().y0 for axes in figure.axes}) == 1
            check_page(figure)


def test_texts_stay_on_the_page_and_panels_apart(swum, fallen):
    for figure, _ in (swum, fallen):
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
        assert not any(box.overlaps(other) for other in [*boxes[:place], *outside])
    for axes in figure.axes:
        for text in axes.texts:
            words = text.get_window_extent()
            assert not any(words.overlaps(bar.get_window_extent()) for bar in axes.patches)


def test_the_legend_names_the_therapies_and_only_what_is_drawn(swum, saved):
    said = {text.get_text() for legend in swum[0].legends for text in legend.texts}
    assert {"interferon", "interferon, reduced", "pamidronate, first to last dose"} <= said
    assert {"dose missed", "intolerance", "vertebral fracture", "death"} <= said
    events = saved.tables.events
    tables = saved.tables._replace(events=events[events["what"] != "vertebral"])
    with styled():
        figure, _ = swimmer.figure(saved._replace(tables=tables), CAPTION)
    said = {text.get_text() for legend in figure.legends for text in legend.texts}
    assert "vertebral fracture" not in said
