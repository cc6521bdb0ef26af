"""Parameter uncertainty beside Monte Carlo error: where it comes from, how it is drawn."""

import math

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.lines import Line2D
from matplotlib.text import Text

import sim
from sim import results
from sim.cli.plot import plot
from sim.display import figures
from sim.display.figures import comparison as comparing
from sim.display.figures import readings as reading
from sim.display.figures import uncertain
from sim.display.figures.form import WIDTHS, Form, formed
from sim.display.figures.style import styled
from sim.errors import RequestError
from sim.experiments.parameter_uncertainty import uncertainty_for, without_patients
from tests.conftest import without_figures
from tests.test_plot_fits import faults
from tests.tiny_sweeps import BOTH, RATE, table, wrote

VARIED = table({BOTH: "{low: 8 %/year, high: 16 %/year}", RATE: ""})


@pytest.fixture(autouse=True, scope="module")
def _results_are_kept_without_figures():
    """Those that a test looks at are drawn by the test."""
    with without_figures():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("uncertain")


@pytest.fixture(scope="module")
def sweep(folder):
    """A probabilistic sweep of the tiny scenario, of 20 patients."""
    path = wrote(folder, "design: {probabilistic: {draws: 8}}\n" + VARIED)
    return results.open(sim.sweep(path, out=folder).folder)


@pytest.fixture(scope="module")
def kept(folder, sweep):
    """A run of the same scenario, with more patients and another seed."""
    run = sim.run(folder / "tiny.yaml", patients=40, seed=9, engine="batch", keep="outcomes")
    return results.open(run.save(folder))


def drawn(kept, of_draws=None):
    """The differences of a result, and their numbers."""
    made = dict(figures.drawn(kept, ["differences"], uncertainty=of_draws))["differences"]
    assert made is not None
    return made


def test_quantiles_are_drawn_towards_the_mean_by_the_share_of_the_parameters():
    """Normal draws of variance a + c have quantiles z (a + c)^0.5; without c they are z a^0.5."""
    z, a, c = 1.959964, 9.0, 16.0
    wide = z * (a + c) ** 0.5
    row = {"mean": 2.0, "mean_low": 2.0, "mean_high": 2.0,
           "sd": (a + c) ** 0.5, "sd_parameters": a**0.5,
           "q2.5": 2 - wide, "q97.5": 2 + wide}  # fmt: skip
    same = row | {"sd": 0.0, "sd_parameters": 0.0, "q2.5": 2.0, "q97.5": 2.0}
    ends = without_patients(pd.DataFrame([row, same]))[[*uncertain.ENDS]].to_numpy()
    assert ends == pytest.approx(np.array([[2 - 3 * z, 2 + 3 * z], [2.0, 2.0]]))


def test_the_error_of_the_mean_over_the_draws_widens_the_interval():
    """All draws have the same patients: of rare events their mean is hardly known."""
    row = {"mean": 0.0, "mean_low": -4.0, "mean_high": 12.0, "sd": 2.0, "sd_parameters": 1.0,
           "q2.5": -6.0, "q97.5": 10.0}  # fmt: skip
    same = row | {"sd_parameters": 0.0}
    ends = without_patients(pd.DataFrame([row, same]))[[*uncertain.ENDS]].to_numpy()
    assert ends == pytest.approx(np.array([[-5.0, 13.0], [0.0, 0.0]]))  # 3, 4, 5 and 5, 12, 13


