"""Therapies that begin when another has ended: exact days, refusals, and what goes on acting.

In most tests nobody fractures or dies, so that every day can be counted out by hand.
"""

import math
import shutil
from pathlib import Path

import pytest

from sim.experiments import runs
from sim.scenario import ScenarioError, load

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
NOTHING_BEFALLS = (
    "fractures.base_rate=0 per 100 person-years",
    "mortality.standardised_mortality_ratio=0",
    "cohort={patients: 12, ctx: , balp: , tryptase: }",
    "arms.pamidronate=",
)
HALF_A_YEAR = "therapies.pamidronate.schedule=[{every: 1 month, for: 6 months}]"  # 182.625 days
INTERFERON_FOLLOWS = "therapies.interferon.start={after: pamidronate}"
PAMIDRONATE_FOLLOWS = "therapies.pamidronate.start={after: interferon}"
TOLERATED = "therapies.interferon.intolerance="
CERTAIN = "therapies.interferon.intolerance=[{probability: 99.99 %, until: 90 days}]"
ROW = "{spine: {mean: 1 %/year, sd: 0 %/year}, hip: {mean: 1 %/year, sd: 0 %/year}}"
THIRD = (
    """therapies.denosumab={injection: 60 mg, schedule: [{every: 6 months}], exposure: {
        half_life: 60 days,
        action_1: {injection: 60 mg, schedule: [{every: 6 months}], over: 60 months}}}""",
    f"effects={{denosumab: {ROW}, denosumab + interferon: {ROW}, denosumab + pamidronate: {ROW}, "
    f"denosumab + interferon + pamidronate: {ROW}}}",
    "arms={combination: [pamidronate, interferon, denosumab]}",
)


def events(*settings):
    """What happened in the arm `combination`."""
    return runs.follow(load(BASE, [*NOTHING_BEFALLS, *settings]), engine="batch").events


def days(table, event, what, value=None):
    """Days of such events by patient; patients without any are left out."""
    rows = (table["event"] == event) & (table["what"] == what)
    if value is not None:
        rows &= table["value"] == value
    return {who: list(of["day"]) for who, of in table[rows].groupby("patient")}


def begins(table, therapy="interferon"):
    """The days on which a course begins, one set for all patients."""
    return {day for of in days(table, "course", therapy).values() for day in of[:1]}


def everyone(day):
    return dict.fromkeys(range(12), day)


# The end of a plan


@pytest.mark.parametrize(
    ("wait", "first"),
    [("", 184), ("wait: 0.4 days", 184), ("wait: 1 day", 184), ("wait: 1.6 days", 185),
     ("wait: 45 days", 228), ("wait: 2 months", 244)],
)  # fmt: skip
def test_a_course_begins_the_day_after_a_schedule_or_as_long_after_as_it_waits(wait, first):
    table = events(
        HALF_A_YEAR, f"therapies.interferon.start={{after: pamidronate, {wait}}}", TOLERATED
    )
    assert days(table, "course", "interferon") == everyone([first])
    assert days(table, "infusion", "pamidronate") == everyone([0, 30, 61, 91, 122, 152])
    assert days(table, "schedule ended", "pamidronate") == everyone([183])


def test_the_phases_of_a_schedule_add_up_from_its_own_beginning():
    table = events(
        "therapies.pamidronate.schedule=[{every: 1 month, for: 3 months}, "
        "{every: 2 months, for: 5 months}]",
        "therapies.pamidronate.start=40 days", INTERFERON_FOLLOWS, TOLERATED,
    )  # fmt: skip
    # 40 + 8 months of 30.4375 days = 283.5, which rounds to the even day
    assert days(table, "infusion", "pamidronate")[0] == [40, 70, 101, 131, 192, 253]
    assert days(table, "course", "interferon") == everyone([285])


def test_infusions_after_a_course_keep_their_intervals_from_its_end():
    table = events(
        TOLERATED, "therapies.interferon.for=100 days", PAMIDRONATE_FOLLOWS, "horizon=13 months",
        "therapies.pamidronate.schedule=[{every: 1 month, for: 3 months}, {every: 3 months}]",
    )  # fmt: skip
    since = [0, 30, 61, 91, 183, 274]
    assert days(table, "course", "interferon") == everyone([0, 100])
    assert days(table, "infusion", "pamidronate") == everyone([101 + day for day in since])


