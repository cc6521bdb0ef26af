"""Properties of every scenario, tested on generated scenarios with few patients each.

The checks of `mastosim verify` stand for most properties; the tests below hold the others. Values
are compared to the last bit unless a test says that sums are taken in another order.
"""

import copy
import itertools
import math
import zlib
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, seed
from hypothesis import strategies as st

from sim import outcomes, results
from sim.experiments import runs, sizes
from sim.experiments.verification import CHECKS
from sim.experiments.verification.checks import run_checks
from sim.experiments.verification.doses import planned_days
from sim.experiments.verification.subject import Subject
from sim.scenario import ScenarioError, Study, from_document, load
from sim.scenario.form.therapy import Course
from sim.scenario.text.layers import read_layers
from sim.simulation import lowering
from sim.simulation.records import (
    DEATH,
    FRACTURE,
    INFUSION,
    INTOLERANCE,
    MEASURE,
    PLAN,
    REACTION,
    REVIEW,
    Inputs,
    Log,
)
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import BONES, QUANTITIES, SITES
from tests import depth
from tests.economics import economics_for
from tests.generated import (
    BASE,
    INFUSIONS,
    change,
    flow,
    harsher,
    ladder,
    scenarios,
    settings_of,
    visits,
)

MEASURED = range(len(QUANTITIES))
CTX = QUANTITIES.index("ctx_pg_ml")


examples = partial(
    depth.examples,
    phases=[Phase.explicit, Phase.generate],  # making an example smaller would take minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


MOST_FRACTURES = 130
"""Each fracture may raise the risk of the next: in some examples patients have thousands."""


@pytest.fixture(autouse=True, scope="module")
def _no_endless_fractures():
    """Leave out examples with more fractures: they would take minutes, and more memory."""
    protocol = lowering.protocol

    def bounded(scenario, fractures=lowering.FRACTURES_PREPARED):
        assume(fractures <= MOST_FRACTURES)
        return protocol(scenario, fractures)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lowering, "protocol", bounded)
        yield


@pytest.fixture(autouse=True, scope="module")
def _the_base_is_read_once():
    """Reading the base file for each example would take a third of the time."""
    documents = {}

    def once(path, *rest):
        if path not in documents:
            documents[path] = read_layers(path, *rest)
        return documents[path]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.scenario.reading.read_layers", once)
        yield


def study_of(given_settings, *more) -> Study:
    return load(BASE, [*given_settings, *more])


def simulated(study, fractures=8) -> dict[str, tuple[Inputs, Log]]:
    """Inputs and log of each arm, with random numbers for so many fractures at first."""
    patients = range(study.scenario.cohort.patients)
    return simulate_arms(lowering.protocol(study.scenario, fractures), patients, "batch")


def logs(study, fractures=8) -> dict[str, Log]:
    """The log of each arm."""
    return {arm: log for arm, (_, log) in simulated(study, fractures).items()}


def without_second(given_settings):
    """The settings without the second infusion therapy."""
    return [setting for setting in given_settings if "zoledronate" not in setting]


def alone(given_settings):
    """The settings without a second infusion therapy and without a therapy that waits."""
    return [setting for setting in without_second(given_settings) if "after:" not in setting]


def rows(log, keep=None):
    """The rows of a log as tuples: patient, day, kind, value."""
    every = zip(*(column.tolist() for column in log), strict=True)
    return [row for row in every if keep is None or keep(*row)]


def is_infusion(kind):
    """An infusion, or a reaction to one."""
    return INFUSION <= kind < REVIEW


def life_of(log, patient):
    return [row[1:] for row in rows(log, lambda who, *_: who == patient)]


def same(one: results.Tables, other: results.Tables, **tolerance):
    for a, b in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(a, b, **(tolerance or {"check_exact": True}))


def of_arm(whole: results.Tables, arm):
    """Events and measurements of one arm, without its name."""
    return [
        frame[frame["arm"] == arm].drop(columns="arm").reset_index(drop=True)
        for frame in (whole.events, whole.measurements)
    ]


# The checks of `mastosim verify`

ELSEWHERE = {
    "Every number of the file is used",  # too slow
    "The number of workers has no effect",  # too slow; test_cores
    "Both engines write identical logs",  # test_engines_agree
    "Random numbers follow their distributions and are uncorrelated",  # takes more patients
}
CHECKED = [check for check in CHECKS if check.name not in ELSEWHERE]
OF_WORTH = {
    "Years in states add up to life-years",
    "Costs and quality of life match a count of single lives",
    "Sums over groups are those over patients",
}
"""They apply to scenarios with economics."""

