"""The value of knowing more to all patients of a decision, at every threshold, and its files."""

import json

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from sim.cli.information import information as command
from sim.economics.information.noise import SMALL, naive_evpi
from sim.economics.information.population import Decision
from sim.economics.information.trials import Population
from sim.experiments.information import information
from sim.experiments.worth_of_trials import Asked
from sim.results import draws
from tests.worth_sweeps import GAIN, PRICE

DECISION = Decision(40.0, 5.0)
PEOPLE = sum(40.0 / 1.025**year for year in range(5))
WORDS = ["--patients-a-year", "40", "--years", "5", "-q"]


def printed(kept, *words):
    return CliRunner().invoke(command, [str(kept.folder), *words], catch_exceptions=False).stdout


def test_the_value_to_all_patients_is_that_of_one_times_their_number(at_stake):
    found = information(at_stake, decision=DECISION)
    assert found.people == pytest.approx(PEOPLE, rel=1e-12)
    facts = json.loads(printed(at_stake, *WORDS, "--json"))
    assert facts["people"] == pytest.approx(PEOPLE, rel=1e-12)
    shown = printed(at_stake, *WORDS)
    assert (
        f"To all 190 patients of the decision, discounted: {PEOPLE * facts['evpi']:,.0f} " in shown
    )
    best = found.parameters[0]
    row = next(
        line for line in shown.splitlines() if line.strip().startswith("price of interferon")
    )
    assert row.split()[-1] == f"{PEOPLE * best.value:,.0f}"
    assert "to all patients" not in printed(at_stake, "-q")


def test_the_evpi_stands_at_every_threshold(at_stake):
    found, own = information(at_stake), draws.read(at_stake)
    assert found.evpi[1] == found.perfect.value
    for threshold, known in zip(found.curves.thresholds, found.evpi, strict=True):
        benefit, noise = own.benefit(threshold), own.known(threshold, "EUR").noise
        naive = naive_evpi(benefit)
        assert naive == pytest.approx(
            (benefit.max(axis=1) - benefit[:, benefit.mean(axis=0).argmax()]).mean()
        )
        assert known is not None
        assert known == naive if noise <= SMALL else known < naive
    header = next(line for line in printed(at_stake, "-q").splitlines() if "best buy" in line)
    assert header.split()[-2:] == ["EVPI,", "EUR"]


def test_where_noise_dominates_no_threshold_has_a_number(at_stake, monkeypatch):
    from sim.economics.information import perfect

    monkeypatch.setattr(perfect, "share_of_chance", lambda fit: 0.5)
    monkeypatch.setattr(perfect, "share_of_noise", lambda *given: 0.5)
    found = information(at_stake, decision=DECISION)
    assert set(found.evpi) == {None}
    text = " ".join(" ".join(row) for row in found.printout.sheets[0].rows)
    assert text.count("noise dominates") == 3
    assert not any("To all" in line for line in found.printout.above)


def test_names_of_parameters_are_those_of_the_sweep(at_stake):
    found = information(at_stake)
    assert {one.name for one in found.parameters} == {PRICE, GAIN}
    names = {row[0] for row in found.printout.sheets[1].rows}
    assert names == {"price of interferon", "gain"}


def test_the_workbook_has_formulas_for_all_patients_and_for_what_a_trial_leaves(at_stake, tmp_path):
    asked = Asked("vertebral fractures", (5, 10), None, Population(40.0, 5.0, 100.0, 1000.0))
    found = information(at_stake, trial=asked, decision=DECISION)
    path = found.to_excel(tmp_path / "all.xlsx")
    live, values = load_workbook(path), load_workbook(path, data_only=True)
    rows = [*values["Information"].iter_rows(values_only=True)]
    assert found.perfect.value is not None
    assert found.trials is not None
    of_all = [row for row in rows if row[2] == "EUR, all patients"]
    assert of_all[0][3] == pytest.approx(PEOPLE * found.perfect.value)
    assert [row[3] for row in of_all[1:]] == pytest.approx(
        [PEOPLE * one.value for one in found.parameters]
    )
    formulas = [row[3] for row in live["Information"].iter_rows(values_only=True)
                if row[2] == "EUR, all patients"]  # fmt: skip
    assert all(str(formula).startswith("=") for formula in formulas)
    sizes = [row for row in values["Trials"].iter_rows(values_only=True) if row[0] in (5, 10)]
    assert [row[3:] for row in sizes] == [
        pytest.approx((one.gain, one.cost, one.enbs, one.enbs_se)) for one in found.trials.trials
    ]
    (first,) = (row for row in live["Trials"].iter_rows(values_only=True) if row[0] == 5)
    assert first[5] == "=D3-E3"


def test_the_figure_of_trials_is_written_where_it_is_asked_for(at_stake, tmp_path):
    words = ["--trial", "vertebral fractures", "--sizes", "5", "-q", "--into", str(tmp_path / "x")]
    told = printed(at_stake, *words)
    assert {path.name for path in (tmp_path / "x").iterdir()} == {
        "trials.svg", "trials.pdf", "trials.png", "trials.csv",
    }  # fmt: skip
    assert "trials.png" in told
    refused = CliRunner().invoke(command, [str(at_stake.folder), "--into", str(tmp_path)])
    assert refused.exit_code == 2
    assert "--into is the folder of the figure of --trial" in refused.output