def test_a_length_and_a_wait_of_a_course_count_from_its_own_beginning():
    table = events(
        HALF_A_YEAR, INTERFERON_FOLLOWS, TOLERATED, "therapies.interferon.for=50 days",
        "therapies.interferon.start.wait=10 days",
    )  # fmt: skip
    assert days(table, "course", "interferon") == everyone([193, 243])


def test_three_therapies_in_a_chain():
    table = events(
        *THIRD, HALF_A_YEAR, INTERFERON_FOLLOWS, TOLERATED, "therapies.interferon.for=100 days",
        "therapies.denosumab.start={after: interferon, wait: 1 month}",
    )  # fmt: skip
    assert days(table, "course", "interferon") == everyone([184, 284])
    assert days(table, "infusion", "denosumab")[7][:3] == [314, 314 + 183, 314 + 365]
    assert days(table, "infusion", "denosumab").keys() == everyone(0).keys()


def test_a_schedule_in_the_middle_of_a_chain_ends_counted_from_its_own_beginning():
    table = events(
        *THIRD, TOLERATED, "therapies.interferon.for=100 days", PAMIDRONATE_FOLLOWS, HALF_A_YEAR,
        "therapies.denosumab.start={after: pamidronate}",
    )  # fmt: skip
    assert days(table, "infusion", "pamidronate")[0][:2] == [101, 131]
    assert days(table, "schedule ended", "pamidronate") == everyone([101 + 183])
    assert {of[0] for of in days(table, "infusion", "denosumab").values()} == {285}


def test_two_therapies_may_wait_for_the_same_one():
    table = events(
        *THIRD, HALF_A_YEAR, INTERFERON_FOLLOWS, TOLERATED,
        "therapies.denosumab.start={after: pamidronate, wait: 7 days}",
    )  # fmt: skip
    assert begins(table) == {184}
    assert {of[0] for of in days(table, "infusion", "denosumab").values()} == {190}


# Intolerance


@pytest.mark.parametrize("wait", [0, 30])
def test_infusions_begin_after_the_day_on_which_intolerance_stops_a_course(wait):
    table = events(CERTAIN, f"therapies.pamidronate.start={{after: interferon, wait: {wait} days}}")
    stopped = days(table, "intolerance", "interferon")
    first = {who: of[0] for who, of in days(table, "infusion", "pamidronate").items()}
    assert stopped.keys() == everyone(0).keys()
    assert len({*first.values()}) > 3
    assert first == {who: of[0] + max(wait, 1) for who, of in stopped.items()}


def test_a_halved_course_has_not_ended():
    table = events(
        "therapies.interferon.intolerance=", PAMIDRONATE_FOLLOWS,
        "therapies.interferon.intolerance={exponential: {rate: 8 per year}}",
        "therapies.interferon.on_intolerance=[halve, stop]",
    )  # fmt: skip
    halved = days(table, "intolerance", "interferon", value=0.5)
    stopped = days(table, "intolerance", "interferon", value=0.0)
    first = {who: of[0] for who, of in days(table, "infusion", "pamidronate").items()}
    assert halved.keys() == stopped.keys() == everyone(0).keys()
    assert first == {who: of[0] + 1 for who, of in stopped.items()}


def test_what_follows_never_begins_in_those_who_tolerate_a_course_that_only_intolerance_ends():
    table = events(
        PAMIDRONATE_FOLLOWS, "cohort.patients=60",
        "therapies.interferon.intolerance=[{probability: 50 %, until: 90 days}]",
    )  # fmt: skip
    stopped, infused = (
        days(table, event, what).keys()
        for event, what in (("intolerance", "interferon"), ("infusion", "pamidronate"))
    )
    assert 15 < len(stopped) < 45
    assert infused == stopped