NUMBER_OF_EXAMPLES = {
    "Times to intolerance match their distribution": 14,
    "Shorter follow-up reproduces the same events": 10,
}


@pytest.mark.share(3)
@pytest.mark.parametrize("check", CHECKED, ids=lambda check: check.name)
def test_a_check_passes(check):
    """Each check has scenarios of its own; in some it does not apply, never in all of them."""
    words = []

    @seed(zlib.crc32(check.name.encode()))
    @examples(NUMBER_OF_EXAMPLES.get(check.name, 2))
    @given(scenarios())
    @example(["cohort.patients=5", "visits.dxa=every 3 weeks", "fractures.base_rate=2 per year"])
    def passes(given_settings):
        study = study_of(given_settings)
        if check.name in OF_WORTH:
            priced = settings_of({"economics": economics_for(study.scenario)})
            study = study_of([*given_settings, *priced])
        subject = Subject(study, study.scenario.cohort.patients)
        (finding,) = run_checks(subject, [check])
        words.append(finding.word)
        assert finding.verdict.passed is not False, finding.verdict

    passes()
    assert "passed" in words


# Observing


@examples(3)
@given(scenarios(), visits, visits)
def test_measuring_does_not_disturb(given_settings, dxa, markers):
    """No therapy ends at a measured value here: such a rule is meant to follow the visits."""
    given_settings = [setting for setting in given_settings if ".stop=" not in setting]
    asked = [f"visits.dxa=[{', '.join(dxa)}]", f"visits.markers=[{', '.join(markers)}]"]
    one, other = logs(study_of(given_settings)), logs(study_of(given_settings, *asked))
    for arm in one:
        unmeasured = [rows(log[arm], lambda *row: row[2] >= PLAN) for log in (one, other)]
        assert unmeasured[0] == unmeasured[1]
        values = [
            {row[:3]: row[3] for row in rows(log[arm], lambda *row: row[2] in MEASURED)}
            for log in (one, other)
        ]
        shared = values[0].keys() & values[1].keys()
        assert {day for _, day, _ in shared} >= {0}
        assert all(values[0][key] == values[1][key] for key in shared)


# Who is simulated, and with whom


@examples(3)
@given(scenarios(), st.integers(1, 4))
def test_the_first_half_is_the_same_whatever_the_size_of_cohort_and_block(given_settings, block):
    study = study_of(given_settings)
    count = study.scenario.cohort.patients
    half = runs.follow(study)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sizes.BLOCK, "simpy", block)
        whole = runs.follow(study_of(given_settings, f"cohort.patients={2 * count}"))
    pairs = [(half.patients, whole.patients), (half.latent, whole.latent)]
    for arm in study.scenario.arms:
        pairs += zip(of_arm(half, arm), of_arm(whole, arm), strict=True)
    for one, twice in pairs:
        first = twice[twice["patient"] < count].reset_index(drop=True)
        pd.testing.assert_frame_equal(one, first, check_exact=True)


@examples(3)
@given(scenarios(), st.integers(0, 2**32 - 1))
def test_outcomes_do_not_depend_on_the_order_of_the_log(given_settings, seed):
    study = study_of(given_settings)
    names, plan = names_of(study), outcomes.analysis_plan(study)
    people, mixed = {}, {}
    for arm, (inputs, log) in simulated(study).items():
        order = np.random.default_rng(seed).permutation(len(log.day))
        shuffled = Log._make(column[order] for column in log)
        people[0, arm] = outcomes.arm_records(inputs, log, names)
        mixed[0, arm] = outcomes.arm_records(inputs, shuffled, names)
    last = list(people)[-1]
    contrasts = [{key: 1.0, last: -1.0} for key in people if key != last]
    one, other = (
        outcomes.compared(
            (line for key in arms for line in outcomes.lines_of(key, arms[key], plan)), contrasts
        )
        for arms in (people, mixed)
    )
    assert one.labels == other.labels
    np.testing.assert_array_equal(one.own, other.own)
    np.testing.assert_array_equal(one.paired, other.paired)
    np.testing.assert_array_equal(one.signed, other.signed)


