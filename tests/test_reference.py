"""The independent model in `tests/reference` and the program agree on every outcome.

The two share the form of the scenario file and nothing else: no formula, no random number. Means
of outcomes, and of their squares (so that spreads agree too), are compared in units of their Monte
Carlo error; the limit is the normal quantile at which all comparisons of a file together would
fail one time in a thousand if the models were equal.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sim.experiments import runs
from sim.outcomes.definitions.named import MARKER_QUANTITIES
from sim.scenario import load
from sim.simulation.lowering.base_rate import solved
from tests import reference
from tests.from_tables import records

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
VALIDATION = ROOT / "results" / "validation.csv"
PATIENTS, OF_PROGRAM = 64, 2_000
"""The program is compiled: so many of it see what 120 patients of either model would."""

MANY = 4_000
ENTRY = ("spine_g_cm2", "hip_g_cm2", "balp_iu")

# What a third therapy does alone and with the other two, as the settings of a what-if.
DENOSUMAB = [
    f"effects.{regimen}={{spine: {{mean: {spine} %/year, sd: 1.5 %/year}}, "
    f"hip: {{mean: {hip} %/year, sd: 0.8 %/year}}, "
    f"ctx: -80 %, balp: -40 %, tryptase: {tryptase} %}}"
    for regimen, spine, hip, tryptase in (
        ("denosumab", 5, 2, 0),
        ("denosumab + interferon", 9, 3, -30),
        ("denosumab + pamidronate", 6, 2, 0),
        ("denosumab + interferon + pamidronate", 14, 4, -30),
    )
]

VARIANTS = {
    "base": [],
    "hard to take": [
        "accrual={saturating: {time_constant: 9 months, window: 12 months}}",
        "therapies.interferon.intolerance={weibull: {shape: 0.7, probability: 40 %, by: 2 years}}",
        "therapies.interferon.on_intolerance=[halve, stop]",
        "therapies.interferon.frailty_sd=0.8",
        "therapies.interferon.course=3 MU",
        "therapies.pamidronate.given=75 %",
        "therapies.pamidronate.delay={probability: 40 %, mean: 12 days}",
        "therapies.pamidronate.reactions.acute_phase.ends_course=3 %",
        "visits.markers=[1 month, every 6 months]",
    ],
    "fragile and old": [
        "accrual=compound",
        "horizon=84 months",
        "cohort.age.normal.mean=74 years",
        "cohort.female=80 %",
        "cohort.spine_t.within=[-5, -2]",
        "fractures.base_rate=25 per 100 person-years",
        "fractures.per_further_vertebral_fracture=1.05",
        "fractures.frailty_variance=1.5",
        "fractures.sites.vertebral.per_decade_of_age=1.3",
        "fractures.sites.hip.per_decade_of_age=2",
        "fractures.sites.hip.share=20 %",
        "fractures.sites.other.share=17.5 %",
        "fractures.sites.hip.imminent={factor: 2, for: 200 days}",
        "fractures.sites.vertebral.case_fatality=8 %",
        "effects.interferon + pamidronate.fracture_ratio={vertebral: 0.6, hip: 0.8}",
        "effects.pamidronate.fracture_ratio.vertebral=0.7",
        "mortality.standardised_mortality_ratio=1.9",
        "beyond_evidence={after: 50 months, rate: -1 %/year, ratios_wane_over: 30 months}",
    ],
    "planned otherwise": [
        "accrual={plateau: {months: 18 months, then: 0.5 %/year}}",
        "therapies.pamidronate.infusion=60 mg",
        "therapies.pamidronate.schedule=[{every: 2 months, for: 12 months}, {every: 4 months}]",
        "therapies.pamidronate.start=2 months",
        "therapies.pamidronate.ends_course=4 %",
        "therapies.interferon.start=6 months",
        "therapies.interferon.for=30 months",
        "therapies.interferon.intolerance={lognormal_time: {median: 40 months, sigma: 1.1}}",
        "cohort.correlations={spine_t ~ hip_t: 0.5, spine_response ~ hip_response: 0.7}",
    ],
    "one after the other": [
        "horizon=48 months",
        "accrual={plateau: {months: 24 months, then: 1 %/year}}",
        "arms.pamidronate=",
        "cohort={ctx: , balp: }",
        "therapies.interferon.for=20 months",
        "therapies.interferon.intolerance={weibull: {shape: 1.3, probability: 60 %, by: 1 year}}",
        "therapies.interferon.on_intolerance=[halve, stop]",
        "therapies.interferon.frailty_sd=0.6",
        "therapies.pamidronate.start={after: interferon, wait: 50 days}",
        "therapies.pamidronate.schedule=[{every: 2 months, for: 10 months}, {every: 5 months}]",
        "therapies.pamidronate.given=85 %",
        "fractures.base_rate=20 per 100 person-years",
    ],
    "a chain of three": [
        "horizon=36 months",
        "arms={combination: [pamidronate, interferon, denosumab], pamidronate: }",
        """therapies.pamidronate.schedule=[
            {every: 1 month, for: 5 months}, {every: 2 months, for: 4 months}]""",
        "therapies.pamidronate.given=80 %",
        "therapies.pamidronate.delay={probability: 60 %, mean: 3 months}",
        "therapies.pamidronate.ends_course=3 %",
        "therapies.pamidronate.reactions.acute_phase.ends_course=8 %",
        "therapies.interferon.start={after: pamidronate, wait: 1 month}",
        "therapies.interferon.for=14 months",
        "therapies.interferon.intolerance={exponential: {probability: 50 %, by: 1 year}}",
        """therapies.denosumab={
            injection: 60 mg, schedule: [{every: 6 months}], start: {after: interferon},
            exposure: {half_life: 60 days, action_1: {
                injection: 60 mg, schedule: [{every: 6 months}], over: 30 months}}}""",
        *DENOSUMAB,
    ],
    "by rule": [
        "horizon=48 months",
        "arms={combination: [pamidronate, interferon, denosumab], pamidronate: }",
        "cohort={ctx: , balp: }",
        "cohort.recent_fracture={share: 90 %, site: vertebral, ago: 30 days}",
        "fractures.base_rate=20 per 100 person-years",
        "fractures.sites.vertebral.imminent={factor: 10, for: 300 days}",
        "loss={probability: 2 %, by: 24 months, arms: {combination: {rate: 0.2 per year}}}",
        "visits.dxa=[every 6 months]",
        "measurement.spine=6 %",
        "measurement.hip=15 %",
        "therapies.interferon.start={on: fracture, wait: 40 days}",
        "therapies.interferon.stop=hip T below -3.2",
        "therapies.interferon.intolerance={exponential: {rate: 0.2 per year}}",
        """therapies.interferon.after_stopping={
            spine: -6 %/year, hip: 8 %/year, for: 30 months}""",
        """therapies.denosumab={
            injection: 60 mg, schedule: [{every: 6 months}], given: 90 %,
            stop: spine T above -3.6, ends_course: 4 %,
            after_stopping: {spine: -14 %/year, hip: -9 %/year, for: 30 months,
                wait: 11 months, fracture_ratio: {other: 9}},
            exposure: {half_life: 60 days, action_1: {
                injection: 60 mg, schedule: [{every: 6 months}], over: 30 months}}}""",
        "therapies.pamidronate.start={after: denosumab, wait: 14 months}",
        *DENOSUMAB,
    ],
    "each row its own way": [
        "horizon=60 months",
        "arms.pamidronate=",
        "cohort={ctx: , tryptase: , balp: }",
        "cohort.age.normal.mean=74 years",
        "accrual={plateau: {months: 14 months, then: 3 %/year}}",
        """effects.interferon + pamidronate.accrual={
            saturating: {time_constant: 11 months, window: 9 months}}""",
        "effects.interferon.accrual={plateau: {months: 9 months, then: -9 %/year}}",
        "effects.pamidronate.spine.mean=9 %/year",
        "effects.pamidronate.hip.mean=5 %/year",
        "effects.pamidronate.accrual=compound",
        "effects.interferon + pamidronate.mortality_ratio=0.1",
        "effects.interferon.mortality_ratio=0.4",
        "effects.pamidronate.mortality_ratio=0.6",
        "mortality.standardised_mortality_ratio=6",
        "beyond_evidence={after: 36 months, rate: -2 %/year}",
        """therapies.pamidronate={schedule: [{every: 1 month, for: 20 months}],
            after_stopping: {spine: -10 %/year, hip: -6 %/year, for: 15 months, wait: 60 days}}""",
        "therapies.interferon.intolerance={exponential: {probability: 60 %, by: 30 months}}",
        "therapies.interferon.on_intolerance=[halve, stop]",
        "fractures.base_rate=20 per 100 person-years",
    ],
    "without markers": [
        "horizon=36 months",
        "arms.pamidronate=",
        "cohort={ctx: , tryptase: , balp: }",
        "therapies.pamidronate.given=70 %",
        "therapies.interferon.intolerance={exponential: {rate: 0.3 per year}}",
        "fractures.base_rate=20 per 100 person-years",
    ],
}


def of_program(tables, arm, scenario):
    """Outcomes of the program, one row a patient."""
    people = records(tables, arm)
    table = {f"{bone} annual increase": people.annual_increase(bone) for bone in ("spine", "hip")}
    measured = {m: q for m, q in MARKER_QUANTITIES.items() if q in people.measured}
    table |= {f"{m} change": people.percent_change(q) for m, q in measured.items()}
    table |= {f"{q} at entry": people.entry(q) for q in ENTRY if q in people.measured}
    table["spine T-score at last"] = people.last("spine_t")
    table["age"] = people.known["age_years"].astype(float)
    table["vertebral fractures at entry"] = people.known["vertebral_fractures"].astype(float)
    table["infusions"] = people.counts("infusion")
    table["reactions"] = people.counts("reaction")
    table["stopped"] = people.stopped("interferon").astype(float)
    for therapy in later(scenario):
        table |= beginning(therapy, first_day(people, therapy))
    for therapy in ruled(scenario):
        table |= ending(therapy, last_day(people, therapy))
    if scenario.loss:
        table["lost"] = people.counts("lost to follow-up")
    for site in ("vertebral", "hip", "other"):
        table[f"{site} fractures"] = people.counts("fracture", site)
    table["years"] = people.years
    table["died"] = people.died
    return pd.DataFrame(table)


def of_reference(scenario, arm, patients):
    """The same of the independent model."""
    result = reference.simulate(solved(scenario), arm, patients, seed=4, shared_environment=False)
    return of_result(scenario, result)


def of_result(scenario, result):
    """The same of events and measurements as the independent model writes them down."""
    seen = reference.outcomes(result, scenario)
    table = {
        f"{bone} annual increase": seen[f"{bone}_annual_increase"] for bone in ("spine", "hip")
    }
    measured = scenario.cohort.markers
    table |= {f"{marker} change": seen[f"{marker}_change"] for marker in measured}
    entry = result.measurements[result.measurements["day"] == 0]
    for quantity in [q for q in ENTRY if q in set(entry["quantity"])]:
        table[f"{quantity} at entry"] = entry.loc[entry["quantity"] == quantity, "value"]
    table["spine T-score at last"] = seen["spine_t_last"].where(
        seen["spine_annual_increase"].notna()
    )
    table["age"] = result.patients["age"]
    table["vertebral fractures at entry"] = result.patients["vertebral_fractures"]
    table["infusions"], table["reactions"] = seen["infusions"], seen["reactions"]
    table["stopped"] = seen["stopped_interferon"].notna()
    for therapy in later(scenario):
        table |= beginning(therapy, seen[f"began_{therapy}"].to_numpy(float))
    for therapy in ruled(scenario):
        table |= ending(therapy, seen[f"ended_{therapy}"].to_numpy(float))
    if scenario.loss:
        table["lost"] = seen["lost"]
    for site in ("vertebral", "hip", "other"):
        table[f"{site} fractures"] = seen[f"fractures_{site}"]
    table["years"], table["died"] = seen["years"], seen["died"]
    return pd.DataFrame({name: np.asarray(values, float) for name, values in table.items()})


def later(scenario):
    """Therapies that begin after another, or by rule."""
    starts = {name: therapy.start for name, therapy in scenario.therapies.items()}
    return [name for name, start in starts.items() if start.after or start.on == "fracture"]


def ruled(scenario):
    """Therapies that a measured T-score ends."""
    return [name for name, therapy in scenario.therapies.items() if therapy.stop]


def first_day(people, therapy):
    """The day on which each patient first had a therapy; NaN for who never did."""
    first = np.full(people.count, np.inf)
    for event in ("course", "infusion"):
        if (event, therapy) in people.events:
            rows = people.events[event, therapy]
            np.minimum.at(first, rows.patient, rows.day.astype(float))
    return np.where(np.isinf(first), np.nan, first)


def beginning(therapy, day):
    """Who ever had a therapy that begins after another or by rule, and when."""
    return {f"had {therapy}": (~np.isnan(day)).astype(float), f"{therapy} began": day}


def last_day(people, therapy):
    """The day on which a rule ended each patient's therapy; NaN for whom none did."""
    last = np.full(people.count, np.nan)
    for event in ("course", "schedule ended"):
        if (event, therapy) in people.events:
            rows = people.events[event, therapy]
            ended = rows.value == 0 if event == "course" else slice(None)
            last[rows.patient[ended]] = rows.day[ended]
    return last


