"""Published contrasts of two groups: closed forms by hand, and a study of two arms end to end."""

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from sim import outcomes, results
from sim.experiments.emulation.trials import facts_enrolled
from sim.experiments.kinds import run as kept_run
from sim.outcomes import AnalysisPlan, ArmRecords, contrasts, hazard_ratio, ratios, survival
from sim.outcomes.definitions.published import pairs_of, printed_interval
from sim.outcomes.definitions.statistics import reactions_named, statistic
from sim.outcomes.rows import Rows
from sim.scenario import ScenarioError, load
from sim.scenario.form.publication import Citation, Fact, Publication
from sim.scenario.form.simulated import Simulated
from sim.scenario.form.statistics import CONTRASTS, STATISTICS
from tests import facts_page

PAPER = """\
citation: {authors: [Ours A], title: Two arms, journal: Unpublished, year: 2024}
follow_up: 24 months
design: {patients: {zoledronate: 60, placebo: 40}}
groups:
  active: {arm: zoledronate}
  placebo: {arm: placebo}
facts:
  - {fact: enrolled, label: Enrolled on placebo, value: 400, unit: patients,
     simulated: {statistic: patients, group: placebo}}
  - {fact: share_active, label: Vertebral fracture on zoledronate, value: 10, unit: "%",
     simulated: {statistic: share_with_fracture, of: vertebral, group: active}}
  - {fact: share_placebo, label: Vertebral fracture on placebo, value: 30, unit: "%",
     simulated: {statistic: share_with_fracture, of: vertebral, group: placebo}}
  - {fact: spine, label: Spine BMD, value: 4.5, spread: [3.9, 5.1], spread_is: ci95,
     unit: percentage points,
     simulated: {statistic: difference, in: mean_percent_change, of: spine,
                 group: active against placebo, at: 24 months}}
  - {fact: risk, label: Vertebral fracture, value: 0.33, spread: [0.16, 0.7], spread_is: ci95,
     unit: risk ratio,
     simulated: {statistic: risk_ratio, of: vertebral, group: active against placebo}}
  - {fact: absolute, label: Vertebral fracture in a year, value: 3.3, unit: percentage points,
     simulated: {statistic: absolute_risk_reduction, of: vertebral,
                 group: active against placebo, at: 12 months}}
  - {fact: curve, label: Vertebral fracture by Kaplan-Meier, value: 4.9, unit: "%",
     simulated: {statistic: kaplan_meier_share, of: vertebral, group: placebo, at: 12 months}}
  - {fact: curves, label: Vertebral fracture by Kaplan-Meier, value: 3.3,
     unit: percentage points,
     simulated: {statistic: absolute_risk_reduction, in: kaplan_meier_share, of: vertebral,
                 group: active against placebo}}
  - {fact: hazard, label: Vertebral fracture, value: 0.33, unit: hazard ratio,
     simulated: {statistic: hazard_ratio, of: vertebral, group: active against placebo}}
  - {fact: backwards, label: Vertebral fracture, value: 3, unit: hazard ratio,
     simulated: {statistic: hazard_ratio, of: vertebral, group: placebo against active,
                 at: 17 months}}
  - {fact: rate, label: Vertebral fractures, value: 0.33, unit: rate ratio,
     simulated: {statistic: rate_ratio, of: vertebral, group: active against placebo}}
  - {fact: beyond, label: Three years, value: 0.3, unit: risk ratio,
     simulated: {statistic: risk_ratio, of: vertebral, group: active against placebo,
                 at: 36 months}}
"""
SCENARIO = """\
extends: boonen2012.yaml
name: two
answers: paper.yaml
cohort: {patients: 1300}
fractures: {base_rate: 20 per 100 person-years}
"""

SHIPPED = Path(__file__).parents[1] / "scenarios"
YEAR = 365.25
END, TIMES = 1096, 10
"""Three years; each patient of the hand-made log stands there ten times."""


def rows(*events):
    """Fractures of (patient, day), of each repetition."""
    who = np.array([4 * again + patient for patient, _ in events for again in range(TIMES)], int)
    day = np.array([day for _, day in events for _ in range(TIMES)], int)
    order = np.lexsort((day, who))
    return Rows(who[order], day[order], np.zeros(len(day)))


