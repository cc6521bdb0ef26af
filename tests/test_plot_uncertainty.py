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
from sim.display.figures import uncertain
from sim.display.figures.form import WIDTHS, Form, formed
from sim.display.figures.style import styled
from sim.errors import RequestError
from sim.experiments.parameter_uncertainty import uncertainty_for, without_patients
from tests.test_plot_fits import faults
from tests.tiny_sweeps import BOTH, RATE, table, wrote

VARIED = table({BOTH: "{low: 8 %/year, high: 16 %/year}", RATE: ""})


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
    of_draws = uncertainty_for(kept, sweep)
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
        (sweep, sweep, "is no run"),
    ):
        with pytest.raises(RequestError, match=words) as refused:
            uncertainty_for(result, given)
        assert str(result.folder) in str(refused.value)
        assert str(given.folder) in str(refused.value)
    with pytest.raises(RequestError, match=r"'incidence' has no place .* differences has"):
        uncertainty_for(kept, sweep, ["incidence"])


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
