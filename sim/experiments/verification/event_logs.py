"""What every life keeps to: the order of events, one end, and nobody's life from another's."""

from __future__ import annotations

import itertools

import numpy as np

from sim.experiments.verification.subject import Lives, Subject, same
from sim.experiments.verification.verdict import Verdict, exact, not_applicable
from sim.simulation import batch_engine
from sim.simulation.records import DEATH, END, INFUSION, MEASURE, REVIEW, Inputs, Log
from sim.vocabulary import QUANTITIES


def order_of_events(subject: Subject) -> Verdict:
    """Days never decrease, nothing follows an end, and everyone has one end, by the last day."""
    wrong, count = [], 0
    deadly = {("mortality", "standardised_mortality_ratio"): "10"}
    for lives in (subject.lives(subject.some), subject.lives(subject.some, subject.strain, deadly)):
        for arm, (inputs, log) in lives.items():
            wrong += [f"{arm}: {what}" for what in _out_of_order(inputs, log)]
            count += len(log.day)
    return exact(wrong, count, "events in their order")


def _out_of_order(inputs: Inputs, log: Log) -> list[str]:
    people, last = len(inputs.patients), int(inputs.params["horizon"])
    follows = log.patient[1:] == log.patient[:-1]
    back = follows & (log.day[1:] < log.day[:-1])
    same_day = follows & (log.day[1:] == log.day[:-1])
    back |= same_day & (log.kind[1:] < log.kind[:-1])
    ends = (log.kind == DEATH) | (log.kind == END)
    wrong = [f"patient {who}, an event before the last" for who in log.patient[1:][back]]
    wrong += [
        f"patient {who}, an event after the end" for who in log.patient[:-1][ends[:-1] & follows]
    ]
    number = np.bincount(log.patient[ends], minlength=people)
    wrong += [f"patient {who}, {number[who]} ends" for who in np.flatnonzero(number != 1)]
    finished = log.kind == END
    wrong += [
        f"patient {who}, an end too soon" for who in log.patient[finished & (log.day != last)]
    ]
    late = (log.day > last) | (log.day < 0)
    return [
        *wrong,
        *(
            f"patient {who}, day {day}"
            for who, day in zip(log.patient[late], log.day[late], strict=True)
        ),
    ]


def permuted(subject: Subject) -> Verdict:
    """Patients in another order have their lives in that order: nobody acts on anybody."""
    wrong, count = [], 0
    for arm, (inputs, log) in subject.lives(subject.some).items():
        order = np.random.default_rng(subject.scenario.seed).permutation(len(inputs.patients))
        mixed = batch_engine.simulate(
            Inputs(inputs.params, inputs.patients[order], inputs.draws[order])
        )
        back = Log(order[mixed.patient], *mixed[1:])
        in_order = np.argsort(back.patient, kind="stable")
        if not same(log, Log._make(column[in_order] for column in back)):
            wrong.append(arm)
        count += len(order)
    told = exact(wrong, len(subject.scenario.arms), "arms with patients in another order")
    return told._replace(evidence=f"{told.evidence}, {count} lives")


def shorter_follow_up(subject: Subject) -> Verdict:
    """Follow-up cut at two thirds shows the same lives up to there."""
    horizon = subject.scenario.horizon
    cut = round(horizon * 2 / 3)
    if cut < 2:
        return not_applicable("follow-up is too short to be cut")
    whole = subject.lives(subject.some)
    short = subject.lives(subject.some, {("horizon",): f"{cut} days"})
    wrong = [arm for arm in whole if not same(*_until(cut, whole[arm][1], short[arm][1]))]
    told = exact(wrong, len(whole), "arms followed for a shorter time")
    return told._replace(evidence=f"{told.evidence}, cut at day {cut} of {round(horizon)}")


def _until(cut: int, whole: Log, short: Log) -> tuple[Log, Log]:
    """Both up to the last day of the short one, on which no infusion is given, without its end."""
    treated = (whole.kind >= INFUSION) & (whole.kind < REVIEW)
    kept = ((whole.day < cut) | ((whole.day == cut) & ~treated)) & (whole.kind != END)
    return (
        Log._make(column[kept] for column in whole),
        Log._make(column[short.kind != END] for column in short),
    )


def parting(subject: Subject) -> Verdict:
    """Two arms part with a treatment that only one of them gets, never before.

    Therapies are begun later as well, so that there is a time before treatment.
    """
    if len(subject.scenario.arms) < 2:
        return not_applicable("one arm only")
    later = {
        ("therapies", name, "start"): f"{round(subject.scenario.horizon / 3)} days"
        for name, therapy in subject.scenario.therapies.items()
        if therapy.start.after is None
    }
    wrong, days = [], []
    for lives in (subject.lives(subject.some), subject.lives(subject.some, later)):
        early, first = _parting(lives)
        wrong += early
        days.append(first)
    pairs = len(list(itertools.combinations(subject.scenario.arms, 2)))
    told = exact(wrong, 2 * pairs * subject.some, "pairs of lives before treatment differs")
    begun = f"; first parting on day {days[0]}, with therapies begun later on day {days[1]}"
    return told._replace(evidence=told.evidence + begun)


def _parting(lives: Lives) -> tuple[list[str], int]:
    """Pairs of lives that part with anything but a treatment, and the first day of a parting."""
    wrong, first = [], -1
    for one, other in itertools.combinations(lives, 2):
        for who, (a, b) in enumerate(
            zip(_by_patient(lives[one][1]), _by_patient(lives[other][1]), strict=True)
        ):
            apart = next((pair for pair in zip(a, b) if pair[0] != pair[1]), None)  # noqa: B905
            if apart is None:
                continue
            day, kind, _ = min(apart)
            first = day if first < 0 else min(first, day)
            if not MEASURE + len(QUANTITIES) <= kind < REVIEW:
                wrong.append(f"patient {who}, {one} and {other}, day {day}")
    return wrong, first


def _by_patient(log: Log) -> list[list[tuple[int, int, float]]]:
    lives: list[list[tuple[int, int, float]]] = [[] for _ in range(int(log.patient.max()) + 1)]
    for who, *row in zip(*(column.tolist() for column in log), strict=True):
        lives[who].append((row[0], row[1], row[2]))
    return lives