def ending(therapy, day):
    """Whose therapy ended by rule, and when."""
    return {f"{therapy} ended": (~np.isnan(day)).astype(float), f"{therapy} ended on": day}


def distances(one, other):
    """Differences of means and of mean squares in Monte Carlo errors, by outcome."""
    found = {}
    for name in one.columns:
        a, b = one[name].dropna().to_numpy(), other[name].dropna().to_numpy()
        if not a.size or not b.size:  # a day of what no patient had; the share who had it says so
            continue
        centre = np.concatenate([a, b]).mean()
        for power in (1, 2):
            x, y = (a - centre) ** power, (b - centre) ** power
            error = np.sqrt(variance(x, y) * (1 / len(x) + 1 / len(y)))
            apart = x.mean() - y.mean()
            never = error == 0 and apart == 0  # the same in every patient of both
            found[f"{name} ^ {power}"] = 0.0 if never else apart / max(error, 1e-12)
    return pd.Series(found)


def variance(x, y):
    """Of both together, about a mean each: were the models equal, it would be the same in both."""
    degrees = len(x) + len(y) - 2
    return (x.var() * len(x) + y.var() * len(y)) / degrees


def compare(variant, patients, simulated):
    """Of so many patients of the reference and so many of the program."""
    settings = VARIANTS[variant]
    study = load(BASE, [*settings, f"cohort.patients={simulated}"])
    tables = runs.follow(study, engine="batch")
    apart = {}
    for arm in study.scenario.arms:
        ours = of_program(tables, arm, study.scenario)
        theirs = of_reference(study.scenario, arm, patients)
        apart[arm] = distances(ours, theirs)
    return pd.concat(apart)