def arm(last, died, vertebral, spine):
    """Four patients: last day, who died, vertebral fractures, spine at four visits."""
    events = {("fracture", "vertebral"): rows(*vertebral), ("fracture", "hip"): rows(),
              ("fracture", "other"): rows(), ("death", ""): rows(),
              ("intolerance", "tablet"): rows()}  # fmt: skip
    values = np.tile(np.array(spine, float), (TIMES, 1))
    return ArmRecords(
        count=4 * TIMES, end=END, known={}, years=np.tile(last, TIMES) / YEAR,
        died=np.tile(np.array(died, float), TIMES), events=events,
        measured={"spine_g_cm2": values, "spine_t": (values - 1) / 0.1},
        visits={key: [0, 365, 730, END] for key in ("spine_g_cm2", "spine_t")},
    )  # fmt: skip


NAN = math.nan
ACTIVE = arm(
    [END, END, 730, END], [0, 0, 1, 0], [(0, 400), (0, 800)],
    [[1, 1.02, 1.04, 1.1], [0.8, 0.8, 0.84, 0.88], [1, 1.1, NAN, NAN], [1, 1, 1, 1.2]],
)  # fmt: skip
PLACEBO = arm(
    [END, END, END, 365], [0, 0, 0, 1], [(0, 300), (1, 900)],
    [[1, 1, 1, 1], [1, 0.98, 0.96, 0.9], [1, 1, 1, 1.02], [1, NAN, NAN, NAN]],
)  # fmt: skip
GROUPS = {"active": {"arm": "active"}, "placebo": {"arm": "placebo"}}


def contrasted(name, **how):
    """A contrast of active against placebo, of the hand-made log."""
    fact = {"fact": "it", "unit": "", "value": 1,
            "simulated": {"statistic": name, "group": "active against placebo", **how}}  # fmt: skip
    return of_fact(fact)


def of_fact(fact, groups=None, arms=("active", "placebo")):
    groups = groups or GROUPS
    by_arm = dict(zip(arms, (ACTIVE, PLACEBO), strict=True))
    plan = AnalysisPlan(facts=[fact], groups=groups, outcomes=lambda _: ())
    lines = [one for name, of_arm in by_arm.items()
             for one in outcomes.lines_of((0, name), of_arm, plan)]  # fmt: skip
    if lines:
        table = outcomes.added([outcomes.compared(lines, [], pairs_of([fact]))])
        return contrasts.of_sums(table, fact, groups)
    empty = outcomes.no_effects([*by_arm], [], END, [fact], groups)
    curves = empty.plus(survival.firsts_of(by_arm))
    return contrasts.of_curves(curves, [*by_arm], fact, groups)


# One group, by hand


def alone(records, name, **how):
    """Value of a statistic over all patients of an arm."""
    one = statistic(records, "it", "", {"statistic": name, **how})
    total = one.denominator.sum()
    return one.scale * one.numerator.sum() / total if total else math.nan


def test_a_mean_percent_change_is_the_mean_of_the_patients_changes():
    assert alone(ACTIVE, "mean_percent_change", of="spine", at=END) == pytest.approx(40 / 3)
    assert alone(ACTIVE, "mean_percent_change", of="spine", at=365) == pytest.approx(3)
    assert alone(ACTIVE, "total_increase", of="spine", at=365) == pytest.approx(3)
    assert alone(ACTIVE, "mean_percent_change", of="spine") == pytest.approx(
        (10 + 10 + 10 + 20) / 4
    )


def test_a_change_from_one_visit_to_another_begins_at_the_first():
    how = {"of": "spine", "from": 365, "at": 730}
    expected = 100 * ((1.04 / 1.02 - 1) + 0.05 + 0) / 3
    assert alone(ACTIVE, "mean_percent_change", **how) == pytest.approx(expected)
    assert alone(ACTIVE, "t_change", **how) == pytest.approx((0.2 + 0.4 + 0) / 3)