def test_the_clock_of_tolerance_runs_from_the_beginning_of_the_course():
    """The same patients stop after the same time on the course, whenever it began."""
    at_once = events(CERTAIN, HALF_A_YEAR, "therapies.interferon.frailty_sd=0.7")
    later = events(
        CERTAIN, HALF_A_YEAR, "therapies.interferon.frailty_sd=0.7", INTERFERON_FOLLOWS
    )  # fmt: skip
    early = days(at_once, "intolerance", "interferon")
    assert days(later, "intolerance", "interferon") == {
        who: [184 + day for day in of] for who, of in early.items()
    }


# Infusions that end before or after their plan


@pytest.mark.parametrize("schedule", ["[{every: 30 days}]", "[{every: 30 days, for: 300 days}]"])
@pytest.mark.parametrize(
    ("ends", "day"),
    [("ends_course: 100 %", 0),
     ("reactions: {acute_phase: {first: 100 %, later: 0 %, ends_course: 100 %}}", 0),
     ("reactions: {acute_phase: {first: 0 %, later: 100 %, ends_course: 100 %}}", 30)],
)  # fmt: skip
def test_a_course_begins_after_the_day_on_which_something_ends_the_infusions(ends, day, schedule):
    table = events(
        f"therapies.pamidronate={{schedule: {schedule}, {ends}}}", TOLERATED,
        "therapies.interferon.start={after: pamidronate, wait: 12 days}",
    )  # fmt: skip
    assert days(table, "infusion", "pamidronate") == everyone([*range(0, day + 1, 30)])
    assert days(table, "course", "interferon") == everyone([day + 12])
    assert not days(table, "schedule ended", "pamidronate")


def test_infusions_that_no_reaction_ends_and_that_have_no_last_phase_go_on():
    table = events(
        INTERFERON_FOLLOWS, TOLERATED, "cohort.patients=60", "horizon=12 months",
        "therapies.pamidronate.reactions={acute_phase: {first: 40 %, ends_course: 100 %}}",
        "therapies.pamidronate.reactions.acute_phase.later=0 %",
    )  # fmt: skip
    reacted, began = (
        days(table, event, what).keys()
        for event, what in (("reaction", "acute_phase"), ("course", "interferon"))
    )
    assert 10 < len(reacted) < 40
    assert began == reacted
    assert begins(table) == {1}


LATE = (
    "therapies.pamidronate={schedule: [{every: 30 days, for: 60 days}], "
    "delay: {probability: 100 %, mean: 40 days}}",
    INTERFERON_FOLLOWS,
    TOLERATED,
    "cohort.patients=40",
)


def test_a_late_last_infusion_puts_off_the_end_of_the_infusions():
    table = events(*LATE)
    last = {who: of[-1] for who, of in days(table, "infusion", "pamidronate").items()}
    began = {who: of[0] for who, of in days(table, "course", "interferon").items()}
    assert min(last.values()) < 59 < 61 < max(last.values())
    ended = {who: max(60, day + 1) for who, day in last.items()}
    assert days(table, "schedule ended", "pamidronate") == {w: [day] for w, day in ended.items()}
    assert began == {who: day + 1 for who, day in ended.items()}


def test_an_infusion_too_late_for_the_follow_up_leaves_the_infusions_unended():
    table = events(*LATE, "horizon=90 days")
    full = events(*LATE)
    last = {who: of[-1] for who, of in days(full, "infusion", "pamidronate").items()}
    in_time = {who for who, day in last.items() if max(60, day + 1) + 1 <= 90}
    assert 0 < len(in_time) < 40
    assert days(table, "course", "interferon").keys() == in_time


def test_missed_infusions_do_not_change_the_end_of_a_schedule():
    table = events(
        HALF_A_YEAR, INTERFERON_FOLLOWS, TOLERATED, "therapies.pamidronate.given=0 %"
    )  # fmt: skip
    assert not days(table, "infusion", "pamidronate")
    assert days(table, "course", "interferon") == everyone([184])


# The end of follow-up


@pytest.mark.parametrize(("horizon", "infusions"), [(101, []), (102, [101]), (140, [101, 131])])
def test_nobody_is_infused_on_the_way_out(horizon, infusions):
    table = events(
        TOLERATED, "therapies.interferon.for=100 days", PAMIDRONATE_FOLLOWS,
        f"horizon={horizon} days",
    )  # fmt: skip
    given = days(table, "infusion", "pamidronate")
    assert given == (everyone(infusions) if infusions else {})


