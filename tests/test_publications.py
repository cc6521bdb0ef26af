"""Published facts in a user's own file beside the scenario, and statistics at a visit, by hand."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import evidence, results
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.scenario import Mistake, ScenarioError, load
from sim.scenario.checks.publications import read_publications
from sim.scenario.form.statistics import STATISTICS
from sim.scenario.mistakes import Mark
from sim.scenario.protocol import assumptions
from sim.scenario.text.provenance import Plain
from tests.from_tables import found, records

SHIPPED = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"

MINE = """\
extends: laroche2011.yaml
name: mine
answers: my-study.yaml
cohort:
  patients: 40
  spine_t: {normal: {mean: -2.5, sd: 1.1}, source: my-study.yaml}
"""
STUDY = """\
citation: {authors: [Ours A, Ours B], title: Our own patients, journal: Unpublished, year: 2024}
follow_up: 3 years
groups:
  on both: {arm: combination}
  kept: {arm: combination, interferon: kept}
  stopped: {arm: combination, interferon: stopped}
facts:
  - {fact: spine, label: Spine BMD at two years, value: 9, unit: "%", spread: 4, spread_is: sd,
     simulated: {statistic: total_increase, of: spine, group: on both, at: 24 months}}
  - {fact: stoppers, label: Who stopped interferon, value: 3, unit: patients,
     simulated: {statistic: patients, group: stopped}}
  - {fact: not_simulated, label: Length of stay, value: 2, unit: days}
  - {fact: ctx, label: CTX at six months, value: -50, unit: "%", spread: [-60, -40],
     spread_is: ci95, simulated: {statistic: percent_change, of: ctx, group: kept, at: 6 months}}