def test_fractures_of_a_period_are_counted_after_its_first_day():
    rate = alone(ACTIVE, "fracture_rate", of="vertebral", **{"from": 400, "at": 1000})
    assert rate == pytest.approx(100 * 1 / ((3 * 600 + 330) / YEAR))
    rate = alone(PLACEBO, "fracture_rate", of="vertebral", at=365)
    assert rate == pytest.approx(100 * 1 / (4 * 365 / YEAR))
    number = {"per_patients": 100, "from": 365, "at": END}
    assert alone(ACTIVE, "fractures", **number) == pytest.approx(50)
    assert alone(PLACEBO, "fractures", **number) == pytest.approx(25)


def test_a_share_of_a_period_is_one_of_those_alive_at_its_beginning():
    how = {"of": "vertebral", "from": 365, "at": END}
    assert alone(PLACEBO, "share_with_fracture", **how) == pytest.approx(100 / 3)
    assert alone(ACTIVE, "share_with_fracture", **how) == pytest.approx(25)


@pytest.mark.parametrize("name", ["share_with_fracture", "share_died", "fracture_rate"])
def test_a_time_after_the_end_has_no_value(name):
    assert math.isnan(alone(ACTIVE, name, at=END + 2))
    assert not math.isnan(alone(ACTIVE, name, at=END + 1))


# Two groups, by hand


@pytest.mark.parametrize(
    ("name", "how", "expected"),
    [
        ("difference", {"in": "mean_percent_change", "of": "spine", "at": 365}, 3 - -2 / 3),
        ("difference", {"in": "t_final", "of": "spine", "at": END}, 0.6 - -0.8 / 3),
        ("difference", {"in": "share_with_fracture", "of": "vertebral"}, 25 - 50),
        ("difference", {"in": "share_died"}, 0),
        ("difference", {"in": "fractures", "of": "vertebral", "per_patients": 100}, 0),
        ("absolute_risk_reduction", {"of": "vertebral"}, 25),
        ("absolute_risk_reduction", {"of": "vertebral", "at": 365}, 25),
        ("absolute_risk_reduction", {"in": "share_died"}, 0),
        ("risk_ratio", {"of": "vertebral"}, 0.5),
        ("risk_ratio", {"of": "vertebral", "from": 365, "at": END}, 0.75),
        ("relative_risk_reduction", {"of": "vertebral"}, 50),
        ("rate_ratio", {"of": "vertebral"}, (3 * END + 365) / (3 * END + 730)),
        ("rate_ratio", {"of": "vertebral", "from": 400, "at": 1000}, 3 * 600 / (3 * 600 + 330)),
        ("difference", {"in": "kaplan_meier_share", "of": "vertebral"}, 25 - 62.5),
        ("absolute_risk_reduction", {"in": "kaplan_meier_share", "of": "vertebral"}, 37.5),
        ("absolute_risk_reduction",
         {"in": "kaplan_meier_share", "of": "vertebral", "at": 399}, 25),
        # 4 r^2 + r - 1 = 0 from the patients at risk on days 300, 400 and 900
        ("hazard_ratio", {"of": "vertebral"}, (math.sqrt(17) - 1) / 8),
    ],
)  # fmt: skip
def test_a_contrast_by_hand(name, how, expected):
    found = contrasted(name, **how)
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.low <= found.value <= found.high


def test_a_share_by_kaplan_and_meier_is_larger_than_the_crude_one():
    fact: dict[str, Any] = {"fact": "it", "unit": "%", "simulated": {
        "statistic": "kaplan_meier_share", "of": "vertebral", "group": "placebo"}}  # fmt: skip
    found = of_fact(fact)
    assert found.value == pytest.approx(100 * (1 - 3 / 4 * 1 / 2))
    assert found.value > alone(PLACEBO, "share_with_fracture", of="vertebral")
    assert math.isnan(of_fact({**fact, "simulated": {**fact["simulated"], "at": END + 2}}).value)