@pytest.mark.parametrize("after", [INTERFERON_FOLLOWS, PAMIDRONATE_FOLLOWS])
def test_what_would_begin_after_the_end_never_does(after):
    follower = "pamidronate" if "interferon}" in after else "interferon"
    table = events(
        TOLERATED, "therapies.interferon.for=100 days", HALF_A_YEAR, "horizon=90 days", after
    )
    assert not days(table, "infusion", follower)
    assert not days(table, "course", follower)


# What acts, and for how long


def test_the_exposure_goes_on_decaying_and_the_course_acts_from_its_own_day():
    """Linear reading, rates that add up: two integrals in closed form, without any noise."""
    exact = [
        "cohort={spine_t: {normal: {mean: -3, sd: 0}}, female: 100 %}",
        "measurement={spine: 0 %, hip: 0 %}", "visits.dxa=[20 days, 150 days]", "horizon=150 days",
        *(f"effects.{name}={{spine: {{mean: {rate} %/year, sd: 0 %/year}}}}"
          for name, rate in (("none", 0), ("pamidronate", 3), ("interferon", 10),
                             ("interferon + pamidronate", 13))),
        "therapies.pamidronate={schedule: [{every: 40 days, for: 40 days}], exposure: {action_1: "
        "{schedule: [{every: 40 days, for: 40 days}], over: 80 days}}}",
    ]  # fmt: skip
    study = load(BASE, [*NOTHING_BEFALLS, *exact, INTERFERON_FOLLOWS, TOLERATED])
    measured = runs.follow(study, engine="batch").measurements
    spine = measured[(measured["quantity"] == "spine_g_cm2") & (measured["patient"] == 0)]
    k = math.log(2) / 45
    action = 1 / ((1 - math.exp(-80 * k)) / k / 80)  # the one infusion, at its height
    entry = 1.047 - 3 * 0.110

    def expected(day):
        of_infusion = 3 * action * (1 - math.exp(-k * day)) / k
        of_course = 10 * max(day - 41, 0)  # the schedule ends on day 40
        return entry * (1 + (of_infusion + of_course) / 100 / 365.25)

    assert list(spine["day"]) == [0, 20, 150]
    assert list(spine["value"]) == pytest.approx([expected(day) for day in (0, 20, 150)], rel=1e-12)


def test_a_marker_feels_a_course_from_the_day_on_which_it_begins():
    exact = [
        "cohort.tryptase={lognormal: {mean: 49 ug/L, sd: 0 ug/L}}", "measurement.tryptase=0 %",
        "markers.tryptase.spread=0", "visits.markers=[100 days, 300 days]",
    ]  # fmt: skip
    study = load(BASE, [*NOTHING_BEFALLS, *exact, HALF_A_YEAR, INTERFERON_FOLLOWS, TOLERATED])
    measured = runs.follow(study, engine="batch").measurements
    values = measured[measured["quantity"].eq("tryptase_ug_l") & measured["patient"].eq(3)]
    felt = 1 - 2 ** (-(300 - 184) / 60)
    assert list(values["value"]) == pytest.approx([49, 49, 49 * 0.66**felt], rel=1e-12)


def test_the_summary_of_a_chain_speaks_of_courses_only():
    """A schedule that has ended is no course that somebody is off."""
    study = load(BASE, [*NOTHING_BEFALLS, HALF_A_YEAR, INTERFERON_FOLLOWS, "horizon=12 months"])
    result = runs.run(study, engine="batch")
    off = {name for name in result.summary["outcome"] if name.startswith("off ")}
    assert off == {"off interferon"}


# What is refused


def refused(*settings):
    """The mistakes of a scenario, as path and message."""
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [*NOTHING_BEFALLS, *settings])
    return {(mistake.path, mistake.message) for mistake in caught.value.mistakes}


