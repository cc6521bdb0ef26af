"""Bone and markers in the published study: under infusions, with a course, and under neither."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import stats

from tests.closed_forms.cohort import T_SCORES, YOUNG
from tests.closed_forms.days import MONTH, YEAR, day, lasted, mean_exposure, plan
from tests.closed_forms.form import (
    NO_DEATHS,
    NO_ERROR,
    NO_MARKERS,
    Case,
    Fact,
    Law,
    Outcome,
    Place,
    Run,
    listed,
)
from tests.closed_forms.fractures import hit_by
from tests.closed_forms.laws import (
    OF_Z,
    Z,
    lognormal,
    moments,
    nodes,
    normal,
    percent,
    scaled,
    two_readings,
)
from tests.closed_forms.tolerance import behind_in_all, on_if_frail

MONTHS = 60
LAST = day(MONTHS)
DECAY = math.log(2) / 45
DOSES = plan(LAST, (1, 24), (3, 36))
MEAN_EXPOSURE = mean_exposure(DOSES, LAST, DECAY)
ROWS = {  # % a year, mean and SD: of neither, pamidronate, interferon, both
    "spine": ((-1.0, 0.0), (2.4, 0.1), (10.2, 5.5), (12.6, 5.6)),
    "hip": ((-0.5, 0.5), (0.0, 0.1), (1.93, 0.9), (1.93, 0.9)),
}
HALF_EFFECT = 0.15
MARKERS = {  # share left, onset half-life in days, spread, CV of a reading
    "ctx": (0.34, 3.0, 0.4, 0.15),
    "balp": (0.75, 45.0, 0.15, 0.07),
    "tryptase": (0.66, 60.0, 0.3, 0.12),
}
BASE_RATE, GRADIENT, FURTHER = 0.03331708782869418 * 0.625, 2.3, 1.05


def published() -> Run:
    """The study with patients of unequal tolerance and without death, and an untreated arm."""
    settings = [
        NO_DEATHS,
        "therapies.interferon.frailty_sd=0.8",
        "arms={untreated: []}",
        "effects.none.spine={mean: -1 %/year, sd: 0 %/year}",
        "fractures.base_rate=3.331708782869418 per 100 person-years",
        "fractures.frailty_variance=0",
        f"fractures.per_further_vertebral_fracture={FURTHER}",
        "fractures.sites={vertebral: {imminent: , case_fatality: 0 %}, hip: {case_fatality: 0 %}}",
        "visits={dxa: [12 months, 60 months], markers: [3 months, 60 months]}",
    ]
    received = Outcome("pamidronate", "pamidronate doses received", MONTHS)
    stopped = Fact("combination", "share_stopped", "interferon")
    cases = [
        Case("Doses received and missed", received, float(len(DOSES))),
        Case("Intolerance by a date", stopped, 20.0),
        *on_pamidronate(),
        *on_both(),
        *markers(),
        Case("Fractures under bone loss", Outcome("untreated", "vertebral fractures", MONTHS),
             thinning()),
    ]  # fmt: skip
    return Run(settings, cases)


def action_until(until: Any) -> Any:
    """Integral of the action of pamidronate up to a day: the sum of what each infusion leaves."""
    days = np.asarray(until, dtype=float)[..., None] - DOSES
    return lasted(days, DECAY).sum(axis=-1) / MEAN_EXPOSURE


def gain(bone: str, until: Any, on_interferon: bool) -> tuple[Any, Any]:
    """Mean and SD of what bone gains by a day, as a share of entry."""
    rows = ROWS[bone][2:] if on_interferon else ROWS[bone][:2]
    area = action_until(until)
    neither, both = np.array(rows) / 100 / YEAR
    mean, sd = (a * (until - area) + b * area for a, b in zip(neither, both, strict=True))
    return mean, np.abs(sd)


def change(bone: str, until: int, on_interferon: bool) -> Law:
    mean, sd = gain(bone, until, on_interferon)
    return percent(normal(1 + mean, sd) * two_readings(T_SCORES[bone][2]))


def on_pamidronate() -> list[Case]:
    expected: dict[Place, float | Law] = {
        Fact("pamidronate", "total_increase", bone, months): change(bone, day(months), False)
        for bone in ROWS
        for months in (12, MONTHS)
    }
    (mean_of_women, sd_of_women), (mean_of_men, sd_of_men) = YOUNG["spine"]
    score = T_SCORES["spine"][0]
    entry_in_sds = (mean_of_women / sd_of_women + mean_of_men / sd_of_men) / 2 + score
    risen = entry_in_sds * float(gain("spine", LAST, False)[0])
    expected[Fact("pamidronate", "t_final", "spine", MONTHS)] = score + risen
    return listed("Bone under infusions, linear", expected)


def on_both() -> list[Case]:
    """Who keeps interferon gains evenly; the whole arm loses what follows each day of stopping."""
    by_year = YEAR / LAST
    expected: dict[Place, float | Law] = {
        Fact("combination", "annual_increase", bone, MONTHS, kept="interferon"): scaled(
            change(bone, LAST, True), by_year
        )
        for bone in ROWS
    }
    days = np.arange(LAST + 1)
    passed = np.minimum(days[:-1] / (3 * MONTH), 1.0)
    on = on_if_frail(behind_in_all(0.2, 0.8) * passed, 0.8)
    for bone in ROWS:
        with_it, without = (np.diff(gain(bone, days, on_it)[0]) for on_it in (True, False))
        ratio = 1 + (on * with_it + (1 - on) * without).sum()
        mean = 100 * (ratio * two_readings(T_SCORES[bone][2])[0] - 1)
        expected[Outcome("combination", f"{bone} annual increase", MONTHS)] = mean * by_year
    return listed("Bone under infusions and a course", expected)


def markers() -> list[Case]:
    """Markers follow the action at their site: of infusions it saturates, of a course it does not.

    Of the log-normal change the mean is the one stated, where the therapy acts as in the paper.
    """
    expected: dict[Place, float | Law] = {}
    for months in (3, MONTHS):
        for name in ("ctx", "balp"):
            onset = MARKERS[name][1]
            acts = saturated(at_site(day(months), onset)) / saturated(at_site(LAST, onset))
            place = Fact("pamidronate", "percent_change", name, months)
            expected[place] = marker_change(name, acts)
        place = Fact("combination", "percent_change", "tryptase", months, kept="interferon")
        acts = 1 - 2 ** (-day(months) / MARKERS["tryptase"][1])
        expected[place] = marker_change("tryptase", acts)
    return listed("Markers", expected)


def at_site(until: int, onset: float) -> float:
    """Action at the effect site, before an infusion on that day."""
    rate = math.log(2) / onset
    days = until - DOSES[until > DOSES]
    apart = rate - DECAY
    carried = days if apart == 0 else -np.expm1(-apart * days) / apart
    return float((rate * np.exp(-DECAY * days) * carried).sum() / MEAN_EXPOSURE)


def saturated(action: float) -> float:
    return action / (HALF_EFFECT + action)


def marker_change(name: str, acts: float) -> Law:
    left, _, spread, cv = MARKERS[name]
    of_readings = 2 * math.log1p(cv**2)
    mean = acts * (math.log(left) - spread**2 / 2)
    return percent(lognormal(mean, (acts * spread) ** 2 + of_readings))


def thinning() -> float:
    """Mean rate over five years of bone that thins by 1 % of its entry value a year.

    The T-score falls evenly, the faster the denser the bone was. The mean over earlier fractures
    leaves the rate as it is.
    """
    t, weight = nodes(stats.norm(*T_SCORES["spine"][:2]))
    relative = GRADIENT**-t / (GRADIENT**-t @ weight)
    grown = 0.0
    for mean, sd in YOUNG["spine"]:
        growth = math.log(GRADIENT) * 0.01 * (mean / sd + t) * LAST / YEAR
        grown += (relative * np.expm1(growth) / growth) @ weight / 2
    return 100 * BASE_RATE * float(grown)


def compound() -> Run:
    """Increases of the present value, and infusions that act on vertebral fractures themselves."""
    neither, alone = (-2.0, 1.5), (3.0, 2.0)
    settings = [
        NO_MARKERS,
        NO_DEATHS,
        NO_ERROR,
        "therapies.interferon=",
        "arms={combination: , untreated: []}",
        "effects={interferon: , interferon + pamidronate: }",
        *(f"effects.{name}.spine={{mean: {mean} %/year, sd: {sd} %/year}}"
          for name, (mean, sd) in {"none": neither, "pamidronate": alone}.items()),
        "effects.pamidronate.fracture_ratio.vertebral=0.4",
        "therapies.pamidronate.fracture_ratio_acts=with the action",
        "fractures.base_rate=15 per 100 person-years",
        "fractures.frailty_variance=0",
        "fractures.sites={vertebral: {share: 100 %, gradient: 1, case_fatality: 0 %}, "
        "hip: {share: 0 %}, other: {share: 0 %}}",
        "accrual=compound",
        "visits={dxa: [12 months, 36 months]}",
        "horizon=36 months",
    ]  # fmt: skip
    yearly_logs = [np.log1p((mean + sd * Z) / 100) for mean, sd in (neither, alone)]
    cases = []
    for arm, treated in (("untreated", False), ("pamidronate", True)):
        for months in (12, 36):
            area = action_until(day(months)) / YEAR if treated else 0.0
            log_ratio = yearly_logs[0] * (day(months) / YEAR - area) + yearly_logs[1] * area
            law = percent(moments(np.exp(log_ratio), OF_Z))
            place = Fact(arm, "total_increase", "spine", months)
            cases.append(Case("Bone compound", place, law))
            broke = Fact(arm, "share_with_fracture", "vertebral", months)
            hazard = 0.15 / YEAR * at_risk(day(months), math.log(0.4) if treated else 0.0)
            cases.append(Case("Direct ratio on fractures", broke, 100 * float(hit_by(hazard))))
    return Run(settings, cases)


def at_risk(until: int, log_ratio: float) -> float:
    """Days at risk, each weighted by the ratio of the present action.

    The logarithm runs straight from each change of treatment or review to the next review.
    """
    changes = sorted({*range(0, until, 30), *DOSES[until > DOSES].tolist()})
    total = 0.0
    for begin, end in zip(changes, [*changes[1:], until], strict=True):
        given = DOSES[begin >= DOSES]
        review = (begin // 30 + 1) * 30
        now, then = (
            log_ratio * np.exp(-DECAY * (d - given)).sum() / MEAN_EXPOSURE for d in (begin, review)
        )
        slope = (then - now) / (review - begin)
        days = end - begin
        total += math.exp(now) * (math.expm1(slope * days) / slope if slope else days)
    return total