def test_turned_round_a_contrast_is_turned_round():
    one = contrasted("risk_ratio", of="vertebral")
    reduction = contrasted("relative_risk_reduction", of="vertebral")
    assert (reduction.low, reduction.high) == pytest.approx(
        (100 - 100 * one.high, 100 - 100 * one.low)
    )
    less = contrasted("difference", **{"in": "share_with_fracture"}, of="vertebral")
    reduced = contrasted("absolute_risk_reduction", of="vertebral")
    assert (reduced.low, reduced.high) == pytest.approx((-less.high, -less.low))
    assert reduced.mc_error == less.mc_error > 0


def test_a_hazard_ratio_up_to_a_day_knows_nothing_of_later():
    rng = np.random.default_rng(5)
    day = rng.integers(1, END + 1, (2, 4, 200)).astype(np.int32)
    how = rng.integers(0, 2, day.shape).astype(np.int8)
    cut, late = 500, day > 500
    empty = survival.no_curves(2, [(0, 1)], END, [cut])
    whole = empty.plus(survival.Firsts(day, how)).until(cut)
    at_cut = survival.Firsts(np.where(late, cut, day), np.where(late, survival.FOLLOWED, how))
    direct = survival.Curves(
        [(0, 1)], empty.edges[empty.edges <= cut], np.zeros((2, 4, 3, cut + 1), int),
        np.zeros_like(whole.together),
    ).plus(at_cut)  # fmt: skip
    assert (whole.by_day == direct.by_day).all()
    assert (whole.together == direct.together).all()
    assert hazard_ratio.hazard_ratio(whole, 0, 1) == hazard_ratio.hazard_ratio(direct, 0, 1)
    arms = [survival.curve_from(day[at, 1], how[at, 1], cut) for at in (0, 1)]
    assert hazard_ratio.ratio_of(*arms) == pytest.approx(
        hazard_ratio.hazard_ratio(whole, 0, 1).value, rel=1e-9
    )


def test_groups_of_one_arm_are_compared_as_independent(monkeypatch):
    inside = np.arange(4 * TIMES) % 2 == 0  # patients 0 and 2 stopped
    monkeypatch.setattr(ArmRecords, "stopped", lambda *_: inside)
    groups = {"stopped": {"arm": "placebo", "tablet": "stopped"},
              "kept": {"arm": "placebo", "tablet": "kept"}}  # fmt: skip

    def against(name, **how):
        return of_fact({"fact": "it", "unit": "", "simulated": {
            "statistic": name, "of": "vertebral", "group": "stopped against kept", **how}},
            groups)  # fmt: skip

    n = 2 * TIMES
    low, high = (stats.beta.ppf(0.025, 10, 11), stats.beta.ppf(0.975, 11, 10))
    both = math.hypot(0.5 - low, high - 0.5)
    difference = against("difference", **{"in": "share_with_fracture"})
    assert n == 20
    assert difference[0] == 0
    assert difference[2:] == pytest.approx((-100 * both, 100 * both))
    ratio = against("risk_ratio")
    wide = math.hypot(math.log(0.5 / low), math.log(high / 0.5))
    assert ratio == pytest.approx((1, NAN, math.exp(-wide), math.exp(wide)), nan_ok=True)
    assert against("rate_ratio").value == pytest.approx((END + 365) / (2 * END))


def test_a_ratio_of_independent_groups_without_an_event_has_one_side():
    low, high = ratios.of_independent(0, (0, 10), 20, (5, 40))
    assert [float(low), float(high)] == [0, 2]
    low, high = ratios.of_independent(20, (5, 40), 0, (0, 10))
    assert [float(low), float(high)] == [0.5, math.inf]
    assert np.isnan(ratios.of_independent(0, (0, 10), 0, (0, 10))).all()


def test_every_contrast_and_statistic_is_tried_here():
    assert set(CONTRASTS) == {
        "difference", "absolute_risk_reduction", "risk_ratio", "relative_risk_reduction",
        "rate_ratio", "hazard_ratio",
    }  # fmt: skip
    assert [name for name, one in STATISTICS.items() if one.kind == "curve"] == [
        "kaplan_meier_share"
    ]


