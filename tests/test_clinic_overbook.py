"""Overbooking of a clinic against patients who do not come: exact chains, and what stays."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiments import runs
from sim.scenario import ScenarioError, load
from sim.scenario.checks.clinic import remarks_on_clinic
from sim.scenario.clinic import clinics_in_words
from sim.simulation.clinic import Calendar, Clinic, Outside, Places, Visit
from sim.simulation.records import HOME, INFUSION, NO_DRUG, TAKEN, WASTED
from sim.vocabulary import NOT_COMING, SKIPPED
from tests.test_clinic_others import SHORT, logs, same, small

NINE = "scenarios/clinic-nine-places.yaml"
EVERY_DAY = Calendar(0, tuple(range(7)))
IN_TURN = SHORT.replace("most severe first", "full doses until gone")
DAYS = 8


def chain(places, beyond, absent):
    """Expected visits sent home and served on each day of a full clinic, by exact probabilities.

    Who was sent home comes for sure and is first on the next day; all others of that day are new.
    """
    now, home, served = np.eye(1, beyond + 1)[0], [], []
    for _ in range(DAYS):
        later = np.zeros(beyond + 1)
        seen = 0.0
        for again, share in enumerate(now):
            new = places + beyond - again
            for comes, chance in enumerate(stats.binom(new, 1 - absent).pmf(range(new + 1))):
                later[max(0, again + comes - places)] += share * chance
                seen += share * chance * min(places, again + comes)
        now = later
        home.append(now @ range(beyond + 1))
        served.append(seen)
    return home, served


@pytest.mark.parametrize(("places", "overbook", "beyond", "absent"), [
    (9, 0.3, 3, 0.2), (4, 0.5, 2, 0.1), (10, 0.2, 2, 0.3), (2, 1.0, 2, 0.5),
])  # fmt: skip
def test_visits_sent_home_are_those_of_a_chain_of_binomial_tails(places, overbook, beyond, absent):
    """On the first full day the mean is a binomial tail; later ones by who comes again."""
    rng, home, served = np.random.default_rng(23), [], []
    for _ in range(1500):
        clinic = Clinic(EVERY_DAY, Places(places, overbook))
        for i, comes in enumerate(rng.random(DAYS * (places + beyond)) >= absent):
            visit = Visit(0, i, 0, 0)
            visit.comes = bool(comes)
            clinic.ask(visit)
        days = [clinic.act(day) for day in range(DAYS)]
        home.append([len(day.sent_home) for day in days])
        served.append([sum(visit.comes for visit in day.served) for day in days])
    tail = stats.binom(places + beyond, 1 - absent)
    expected, seen = chain(places, beyond, absent)
    first = sum((n - places) * tail.pmf(n) for n in range(places + 1, places + beyond + 1))
    assert expected[0] == pytest.approx(first, rel=1e-12)
    for found, means in ((home, expected), (served, seen)):
        error = np.std(found, axis=0, ddof=1) / math.sqrt(len(found))
        assert (np.abs(np.mean(found, axis=0) - means) < 4 * error).all()
    assert np.max(served) == places


def test_with_places_for_all_and_everyone_there_nothing_changes():
    roomy = small("clinic.places=50")
    assert same(roomy, small("clinic.places=50", "clinic.overbook=40 %"))


@pytest.mark.parametrize(
    "rule",
    [(), (SHORT.replace("most severe first", "full doses until gone"),)],
    ids=["places", "short"],
)
def test_where_everyone_comes_others_are_sent_home_and_nobody_has_another_dose(rule):
    """The same doses on the same days; only the days in vain are new."""
    one, other = (
        logs(small("clinic.places=1", *rule, *more))["pamidronate"]
        for more in ((), ("clinic.overbook=100 %",))
    )
    apart = [kind for kind in range(int(other.kind.max()) + 1) if kind not in range(HOME, WASTED)]
    for first, second in zip(one, other, strict=True):
        kept = np.isin(one.kind, apart), np.isin(other.kind, apart)
        assert first[kept[0]].tobytes() == second[kept[1]].tobytes()
    assert np.isin(other.kind, range(HOME, NO_DRUG)).any()
    assert not np.isin(one.kind, range(HOME, NO_DRUG)).any()


def test_nobody_is_served_beyond_the_places_and_doses_are_gained():
    settings = (
        "clinic.places=1",
        "clinic.not_coming=30 %",
        "clinic.already_enrolled=0",
        "therapies.pamidronate.schedule=[{every: 2 weeks}]",
    )
    plain, over = (small(*settings, *more) for more in ((), ("clinic.overbook=100 %",)))
    slot = list(over.scenario.therapies).index("pamidronate")
    log, before = logs(over)["pamidronate"], logs(plain)["pamidronate"]
    given = [(of.value[of.kind == INFUSION + slot] > 0).sum() for of in (log, before)]
    assert given[0] > 1.05 * given[1]
    found = runs.run(over, engine="simpy").summary
    own = found[(found["arm"] == "pamidronate") & (found["against_arm"] == "")]
    row = own.set_index("outcome")["estimate"]
    home = (log.kind == HOME + slot).sum()
    assert row["pamidronate sent home"] == pytest.approx(home / 60)
    assert home > 0
    assert row["places in use"] <= 100
    taken = (log.kind == TAKEN + slot).sum()
    days = 3 * over.scenario.clinic.open_days(over.scenario.horizon)
    assert row["places in use"] == pytest.approx(100 * taken / days)
    doses = log.value[log.kind == INFUSION + slot]
    assert (doses == NOT_COMING).any()
    assert (doses == SKIPPED).any()
    names = {*runs.run(plain, engine="simpy").summary["outcome"]}
    assert "pamidronate sent home" not in names, "without overbooking nobody is"


def test_visits_are_booked_beyond_the_places_that_others_leave():
    """Two of four places are taken, and half of two is one visit more."""
    clinic = Clinic(EVERY_DAY, Places(4, 0.5), outside={0: Outside(others=2)})
    visits = [Visit(0, i, 0, 0) for i in range(5)]
    for visit in visits:
        clinic.ask(visit)
    day = clinic.act(0)
    assert (day.served, day.sent_home) == (visits[:2], [visits[2]])
    assert clinic.act(1).served == [visits[2], visits[3], visits[4]]


def test_a_place_is_lost_only_if_nobody_else_is_there():
    clinic = Clinic(EVERY_DAY, Places(2, 0.5))
    visits = [Visit(0, i, 0, 0, comes=i > 0) for i in range(3)]
    for visit in visits:
        clinic.ask(visit)
    assert clinic.act(0).sent_home == []
    assert [visit.notes for visit in visits] == [[], [(TAKEN, 1.0)], [(TAKEN, 1.0)]]


@pytest.mark.parametrize(("settings", "said"), [
    (["overbook=110 %"],
     "clinic.overbook: '110 %' is not allowed here; allowed: 0 % to 100 %"),
    (["places=unlimited", "overbook=10 %"],
     "clinic.overbook: stands with a number of `places`: chairs and unlimited places have no "
     "visits beyond"),
])  # fmt: skip
def test_a_mistake_in_overbooking_is_told_in_one_sentence(settings, said):
    with pytest.raises(ScenarioError) as caught:
        load(NINE, [f"clinic.{text}" for text in settings])
    (mistake,) = caught.value.mistakes
    assert f"{mistake.path}: {mistake.message}" == said


def test_the_protocol_and_a_remark_tell_overbooking():
    over = load(NINE, ["clinic.overbook=20 %"]).scenario
    assert (
        "  overbooking: 20 % more visits than places are booked, to the next whole visit; who "
        "comes when the places are taken is sent home and waits again"
    ) in [*clinics_in_words(over)]
    none = "nobody is booked beyond them"
    assert not any(none in remark for remark in remarks_on_clinic(over))
    few = load(NINE, ["clinic.overbook=5 %"]).scenario
    assert any(none in remark for remark in remarks_on_clinic(few))
