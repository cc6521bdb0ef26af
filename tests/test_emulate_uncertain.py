"""Trials that draw their own parameters: what moves, what does not, and what the results say."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from sim import results
from sim.cli.main import commands
from sim.errors import RequestError
from sim.experiments import emulation, verbs
from sim.experiments.emulation.drawn import drawn
from sim.experiments.emulation.scores import coverage, scored
from sim.experiments.emulation.words import said
from sim.experiments.sweeps.joint import Joint
from sim.outcomes import facts_of
from sim.outcomes.roles import roles_of, taken_from
from sim.scenario import Number, ScenarioError, load
from sim.scenario.mistakes import NOWHERE
from tests.conftest import without_pictures

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BASE = SCENARIOS / "laroche2011.yaml"
NEVER_UNCERTAIN = ("age_at_entry", "spine_t_at_entry", "ctx_at_entry", "balp_at_entry")


def of(trials, fact):
    return trials[trials["fact"] == fact].set_index("trial")


@pytest.fixture(scope="module")
def uncertain():
    return sim.emulate(BASE, trials=24, uncertain=True)


@pytest.fixture
def of_age(tmp_path):
    """Ten patients of a normal age with SD 4, whose mean has a standard error of 2 years."""
    (tmp_path / "laroche2011.yaml").write_text(BASE.read_text())
    (tmp_path / "mine.yaml").write_text(
        "citation: {title: Mine}\n"
        "design: {patients: {combination: 10}, follow_up: 1 month, visits: {dxa: [1 month]}}\n"
        "groups: {all: {arm: combination}}\n"
        "facts: [{fact: age, label: Age, value: 50, unit: years,\n"
        "  simulated: {statistic: entry, of: age, group: all}}]\n"
    )
    path = tmp_path / "age.yaml"
    path.write_text(
        "extends: laroche2011.yaml\nname: age\nanswers: mine.yaml\n"
        "cohort:\n"
        "  age: {normal: {mean: {value: 52.5 years, uncertainty: {normal: {se: 2 years}}},\n"
        "    sd: 4 years}, within: [1 year, 109 years]}\n"
        "fractures: {base_rate: 5 per 100 person-years}\n"  # solving would take most of the time
    )
    return path


@pytest.mark.validation
def test_the_predictive_variance_is_that_of_patients_plus_that_of_the_parameter(of_age):
    """Of a mean age of ten: 4²/10 = 1.6 between patients, and 2² = 4 of the parameter."""
    trials = 300
    alone = of(sim.emulate(of_age, trials=trials).trials, "age")["value"]
    both = of(sim.emulate(of_age, trials=trials, uncertain=True).trials, "age")["value"]
    draws = drawn(emulation.prepare(of_age, trials).study, trials)
    place = [p.path for p in draws.joint.parameters].index("cohort.age.normal.mean")
    shift = np.array([point.values[place] for point in draws.points]) - 52.5
    np.testing.assert_allclose(both - alone, shift, atol=1e-9)  # the same patients, moved
    for values, variance in ((alone, 1.6), (shift, 4.0), (both, 5.6)):
        assert abs(np.var(values, ddof=1) / variance - 1) < 4 * math.sqrt(2 / trials)


def test_without_spread_of_the_parameters_trials_are_the_same_to_the_bit(monkeypatch):
    def as_in_the_file(self, shares, keeps_strata=False):
        return np.tile([parameter.base.number for parameter in self.parameters], (len(shares), 1))

    monkeypatch.setattr(Joint, "values", as_in_the_file)
    alone, both = (sim.emulate(BASE, trials=12, uncertain=uncertain) for uncertain in (False, True))
    pd.testing.assert_frame_equal(both.trials, alone.trials, check_exact=True)
    pd.testing.assert_frame_equal(both.scores, alone.scores, check_exact=True)


@pytest.mark.validation
def test_only_what_depends_on_uncertain_numbers_differs_from_trials_without(uncertain):
    alone = sim.emulate(BASE, trials=24).trials
    for fact in NEVER_UNCERTAIN:
        pd.testing.assert_frame_equal(of(uncertain.trials, fact), of(alone, fact), check_exact=True)
    assert (of(uncertain.trials, "combination_spine")["value"].std()
            > of(alone, "combination_spine")["value"].std())  # fmt: skip


@pytest.mark.validation
def test_more_trials_workers_and_other_pieces_change_nothing(uncertain, monkeypatch, workers_here):
    monkeypatch.setattr("sim.experiments.emulation.trials.PIECE", 3500)  # seven trials a piece
    more = sim.emulate(BASE, trials=31, workers=2, uncertain=True).trials
    first = more[more["trial"] < 24].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, uncertain.trials, check_exact=True)


def test_the_draws_are_those_of_a_probabilistic_sweep(tmp_path):
    from sim.experiments.sweeps import load_sweep

    path = tmp_path / "psa.yaml"
    path.write_text(
        f"mastosim_sweep: 1\nname: psa\ntitle: T\nquestion: Q\nscenario: {BASE}\n"
        "patients: 10\ndesign: {probabilistic: {draws: 5}}\n"
    )
    swept = [point.values for point in load_sweep(path).varied[0].points if point.role == "draw"]
    assert [point.values for point in drawn(load(BASE), 5).points] == swept


def test_inputs_repetitions_and_the_design_do_not_count():
    roles = {}
    for name in ("heijckmann2001", "hernandez2010", "rossini2014", "laroche2011"):
        study = load(SCENARIOS / f"{name}.yaml")
        roles[name] = roles_of(facts_of(study), taken_from(study))
    of_2001 = roles["heijckmann2001"]
    assert of_2001["spine_t_at_entry", "value"] == of_2001["spine_t_at_entry", "SD"] == "input"
    assert of_2001["follow_up", "value"] == "design"
    assert of_2001["spine_t_final", "value"] == of_2001["spine_t_final", "SD"] == "prediction"
    for fact in ("spine_t_change", "spine_total_increase", "spine_annual_increase"):
        assert of_2001[fact, "value"] == "same as spine_t_final"
    of_2010 = roles["hernandez2010"]
    assert {of_2010["age_at_entry", s] for s in ("value", "SD")} == {"input"}
    assert of_2010["acute_reaction", "value"] == "input"  # 41 % of the base scenario
    assert roles["rossini2014"]["ctx_6_months", "value"] == "input"  # through the half-life
    assert roles["rossini2014"]["acute_reaction", "value"] == "input"  # 20 of 20 is 100 %
    assert roles["rossini2014"]["balp_6_months", "value"] == "prediction"
    assert roles["laroche2011"]["combination_hip", "value"] == "input"
    assert roles["laroche2011"]["combination_patients", "value"] == "input"  # 8 as 2 of 10 stopped


def test_a_number_that_was_set_over_is_no_input_any_more():
    study = load(BASE, ["effects.interferon + pamidronate.hip.mean=3 %/year"])
    assert roles_of(facts_of(study), taken_from(study))["combination_hip", "value"] == "prediction"


def test_a_fact_of_zero_fractures_is_an_input_where_the_base_rate_rests_on_it():
    study = load(BASE)
    without = [n for n in taken_from(study) if not n.path.startswith("fractures.base_rate")]
    facts = [fact for fact in facts_of(study) if fact["fact"] == "fractures_on_treatment"]
    key = ("fractures_on_treatment", "value")
    assert roles_of(facts, without)[key] == "prediction"
    rate = Number("fractures.base_rate", "3 per year", ("laroche2011",), "", NOWHERE)
    assert roles_of(facts, [*without, rate])[key] == "input"


def test_a_repetition_of_an_input_is_an_input_and_neither_is_covered():
    facts = [
        {"fact": fact, "label": fact, "unit": "%", "value": 5.0, "simulated": {"statistic": "s"}}
        | more
        for fact, more in (
            ("again", {"same_as": "first"}), ("first", {"input": True}),
            ("own", {}), ("own_again", {"same_as": "own"}),
        )
    ]  # fmt: skip
    trials = pd.DataFrame({
        "trial": [*range(40)] * 4, "fact": np.repeat(["again", "first", "own", "own_again"], 40),
        "value": [*np.linspace(0, 10, 40)] * 4, "spread": 1.0, "members": 5.0, "measured": 5.0,
    })  # fmt: skip
    scores = scored(trials, facts)
    assert scores["counts_as"].tolist() == ["input", "input", "prediction", "same as own"]
    assert scores["covered"].all()
    assert coverage(scores) == (1, 1)


@pytest.mark.validation
def test_coverage_of_heijckmann2009_with_either_interval():
    """The spine's 6.1 % lies outside of 2.9 to 4.6, and inside of about 1.8 to 6.1.

    In closed form: a standard error of 0.5 of a year's gain, an action of about a half, 4 years.
    """
    alone, both = (
        sim.emulate(SCENARIOS / "heijckmann2009.yaml", trials=80, uncertain=uncertain).scores
        for uncertain in (False, True)
    )
    rows = [s.set_index("fact").loc["spine_total_increase"] for s in (alone, both)]
    widths = [row["high"] - row["low"] for row in rows]
    expected = math.hypot(4.6 - 2.9, 2 * 1.96 * 0.5 * 0.5 * 4.3)
    assert widths[0] == pytest.approx(4.6 - 2.9, rel=0.25)
    assert widths[1] == pytest.approx(expected, rel=0.25)
    assert coverage(alone) == (0, 2)


def test_results_say_which_interval_they_show(tmp_path):
    words = ["emulate", str(BASE), "--trials", "12", "--out", str(tmp_path), "--quiet"]
    with without_pictures("pdf", "png"):
        outputs = [CliRunner().invoke(commands, [*words, *more]) for more in ([], ["--uncertain"])]
    kinds = ("patients only", "patients and parameters")
    folders = [Path(done.output.splitlines()[-1].split(": ")[-1].strip()) for done in outputs]
    assert folders[0] != folders[1]
    for done, kind, folder in zip(outputs, kinds, folders, strict=True):
        assert done.exit_code == 0, done.output
        assert f"Intervals: {kind}." in done.output.replace("\n", " ")
        assert json.loads((folder / "manifest.json").read_text())["options"]["interval"] == kind
        assert f"interval: {kind}" in (folder / "ABOUT.txt").read_text().replace("\n", " ")
        assert kind in (folder / "emulation.svg").read_text()
        shown = CliRunner().invoke(commands, ["show", str(folder)]).output
        assert f"Intervals: {kind}." in shown.replace("\n", " ")
        kept = results.open(folder)
        assert verbs.show(kept).facts["interval"] == kind
    listed = CliRunner().invoke(commands, ["list", "--out", str(tmp_path), "--json"]).output
    assert {one["interval"] for one in json.loads(listed)["results"]} == {*kinds}
    printed = CliRunner().invoke(commands, ["list", "--out", str(tmp_path)]).output
    assert printed.count("intervals:") == 2
    message = "an emulation of patients and parameters; .*`mastosim emulate --uncertain --trials N`"
    with pytest.raises(RequestError, match=message):
        verbs.refuse(results.open(folders[1]), "extend")


def test_an_uncertain_emulation_is_done_again_to_the_byte(tmp_path):
    with without_pictures("pdf", "png", "svg"):
        from sim.experiments.kinds import emulation as kind

        emulated = sim.emulate(SCENARIOS / "hernandez2010.yaml", trials=6, uncertain=True)
        folder = kind.keep(emulated, tmp_path / "first")
        again = verbs.rerun(results.open(folder), tmp_path / "second")
    assert again.name == folder.name
    for name in ("scores.csv", "trials.parquet"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_another_uncertainty_is_another_result(tmp_path):
    from sim.experiments.kinds.emulation import _digest

    (tmp_path / "laroche2011.yaml").write_text(BASE.read_text().replace("se: 1.98 ", "se: 1.9 "))
    studies = [load(BASE), load(tmp_path / "laroche2011.yaml")]
    assert len({_digest(study, "patients only") for study in studies}) == 1
    assert len({_digest(study, "patients and parameters") for study in studies}) == 2


def test_sentences_say_what_is_drawn_and_what_counts(uncertain):
    assert (
        "Intervals: patients and parameters. Each trial draws the 9 numbers" in said(uncertain)[1]
    )
    text = " ".join(said(uncertain))
    assert "inputs of the scenario" in text
    assert "fixed by the design" in text


def test_what_cannot_be_drawn_is_refused(tmp_path, of_age):
    bare = tmp_path / "bare.yaml"
    text = BASE.read_text()
    (tmp_path / "laroche2011.yaml").write_text(
        re.sub(r",?\s*uncertainty: \{\w+: \{[^{}]*\}\}", "", text)
    )
    bare.write_text("extends: laroche2011.yaml\nname: bare\n")
    with pytest.raises(RequestError, match="bare states no uncertainty of its numbers"):
        sim.emulate(bare, trials=3, uncertain=True)
    (tmp_path / "laroche2011.yaml").write_text(text)
    of_age.write_text(of_age.read_text().replace("se: 2 years", "se: 60 years"))
    with pytest.raises(ScenarioError, match=r"cohort\.age"):
        sim.emulate(of_age, trials=20, uncertain=True)


def test_the_forecast_of_trials_with_their_own_parameters_is_longer():
    alone, both = (
        emulation.forecast_of(emulation.prepare(BASE, 1000, uncertain=uncertain))
        for uncertain in (False, True)
    )
    assert alone.seconds < 10
    assert 10 < both.seconds < 200
    with pytest.raises(RequestError, match="too much"):
        sim.emulate(BASE, trials=10**9, uncertain=True)


def test_an_input_outside_of_its_interval_is_named():
    """The CTX of -68 % at six months, against about -64 to -47."""
    lines = said(sim.emulate(SCENARIOS / "rossini2014.yaml", trials=200))
    assert "Inputs outside of their interval: Change of CTX at 6 months." in lines
    assert "2 of 2 predicted numbers lie within the 95 % interval of the simulated trials." in lines