@pytest.mark.parametrize(
    ("settings", "path", "message"),
    [
        (["therapies.interferon.start={after: pamidronat}"],
         "therapies.interferon.start.after",
         "'pamidronat' is not a therapy; did you mean 'pamidronate'? Allowed: pamidronate"),
        (["therapies.interferon.start={after: interferon}"],
         "therapies.interferon.start.after",
         "never begins: interferon waits for interferon"),
        ([PAMIDRONATE_FOLLOWS, INTERFERON_FOLLOWS],
         "therapies.interferon.start.after",
         "never begins: interferon waits for pamidronate waits for interferon"),
        ([INTERFERON_FOLLOWS],
         "therapies.interferon.start.after",
         "never begins: pamidronate has no end; give its last phase `for: 24 months`"),
        ([INTERFERON_FOLLOWS, "therapies.pamidronate.delay={probability: 50 %, mean: 9 days}"],
         "therapies.interferon.start.after",
         "never begins: pamidronate has no end; give its last phase `for: 24 months`"),
        ([PAMIDRONATE_FOLLOWS, TOLERATED],
         "therapies.pamidronate.start.after",
         "never begins: interferon has no end; give it `for: 24 months`, or an intolerance"),
        ([PAMIDRONATE_FOLLOWS, "therapies.interferon.on_intolerance=[halve]"],
         "therapies.pamidronate.start.after",
         "never begins: interferon has no end; give it `for: 24 months`, or an intolerance"),
        ([INTERFERON_FOLLOWS, HALF_A_YEAR, "arms.other=[interferon]"],
         "arms.other[0]",
         "'interferon' never begins: it waits for pamidronate, not in this arm"),
        (["therapies.interferon.start={after: pamidronate, on: 3 months}", HALF_A_YEAR],
         "therapies.interferon.start",
         "a therapy begins at a time, or `after` another therapy, not both"),
        (["therapies.interferon.start={wait: 3 months}"],
         "therapies.interferon.start",
         "`wait` belongs to `after` or `on: fracture`: {after: pamidronate, wait: 1 month}"),
    ],
)  # fmt: skip
def test_what_never_begins_is_refused_with_its_reason(settings, path, message):
    assert (path, message) in refused(*settings)


def test_a_circle_of_three_is_told_for_each_of_them():
    found = refused(
        *THIRD, HALF_A_YEAR, INTERFERON_FOLLOWS,
        "therapies.pamidronate.start={after: denosumab}",
        "therapies.denosumab.start={after: interferon}",
    )  # fmt: skip
    circle = {message for path, message in found if path.endswith("start.after")}
    assert circle == {
        "never begins: pamidronate waits for denosumab waits for interferon waits for pamidronate",
        "never begins: interferon waits for pamidronate waits for denosumab waits for interferon",
        "never begins: denosumab waits for interferon waits for pamidronate waits for denosumab",
    }


def test_a_mistake_stands_where_the_file_has_it(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "extends: laroche2011.yaml\nname: mine\ntherapies:\n  interferon:\n"
        "    start: {wait: 1 month, after: pamidronat}\n",
        encoding="utf-8",
    )
    shutil.copy(BASE, tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load(file)
    marks = [m.mark for m in caught.value.mistakes if m.path.endswith("start.after")]
    assert [(mark.line, mark.column) for mark in marks] == [(5, 35)]


@pytest.mark.parametrize(
    "settings",
    [
        [INTERFERON_FOLLOWS, "therapies.pamidronate.ends_course=1 %"],
        [INTERFERON_FOLLOWS, "therapies.pamidronate.reactions.acute_phase.ends_course=1 %"],
        [INTERFERON_FOLLOWS, HALF_A_YEAR],
        [PAMIDRONATE_FOLLOWS],
        [PAMIDRONATE_FOLLOWS, TOLERATED, "therapies.interferon.for=3 months"],
    ],
)
def test_whatever_can_end_a_therapy_lets_another_wait_for_it(settings):
    therapies = load(BASE, [*NOTHING_BEFALLS, *settings]).scenario.therapies
    assert [t.start.after for t in therapies.values()].count(None) == 1


def test_a_time_of_beginning_gives_way_to_an_end_to_wait_for():
    laid = load(BASE, ["therapies.interferon.start=6 months", HALF_A_YEAR, INTERFERON_FOLLOWS])
    start = laid.scenario.therapies["interferon"].start
    assert (start.on, start.after, start.wait) == (0.0, "pamidronate", 0.0)
