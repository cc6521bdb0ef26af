"""Outcomes of subgroups: each number once more from the tables of those patients alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.scenario import ScenarioError, load
from tests.arms import by_label
from tests.from_tables import summarise

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
NUMBERS = ["estimate", "mc_error", "low", "high"]
GROUPS = {
    "women": ("{sex: female}", lambda p: p["sex"] == "female"),
    "men": ("{sex: male}", lambda p: p["sex"] == "male"),
    "under fifty": ("{age: {below: 50 years}}", lambda p: p["age_years"] < 50),
    "light old women": (
        "{sex: female, age: {at_least: 50 years}, weight: {below: 70 kg}}",
        lambda p: (p["sex"] == "female") & (p["age_years"] >= 50) & (p["weight_kg"] < 70),
    ),
    "two or three fractures": (
        "{vertebral_fractures: {at_least: 2, below: 4}}",
        lambda p: p["vertebral_fractures"].isin([2, 3]),
    ),
    "low spine": ("{spine_t: {below: -3}}", lambda p: p["spine_t"] < -3),
    "high hip": ("{hip_t: {at_least: -1.5}}", lambda p: p["hip_t"] >= -1.5),
}
SETTINGS = [
    "cohort.patients=150", "horizon=36 months", "fractures.base_rate=30 per 100 person-years",
    "cohort.age.normal.mean=60 years",
]  # fmt: skip


NONE_BREAKS = "fractures.base_rate=0 per 100 person-years"


ALWAYS = ("all", "alive in every arm")


def simulated(*settings):
    return runs.run(load(BASE, settings), engine="batch")


def with_groups(**groups):
    return f"subgroups={{{', '.join(f'{name}: {text}' for name, text in groups.items())}}}"


@pytest.fixture(scope="module")
def result():
    groups = {name: text for name, (text, _) in GROUPS.items()}
    return simulated(*SETTINGS, with_groups(**groups))


@pytest.fixture(scope="module")
def plain():
    """The same without subgroups."""
    return simulated(*SETTINGS)


@pytest.fixture(scope="module")
def known(result):
    """What is known of each patient at entry, T-scores as measured."""
    people = result.patients.set_index("patient")
    at_entry = result.measurements[
        (result.measurements["day"] == 0) & (result.measurements["arm"] == "combination")
    ]
    wide = at_entry.pivot(index="patient", columns="quantity", values="value")
    return people.join(wide[["spine_t", "hip_t"]])


def of(result, subgroup):
    rows = by_label(result.summary[result.summary["subgroup"] == subgroup])
    return rows.set_index(["arm", "outcome", "time"])


def inside(known, name):
    return set(known.index[GROUPS[name][1](known)])


@pytest.mark.parametrize("name", GROUPS)
def test_a_subgroup_has_the_outcomes_of_its_patients_alone(result, known, name):
    """The same summary, of tables in which nobody else is left."""
    who = inside(known, name)
    assert 3 < len(who) < 150
    alone = result.tables._make(frame[frame["patient"].isin(who)] for frame in result.tables)
    arms = ["combination", "pamidronate"]
    expected = summarise("laroche2011", alone, arms, "pamidronate")
    expected = expected.set_index(["arm", "outcome", "time"])
    found = of(result, name).loc[expected.index]
    pd.testing.assert_frame_equal(found[NUMBERS], expected[NUMBERS], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", GROUPS)
def test_the_numbers_of_a_subgroup_counted_by_hand(result, known, name):
    who, found = inside(known, name), of(result, name)
    events = result.events[result.events["patient"].isin(who)]
    of_arm = events[events["arm"] == "combination"]
    years = of_arm.loc[of_arm["event"].isin(["end", "death"]), "day"].sum() / 365.25
    broke = of_arm[of_arm["event"] == "fracture"]
    rate = found.loc[("combination", "all fractures", 36.0)]
    assert rate["estimate"] == pytest.approx(100 * len(broke) / years)
    any_ = found.loc[("combination", "any fracture", 36.0)]
    assert any_["estimate"] == pytest.approx(100 * broke["patient"].nunique() / len(who))
    stopped = of_arm[of_arm["event"] == "intolerance"]["patient"].nunique()
    off = found.loc[("combination", "off interferon", 36.0), "estimate"]
    assert off == pytest.approx(100 * stopped / len(who))


@pytest.mark.parametrize("name", GROUPS)
def test_a_difference_within_a_subgroup_is_that_of_its_means(result, known, name):
    who = inside(known, name)
    rows = result.measurements[result.measurements["quantity"] == "spine_g_cm2"]
    rows = rows[rows["patient"].isin(who) & rows["day"].isin([0, 365])]
    wide = rows.pivot(index=["arm", "patient"], columns="day", values="value").dropna()
    means = (100 * (wide[365] / wide[0] - 1)).groupby("arm").mean()
    found = of(result, name).loc[("combination - pamidronate", "spine change", 12.0)]
    assert found["estimate"] == pytest.approx(means["combination"] - means["pamidronate"])


def test_a_difference_within_a_subgroup_is_paired():
    """Mean and standard error of the differences within each patient, where nobody dies."""
    result = simulated(
        "cohort.patients=60", "horizon=12 months", NONE_BREAKS,
        "mortality.standardised_mortality_ratio=0", with_groups(women="{sex: female}"),
    )  # fmt: skip
    women = set(result.patients.loc[result.patients["sex"] == "female", "patient"])
    rows = result.measurements[result.measurements["quantity"].eq("ctx_pg_ml")]
    rows = rows[rows["patient"].isin(women) & rows["day"].isin([0, 183])]
    wide = rows.pivot(index=["patient", "arm"], columns="day", values="value")
    change = (100 * (wide[183] / wide[0] - 1)).unstack("arm")
    apart = change["combination"] - change["pamidronate"]
    found = of(result, "women").loc[("combination - pamidronate", "ctx change", 6.0)]
    assert found["estimate"] == pytest.approx(apart.mean(), abs=1e-9)
    assert found["mc_error"] == pytest.approx(apart.std() / len(women) ** 0.5, abs=1e-9)
    assert found["unit"] == "percentage points"


def test_all_is_the_summary_without_subgroups(result, plain):
    found = result.summary[result.summary["subgroup"].isin(ALWAYS)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, plain.summary, check_exact=True)
    assert set(plain.summary["subgroup"]) == {*ALWAYS}


def test_subgroups_change_nothing_that_happens(result, plain):
    for one, other in zip(result.tables, plain.tables, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert result.study.digest != plain.study.digest


def test_women_and_men_make_up_everyone(result):
    """A mean over all is that of both, weighted by their numbers."""
    counts = result.patients["sex"].value_counts()
    key = ("pamidronate", "deaths", 36.0)
    both = sum(counts[sex] * of(result, name).loc[key, "estimate"]
               for sex, name in (("female", "women"), ("male", "men")))  # fmt: skip
    assert both / 150 == pytest.approx(of(result, "all").loc[key, "estimate"])
    assert of(result, "women").loc[key, "estimate"] != of(result, "men").loc[key, "estimate"]


def test_subgroups_stand_in_the_order_of_the_file_after_all(result):
    assert list(result.summary["subgroup"].unique()) == ["all", *GROUPS, "alive in every arm"]
    sizes = result.summary.groupby("subgroup").size()
    assert sizes.drop("alive in every arm").nunique() == 1


def test_the_lower_limit_belongs_to_a_subgroup_and_the_upper_does_not():
    groups = with_groups(two="{vertebral_fractures: {at_least: 2, below: 3}}",
                         less="{vertebral_fractures: {below: 2}}")  # fmt: skip
    result = simulated("cohort.patients=80", "horizon=6 months", groups, NONE_BREAKS)
    counts = result.patients["vertebral_fractures"]
    assert (counts == 2).sum() > 3
    for name, size in (("two", (counts == 2).sum()), ("less", (counts < 2).sum())):
        share = of(result, name).loc[("combination", "deaths", 6.0)]
        # nothing seen: the limit tells among how many
        assert share["estimate"] == 0
        assert share["high"] == pytest.approx(100 * (1 - 0.025 ** (1 / size)))


def test_a_subgroup_of_nobody_has_empty_numbers_and_brings_no_warning(tmp_path, no_pictures):
    """Warnings are errors here."""
    settings = ["cohort.patients=20", "horizon=12 months",
                with_groups(centenarians="{age: {at_least: 101 years}}", all_of_them="{sex: male}",
                            women="{sex: female}"),
                "cohort.female=0 %"]  # fmt: skip
    result = simulated(*settings)
    for name in ("centenarians", "women"):
        assert of(result, name)[NUMBERS].isna().all(axis=None)
        assert len(of(result, name)) == len(of(result, "all"))
    pd.testing.assert_frame_equal(of(result, "all_of_them")[NUMBERS], of(result, "all")[NUMBERS])
    folder = kept_run.keep(result, tmp_path)
    kept = pd.read_csv(folder / "summary.csv")
    assert kept.loc[kept["subgroup"] == "women", "estimate"].isna().all()


def test_a_subgroup_of_one_has_an_estimate_and_no_error():
    settings = ["cohort.patients=30", "horizon=12 months"]
    oldest = simulated(*settings).patients["age_years"].max()
    group = with_groups(oldest=f"{{age: {{at_least: {oldest - 1e-3:.4f} years}}}}")
    result = simulated(*settings, group)
    row = of(result, "oldest").loc[("combination", "spine change", 12.0)]
    assert np.isfinite(row["estimate"])
    assert np.isnan(row["mc_error"])


@pytest.mark.parametrize(
    ("group", "path", "message"),
    [
        ("{}", "subgroups.odd", "a subgroup has a condition, like `sex: female`"),
        ("{age: {}}", "subgroups.odd.age",
         "give `at_least`, `below` or both, the lower one in `at_least`"),
        ("{age: {at_least: 60 years, below: 50 years}}", "subgroups.odd.age",
         "give `at_least`, `below` or both, the lower one in `at_least`"),
        ("{hip_t: {at_least: -2, below: -2}}", "subgroups.odd.hip_t",
         "give `at_least`, `below` or both, the lower one in `at_least`"),
        ("{sex: women}", "subgroups.odd.sex", "'women' is not known here; Allowed: female, male"),
        ("{agee: {below: 50 years}}", "subgroups.odd.agee",
         "'agee' is not a key here; did you mean 'age'? "
         "Allowed: sex, age, weight, vertebral_fractures, spine_t, hip_t"),
        ("{age: {below: 50}}", "subgroups.odd.age.below",
         "'50' has no unit; units of age: years, year"),
        ("{ctx: {below: 300 ng/L}}", "subgroups.odd.ctx",
         "'ctx' is not a key here; "
         "Allowed: sex, age, weight, vertebral_fractures, spine_t, hip_t"),
    ],
)  # fmt: skip
def test_a_wrong_subgroup_is_refused(group, path, message):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [f"subgroups.odd={group}"])
    assert [(m.path, m.message) for m in caught.value.mistakes] == [(path, message)]


def test_no_subgroup_is_called_all():
    with pytest.raises(ScenarioError) as caught:
        load(BASE, ["subgroups.all={sex: female}"])
    (mistake,) = caught.value.mistakes
    assert mistake.message == "'all' cannot name a subgroup; it means all patients"
