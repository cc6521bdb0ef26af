"""The table of effects of a run: against its events, whatever the blocks, and after `extend`."""

import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import results
from sim.display.tables import effects as printed
from sim.errors import RequestError
from sim.experiments import runs, verbs
from sim.experiments.kinds import run as kept_run
from sim.outcomes.effect_table import Estimand, Named
from sim.outcomes.effects import NOT_ESTIMABLE
from sim.scenario import load
from sim.vocabulary import CANNOT_OCCUR, SITES

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
SETTINGS = [
    "horizon=24 months",
    "mortality.standardised_mortality_ratio=8",
    "fractures.base_rate=12 per 100 person-years",
]
END = 730


@pytest.fixture(scope="module")
def study():
    return load(BASE, [*SETTINGS, "cohort.patients=600"])


@pytest.fixture(scope="module")
def result(study):
    return runs.run(study, engine="batch")


def row(table, effect, outcome, arm, against="", time=24, estimand=None):
    """The only row of an effect."""
    of = table[(table["effect"] == effect) & (table["outcome"] == outcome) & (table["arm"] == arm)]
    of = of[(of["against_arm"] == against) & (of["time"] == time)]
    of = of if estimand is None else of[of["estimand"] == estimand]
    (only,) = of.to_dict("records")
    return only


def events(result, arm, event, until=END):
    rows = result.events
    return rows[(rows["arm"] == arm) & (rows["event"] == event) & (rows["day"] <= until)]


@pytest.mark.parametrize(("time", "until"), [(12, 365), (24, END)])
def test_shares_and_mean_counts_are_those_of_the_events(result, time, until):
    for arm in ("combination", "pamidronate"):
        hips = events(result, arm, "fracture", until).query("what == 'other'")
        said = row(result.effects, Named.SHARE, "other fracture", arm, time=time,
                   estimand=Estimand.COMPETES)  # fmt: skip
        assert said["estimate"] == pytest.approx(100 * hips["patient"].nunique() / 600)
        mean = row(result.effects, Named.MEAN_COUNT, "other fractures", arm, time=time)
        assert mean["estimate"] == pytest.approx(100 * len(hips) / 600)
        dead = row(result.effects, Named.SHARE, "deaths", arm, time=time)
        assert dead["estimate"] == pytest.approx(
            100 * len(events(result, arm, "death", until)) / 600
        )


def test_life_years_end_with_death(result):
    dead = events(result, "combination", "death")
    lost = (END - dead["day"]).sum() / 600
    mean = row(result.effects, Named.MEAN, "life-years", "combination")
    assert mean["estimate"] == pytest.approx((END - lost) / 365.25)
    assert mean["low"] < mean["estimate"] < mean["high"] <= END / 365.25


def test_kaplan_meier_stands_beside_the_crude_share_and_censors_deaths(result):
    fractures = events(result, "pamidronate", "fracture").groupby("patient")["day"].min()
    deaths = events(result, "pamidronate", "death").set_index("patient")["day"]
    last = pd.Series(END, range(600)).mask(lambda s: s.index.isin(deaths.index), deaths)
    time = last.mask(last.index.isin(fractures.index), fractures)
    free = 1.0
    for day, many in fractures.value_counts().sort_index().items():
        free *= 1 - many / (time >= day).sum()
    crude, curve = (
        row(result.effects, Named.SHARE, "any fracture", "pamidronate", estimand=estimand)
        for estimand in (Estimand.COMPETES, Estimand.CENSORS)
    )
    assert curve["estimate"] == pytest.approx(100 * (1 - free), rel=1e-9)
    assert crude["estimate"] == pytest.approx(100 * len(fractures) / 600)
    assert curve["estimate"] > crude["estimate"] + 0.2


def test_ratios_are_those_of_the_arms(result):
    pair, table = ("combination", "pamidronate"), result.effects
    one, other = (row(table, Named.SHARE, "any fracture", arm, estimand=Estimand.COMPETES)
                  for arm in pair)  # fmt: skip
    ratio = row(table, Named.RISK_RATIO, "any fracture", *pair)
    assert ratio["estimate"] == pytest.approx(one["estimate"] / other["estimate"])
    assert ratio["low"] < ratio["estimate"] < ratio["high"]
    reduction = row(table, Named.REDUCTION, "any fracture", *pair, estimand=Estimand.COMPETES)
    assert reduction["estimate"] == pytest.approx(other["estimate"] - one["estimate"])
    needed = row(table, Named.NUMBER_NEEDED, "any fracture", *pair, estimand=Estimand.COMPETES)
    assert needed["estimate"] == pytest.approx(100 / reduction["estimate"])
    rates = result.summary[(result.summary["outcome"] == "all fractures")].set_index(
        ["arm", "against_arm"]
    )["estimate"]
    of_rates = row(table, Named.RATE_RATIO, "all fractures", *pair)
    assert of_rates["estimate"] == pytest.approx(rates[pair[0], ""] / rates[pair[1], ""])


