"""What `check` says of a scenario that is allowed and still worth a look."""

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import truncnorm

from sim.cli.main import commands
from sim.experiments.remarks import remarks, truncated
from sim.scenario import load
from tests import tiny_sweeps
from tests.test_limits import BASE

RATE = "fractures.base_rate={{value: {}, uncertainty: {}}}"
BOTH = "effects.pamidronate.spine"


def said(*settings):
    return remarks(load(BASE, settings))


def test_of_the_base_nothing_is_worth_a_look():
    assert said() == []


@pytest.mark.parametrize(
    ("rate", "uncertainty", "part"),
    [
        ("10 per 100 person-years", "{gamma: {events: 88, person_years: 269000}}", "outside 95 %"),
        ("10 per 100 person-years", "{uniform: {low: 11 per 100 person-years, high: 12 per 100 "
         "person-years}}", "outside 95 %"),
        ("4.5 per 100 person-years", "{gamma: {events: 8.8, person_years: 269}}", "far from the"),
    ],
)  # fmt: skip
def test_a_value_beside_a_distribution_that_is_not_its_own_is_told(rate, uncertainty, part):
    (sentence,) = said(RATE.format(rate, uncertainty))
    assert sentence.startswith(f"fractures.base_rate: {rate} lies ")
    assert part in sentence


def test_a_value_in_the_middle_of_its_draws_is_not_told():
    assert said(RATE.format("3.27 per 100 person-years", "{gamma: {events: 8.8, "
                            "person_years: 269}}")) == []  # fmt: skip


def test_a_horizon_far_past_the_evidence_is_told():
    """The evidence of the base ends at 60 months; ten years past it nothing is said yet."""
    assert said("horizon=180 months") == []
    far, age = said("horizon=30 years")
    assert far.startswith(
        "horizon: 360 months is 25 years past the longest follow-up with data, 60"
    )
    assert "bone density stays as it is, on therapy and off it (beyond_evidence.rate)" in far
    assert age.startswith("horizon: rates of vertebral, hip, other fractures do not rise with age")
    far, age = said(
        "horizon=181 months",
        "beyond_evidence.rate=-0.5 %/year",
        "fractures.sites.hip.per_decade_of_age=1.4",
    )
    assert "bone density changes by -0.5 %/year" in far
    assert "rates of vertebral, other fractures" in age
    all_sites = [
        f"fractures.sites.{s}.per_decade_of_age=1.3" for s in ("vertebral", "hip", "other")
    ]
    assert len(said("horizon=30 years", *all_sites)) == 1


def test_a_distribution_without_draws_is_told():
    (sentence,) = said(RATE.format("3 per 100 person-years", "{beta: {events: 1, of: 5}}"))
    assert "cannot be drawn: a beta distribution describes a share" in sentence


@pytest.mark.parametrize("value", ["0.2", "0.3", "1.62", "1.7"])
def test_an_interval_about_a_point_off_its_middle_is_told(value):
    ends = "[0.2 %/year, 1.78 %/year]"
    settings = f"{BOTH}={{mean: {value} %/year, ci95: {ends}, n: 20}}"
    (sentence,) = said(settings)
    assert sentence.startswith(f"{BOTH}: the mean {value} %/year lies at ")
    assert said(settings.replace(value + " %/year, ci95", "0.99 %/year, ci95")) == []


def test_quartiles_of_a_skewed_normal_variable_are_told():
    skewed = "{median: 21 IU, iqr: [20 IU, 30 IU]}"
    assert any("its iqr" in one for one in said(f"cohort.balp.normal={skewed}"))
    assert said(f"cohort.balp={{lognormal: {skewed}}}", "cohort.balp.within=") == []


def test_the_mean_and_sd_after_truncation_are_those_of_the_truncated_distribution():
    """A mean of -2.8 and an SD of 1.2, cut off at -2.5, are -3.56 and 0.75 in the patients."""
    cut = "cohort.spine_t={normal: {mean: -2.8, sd: 1.2}, within: [-6, -2.5]}"
    (line,) = [line for line in truncated(load(BASE, [cut])) if "spine_t" in line]
    law = truncnorm(-3.2 / 1.2, 0.3 / 1.2, -2.8, 1.2)
    assert f"mean {law.mean():.4g}, SD {law.std():.4g} (before: -2.8, 1.2)" in line
    assert np.allclose([law.mean(), law.std()], [-3.56, 0.75], atol=0.01)


