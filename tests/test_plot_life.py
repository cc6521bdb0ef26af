"""One patient on a time axis: what is drawn is what happened, and the file is whole or absent."""

import itertools

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import mastosim
from sim.cli.explain import explain as command
from sim.display.figures import life_lanes
from sim.display.figures.form import WIDTHS, Form, formed
from sim.display.figures.life import FIRST_EVENT, FIRST_OUTCOME
from sim.display.figures.style import styled
from sim.errors import RequestError
from sim.experiments.patient_history import explain, timeline
from tests.test_plot_fits import LONG, faults

BASE = "scenarios/laroche2011.yaml"
MONTH = 365.25 / 12
EVENTFUL = [
    "arms.untreated=[]", "therapies.pamidronate.given=70 %",
    "therapies.interferon.on_intolerance=[halve, stop]",
    "therapies.interferon.intolerance=[{rate: 0.8 per year, until: 60 months}]",
    "fractures.base_rate=30 per 100 person-years",
]  # fmt: skip
FOUR = [f"arms.{name}={arm}" for name, arm in zip(
    LONG, ("[interferon, pamidronate]", "[pamidronate]", "[interferon]", "[]"), strict=True
)]  # fmt: skip
AWKWARD = {
    "eventful": (BASE, 9, EVENTFUL),
    "one arm": ("scenarios/heijckmann2001.yaml", 0, []),
    "six arms": (BASE, 9, [*EVENTFUL[1:], *FOUR]),
    "dead": (BASE, 2, ["mortality.standardised_mortality_ratio=400"]),
    "lost": (BASE, 2, ["loss={rate: 0.9 per year}"]),
}


@pytest.fixture(scope="module")
def eventful():
    return explain(*AWKWARD["eventful"])


def lanes(axes):
    """The marks of each lane by their row, as months, and the words of each row."""
    words: dict[float, list[str]] = {}
    for text in axes.texts:
        words.setdefault(text.xy[1], []).append(text.get_text())
    return words


def test_the_course_is_what_was_measured_in_each_arm(eventful):
    figure = eventful.plot()
    seen = eventful.tables.measurements
    for axes, quantity in zip(figure.axes[:2], ("spine_t", "hip_t"), strict=True):
        for arm in eventful.arms:
            (line,) = (line for line in axes.lines if line.get_label() == arm)
            own = seen[(seen["arm"] == arm) & (seen["quantity"] == quantity)]
            np.testing.assert_allclose(line.get_xydata(), own[["day", "value"]] / [MONTH, 1])
            assert arm in [text.get_text() for text in axes.texts]


def test_each_lane_has_the_events_of_its_arm_and_a_note(eventful):
    axes = eventful.plot().axes[2]
    assert list(lanes(axes).values()) == [
        ["combination"],
        ["pamidronate", "20 given, 16 missed"],
        ["interferon", "stopped for poor tolerance"],
        ["reactions", "acute_phase, 2 times"],
        ["fractures", "8 fractures"],
        ["pamidronate"],
        ["pamidronate", "20 given, 16 missed"],
        ["reactions", "acute_phase, 2 times"],
        ["fractures", "11 fractures"],
        ["untreated"],
        ["fractures", "16 fractures"],
    ]
    events = eventful.tables.events
    fractures = [
        month for line in axes.lines if line.get_marker() in "vDs"
        for month, row in line.get_xydata() if row == 10
    ]  # fmt: skip
    own = events[(events["arm"] == "untreated") & (events["event"] == "fracture")]
    assert sorted(fractures) == pytest.approx(sorted(own["day"] / MONTH))
    given = axes.collections[0].get_segments()
    doses = events[(events["arm"] == "combination") & (events["event"] == "infusion")]
    assert [segment[0][0] for segment in given] == pytest.approx(list(doses["day"] / MONTH))


def test_a_halved_course_is_light_until_it_stops(eventful):
    items = life_lanes.items(eventful.tables, eventful.arms)
    course = items[items["item"] == "course"]
    assert course["share_of_full_dose"].tolist() == [1, 0.5]
    stops = eventful.tables.events.query("event == 'intolerance'")["day"].to_numpy() / MONTH
    assert course["to_month"].tolist() == pytest.approx(list(stops))