def test_the_printed_interval_is_the_one_that_is_typed():
    typed = {"fact": "a", "value": 0.3, "spread_is": "ci95", "spread": [0.24, 0.38]}
    assert printed_interval(typed) == (0.24, 0.38)
    assert printed_interval({**typed, "value": 1.5, "spread_is": "se", "spread": 0.2}) == (
        1.108,
        1.892,
    )
    assert np.isnan(printed_interval({**typed, "spread_is": "range"})).all()


# Reactions that therapies share


def test_a_reaction_that_therapies_share_is_that_of_any_of_them():
    by = {("infusion", "zol"): rows(), ("infusion", "pam"): rows(),
          ("reaction", "zol fever"): rows((0, 1)), ("reaction", "pam fever"): rows((0, 5), (1, 9)),
          ("reaction", "rash"): rows((3, 2))}  # fmt: skip
    both = ArmRecords(4 * TIMES, END, {}, ACTIVE.years, ACTIVE.died, by, {}, {})
    assert alone(both, "share_with_reaction", of="fever") == 50
    assert alone(both, "share_with_reaction", of="fever", at=8) == 25
    assert alone(both, "share_with_reaction", of="zol fever") == 25
    assert alone(both, "share_with_reaction", of="rash") == 25
    assert reactions_named(both, "zol rash") == ["rash"]
    assert reactions_named(both, "ever") == []


TWO_DRUGS = """\
extends: boonen2012.yaml
name: fevers
answers: fevers-paper.yaml
cohort: {patients: 400}
therapies:
  zoledronate: {reactions: {fever: {first: 20 %, later: 5 %}}}
  ibandronate:
    infusion: 3 mg
    schedule: [{every: 3 months}]
    exposure:
      half_life: 1 year
      action_1: {infusion: 3 mg, schedule: [{every: 3 months}], over: 24 months}
    reactions: {fever: {first: 10 %, later: 2 %}}
arms: {both: [zoledronate, ibandronate]}
effects:
  ibandronate: {spine: {mean: 1 %/year, sd: 1 %/year}, hip: {mean: 1 %/year, sd: 1 %/year}}
  zoledronate + ibandronate:
    spine: {mean: 1 %/year, sd: 1 %/year}
    hip: {mean: 1 %/year, sd: 1 %/year}
"""
FEVERS = """\
citation: {title: Fevers}
groups: {both: {arm: both}, single: {arm: zoledronate}, placebo: {arm: placebo}}
facts:
  - {fact: any, label: Any fever, value: 9.5, unit: "%",
     simulated: {statistic: share_with_reaction, of: fever, group: both}}
  - {fact: named, label: Fever after zoledronate, value: 9.5, unit: "%",
     simulated: {statistic: share_with_reaction, of: zoledronate fever, group: both}}
  - {fact: single, label: Fever, value: 9.5, unit: "%",
     simulated: {statistic: share_with_reaction, of: fever, group: single}}
  - {fact: none, label: Fever on placebo, value: 0, unit: "%",
     simulated: {statistic: share_with_reaction, of: fever, group: placebo}}
  - {fact: apart, label: Fever, value: 9.5, unit: percentage points,
     simulated: {statistic: difference, in: share_with_reaction, of: fever,
                 group: single against placebo}}
"""