def test_the_sweep_of_other_patients_of_the_scenario_is_found_and_drawn(kept, sweep):
    of_draws = uncertainty_for(kept, [sweep])
    _, before = drawn(kept)
    for width in WIDTHS.values():
        with styled(), formed(Form(width)):
            figure, numbers = drawn(kept, of_draws)
            assert [*faults(figure, width)] == []
        pd.testing.assert_frame_equal(numbers[before.columns], before)
        rows = numbers[numbers[uncertain.HIGH] > numbers[uncertain.LOW]]
        thin = [
            tuple(np.asarray(line.get_xdata(), float))
            for line in figure.findobj(Line2D)
            if line.get_marker() == "|" and line.axes
        ]
        assert thin == list(zip(rows[uncertain.LOW], rows[uncertain.HIGH], strict=True))
        assert "spine change" in set(rows["outcome"])
        said = [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
        assert "95 % parameter uncertainty" in said
        assert not any(uncertain.NOT_INCLUDED in text for text in said)
        caption = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
        digest = sweep.manifest.digest[:8]
        assert f"the sweep case ({digest}), 8 draws of 20 patients," in caption.replace("\xa0", " ")
    spine = numbers.set_index("outcome").loc["spine change"]
    known = sweep.table("summary").query("outcome == 'spine change' and against_arm != ''").iloc[0]
    share = known["sd_parameters"] / known["sd"]
    up = math.hypot(share * (known["q97.5"] - known["mean"]), known["mean_high"] - known["mean"])
    assert spine[uncertain.HIGH] == pytest.approx(known["mean"] + up)


def test_a_direction_needs_both_intervals():
    row = {"low": 1.0, "high": 2.0}
    told = [
        uncertain.tells_sign(pd.Series(row | dict(zip(uncertain.ENDS, ends, strict=True))))
        for ends in ((0.5, 3.0), (-1.0, 3.0), (np.nan, np.nan))
    ]
    assert [*told, uncertain.tells_sign(pd.Series(row))] == [True, False, True, True]


def test_what_is_not_a_probabilistic_sweep_of_the_scenario_is_refused(folder, kept, sweep):
    other = sim.run(
        folder / "tiny.yaml", patients=20, keep="outcomes", settings={"horizon": "7 months"}
    )
    another = results.open(other.save(folder))
    single = results.open(
        sim.sweep(wrote(folder, "design: one_at_a_time\n" + VARIED), out=folder).folder
    )
    for result, given, words in (
        (another, sweep, "varies another scenario, tiny"),
        (kept, single, "is one_at_a_time, not a probabilistic sweep"),
        (kept, another, "is of the kind run, not a probabilistic sweep"),
        (sweep, sweep, "is of the kind sweep: only figures of the kinds run, comparison, readings"),
    ):
        with pytest.raises(RequestError, match=words) as refused:
            uncertainty_for(result, [given])
        assert str(result.folder) in str(refused.value)
        assert str(given.folder) in str(refused.value)
    with pytest.raises(RequestError, match=r"'incidence' has no place .* differences has"):
        uncertainty_for(kept, [sweep], ["incidence"])


def test_the_command_and_python_take_the_same_word(kept, sweep, tmp_path, no_pictures):
    words = ["--figure", "differences", "--format", "svg", "--uncertainty", str(sweep.folder)]
    told = CliRunner().invoke(plot, [str(kept.folder), *words, "--into", str(tmp_path / "a")])
    assert told.exit_code == 0, told.output
    of_python = sim.plot(kept.folder, figure="differences", format="svg", into=tmp_path / "b",
                         uncertainty=sweep.folder)  # fmt: skip
    texts = [(tmp_path / name / "differences.csv").read_bytes() for name in "ab"]
    assert texts[0] == texts[1]
    assert b"uncertain_low,uncertain_high,uncertain_from" in texts[0].splitlines()[0]
    assert of_python[-1].name == "differences.csv"
    told = CliRunner().invoke(plot, [str(kept.folder), "--arm", "pamidronat", *words])
    assert "no arm 'pamidronat' is compared with another; Allowed: combination" in str(
        told.exception
    )
    with pytest.raises(RequestError, match="no arm 'pamidronate' is compared with another"):
        sim.plot(kept.folder, arm="pamidronate")
    opened = sim.open_result(kept.folder)
    for given in (sweep, str(sweep.folder)):
        drawn = opened.plot("differences", uncertainty=given)
        lines = [line for axes in drawn.axes for line in axes.lines]
        assert any(line.get_marker() == "|" for line in lines)


def said_in(figure):
    """The texts of a figure, the caption as one line."""
    texts = [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
    caption = " ".join(text.get_text() for text in figure.texts)
    return texts, caption.replace("\n", " ").replace("\xa0", " ")


def sweep_of_other(folder):
    """A probabilistic sweep of the scenario with another base rate."""
    text = "design: {probabilistic: {draws: 8}}\n"
    path = wrote(folder, text + table({BOTH: "{low: 8 %/year, high: 16 %/year}"}),
                 scenario="other.yaml", name="second")  # fmt: skip
    return results.open(sim.sweep(path, out=folder).folder)


def figure_of(kept, of_draws=None):
    """The one figure of a comparison or of readings, and its numbers."""
    made = dict(figures.drawn(kept, [kept.manifest.kind], uncertainty=of_draws))
    figure = made[kept.manifest.kind]
    assert figure is not None
    return figure


def thin_lines(figure):
    """The ends of the thin lines of a figure."""
    lines = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "|"]
    return sorted(tuple(np.asarray(line.get_xdata(), float)) for line in lines)


@pytest.fixture(scope="module")
def comparison(folder, sweep):
    """The tiny scenario beside one with a longer name, whose base rate is another."""
    (folder / "other.yaml").write_text(
        "extends: tiny.yaml\nname: another_base_rate\n"
        "fractures: {base_rate: 30 per 100 person-years}\n"
    )
    made = sim.compare([folder / "tiny.yaml", folder / "other.yaml"], patients=40, seed=3)
    return results.open(made.save(folder))


def test_a_comparison_has_the_intervals_of_each_scenario_that_a_sweep_varies(comparison, sweep):
    of_draws = uncertainty_for(comparison, [sweep])
    assert set(of_draws["study"]) == {"tiny"}
    keys = of_draws[["arm", "against_arm", "outcome"]].itertuples(index=False, name=None)
    ends = dict(
        zip(keys, of_draws[[*uncertain.ENDS]].itertuples(index=False, name=None), strict=True)
    )
    for width in WIDTHS.values():
        with styled(), formed(Form(width)):
            figure, numbers = figure_of(comparison, of_draws)
            assert [*faults(figure, width)] == []
        rows = numbers[numbers[uncertain.HIGH] > numbers[uncertain.LOW]]
        assert set(rows["scenario"]) == {"tiny"}
        assert set(rows["against"]) == {""}
        for row in rows.itertuples():
            known = ends[row.arm, "", row.outcome]
            assert (row.uncertain_low, row.uncertain_high) == known
        shown = rows[rows["outcome"].isin(comparing.OUTCOMES)]
        drawn_ends = {*zip(shown[uncertain.LOW], shown[uncertain.HIGH], strict=True)}
        if width == WIDTHS["page"]:
            assert {*thin_lines(figure)} == drawn_ends
        assert {*thin_lines(figure)} <= drawn_ends
        texts, caption = said_in(figure)
        assert "95 % parameter uncertainty" in texts
        left_out = "Parameter uncertainty not included: another_base_rate"
        assert left_out in [text.replace("\n", " ") for text in texts]
        assert "8 draws of 20 patients, for tiny, without the noise" in caption
        assert f"{left_out}." in caption


def test_a_comparison_without_a_sweep_is_as_before_and_says_what_it_leaves_out(comparison):
    with styled():
        figure, numbers = figure_of(comparison)
    pd.testing.assert_frame_equal(numbers, comparison.table("comparison"))
    assert thin_lines(figure) == []
    assert uncertain.MONTE_CARLO in said_in(figure)[0]


def test_one_sweep_for_each_scenario_of_a_comparison(
    folder, comparison, sweep, tmp_path, no_pictures
):
    """The second is of the other scenario alone; two of the same scenario are refused."""
    second = sweep_of_other(folder)
    both = uncertainty_for(comparison, [sweep, second])
    assert [*both["study"].unique()] == ["tiny", "another_base_rate"]
    sources = both.groupby("study")["uncertain_from"].unique()
    assert [len(sources[name]) for name in ("tiny", "another_base_rate")] == [1, 1]
    assert sources["another_base_rate"][0].startswith("second (")
    with pytest.raises(RequestError, match="both vary tiny; give one of them"):
        uncertainty_for(comparison, [sweep, second, sweep])
    words = [word for one in (sweep, second) for word in ("--uncertainty", str(one.folder))]
    command = [str(comparison.folder), "--format", "svg", "--into", str(tmp_path / "a"), *words]
    told = CliRunner().invoke(plot, command)
    assert told.exit_code == 0, told.output
    sim.plot(comparison.folder, format="svg", into=tmp_path / "b",
             uncertainty=[sweep.folder, second.folder])  # fmt: skip
    texts = [(tmp_path / name / "comparison.csv").read_bytes() for name in "ab"]
    assert texts[0] == texts[1]
    rows = pd.read_csv(tmp_path / "a" / "comparison.csv", keep_default_na=False)
    has_ends = rows[uncertain.LOW] != ""
    assert set(rows[has_ends]["scenario"]) == {"tiny", "another_base_rate"}
    assert not has_ends[rows["against"] != ""].any()
    of_python = sim.open_result(comparison.folder).plot(uncertainty=[sweep, second.folder])
    assert len(thin_lines(of_python)) > len(
        thin_lines(sim.open_result(comparison.folder).plot(uncertainty=sweep))
    )
    assert "not included" not in " ".join(said_in(of_python)[0])


def test_readings_have_the_intervals_of_the_reading_that_the_sweep_has(folder, sweep):
    kept = results.open(sim.readings(folder / "tiny.yaml", patients=40, seed=3).save(folder))
    of_draws = uncertainty_for(kept, [sweep])
    assert set(of_draws["study"]) == {"linear"}
    for width in WIDTHS.values():
        with styled(), formed(Form(width)):
            figure, numbers = figure_of(kept, of_draws)
            assert [*faults(figure, width)] == []
        rows = numbers[numbers[uncertain.HIGH] > numbers[uncertain.LOW]]
        assert set(rows["reading"]) == {"linear"}
        assert "combination" in set(rows.query("against_arm != ''")["arm"])
        outcomes = set(rows["outcome"]) & {*reading.OUTCOMES}
        assert len(outcomes) > 2
        no_room = "No room, in the CSV file only: Spine above T −2.5, Spine change"
        assert (no_room in said_in(figure)[1]) == (width < WIDTHS["page"])
        if width == WIDTHS["page"]:
            assert len(thin_lines(figure)) == rows["outcome"].isin(outcomes).sum()
        said = said_in(figure)[1]
        assert "Parameter uncertainty not included: compound, plateau, saturating." in said
    with pytest.raises(RequestError, match=r"has, linear \(\w{8}\), compound"):
        uncertainty_for(kept, [sweep_of_other(folder)])
