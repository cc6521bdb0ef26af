"""Cohorts without some or all markers: not measured, not needed, and nothing else changes."""

import itertools
from pathlib import Path

import pandas as pd
import pytest

from sim import results
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.scenario import ScenarioError, load
from sim.scenario.protocol import protocol

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
QUANTITIES = {"ctx": "ctx_pg_ml", "balp": "balp_iu", "tryptase": "tryptase_ug_l"}
SUBSETS = [
    subset for size in (1, 2, 3) for subset in itertools.combinations(QUANTITIES, size)
]  # fmt: skip
FEW = ["cohort.patients=25", "horizon=30 months", "fractures.base_rate=40 per 100 person-years"]


def words(study):
    return [*protocol(study.scenario, study.document)]


def without(markers):
    """The setting that leaves markers out of the cohort."""
    return f"cohort={{{', '.join(f'{marker}: ' for marker in markers)}}}"


def refused(*settings):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, settings)
    return {mistake.path: mistake.message for mistake in caught.value.mistakes}


def simulated(*settings):
    return runs.run(load(BASE, [*FEW, *settings]), engine="batch")


@pytest.fixture(scope="module")
def whole():
    return simulated()


@pytest.fixture(scope="module", params=SUBSETS, ids=" ".join)
def lacking(request):
    """Which markers are missing, and the run without them."""
    return request.param, simulated(without(request.param))


@pytest.mark.share(2)
def test_a_marker_that_is_not_there_is_not_measured(lacking):
    missing, result = lacking
    measured = set(result.measurements["quantity"])
    assert measured == {"spine_g_cm2", "hip_g_cm2", "spine_t", "hip_t"} | {
        quantity for marker, quantity in QUANTITIES.items() if marker not in missing
    }
    assert not {QUANTITIES[marker] for marker in missing} & set(result.latent.columns)


def test_nothing_else_changes(whole, lacking):
    """What happens, and every other measured value, to the last bit."""
    missing, result = lacking
    pd.testing.assert_frame_equal(result.events, whole.events, check_exact=True)
    pd.testing.assert_frame_equal(result.patients, whole.patients, check_exact=True)
    gone = {QUANTITIES[marker] for marker in missing}
    kept = whole.measurements[~whole.measurements["quantity"].isin(gone)]
    pd.testing.assert_frame_equal(
        result.measurements, kept.reset_index(drop=True), check_exact=True
    )
    pd.testing.assert_frame_equal(
        result.latent, whole.latent[list(result.latent.columns)], check_exact=True
    )


def test_outcomes_and_reported_facts_leave_the_marker_out(whole, lacking):
    missing, result = lacking
    gone = {f"{marker} change" for marker in missing}
    kept = whole.summary[~whole.summary["outcome"].isin(gone)].reset_index(drop=True)
    pd.testing.assert_frame_equal(result.summary, kept, check_exact=True)
    facts = whole.reported[~whole.reported["fact"].str.contains("|".join(missing))]
    assert 0 < len(facts) < len(whole.reported)
    pd.testing.assert_frame_equal(
        result.reported, facts.reset_index(drop=True), check_exact=True
    )  # fmt: skip


def test_a_result_without_markers_is_kept_and_run_again(tmp_path, no_pictures):
    result = simulated(without(QUANTITIES))
    folder = kept_run.keep(result, tmp_path)
    again = runs.run(results.open(folder).study)
    pd.testing.assert_frame_equal(again.summary, result.summary, check_exact=True)


def test_the_file_need_not_speak_of_markers_at_all(whole):
    """Neither effects nor courses nor errors nor visits of what nobody measures."""
    rows = ("none", "pamidronate", "interferon", "interferon + pamidronate")
    silent = [f"effects.{row}={{ctx: , balp: , tryptase: }}" for row in rows]
    result = simulated(without(QUANTITIES), *silent, "markers=", "visits.markers=",
                       "measurement={ctx: , balp: , tryptase: }")  # fmt: skip
    pd.testing.assert_frame_equal(result.events, whole.events, check_exact=True)


def test_numbers_that_are_not_used_are_not_counted(whole):
    study = load(BASE, [without(["ctx"])])
    paths = {number.path for number in study.numbers}
    full = {number.path for number in load(BASE).numbers}
    assert full - paths == {path for path in full if "ctx" in path}
    assert len(full - paths) == 10  # mean, SD, 4 effects, 3 of its course, its error
    lines = words(study)
    assert "Not used, as the cohort does not have them: data on ctx" in lines
    assert not any("not used" in line for line in words(load(BASE)))
    (visits,) = (line for line in lines if line.startswith("Visits"))
    assert "of balp, tryptase (" in visits
    (none,) = (line for line in words(load(BASE, [without(QUANTITIES)])) if "Visits" in line)
    assert none.endswith("; no markers")


@pytest.mark.parametrize(
    "removed",
    ["effects.pamidronate.balp", "effects.none.ctx", "effects.interferon + pamidronate.tryptase",
     "markers.ctx", "measurement.tryptase"],
)  # fmt: skip
def test_a_marker_of_the_cohort_needs_its_effects_its_course_and_its_error(removed):
    marker = removed.split(".")[-1]
    assert refused(f"{removed}=") == {removed: f"is missing: the cohort has {marker}"}
    load(BASE, [f"{removed}=", without([marker])])  # not needed where nobody measures it


@pytest.mark.parametrize("empty", ["", "{value: , source: laroche2011}"])
def test_a_key_with_nothing_behind_it_is_a_marker_that_is_missing(tmp_path, empty):
    """In a file without `extends`, where there is no base that it could be removed from."""
    text, file = BASE.read_text(), tmp_path / "mine.yaml"
    file.write_text(text.replace("tryptase: -34 %", f"tryptase: {empty}"))
    with pytest.raises(ScenarioError, match="tryptase: is missing: the cohort has tryptase"):
        load(file)
    file.write_text(text.replace("  ctx: {lognormal", "  ctx:\n  # {lognormal", 1))
    assert "ctx" not in load(file).scenario.cohort.markers


def test_all_that_is_missing_is_told_at_once():
    rows = ("none", "pamidronate", "interferon", "interferon + pamidronate")
    found = refused(*(f"effects.{row}.ctx=" for row in rows), "markers.ctx=", "measurement.ctx=")
    assert set(found) == {f"effects.{row}.ctx" for row in rows} | {"markers.ctx", "measurement.ctx"}
    assert set(found.values()) == {"is missing: the cohort has ctx"}


@pytest.mark.parametrize(
    "pair", ["ctx ~ balp", "ctx_response ~ spine_response", "age ~ ctx", "ctx_response ~ ctx"]
)
def test_a_correlation_with_an_absent_marker_is_refused(pair):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [without(["ctx"]), f"cohort.correlations.{pair}=0.3"])
    path = f"cohort.correlations.{pair}"
    named = [name for name in pair.split(" ~ ") if "ctx" in name]
    assert [(mistake.path, mistake.message) for mistake in caught.value.mistakes] == [
        (path, f"{name}: the cohort has no ctx") for name in named
    ]
    load(BASE, [f"cohort.correlations.{pair}=0.3"])


def test_a_marker_that_is_there_may_still_be_correlated():
    study = load(BASE, [without(["ctx"]), "cohort.correlations.balp ~ tryptase=0.3"])
    assert study.scenario.cohort.correlations["balp ~ tryptase"] == 0.3