@examples(3)
@given(scenarios())
def test_the_number_of_draws_prepared_does_not_matter(given_settings):
    study = study_of(given_settings)
    whole, plenty = runs.follow(study), logs(study, fractures=60)
    protocol = lowering.protocol
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lowering, "protocol", lambda scenario, few=1: protocol(scenario, few))
        same(whole, runs.follow(study))
    for arm, log in logs(study, fractures=1).items():
        assert rows(log) == rows(plenty[arm])


# Arms, and the order in which things are written


@examples(3)
@given(scenarios())
def test_the_order_of_therapies_in_the_file_does_not_matter(given_settings):
    study = study_of(given_settings)
    document = copy.deepcopy(study.document)
    document["therapies"] = dict(reversed(document["therapies"].items()))
    turned = from_document(document, study.numbers)
    assert turned.digest == study.digest
    by = ["arm", "patient", "day", "event", "what", "value"]
    found = [
        whole._replace(events=whole.events.sort_values(by, ignore_index=True))
        for whole in (runs.follow(study), runs.follow(turned))
    ]
    same(*found, rtol=1e-9, atol=1e-12)  # sums over subsets of therapies in another order


@examples(3)
@given(scenarios())
def test_a_therapy_that_no_arm_takes_changes_nothing(given_settings):
    often = "infusion: 5 mg, schedule: [{every: 2 months}]"
    daily = "course: 1 MU, times_per_week: 7"
    exposure = f"{{half_life: 90 days, action_1: {{{often}, over: 36 months}}}}"
    unused = f"therapies.unused={{{often}, given: 70 %, exposure: {exposure}}}"
    hazard = "{exponential: {rate: 2 per year}}"
    idle = f"therapies.idle={{{daily}, action_1: {{{daily}}}, intolerance: {hazard}}}"
    plain = without_second(given_settings)
    same(runs.follow(study_of(plain)), runs.follow(study_of(plain, unused, idle)))


@examples(3)
@given(scenarios(), st.integers(0, 100), st.integers(0, 100))
def test_an_unneeded_reaction_changes_nothing_else(given_settings, first, later):
    extra = f"therapies.pamidronate.reactions.extra={{first: {first} %, later: {later} %}}"
    plain, more = (runs.follow(study_of(given_settings, *extra_)) for extra_ in ([], [extra]))
    others = more.events[more.events["what"] != "extra"].reset_index(drop=True)
    same(plain, more._replace(events=others))


# One life


@examples(12)
@given(scenarios(), harsher(), ladder, INFUSIONS["reactions"])
def test_every_life_keeps_the_protocol(given_settings, hazards, rungs, reactions_):
    study = study_of(
        given_settings,
        "therapies.interferon.intolerance=",
        f"therapies.interferon.intolerance={flow(hazards[1])}",
        f"therapies.interferon.on_intolerance={flow(rungs)}",
        f"therapies.pamidronate.reactions={flow(reactions_)}",
    )
    scenario = study.scenario
    for arm, (inputs, log) in simulated(study).items():
        for patient, record in enumerate(inputs.patients):
            life = life_of(log, patient)
            check_cause_of_death(life, scenario)
            begun = beginnings(life, scenario, arm)
            reaction = REACTION
            for slot, (name, therapy) in enumerate(scenario.therapies.items()):
                infusions = of_kind(life, INFUSION + slot)
                course = of_kind(life, PLAN + slot), of_kind(life, INTOLERANCE + slot)
                reactions = [
                    of_kind(life, reaction + i)
                    for i in range(len(getattr(therapy, "reactions", ())))
                ]
                reaction += len(reactions)
                stop = day_of_stop(life, record, therapy, [*infusions, *course[0]])
                if begun[name] is None:  # not in the arm, or what it waits for has not come
                    assert not any([infusions, *course, *reactions])
                elif isinstance(therapy, Course):
                    assert not infusions
                    check_course(*course, therapy, begun[name], life[-1][0], stop)
                else:
                    assert not course[1]
                    dose = record["dose"][slot]
                    end = min(life[-1][0], stop - 1)
                    check_infusions(infusions, therapy, scenario, begun[name], dose, end)
                    check_reactions(reactions, infusions, therapy)
                    others = scenario.therapies.values()
                    if stop <= life[-1][0]:
                        check_stop(course[0], infusions, reactions, therapy, begun[name], stop)
                    elif any(other.start.after == name for other in others):
                        check_plan_end(course[0], infusions, reactions, therapy, begun[name], life)
                    else:
                        assert not course[0]
            assert not of_kind(life, reaction, REVIEW - reaction)


