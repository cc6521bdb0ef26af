"""Figures of costs, QALYs and information: what is drawn is what was computed."""

import numpy as np
import pytest

from sim.display.figures.style import NOT_AN_ARM, arm_style, color, styled
from sim.display.figures.worth import acceptability, expected_loss, partial, plane, trials
from sim.display.figures.worth.about import About, in_units
from sim.economics.information.acceptability import curves
from sim.economics.information.partial import Value
from sim.economics.information.sample import enbs
from sim.economics.information.trials import in_money

ARMS = ("combination", "pamidronate", "interferon")
ABOUT = About("A worked example", ARMS, "EUR", ("Draws of all parameters at once.",))
THRESHOLDS = np.linspace(0, 50_000, 26)
DRAWS = 400


@pytest.fixture(scope="module")
def draws():
    draw = np.random.default_rng(1)
    effects = draw.normal([0.06, 0.0, 0.02], 0.05, (DRAWS, 3))
    return draw.normal([900.0, 0.0, 300.0], 300.0, (DRAWS, 3)), effects


@pytest.fixture(scope="module")
def made(draws):
    costs, effects = draws
    return curves(costs, effects, list(THRESHOLDS))


def drawn(module, *about):
    with styled():
        return module.figure(*about)


def said(figure):
    text = " ".join(text.get_text() for text in figure.texts)
    return text.replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")


def value(name, worth, se):
    return Value(name, worth, se, 0.0, 1000, 3.0)


def test_the_plane_shows_differences_from_the_arm_of_comparison(draws):
    costs, effects = draws
    figure, numbers = drawn(plane, costs, effects, "pamidronate", 20_000, ABOUT)
    (axes,) = figure.axes
    clouds = [line for line in axes.lines if line.get_marker() == "."]
    for cloud, arm in zip(clouds, (0, 2), strict=True):
        np.testing.assert_allclose(cloud.get_xdata(), effects[:, arm] - effects[:, 1])
        np.testing.assert_allclose(cloud.get_ydata(), costs[:, arm] - costs[:, 1])
        assert cloud.get_color() == arm_style(ARMS)[ARMS[arm]].color
    assert numbers["arm"].tolist() == ["combination", "interferon"]
    shares = numbers[list(plane.QUADRANTS)].sum(axis=1)
    assert shares.tolist() == pytest.approx([1.0, 1.0])
    extra = costs[:, 0] - costs[:, 1] - 20_000 * (effects[:, 0] - effects[:, 1])
    assert numbers["worth the cost"].iloc[0] == np.mean(extra < 0)
    assert f"{100 * np.mean(extra < 0):.0f} % worth the cost" in said(figure)


def test_many_draws_are_thinned_and_the_figure_says_so():
    draw = np.random.default_rng(2)
    costs, effects = draw.normal(0, 1, (2, 2500, 3))
    figure, _ = drawn(plane, costs, effects, "pamidronate", 1.0, ABOUT)
    clouds = [line for line in figure.axes[0].lines if line.get_marker() == "."]
    assert max(len(cloud.get_xdata()) for cloud in clouds) <= plane.MOST
    assert "2,500 draws, 1,000 of them shown" in said(figure)


def test_the_wide_line_follows_the_arm_with_the_highest_mean(made):
    figure, numbers = drawn(acceptability, made, DRAWS, ABOUT)
    (axes,) = figure.axes
    wide, *lines = axes.lines
    assert wide.get_linewidth() > 3
    np.testing.assert_allclose(wide.get_ydata(), 100 * made.frontier)
    for line, share in zip(lines, made.best.T, strict=True):
        np.testing.assert_allclose(line.get_ydata(), 100 * share)
        np.testing.assert_allclose(line.get_xdata(), THRESHOLDS / 1000)
    chosen = numbers[numbers["has_highest_mean"]]
    np.testing.assert_allclose(chosen["probability_best"], made.frontier)
    assert "Highest mean net benefit: pamidronate at the lowest value; combination from" in said(
        figure
    )
    assert color(NOT_AN_ARM) not in {line.get_color() for line in lines}