"""


@pytest.fixture
def mine(tmp_path):
    """A scenario with a publication of its own, in a folder of its own."""
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(SHIPPED, folder)
    (folder / "my-study.yaml").write_text(STUDY, encoding="utf-8")
    file = folder / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    return file


def edit(file, old, new):
    """Change the publication beside a scenario."""
    study = file.with_name("my-study.yaml")
    text = study.read_text(encoding="utf-8")
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")


def refused(file, *settings):
    with pytest.raises(ScenarioError) as caught:
        load(file, settings)
    return caught.value.mistakes


def reported(result) -> pd.DataFrame:
    """The table of reported against simulated, which there has to be."""
    table = result.reported
    assert isinstance(table, pd.DataFrame)
    return table


def told(file, *settings):
    return [mistake.message for mistake in refused(file, *settings)]


# A file of one's own


def test_a_printed_standard_error_is_no_spread_between_patients():
    """Van der Veer 2014 prints 23 ± 3 %, a standard error; its 95 % interval is 17.12 to 28.88."""
    result = runs.run("vanderveer2014", engine="batch")
    risk = reported(result).set_index("fact").loc["risk_5_years"]
    assert np.isnan(risk["reported_spread"])
    assert (risk["reported_low"], risk["reported_high"]) == pytest.approx((17.12, 28.88), abs=0.005)


def test_the_reported_table_follows_from_ones_own_file(mine):
    result = runs.run(mine, engine="batch")
    table = reported(result)
    assert list(table["fact"]) == ["spine", "stoppers", "ctx"]
    assert list(table["reported"]) == [9, 3, -50]
    assert set(table["source"]) == {"my-study.yaml"}
    assert table["reported_spread"].tolist()[:1] == [4]
    both = records(result.tables, "combination")
    stopped = both.stopped("interferon")
    assert 0 < stopped.sum() < 40
    ctx = both.percent_change("ctx_pg_ml", 183)
    expected = [np.nanmean(both.percent_change("spine_g_cm2", 730)), stopped.sum(),
                np.nanmean(ctx[~stopped])]  # fmt: skip
    assert table["simulated"].tolist() == pytest.approx(expected)


def test_numbers_that_ones_own_file_vouches_for_are_no_assumptions(mine):
    study = load(mine)
    own = [number for number in study.numbers if number.sources == ("my-study.yaml",)]
    assert {number.path for number in own} == {
        "cohort.spine_t.normal.mean", "cohort.spine_t.normal.sd",
    }  # fmt: skip
    assert not {*own} & {*study.assumptions}
    text = "\n".join(assumptions(study.numbers))
    assert "cohort.spine_t" not in text
    unvouched = load(mine, ["cohort.spine_t.normal={mean: -2.5, sd: 1.1}"])
    assert len(unvouched.assumptions) == len(study.assumptions) + 2


def test_a_file_may_vouch_for_numbers_without_being_the_answer(mine):
    study = load(mine, ["answers=laroche2011"])
    assert set(study.publications) == {"my-study.yaml"}
    assert study.publication("laroche2011")["follow_up"] == 60 * 30.4375
    assert study.publication("my-study.yaml")["follow_up"] == 3 * 365.25


def test_a_result_is_kept_and_run_again_without_the_file(mine, tmp_path, no_pictures):
    result = runs.run(mine, engine="batch")
    folder = kept_run.keep(result, tmp_path / "results")
    mine.with_name("my-study.yaml").unlink()
    mine.unlink()
    again = runs.run(results.open(folder).study)
    assert again.study.digest == result.study.digest
    assert again.study.publications == result.study.publications
    pd.testing.assert_frame_equal(reported(again), reported(result))
    pd.testing.assert_frame_equal(again.summary, result.summary)
    assert list(pd.read_csv(folder / "reported.csv")["fact"]) == ["spine", "stoppers", "ctx"]
    assert len(again.study.assumptions) == len(result.study.assumptions)


@pytest.mark.parametrize(
    ("old", "new"),
    [("value: 9", "value: 9.5"), ("at: 24 months", "at: 36 months"), ("Ours B", "Ours C")],
)
def test_the_digest_changes_with_the_file(mine, old, new):
    before = load(mine).digest
    assert load(mine).digest == before
    edit(mine, old, new)
    assert load(mine).digest != before


def test_the_digest_does_not_hang_on_how_the_file_is_written(mine):
    before = load(mine).digest
    edit(mine, "follow_up: 3 years", "# how long\nfollow_up: 36 months")
    mine.with_name("another.yaml").write_text("citation: {}\nfacts: []\n", encoding="utf-8")
    assert load(mine).digest == before


# Files that are wrong


def test_a_file_that_is_not_there_is_asked_for_by_the_near_spelling(mine):
    (mistake,) = refused(mine, "answers=my-studie.yaml")
    assert mistake.path == "answers"
    assert mistake.message.startswith(
        "there is no file 'my-studie.yaml' beside the scenario; did you mean 'my-study.yaml'?"
    )
    (mistake,) = refused(mine, "cohort.hip_t={normal: {mean: -1, sd: 1}, source: my-stud.yml}")
    assert mistake.path == "cohort.hip_t.source"
    assert "there is no file 'my-stud.yml' beside the scenario" in mistake.message


@pytest.mark.parametrize("place", ["..", "sub", "absolute"])
def test_a_file_outside_the_folder_is_refused(mine, place):
    elsewhere = mine.parent if place == "absolute" else mine.parent / place
    elsewhere.mkdir(exist_ok=True)
    shutil.copy(mine.with_name("my-study.yaml"), elsewhere / "other.yaml")
    name = str(elsewhere / "other.yaml") if place == "absolute" else f"{place}/other.yaml"
    (message,) = told(mine, f"answers={name}")
    assert message.startswith(f"there is no file '{name}' beside the scenario")


def test_an_unknown_key_that_is_no_file_points_to_both(mine):
    (message,) = told(mine, "answers=laroche2012")
    assert message.startswith(
        "'laroche2012' is not a known publication; did you mean 'laroche2011'?"
    )
    assert message.endswith("or a file of your own beside the scenario, like my-study.yaml")


def test_a_scenario_is_not_a_publication(mine):
    found = refused(mine, "answers=laroche2011.yaml")
    paths = {mistake.path for mistake in found}
    assert {"citation", "facts"} <= paths
    assert all(mistake.mark.file.endswith("laroche2011.yaml") for mistake in found)
    messages = {mistake.path: mistake.message for mistake in found}
    assert messages["citation"] == messages["facts"] == "is missing"
    assert messages["cohort"].startswith("'cohort' is not a key here")


def test_a_file_that_is_no_yaml_is_refused_where_it_is_wrong(mine):
    mine.with_name("my-study.yaml").write_text("citation: {authors: [\n", encoding="utf-8")
    found = refused(mine)
    assert found
    assert all(mistake.mark.file.endswith("my-study.yaml") for mistake in found)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("statistic: total_increase", "statistic: total_increas",
         "'total_increas' is not a statistic; did you mean 'total_increase'?"),
        ("of: spine", "of: spin", "total_increase has no `of: spin`; did you mean 'spine'?"),
        ("of: spine, ", "", "total_increase needs `of`: spine, hip"),
        ("group: on both", "group: onboth",
         "fact 'spine': 'onboth' is not a group; did you mean 'on both'?"),
        ("on both: {arm: combination}", "on both: {arm: combinatoin}",
         "my-study.yaml, group 'on both': 'combinatoin' is not an arm; "
         "did you mean 'combination'?"),
        ("interferon: kept", "interferron: kept",
         "my-study.yaml, group 'kept': 'interferron' is not a therapy; "
         "did you mean 'interferon'?"),
        ("interferon: kept", "interferon: keeps",
         "group 'kept' needs an arm, and for each course `kept` or `stopped`, like "),
        ("{arm: combination, interferon: kept}", "{interferon: kept}",
         "group 'kept' needs an arm, and for each course `kept` or `stopped`, like "),
        ("spread: [-60, -40]", "spread: [-40, -60]", "an interval has two ends, the lower first"),
        ("spread: [-60, -40]", "spread: [-60]", "an interval has two ends, the lower first"),
        ("spread: 4, spread_is: sd", "spread: 4",
         "a spread needs `spread_is`: sd, se, ci95 or range"),
        ("spread_is: sd", "spread_is: sem",
         "'sem' is not known here; did you mean 'se'? Allowed: sd, se, ci95, range"),
        ("fact: stoppers", "fact: spine", "fact 'spine' is given twice"),
        ("value: 9", "same_as: spine, value: 9",
         "fact 'spine': same_as 'spine' is no simulated fact that stands on its own"),
        ("value: 9", "same_as: stopers, value: 9",
         "fact 'spine': same_as 'stopers' is no simulated fact that stands on its own; did "
         "you mean 'stoppers'?"),
        ("value: 9", "input: perhaps, value: 9",
         "'perhaps' is not allowed here; allowed: yes, no"),
        ("value: 9", "value: nine", "'nine' does not start with a number"),
        ("at: 24 months", "at: 24", "'24' has no unit"),
        ("year: 2024", "jear: 2024", "'jear' is not a key here; did you mean 'year'?"),
        ("statistic: patients", "statistic: fractures",
         "`fractures` needs `per_patients`, and no other statistic has it"),
        ("label: Spine BMD at two years, ", "", "is missing"),
        ("{statistic: patients, group: stopped}",
         "{statistic: patients, group: stopped, at: 1 day}",
         "patients covers the whole follow-up; remove `at`"),
        ("{statistic: patients, group: stopped}",
         "{statistic: share_stopped, of: interferon, group: on both, at: 3 months}",
         "share_stopped covers the whole follow-up; remove `at`"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_with_its_place(mine, old, new, message):
    edit(mine, old, new)
    found = refused(mine)
    right = [mistake for mistake in found if mistake.message.startswith(message)]
    assert right, found
    is_of_scenario = message.startswith("my-study.yaml")
    assert right[0].mark.file.endswith("mine.yaml" if is_of_scenario else "my-study.yaml")


def test_every_mistake_of_file_and_scenario_is_told_at_once(mine):
    edit(mine, "value: 9", "value: nine")
    edit(mine, "of: ctx", "of: ctxx")
    messages = told(mine, "therapies.pamidronate.given=75 percents")
    assert len(messages) == 3


@pytest.mark.parametrize("key", evidence.keys())
def test_every_shipped_publication_has_the_same_form(key):
    mistakes: list[Mistake] = []
    name = f"{key}.yaml"
    plain = Plain(tree={}, files={name: ("source", Mark("a scenario", 1, 1))})
    found = read_publications(plain, evidence.FOLDER, mistakes)
    assert mistakes == []
    shipped = evidence.publication(key)
    assert [fact["value"] for fact in found[name]["facts"]] == [
        fact["value"] for fact in shipped["facts"]
    ]
    spreads = [fact.get("spread") for fact in shipped["facts"]]
    assert [fact.get("spread") for fact in found[name]["facts"]] == spreads
    assert found[name].get("groups", {}) == shipped.get("groups", {})


def test_a_shipped_publication_copied_beside_a_scenario_answers_alike(mine):
    shutil.copy(evidence.FOLDER / "laroche2011.yaml", mine.with_name("copied.yaml"))
    one, other = (
        reported(runs.run(mine, settings=[f"answers={name}"], engine="batch"))
        for name in ("laroche2011", "copied.yaml")
    )
    assert len(one) > 10
    pd.testing.assert_frame_equal(one.drop(columns="source"), other.drop(columns="source"))


# Statistics at a visit


@pytest.fixture(scope="module")
def simulated():
    """A run with fractures, deaths, reactions and visits of different days."""
    return runs.run(
        load(SHIPPED, [
            "cohort.patients=60", "fractures.base_rate=60 per 100 person-years",
            "cohort.age.normal.mean=80 years", "horizon=36 months",
            "therapies.pamidronate.reactions.acute_phase={first: 20 %, later: 10 %}",
        ]),
        engine="batch",
    )  # fmt: skip


def of_hand(result, quantity, day):
    """Measured on a day in the arm `combination`: the value of each patient who was measured."""
    rows = result.measurements
    rows = rows[(rows["arm"] == "combination") & (rows["quantity"] == quantity)]
    return rows[rows["day"] == day].set_index("patient")["value"]


def asked(result, name, of=None, at=None, **more):
    arm = records(result.tables, "combination")
    wanted = {"statistic": name, "of": of, "at": at, **more}
    return found(arm, np.ones(arm.count, dtype=bool), wanted)


@pytest.mark.parametrize("day", [365, 730, 1096])
def test_bone_at_a_visit_is_that_of_those_still_there(simulated, day):
    first, last = (of_hand(simulated, "spine_g_cm2", d) for d in (0, day))
    assert len(last) < 60
    gain = (100 * (last / first - 1)).dropna()
    found = asked(simulated, "total_increase", "spine", day)
    error = (((gain - gain.mean()) ** 2).sum() * 60 / 59) ** 0.5 / len(gain)  # of 60 patients
    assert found == pytest.approx((gain.mean(), gain.std(), error))
    yearly = gain / (day / 365.25)
    assert asked(simulated, "annual_increase", "spine", day)[0] == pytest.approx(yearly.mean())
    scores = [of_hand(simulated, "spine_t", d) for d in (0, day)]
    assert asked(simulated, "t_final", "spine", day)[0] == pytest.approx(scores[1].mean())
    change = (scores[1] - scores[0]).dropna().mean()
    assert asked(simulated, "t_change", "spine", day)[0] == pytest.approx(change)


def test_a_marker_at_a_visit_and_at_the_last_one(simulated):
    first, half_a_year = (of_hand(simulated, "ctx_pg_ml", day) for day in (0, 183))
    change = (100 * (half_a_year / first - 1)).dropna()
    assert asked(simulated, "percent_change", "ctx", 183)[0] == pytest.approx(change.mean())
    rows = simulated.measurements
    rows = rows[(rows["arm"] == "combination") & (rows["quantity"] == "ctx_pg_ml")]
    last = rows[rows["day"] > 0].sort_values("day").groupby("patient")["value"].last()
    at_last = (100 * (last / first - 1)).dropna().mean()
    assert asked(simulated, "percent_change", "ctx")[0] == pytest.approx(at_last)
    assert at_last != pytest.approx(change.mean())


def test_six_months_of_a_paper_meet_the_visit_of_six_months(mine, simulated):
    """182.6 days are day 183 in a schedule; a file may also say 26 weeks, a day less."""
    values = {}
    for at in ("6 months", "183 days", "26 weeks", "0.5 years"):
        edit(mine, "at: 6 months", f"at: {at}")
        table = reported(runs.run(mine, engine="batch")).set_index("fact")["simulated"]
        values[at] = float(table["ctx"])
        edit(mine, f"at: {at}", "at: 6 months")
    assert len({*values.values()}) == 1
    assert not np.isnan(values["6 months"])


@pytest.mark.parametrize(
    ("name", "of"),
    [("total_increase", "hip"), ("annual_increase", "spine"), ("t_change", "hip"),
     ("t_final", "spine"), ("percent_change", "balp")],
)  # fmt: skip
@pytest.mark.parametrize("day", [200, 500, 40000])
def test_a_visit_that_nobody_had_leaves_the_value_empty(simulated, name, of, day):
    assert np.isnan(asked(simulated, name, of, day)).all()


def test_a_visit_that_the_scenario_does_not_have_leaves_an_empty_cell(mine, tmp_path, no_pictures):
    edit(mine, "at: 24 months", "at: 17 months")
    result = runs.run(mine, engine="batch")
    table = reported(result).set_index("fact")
    assert np.isnan(table["simulated"]["spine"])
    assert table["reported"]["spine"] == 9
    folder = kept_run.keep(result, tmp_path / "results")
    assert "spine,%,9,4,,,,,,my-study.yaml" in (folder / "reported.csv").read_text("utf-8")


@pytest.mark.parametrize("day", [None, 30, 200, 1096])
@pytest.mark.parametrize("site", [None, "vertebral", "hip", "other"])
def test_the_share_with_a_fracture_by_a_day_is_counted_from_the_events(simulated, site, day):
    events = simulated.events
    broke = events[(events["arm"] == "combination") & (events["event"] == "fracture")]
    broke = broke[broke["what"] == site] if site else broke
    broke = broke[broke["day"] <= day] if day else broke
    share = 100 * broke["patient"].nunique() / 60
    value, spread, error = asked(simulated, "share_with_fracture", site, day)
    assert value == pytest.approx(share)
    assert np.isnan(spread)
    assert error == pytest.approx((share * (100 - share) / 59) ** 0.5)
    if day == 1096:
        assert asked(simulated, "share_with_fracture", site) == pytest.approx(
            (value, spread, error), nan_ok=True
        )


def test_the_share_with_a_reaction_by_a_day(simulated):
    events = simulated.events
    rows = events[(events["arm"] == "combination") & (events["event"] == "reaction")]
    for day in (0, 100, 1096):
        share = 100 * rows[rows["day"] <= day]["patient"].nunique() / 60
        found = asked(simulated, "share_with_reaction", "acute_phase", day)[0]
        assert found == pytest.approx(share, rel=1e-12)
    assert rows["patient"].nunique() < 60


def test_the_share_that_died_by_a_day(simulated):
    events = simulated.events
    died = events[(events["arm"] == "combination") & (events["event"] == "death")]
    assert 0 < len(died) < 60
    for day in (None, 365, 700):
        share = 100 * len(died if day is None else died[died["day"] <= day]) / 60
        assert asked(simulated, "share_died", at=day)[0] == pytest.approx(share)


def test_every_statistic_of_the_form_is_one_that_the_program_computes(simulated):
    of = {name: (one.of[0] if one.of and one.of[0] != "*" else None)
          for name, one in STATISTICS.items()}  # fmt: skip
    of |= {"share_stopped": "interferon", "share_with_reaction": "acute_phase"}
    for name in (name for name, one in STATISTICS.items() if one.kind != "curve"):
        assert np.isfinite(asked(simulated, name, of[name], per_patients=10)[0]), name