def of_kind(life, first, count=1):
    return [row for row in life if first <= row[1] < first + count]


def beginnings(life, scenario, arm):
    """The day from which the plan of each therapy counts; None for one that did not begin."""
    names = list(scenario.therapies)
    begun: dict[str, int | None] = {}
    while len(begun) < len(names):
        for name in names:
            start = scenario.therapies[name].start
            before = start.after
            if start.is_on_fracture and name in scenario.arms[arm]:
                begun[name] = day_after_fracture(life, start)
            elif before is None or name not in scenario.arms[arm]:
                begun[name] = 0 if name in scenario.arms[arm] else None
            elif before in begun:
                begun[name] = day_after(life, scenario, before, name)
    return begun


def day_after_fracture(life, start):
    """The day from which a therapy that waits for a fracture counts; None without a fracture."""
    sites = [FRACTURE + slot for slot, site in enumerate(SITES) if start.site in (None, site)]
    broke = [day for day, kind, _ in life if kind in sites]
    return broke[0] + max(round(start.wait), 1) if broke else None


def day_of_stop(life, record, therapy, taken):
    """The first visit after the first dose at which the rule ends a therapy; infinity for none."""
    first = min((day for day, _, value in taken if value > 0), default=math.inf)
    if therapy.stop is None:
        return math.inf
    bone, side, limit = therapy.stop.condition
    at = BONES.index(bone)
    for day, _, value in of_kind(life, MEASURE + at):
        score = (value - record["reference_mean"][at]) / record["reference_sd"][at]
        if day > first and (score > limit if side == "above" else score < limit):
            return day
    return math.inf


def check_stop(plan, infusions, reactions, therapy, begun, stop):
    """A schedule ends on the day of its rule, unless something ended it before."""
    over = any(value for reacted in reactions for *_, value in reacted) or therapy.ends_course > 0
    if therapy.schedule.duration is not None:
        planned = begun + round(therapy.start.day + therapy.schedule.duration)
        over = over or planned <= stop
    assert [day for day, *_ in plan] == [stop] or (over and all(d <= stop for d, *_ in plan))


def day_after(life, scenario, before, name):
    """The day from which a therapy that waits for another counts; None where that has no end.

    That `ends_course` ended the one before is not in the log: it did if the one that waits began.
    """
    slots = list(scenario.therapies)
    slot, own = slots.index(before), slots.index(name)
    names = [(t, r) for t in slots for r in getattr(scenario.therapies[t], "reactions", ())]
    ends = [day for day, _, value in of_kind(life, PLAN + slot) if value == 0]
    ends += [day for day, _, value in of_kind(life, INTOLERANCE + slot) if value == 0]
    for i, (therapy, _) in enumerate(names):
        if therapy == before:
            ends += [day for day, _, value in of_kind(life, REACTION + i) if value == 1]
    given_on = [day for day, _, value in of_kind(life, INFUSION + slot) if value > 0]
    has_begun = of_kind(life, PLAN + own) or of_kind(life, INFUSION + own)
    if not ends and has_begun and getattr(scenario.therapies[before], "ends_course", 0) > 0:
        ends = given_on[-1:]
    assert len(set(ends)) <= 1
    return ends[0] + max(round(scenario.therapies[name].start.wait), 1) if ends else None


def check_plan_end(plan, infusions, reactions, therapy, begun, life):
    """The schedule ends on its day, or the day after a late last infusion, unless it was cut."""
    ended = any(value for reacted in reactions for *_, value in reacted)
    if plan:
        assert not ended
        last = infusions[-1][0] + 1 if infusions else 0
        planned = begun + round(therapy.start.day + therapy.schedule.duration)
        assert [row[0::2] for row in plan] == [(max(planned, last), 0.0)]
    elif therapy.schedule.duration is not None and not (ended or therapy.ends_course):
        late = therapy.delay is not None
        assert late or life[-1][0] <= begun + round(therapy.start.day + therapy.schedule.duration)


def check_cause_of_death(life, scenario):
    """A fracture that killed came in the year before, at a site where fractures can be fatal."""
    day, kind, value = life[-1]
    if kind == DEATH and value > 0:
        site = int(value) - 1
        assert getattr(scenario.fractures.sites, SITES[site]).case_fatality > 0
        assert any(1 <= day - broke <= 365 for broke, *_ in of_kind(life, FRACTURE + site))