@pytest.mark.parametrize("module", [acceptability, expected_loss])
def test_thresholds_of_the_scenario_are_marked(made, module):
    marked = (THRESHOLDS[1], THRESHOLDS[-1])
    figure, _ = drawn(module, made, DRAWS, ABOUT._replace(marked=tuple(map(float, marked))))
    upright = [line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(upright, np.array(marked) / 1000)
    assert f"the thresholds of the scenario, {marked[0]:,.0f} and {marked[1]:,.0f} EUR" in said(
        figure
    )


def test_the_lower_edge_of_the_losses_is_the_evpi(made):
    figure, numbers = drawn(expected_loss, made, DRAWS, ABOUT)
    wide, *lines = figure.axes[0].lines
    lowest = np.min([line.get_ydata() for line in lines], axis=0)
    np.testing.assert_allclose(wide.get_ydata(), lowest)
    assert (numbers.groupby("threshold")["expected_loss"].min().to_numpy() == made.evpi).all()


def test_no_figure_is_drawn_where_no_decision_hangs_on_the_draws(draws):
    costs, effects = draws
    settled = curves(costs + np.array([0.0, 1e6, 2e6]), effects, [0.0, 1000.0])
    assert drawn(expected_loss, settled, DRAWS, ABOUT) is None
    unknown = [value("a", 10.0, 9.0), value("b", 0.0, 0.0)]
    assert drawn(partial, unknown, [], 20.0, DRAWS, ABOUT) is None


def test_bars_are_sorted_and_groups_are_hatched():
    values = [value("small", 10.0, 4.0), value("group", 80.0, 5.0), value("large", 70.0, 5.0)]
    figure, numbers = drawn(partial, values, ["group"], 100.0, DRAWS, ABOUT)
    (axes,) = figure.axes
    bars = axes.patches
    assert [bar.get_width() for bar in bars] == [80.0, 70.0, 10.0]
    assert [bool(bar.get_hatch()) for bar in bars] == [True, False, False]
    ends = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2][-3:]
    assert numbers["name"].tolist() == ["group", "large", "small"]
    assert numbers["is_group"].tolist() == [True, False, False]
    intervals = [list(end) for end in ends if end[0] != end[1]]
    assert [2.16, 17.84] in [pytest.approx(each, abs=0.01) for each in intervals]


def test_bars_without_room_are_counted():
    values = [value(f"p{i}", 100.0 - i, 5.0) for i in range(20)]
    figure, numbers = drawn(partial, values, [], 120.0, DRAWS, ABOUT)
    assert len(figure.axes[0].patches) == partial.MOST
    assert len(numbers) == 20
    assert "Not shown: 5 values of no more than 85 EUR." in said(figure)


def test_long_names_leave_room_for_fewer_bars():
    values = [value(f"{'a very long name of a parameter ' * 8}{i}", 100.0, 5.0) for i in range(20)]
    figure, _ = drawn(partial, values, [], 120.0, DRAWS, ABOUT)
    assert 2 < len(figure.axes[0].patches) < partial.MOST
    assert figure.get_figheight() * 25.4 < 240


def test_trials_show_their_value_and_what_is_left_of_it():
    values = {n: value(f"{n} patients", 100.0 * n / (n + 50), 1.0) for n in (10, 50, 200)}
    rows = enbs(values, 1000, 5000, 200)
    figure, _ = drawn(trials, rows, 110.0, DRAWS, ABOUT)
    loss, _ = drawn(trials, enbs(values, 1000, 1e6, 200), 110.0, DRAWS, ABOUT)
    above, below = figure.axes
    marks = [line for line in above.lines if line.get_marker() == "o"]
    assert list(marks[0].get_ydata()) == [row.evsi for row in rows]
    factor, unit = in_units([row.enbs for row in rows], ABOUT)
    assert (factor, unit) == (1000.0, "1,000 EUR")
    marks = [line for line in below.lines if line.get_marker() == "o"]
    assert list(marks[0].get_ydata()) == [row.enbs / factor for row in rows]
    assert "Highest ENBS: 50 patients" in said(figure)
    assert "No trial of these sizes is worth its cost." in said(loss)


def test_trials_without_money_show_their_value_alone():
    values = {n: value(f"{n} patients", 100.0 * n / (n + 50), 1.0) for n in (10, 50, 200)}
    own = in_money("fractures", 2, 2.0, values, None, 0.025)
    figure, table = drawn(trials, own.by_size, 110.0, DRAWS, ABOUT)
    (axes,) = figure.axes
    assert list(axes.lines[0].get_ydata()) == [row.value for row in values.values()]
    assert axes.get_xlabel() == "patients per arm of the trial"
    assert "ENBS" not in said(figure)
    assert table["enbs"].isna().all()