@pytest.mark.share(5)
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_independent_model_agrees(variant):
    apart = compare(variant, PATIENTS, OF_PROGRAM)
    limit = norm.isf(0.001 / 2 / (len(apart) * len(VARIANTS)))
    assert apart.abs().max() < limit, apart[apart.abs() > 3]


@pytest.fixture(scope="module")
def kept():
    """Distances by variant, written to results/validation.csv once all variants are there."""
    found: dict[str, pd.Series[float]] = {}
    yield found
    if found.keys() != {*VARIANTS}:
        return
    series = pd.concat(found, names=["variant", "arm", "comparison"])
    table = pd.DataFrame(series.rename("distance").reset_index())
    table.insert(3, "patients", MANY)
    table.to_csv(VALIDATION, index=False, float_format="%.2f", lineterminator="\n")


@pytest.mark.validation
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_independent_model_agrees_in_many_patients(variant, kept):
    kept[variant] = apart = compare(variant, MANY, MANY)
    limit = norm.isf(0.001 / 2 / (len(apart) * len(VARIANTS)))
    assert apart.abs().max() < limit, apart[apart.abs() > 3]


def test_a_difference_of_five_standard_errors_is_seen():
    rng = np.random.default_rng(1)
    one = pd.DataFrame({"x": rng.normal(size=10_000)})
    other = pd.DataFrame({"x": rng.normal(size=10_000) + 0.1})
    assert distances(one, other).abs().max() > 5