def check_infusions(infusions, therapy, scenario, begun, dose, end):
    """As planned or late, a day apart, never more than planned, each of the dose or missed."""
    last = round(scenario.horizon)
    days = planned_days(therapy.schedule.phases, therapy.start.day, scenario.horizon)
    planned = [begun + day for day in days if begun + day < last]
    days = [day for day, *_ in infusions]
    assert len(days) <= len(planned)
    assert all(plan <= day for plan, day in zip(planned, days, strict=False))
    assert all(a < b for a, b in itertools.pairwise([-1, *days, last]))
    assert {value for *_, value in infusions} <= {0.0, dose}
    if therapy.delay is None:
        on_time = itertools.accumulate(planned, lambda before, day: max(before + 1, day))
        expected = [day for day in on_time if day < last and day <= end]
        assert days == expected[: len(days)]
        may_end = [therapy.ends_course, *(r.ends_course for r in therapy.reactions.values())]
        assert any(may_end) or len(days) == len(expected)


def check_reactions(reactions, infusions, therapy):
    """On the day of a given infusion, always if certain; what ends the course ends it at once."""
    given_on = [day for day, _, value in infusions if value > 0]
    for reacted, chances in zip(reactions, therapy.reactions.values(), strict=True):
        days = [day for day, *_ in reacted]
        assert set(days) <= set(given_on)
        assert len(set(days)) == len(days)
        assert chances.first < 1 or days[:1] == given_on[:1]
        assert chances.later < 1 or set(days) >= set(given_on[1:])
        assert all(day == infusions[-1][0] for day, _, ended in reacted if ended)
        if chances.ends_course == 1:
            assert all(ended for *_, ended in reacted)


def check_course(plan, falls, therapy, begun, end, stop):
    """Begins at its full dose; falls by the ladder; ends by plan or rule unless stopped before."""
    begins = begun + round(therapy.start.day)
    length = math.inf if therapy.duration is None else therapy.duration
    ends = begun + (round(therapy.start.day + length) if length < math.inf else length)
    ends = min(ends, stop)
    factors = [{"halve": 0.5, "stop": 0.0}[rung] for rung in therapy.on_intolerance]
    doses = list(itertools.accumulate([therapy.relative_dose, *factors], lambda a, b: a * b))
    assert [value for *_, value in falls] == doses[1:][: len(falls)]
    assert all(a < b for a, b in itertools.pairwise([begins, *(day for day, *_ in falls), ends]))
    stopped = bool(falls) and falls[-1][2] == 0
    due = [(begins, doses[0])] + [(ends, 0.0)] * (not stopped)
    assert [(day, value) for day, _, value in plan] == [row for row in due if row[0] <= end]


# What does nothing, what always happens, and what can only help


@examples(3)
@given(scenarios(), st.sampled_from(["pamidronate", "interferon"]))
def test_a_therapy_that_is_never_given_is_no_therapy(given_settings, name):
    never = {
        "pamidronate": "therapies.pamidronate.given=0 %",
        "interferon": "therapies.interferon.start=11000 days",
    }
    arms = f"arms={{combination: [{name}], pamidronate: []}}"
    log = logs(study_of(alone(given_settings), arms, never[name], "loss="))
    assert all(value == 0 for *_, kind, value in rows(log["combination"]) if is_infusion(kind))
    lived = rows(log["combination"], lambda *row: not is_infusion(row[2]))
    assert lived == rows(log["pamidronate"])


@examples(3)
@given(scenarios(), change)
@example(["cohort.patients=3"], "50 %")
def test_a_marker_change_without_treatment_is_refused_or_happens(given_settings, change_):
    exact = ["markers.ctx.spread=0", "measurement.ctx=0 %", f"effects.none.ctx={change_}"]
    try:
        study = study_of(without_second(given_settings), "arms={combination: []}", *exact)
    except ScenarioError:
        return
    inputs, log = simulated(study)["combination"]
    ratio_ = 1 + float(change_.split()[0]) / 100
    for who, day, _, value in rows(log, lambda *row: row[2] == CTX):
        assert day == 0 or value == pytest.approx(ratio_ * inputs.patients[who]["marker"][0])