def test_every_effect_says_its_estimand(result):
    assert {*result.effects["estimand"]} == {each.value for each in Estimand}
    assert {*result.effects["effect"]} == {each.value for each in Named}
    hazards = result.effects[result.effects["effect"] == Named.HAZARD_RATIO]
    assert (hazards["estimand"] == Estimand.CENSORS).all()
    assert len(hazards) == 4


@pytest.mark.validation
def test_no_effect_depends_on_blocks_engines_or_processes(study, result):
    for options in ({"engine": "simpy"}, {"engine": "batch", "workers": 2}):
        other = runs.run(study, outcomes_only=True, **options)
        pd.testing.assert_frame_equal(other.effects, result.effects, check_exact=True)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    root = tmp_path_factory.mktemp("kept")
    study = load(BASE, [*SETTINGS, "cohort.patients=1100"])
    return results.open(kept_run.make(study, root, "outcomes", engine="batch"))


def test_patients_that_are_added_give_the_effects_of_all_at_once(kept, tmp_path):
    more = kept_run.make(
        kept.study.with_(patients=2500), tmp_path / "at once", "outcomes", engine="batch"
    )
    added = verbs.extend(kept, tmp_path / "added", patients=2500)
    for name in ("effects.csv", "effect_sums.parquet", "first_fractures.parquet"):
        assert (added / name).read_bytes() == (more / name).read_bytes()
    little = verbs.extend(results.open(added), tmp_path / "third", patients=2600)
    third = verbs.extend(results.open(little), tmp_path / "fourth", patients=3300)
    whole = runs.run(kept.study.with_(patients=3300), engine="batch", outcomes_only=True)
    results.write_csv(whole.effects, tmp_path / "whole.csv")
    assert (third / "effects.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.parametrize("name", ["effect_sums.parquet", "first_fractures.parquet"])
def test_a_result_without_the_sums_for_effects_is_not_extended(kept, tmp_path, name):
    folder = shutil.copytree(kept.folder, tmp_path / kept.folder.name)
    (folder / name).unlink()
    with pytest.raises(RequestError, match=name):
        verbs.extend(results.open(folder), tmp_path / "more", patients=2500)


def test_sums_do_not_grow_with_patients(study):
    few, many = (
        runs.run(study.with_(patients=n), engine="batch", outcomes_only=True).mark.effects
        for n in (1024, 5 * 1024)
    )
    assert few.curves.together.nbytes == many.curves.together.nbytes < 2e6
    assert few.curves.by_day.nbytes == many.curves.by_day.nbytes < 2e6
    assert few.sums.own.shape == many.sums.own.shape
    assert many.curves.patients == 5 * few.curves.patients


def test_an_effect_that_cannot_occur_is_told_from_one_that_was_not_seen():
    sites = [f"fractures.sites.{site}.case_fatality=0 %" for site in SITES]
    nothing = ["horizon=24 months", "mortality.standardised_mortality_ratio=0", *sites]
    study = load(BASE, [*nothing, "cohort.patients=20"])
    immortal = runs.run(study, engine="batch", outcomes_only=True).effects
    pair = ("combination", "pamidronate")
    deaths = immortal[immortal["outcome"] == "deaths"]
    assert (deaths["interval"] == CANNOT_OCCUR).all()
    assert deaths["estimate"].isna().all()
    years = row(immortal, Named.MEAN, "life-years", pair[0])
    assert years["low"] == years["high"] == pytest.approx(730 / 365.25)
    hazards = row(immortal, Named.HAZARD_RATIO, "hip fracture", *pair)
    assert hazards["interval"] == NOT_ESTIMABLE


def test_the_printed_tables_show_both_shares_and_the_interval_through_infinity(result):
    shares, against = printed.sheets(result.effects)
    assert shares.rows[0][:2] == ("any fracture, %", "death competes")
    assert shares.rows[1][:2] == ("any fracture, %", "death censors")
    names = [name for name, *_ in against.rows]
    assert "hazard ratio, any fracture" in names
    assert "number needed to treat, any fracture, patients" in names
    table = result.effects.copy()
    needed = table["effect"] == Named.NUMBER_NEEDED
    numbers = ["estimate", "low", "high", "interval"]
    table.loc[needed, numbers] = (math.inf, -25.0, 20.0, "two pieces")
    _, against = printed.sheets(table)
    (cell,) = {row[2] for row in against.rows if row[0].startswith("number needed")}
    assert cell == "∞ [20 to ∞, -∞ to -25]"


def test_infinite_effects_are_text_in_json():
    from sim.cli.ending import dumped

    table = pd.DataFrame({"high": [np.inf, -np.inf, np.nan, 1.5]})
    assert [line.strip() for line in dumped({"t": table}).splitlines() if "high" in line] == [
        '"high": "inf"', '"high": "-inf"', '"high": null', '"high": 1.5',
    ]  # fmt: skip