def test_a_shared_reaction_has_the_share_of_the_summary(two, tmp_path):
    shutil.copytree(two.parent, tmp_path / "fevers")
    file, paper = (tmp_path / "fevers" / f"fevers{end}.yaml" for end in ("", "-paper"))
    file.write_text(TWO_DRUGS, encoding="utf-8")
    paper.write_text(FEVERS, encoding="utf-8")
    run: Any = sim.run(file, engine="batch")
    found = run.reported.set_index("fact")["simulated"]
    of_zoledronate = run.summary[run.summary["outcome"] == "zoledronate fever at least once"]
    alone = of_zoledronate[of_zoledronate["against_arm"] == ""].set_index("arm")["estimate"]
    assert found["named"] == pytest.approx(alone["both"])
    assert found["single"] == pytest.approx(alone["zoledronate"])
    rows = run.events[(run.events["arm"] == "both") & (run.events["event"] == "reaction")]
    assert found["any"] == pytest.approx(100 * rows["patient"].nunique() / 400)
    assert found["any"] > found["named"] > 20
    assert found["none"] == 0
    assert found["apart"] == pytest.approx(found["single"])
    paper.write_text(FEVERS.replace("zoledronate fever", "zoledronat fever"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="not a reaction; did you mean 'zoledronate fever'"):
        load(file)


# A study of two arms, end to end


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A scenario of two arms with a publication of contrasts, in a folder of its own."""
    folder = tmp_path_factory.mktemp("two")
    for name in ("laroche2011.yaml", "boonen2012.yaml"):
        shutil.copy(SHIPPED / name, folder)
    (folder / "paper.yaml").write_text(PAPER, encoding="utf-8")
    (folder / "two.yaml").write_text(SCENARIO, encoding="utf-8")
    return folder / "two.yaml"


@pytest.fixture(scope="module")
def result(two):
    return sim.run(two, engine="batch")


def test_the_contrasts_of_a_run_are_those_of_its_other_tables(result):
    table, effects = result.reported.set_index("fact"), result.effects
    of_pair = effects[
        (effects["against_arm"] == "placebo") & (effects["outcome"].str[:4] == "vert")
    ]

    def effect(name, time, estimand):
        same = (of_pair["effect"] == name) & (of_pair["time"] == time)
        (row,) = of_pair[same & (of_pair["estimand"] == estimand)].to_dict("records")
        return [row["estimate"], row["low"], row["high"]]

    def simulated(fact):
        return table.loc[fact, ["simulated", "low", "high"]].astype(float).tolist()

    crude, censored = "death competes", "death censors"
    assert simulated("risk") == pytest.approx(effect("risk ratio", 24, crude))
    reduction = "absolute risk reduction"
    assert simulated("absolute") == pytest.approx(effect(reduction, 12, crude))
    assert simulated("curves") == pytest.approx(effect(reduction, 24, censored))
    assert simulated("hazard") == pytest.approx(effect("hazard ratio", 24, censored))
    assert simulated("rate") == pytest.approx(effect("rate ratio", 24, "while alive"))
    summary = result.summary
    row = summary[(summary["outcome"] == "spine change") & (summary["time"] == 24)
                  & (summary["against_arm"] == "placebo")].iloc[0]  # fmt: skip
    assert simulated("spine") == pytest.approx([row["estimate"], row["low"], row["high"]])
    assert table.loc["spine", "mc_error"] == pytest.approx(row["mc_error"])
    assert np.isnan(simulated("beyond")).all()


def test_a_subgroup_is_compared_as_the_summary_compares_it(two, tmp_path):
    shutil.copytree(two.parent, tmp_path / "sub")
    text = PAPER.replace("{arm: zoledronate}", "{arm: zoledronate, subgroup: older}")
    text = text.replace("placebo: {arm: placebo}", "placebo: {arm: placebo, subgroup: older}")
    kept = text.partition("  - {fact: absolute")[0]  # nothing with curves, which are of arms
    (tmp_path / "sub" / "paper.yaml").write_text(kept, encoding="utf-8")
    file = tmp_path / "sub" / "two.yaml"
    older = "subgroups: {older: {age: {at_least: 70 years}}}\n"
    file.write_text(SCENARIO + older, encoding="utf-8")
    run: Any = sim.run(file, engine="batch")
    table, summary = run.reported.set_index("fact"), run.summary
    summary = summary[(summary["subgroup"] == "older") & (summary["time"] == 24)]
    spine = summary[(summary["outcome"] == "spine change") & (summary["against_arm"] != "")].iloc[0]
    found = table.loc["spine", ["simulated", "mc_error", "low", "high"]].astype(float)
    expected = spine[["estimate", "mc_error", "low", "high"]].astype(float)
    assert found.tolist() == pytest.approx(expected.tolist())
    shares = summary[(summary["outcome"] == "any fracture")].set_index("arm")["estimate"]
    ratio = table.loc["share_active", "simulated"] / table.loc["share_placebo", "simulated"]
    assert table.loc["risk", "simulated"] == pytest.approx(ratio)
    assert table.loc["share_placebo", "simulated"] == pytest.approx(shares["placebo"])
    assert 0 < table.loc["enrolled", "simulated"] < 1300
    emulated: Any = sim.emulate(file, trials=20)
    members = emulated.trials.pivot(index="trial", columns="fact", values="members")
    assert 0 < members["share_placebo"].mean() < 40
    file.write_text(SCENARIO + older.replace("older", "old"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="group 'active': 'older' is not a subgroup; did you"):
        load(file)


def test_printed_intervals_stand_beside_the_simulated_ones(result):
    table = result.reported.set_index("fact")
    ends = table[["reported_low", "reported_high"]]
    assert ends.loc["spine"].tolist() == [3.9, 5.1]
    assert ends.loc["risk"].tolist() == [0.16, 0.7]
    assert ends.drop(index=["spine", "risk"]).isna().all(axis=None)
    assert "4.5 [3.9, 5.1]" in result._repr_html_().replace("\u00a0", " ")


def test_pairs_of_facts_leave_the_effects_as_they_were(two, result):
    without = sim.run(two, engine="batch", settings={"answers": "boonen2012"}, keep="outcomes")
    pd.testing.assert_frame_equal(without.summary, result.summary)
    same = ["arm", "against_arm", "effect", "outcome", "estimand", "time"]
    pd.testing.assert_frame_equal(without.effects[same], result.effects[same])
    assert without.reported.columns.tolist() == result.reported.columns.tolist()[:-2]


def test_a_run_of_contrasts_is_kept_extended_and_drawn(two, result, tmp_path, no_pictures):
    whole = kept_run.keep(result, tmp_path / "whole")
    part = sim.run(two, patients=1100, engine="batch")
    first = kept_run.keep(part, tmp_path / "first")
    more = kept_run.extend(results.open(first), tmp_path / "more", 1300, workers=1)
    for name in ("reported.csv", "summary.csv"):
        assert (more / name).read_bytes() == (whole / name).read_bytes()
    assert results.open(whole).study.digest == result.study.digest
    assert results.open(whole).study.publications == result.study.publications


def test_trials_have_the_contrasts_of_their_groups(two):
    emulated = sim.emulate(two, trials=40)
    values = emulated.trials.pivot(index="trial", columns="fact", values="value")
    placebo = values["share_placebo"].where(values["share_placebo"] > 0)
    ratio = values["share_active"] / placebo
    pd.testing.assert_series_equal(values["risk"], ratio, check_names=False)
    assert (values["curves"] > -100).all()
    by_hazard = values[["hazard", "risk"]].dropna()
    assert np.corrcoef(by_hazard.T)[0, 1] > 0.9
    scores = emulated.scores.set_index("fact")
    assert scores.loc["beyond", "empty"] == 40
    assert scores.loc["spine", "trials"] == 40
    assert set(scores["statistic"]) == {"value"}
    assert scores.loc["enrolled", "mean"] == 40


def test_a_fact_about_an_arm_without_patients_is_left_out(two):
    emulated = sim.emulate(two, trials=2)
    alone = emulated.emulation.design._replace(patients={"placebo": 40})
    facts = facts_enrolled(emulated.emulation._replace(design=alone))
    assert [fact["fact"] for fact in facts] == ["enrolled", "share_placebo", "curve"]


# Mistakes


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("statistic: risk_ratio", "statistic: risk_ration",
         "'risk_ration' is not a statistic; did you mean 'risk_ratio'?"),
        ("statistic: risk_ratio, of: vertebral, group: active against placebo",
         "statistic: risk_ratio, of: vertebral, group: active",
         "risk_ratio compares two groups; write both, like `group: active against placebo`"),
        ("of: vertebral, group: active}}", "of: vertebral, group: active against placebo}}",
         "share_with_fracture is that of one group; the difference of two is "
         "`statistic: difference, in: share_with_fracture`"),
        ("group: placebo against active", "group: placebo against activ",
         "fact 'backwards': 'activ' is not a group; did you mean 'active'?"),
        ("group: placebo against active", "group: active against active",
         "hazard_ratio compares 'active' with itself; name two groups"),
        ("in: mean_percent_change, ", "",
         "difference needs `in`, the statistic that is compared: follow_up, entry, "),
        ("in: mean_percent_change", "in: mean_percent_chance",
         "difference has no `in: mean_percent_chance`; did you mean 'mean_percent_change'?"),
        ("in: mean_percent_change", "in: patients", "difference has no `in: patients`; "),
        ("statistic: patients, group", "statistic: patients, in: entry, group",
         "patients has no `in`; contrasts have: difference, "),
        ("of: spine,", "of: spin,", "mean_percent_change has no `of: spin`; did you mean 'spine'?"),
        ("of: spine,\n", "\n", "mean_percent_change needs `of`: spine, hip, "),
        ("at: 17 months", "from: 3 months, at: 17 months",
         "hazard_ratio begins at entry; remove `from`, which these have: mean_percent_change, "),
        ("group: active against placebo, at: 24 months",
         "group: active against placebo, from: 24 months, at: 24 months",
         "`from` is a time after entry and before `at`, which goes with it"),
        ("spread_is: ci95,\n     unit: percentage", "spread_is: sd,\n     unit: percentage",
         "difference compares two groups, so its spread is not one between patients "
         "(`spread_is: sd`): write ci95 or se"),
        ("  active: {arm: zoledronate}", "  active: {arm: zoledronate, tablet: kept}",
         "fact 'curves': absolute_risk_reduction is known of whole arms, and group 'active' is a "
         "part of one"),
        ("  active: {arm", "  active against all: {arm",
         "group 'active against all' names two groups; `against` stands in a fact's `group`"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_contrast_is_told_with_file_and_line(two, tmp_path, old, new, message):
    shutil.copytree(two.parent, tmp_path / "wrong")
    paper = tmp_path / "wrong" / "paper.yaml"
    assert old in PAPER
    paper.write_text(PAPER.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "wrong" / "two.yaml")
    right = [m for m in caught.value.mistakes if m.message.startswith(message)]
    assert right, caught.value.mistakes
    assert right[0].mark.file.endswith("paper.yaml")
    assert right[0].mark.line > 1


def test_a_contrast_comes_back_from_the_plain_values_of_a_manifest():
    study = load(SHIPPED / "boonen2012.yaml")
    assert study.publication("boonen2012")["facts"]
    typed = {"fact": "a", "label": "A", "value": "3", "unit": "x", "simulated": {
        "statistic": "difference", "in": "t_change", "of": "hip", "group": "a against b",
        "from": "12 months", "at": "24 months"}}  # fmt: skip
    plain = Fact.model_validate(typed).plain
    assert plain["simulated"]["in"] == "t_change"
    assert plain["simulated"]["from"] == 365.25


# The page


def test_the_page_of_facts_has_every_statistic_and_key():
    page = facts_page.PAGE.read_text(encoding="utf-8")
    assert facts_page.with_tables(page) == page, "python -m tests.facts_page writes it"
    for name in (*STATISTICS, *CONTRASTS):
        assert f"| `{name}` |" in page
    for form in (Citation, Publication, Fact, Simulated):
        for name, info in form.model_fields.items():
            if name != "interval":
                assert f"`{info.alias or name}`" in page, name


def test_the_example_of_the_page_is_a_publication(two, tmp_path):
    page = facts_page.PAGE.read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    shutil.copytree(two.parent, tmp_path / "example")
    arms = example.replace("infusion: 400", "zoledronate: 400").replace("arm: inf", "arm: zol")
    arms = arms.replace("{arm: zolusion}", "{arm: zoledronate}").replace("36 months", "24 months")
    (tmp_path / "example" / "paper.yaml").write_text(arms, encoding="utf-8")
    run: Any = sim.run(tmp_path / "example" / "two.yaml", patients=300, engine="batch")
    table = run.reported.set_index("fact")
    assert len(table) == 3
    assert table.loc[["spine_36_months", "vertebral_risk_ratio"], "simulated"].notna().all()
    assert table["reported_low"].tolist() == [6.1, 0.24, 0.42]