def test_check_prints_both(tmp_path):
    file = tmp_path / "odd.yaml"
    (tmp_path / BASE.name).write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")
    file.write_text(
        f"extends: {BASE.name}\nname: odd\narms: {{untreated: []}}\n"
        "cohort: {spine_t: {within: [-6, -2.5]}}\n",
        encoding="utf-8",
    )
    printed = CliRunner().invoke(commands, ["check", str(file)]).output
    assert "Patients after the limits `within`:\n" in printed
    assert "  cohort.spine_t: mean " in printed
    assert "Worth a look:\n  comparator: pamidronate, the last arm of " in printed


# --- the comparator ------------------------------------------------------------------------------


@pytest.fixture
def extended(tmp_path):
    """A file that extends another one in a folder."""
    (tmp_path / "base.yaml").write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")

    def load_with(text, settings=()):
        file = tmp_path / "more.yaml"
        file.write_text(f"extends: base.yaml\nname: more\n{text}\n", encoding="utf-8")
        return load(file, settings)

    return load_with


def test_an_arm_that_is_added_does_not_become_the_comparator(extended):
    study = extended("arms: {untreated: []}")
    assert list(study.scenario.arms)[-1] == "untreated"
    assert study.scenario.compared_with == "pamidronate"
    assert study.document["comparator"] == "pamidronate"
    (remark,) = study.remarks
    assert remark.startswith("comparator: pamidronate, the last arm of ")
    assert "base.yaml" in remark


def test_an_arm_that_is_set_does_not_become_the_comparator():
    study = load(BASE, ["arms.untreated=[]"])
    assert study.scenario.compared_with == "pamidronate"
    assert len(study.remarks) == 1


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("arms: {untreated: []}\ncomparator: untreated", "untreated"),
        ("arms: {untreated: [], pamidronate: }", "untreated"),
        ("arms: {combination: [pamidronate]}", "pamidronate"),
        ("title: the same arms", "pamidronate"),
    ],
)
def test_otherwise_the_comparator_is_the_one_named_or_the_last(extended, text, comparator):
    study = extended(text)
    assert study.scenario.compared_with == comparator
    assert study.remarks == ()


@pytest.mark.parametrize(
    ("settings", "comparator"),
    [
        (["arms.pamidronate="], "untreated"),
        (["arms.later=[pamidronate]"], "pamidronate"),
        (["arms.pamidronate=[]"], "pamidronate"),
        (["arms.untreated="], "pamidronate"),
        (["comparator=combination", "arms.later=[]"], "combination"),
    ],
)
def test_a_comparator_that_was_kept_goes_with_its_arm(extended, settings, comparator):
    study = extended("arms: {untreated: []}", settings)
    assert study.scenario.compared_with == comparator


@pytest.mark.parametrize(
    ("visits", "sentences"),
    [
        ("[every 12 months, 52 weeks]", []),
        ("[every 12 months, 72 months]", ["72 months is after the end of follow-up, day 1826"]),
        ("[24 months]", ["the last visit is on day 730, 1096 days before the end of follow-up"]),
        ("[72 months]", ["72 months is after", "there is no visit after entry, and entry is no"]),
    ],
)
def test_visits_beyond_the_end_and_long_before_it_are_told(visits, sentences):
    told = said(f"visits.dxa={visits}")
    assert len(told) == len(sentences)
    for sentence, part in zip(told, sentences, strict=True):
        assert sentence.startswith(f"visits.dxa: {part}")


def test_visits_of_markers_that_the_cohort_lacks_are_not_told():
    without = [f"cohort.{marker}=" for marker in ("ctx", "balp", "tryptase")]
    assert said(*without, "visits.markers=[72 months]") == []


def test_a_sweep_tells_values_far_from_their_draws_and_leaves_out_ranges(tmp_path, mastosim):
    """`check` says so among its lines, `sweep` on stderr; a range of two ends is asked for."""
    far = "{uncertainty: {gamma: {events: 88, person_years: 269000}}}"
    text = tiny_sweeps.table({tiny_sweeps.RATE: far, tiny_sweeps.GIVEN: "{low: 1 %, high: 9 %}"})
    file = tiny_sweeps.wrote(tmp_path, text + "\ndesign: {one_at_a_time: {}}")
    printed = mastosim("check", file).stdout
    (line,) = printed.split("Worth a look:\n")[1].splitlines()
    assert line.startswith("  fractures.base_rate: 60 per 100 person-years lies outside 95 % of")
    done = mastosim("sweep", file, "--out", tmp_path / "results")
    assert f"Worth a look:\n{line}" in done.stderr