def test_the_days_on_which_the_arms_part_are_marked(eventful):
    figure = eventful.plot()
    for axes in figure.axes:
        for look, divergence in (
            (FIRST_EVENT, eventful.divergence), (FIRST_OUTCOME, eventful.outcome),
        ):  # fmt: skip
            dashes = [line for line in axes.lines if line._unscaled_dash_pattern[1] is not None]
            days = [line.get_xdata()[0] for line in dashes if line.get_zorder() == look["zorder"]]
            assert pytest.approx(divergence.day / MONTH) in days
    entries = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert f"first event that differs: day {eventful.divergence.day}" in entries
    assert f"first fracture or death that differs: day {eventful.outcome.day}" in entries


@pytest.mark.parametrize(
    ("event", "value", "words"), [
        ("course", 0.0, "ends as planned"),
        ("intolerance", 0.5, "at half dose (poor tolerance)"),
        ("intolerance", 0.0, "stopped for poor tolerance"),
    ],
)  # fmt: skip
def test_the_last_change_of_a_course_is_its_note(event, value, words, eventful):
    rows = [("combination", 0, 0, "course", "interferon", 1.0),
            ("combination", 0, 90, event, "interferon", value)]  # fmt: skip
    columns = ["arm", "patient", "day", "event", "what", "value"]
    tables = eventful.tables._replace(events=pd.DataFrame(rows, columns=columns))
    notes = timeline.notes_of(tables, eventful.study.scenario)
    assert notes["combination", "interferon"] == words
    assert notes["combination", "pamidronate"] == "not begun"


def test_a_reaction_that_ends_a_therapy_is_its_reason(eventful):
    rows = [("pamidronate", 0, 0, "infusion", "pamidronate", 60.0),
            ("pamidronate", 0, 0, "reaction", "acute_phase", 1.0)]  # fmt: skip
    columns = ["arm", "patient", "day", "event", "what", "value"]
    tables = eventful.tables._replace(events=pd.DataFrame(rows, columns=columns))
    notes = timeline.notes_of(tables, eventful.study.scenario)
    assert notes["pamidronate", "pamidronate"] == "1 given; ended by acute_phase"


ON_A_PAGE = [*itertools.product(AWKWARD, WIDTHS)]
ON_A_PAGE.remove(("six arms", "column"))


@pytest.mark.share(3)
@pytest.mark.parametrize(("case", "width"), ON_A_PAGE)
def test_no_text_leaves_the_page_or_meets_another(case, width):
    with styled(), formed(Form(WIDTHS[width])):
        assert [*faults(explain(*AWKWARD[case]).plot(), WIDTHS[width])] == []


def test_death_and_loss_end_the_lanes():
    for case, words in (("dead", "died (background mortality)"), ("lost", "lost to follow-up")):
        notes = timeline.notes_of(*(lambda one: (one.tables, one.study.scenario))(
            explain(*AWKWARD[case])))  # fmt: skip
        assert {note for (_, lane), note in notes.items() if lane == "fracture"} == {words}


def test_the_command_writes_the_file_that_it_is_asked_for(tmp_path):
    short = {"horizon": "6 months"}
    words = [BASE, "--patient", "17", "--set", "horizon=6 months"]
    for kind, begin in (("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")):
        path = tmp_path / f"life.{kind}"
        done = CliRunner().invoke(command, [*words, "--figure", str(path)])
        assert done.exit_code == 0, done.output
        assert path.read_bytes().startswith(begin)
    path = tmp_path / "again.svg"
    mastosim.explain(BASE, patient=17, settings=short, figure=path)
    assert path.read_bytes() == (tmp_path / "life.svg").read_bytes()
    assert len(list(tmp_path.iterdir())) == 4


def test_no_file_is_left_by_a_wrong_ending_or_a_figure_that_fails(tmp_path, monkeypatch):
    with pytest.raises(RequestError, match=r"the ending of a figure is one of .svg, .pdf, .png"):
        mastosim.explain(BASE, patient=17, figure=tmp_path / "life.jpg")
    figure = explain(BASE, 17).plot()

    def failing(file, **_):
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure, "savefig", failing)
    with pytest.raises(OSError, match="nothing was written"):
        timeline.write(figure, tmp_path / "life.png")
    assert list(tmp_path.iterdir()) == []


def test_the_words_are_those_of_explain(eventful):
    told = [text.get_text().replace("\N{NO-BREAK SPACE}", " ") for text in eventful.plot().texts]
    assert told[0] == eventful.head[0]
    assert told[1] == eventful.head[1]
    shown = " ".join(" ".join(told).split())
    assert "1st vertebral fracture" in shown
