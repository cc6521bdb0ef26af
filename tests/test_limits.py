"""At and beyond the limits of every quantity: what `check` accepts, both engines run alike."""

import math
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sim.experiments import checking
from sim.experiments.sweeps import against, load_sweep
from sim.scenario import ScenarioError
from sim.scenario.form import quantities
from sim.scenario.form.opened import Opened, of_field, opened
from sim.scenario.form.quantity import Quantity
from sim.scenario.form.study import Scenario
from sim.scenario.form.units import UNITS
from sim.scenario.text.paths import dotted
from sim.simulation import lowering
from sim.simulation.lowering.fractures import MOST_EXPECTED
from sim.simulation.records import FRACTURE
from sim.simulation.simulate import MOST_FRACTURES, simulate_arms
from tests.depth import examples
from tests.tiny_sweeps import TINY, wrote

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
FEW = ["cohort.patients=3"]
DOCUMENT = checking.check(BASE).document


def quantity_at(path):
    """The kind of value at a path of a scenario; None for words and whole numbers."""
    kind = opened(Scenario)
    for part in path:
        kind = _inside(kind, part)
    return kind.quantity


def _inside(kind: Opened, part):
    if kind.bare is not None and kind.is_form and part in kind.fields:
        return of_field(kind.fields[part])
    options = [option for option in kind.alternatives if option.is_form and part in option.fields]
    return of_field(options[0].fields[part]) if options else kind.at(part)


def leaves(node, path=()):
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(item, (*path, key))
    else:
        yield path


NUMBERS = {dotted(path): quantity for path in leaves(DOCUMENT) if (quantity := quantity_at(path))}
FURTHER = {"accrual": ["{saturating: {time_constant: X, window: 12 months}}", "FromADay"]}


def typed(value: float, quantity: Quantity) -> str:
    unit = quantity.example.partition(" ")[2] if quantity.units else ""
    return f"{value / UNITS[quantity.dimension][unit]!r} {unit}".strip()


def at_limits(quantity: Quantity) -> st.SearchStrategy[str]:
    """Texts at the limits of a quantity, just within and beyond, and between in orders of size."""
    low, high = quantity.low, quantity.high
    scale = st.sampled_from([1e-300, 1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999999, 1.0])
    within = st.builds(lambda share: low + share * (high - low), scale)
    beyond = st.sampled_from([1e300, -1e300, high * (1 + 1e-6), low - 1e-6 * abs(high)])
    middle = st.sampled_from([low + share * (high - low) for share in (0.2, 0.4, 0.6)])
    almost_all_within = st.integers(0, 19).flatmap(lambda n: within if n else beyond)
    return st.one_of(st.sampled_from([low, high]), middle, almost_all_within).map(
        lambda value: typed(value, quantity)
    )


def logs_of(study):
    """Both engines on three patients, in every arm."""
    protocol = lowering.protocol(study.scenario)
    return (
        {arm: log for arm, (_, log) in simulate_arms(protocol, range(3), engine).items()}
        for engine in ("simpy", "batch")
    )


def answer(changes):
    """The report of what is wrong, or None where both engines ran with equal, finite logs."""
    try:
        study = checking.check(BASE, [*FEW, *changes])
    except ScenarioError as error:
        return str(error)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        by_simpy, by_batch = logs_of(study)
    for arm, log in by_simpy.items():
        for one, other in zip(log, by_batch[arm], strict=True):
            assert one.tobytes() == other.tobytes()
        assert np.isfinite(log.value).all()
    return None


def test_the_base_is_accepted():
    assert answer([]) is None


@pytest.mark.parametrize("path", NUMBERS)
def test_every_number_of_a_scenario_has_limits(path):
    quantity = NUMBERS[path]
    assert math.isfinite(quantity.low)
    assert math.isfinite(quantity.high)
    for beyond in (1e300, -1e300):
        with pytest.raises(ScenarioError, match="allowed: "):
            checking.check(BASE, [f"{path}={typed(beyond, quantity)}"])


@pytest.mark.validation
@pytest.mark.parametrize("path", NUMBERS)
def test_at_a_limit_both_engines_run_alike_or_there_is_a_report(path):
    for end in (NUMBERS[path].low, NUMBERS[path].high):
        answer([f"{path}={typed(end, NUMBERS[path])}"])


# --- several values at their limits at once ------------------------------------------------------

# Other parts of a scenario, whose numbers are drawn as well: a path, then values with `X`s.
FAMILIES = {
    "exponential": "{rate: Hazard}",
    "weibull": "{shape: Shape, scale: FromADay}",
    "gompertz": "{growth: Hazard, rate: Hazard}",
    "lognormal_time": "{sigma: Shape, median: FromADay}",
    "loglogistic": "{shape: Shape, median: FromADay}",
}
BY_PROBABILITY = {
    "exponential": "{probability: Risk, by: FromADay}",
    "weibull": "{shape: Shape, probability: Risk, by: FromADay}",
    "gompertz": "{growth: Hazard, probability: Risk, by: FromADay}",
    "lognormal_time": "{sigma: Shape, probability: Risk, by: FromADay}",
    "loglogistic": "{shape: Shape, probability: Risk, by: FromADay}",
}
RATIOS = "{vertebral: Factor, hip: Factor, other: Factor}"
PARTS = [
    *(
        f"therapies.interferon.intolerance={{{family}: {time}}}"
        for times in (FAMILIES, BY_PROBABILITY)
        for family, time in times.items()
    ),
    "therapies.interferon.intolerance=[{probability: Share, until: 1 day}, {rate: Hazard, until: "
    "5000 days}, {probability: Share, until: 36525 days}]",
    "therapies.interferon.frailty_sd=Frailty",
    "therapies.interferon.hazard_by_dose=Exponent",
    "therapies.interferon.on_intolerance=[halve, halve, halve, stop]",
    "therapies.interferon.for=FromADay",
    "therapies.interferon.start=Days",
    "therapies.pamidronate.start=Days",
    "therapies.pamidronate.delay={probability: Share, mean: Days}",
    "therapies.pamidronate.ends_course=Share",
    "therapies.pamidronate.infusion=InfusionDose",
    "therapies.pamidronate.schedule=[{every: FromADay}]",
    "therapies.pamidronate.schedule=[{every: 2 days, for: 2000 days}, {every: FromADay}]",
    "accrual=compound",
    "accrual={plateau: {months: Days, then: YearlyPercent}}",
    "accrual={saturating: {time_constant: FromADay, window: FromADay}}",
    "cohort.age={lognormal: {mean: AgeYears, sd: AgeSd}, within: [AgeYears, AgeYears]}",
    "cohort.weight={lognormal: {mean: Kilograms, sd: KilogramsSd}}",
    "cohort.spine_t={normal: {mean: TScore, sd: TScoreSd}, within: [TScore, TScore]}",
    "cohort.hip_t={normal: {mean: TScore, sd: TScoreSd}, within: [-10, 10]}",
    "cohort.ctx={lognormal: {mean: Ctx, sd: CtxSd}, within: [Ctx, Ctx]}",
    "cohort.correlations={spine_t ~ hip_t: Correlation, age ~ ctx: Correlation}",
    "cohort.vertebral_fractures={negative_binomial: {mean: Count, sd: CountSd}}",
    "cohort.vertebral_fractures={poisson: {mean: Count}}",
    "cohort.vertebral_fractures={poisson: {mean: Count}, at_least: 0}",
    "cohort.vertebral_fractures={shares: {0: 50 %, 50: 50 %}, at_least: 0}",
    "cohort.vertebral_fractures=none",
    "cohort.recent_fracture={share: Share, site: vertebral, ago: Days}",
    "fractures.per_further_vertebral_fracture=Factor",
    "fractures.sites.hip.imminent={factor: Factor, for: Days}",
    f"effects.pamidronate.fracture_ratio={RATIOS}",
    f"effects.interferon + pamidronate.fracture_ratio={RATIOS}",
    f"effects.interferon.fracture_ratio={RATIOS}",
    "effects.pamidronate.mortality_ratio=Factor",
    "effects.interferon.mortality_ratio=Factor",
    "effects.none.mortality_ratio=Factor",
    "loss={rate: Hazard}",
    "loss={probability: Risk, by: FromADay, arms: {pamidronate: {rate: Hazard}}}",
    "effects.pamidronate.ctx=0 %",
    "horizon=FromADay",
    "visits.dxa=every 1 day",
    "visits.markers=[every 100 days, 36525 days]",
]
KINDS = re.compile(r"(?<![a-z_])[A-Z][A-Za-z]+")


def one_value():
    return st.sampled_from(sorted(NUMBERS)).flatmap(
        lambda path: at_limits(NUMBERS[path]).map(lambda text: f"{path}={text}")
    )


@st.composite
def one_part(draw):
    def drawn(name):
        return draw(at_limits(quantity_of(getattr(quantities, name[0]))))

    return KINDS.sub(drawn, draw(st.sampled_from(PARTS)))


def quantity_of(kind):
    return next(note for note in kind.__metadata__ if isinstance(note, Quantity))


changes = st.lists(one_value() | one_part() | one_part(), min_size=1, max_size=6)


@examples(40, suppress_health_check=[*HealthCheck])
@given(changes)
def test_what_check_accepts_both_engines_run_alike(given_changes):
    answer(given_changes)


# --- what is bounded, and what no engine could follow -------------------------------------------


@pytest.mark.validation
def test_the_fractures_of_a_patient_are_bounded():
    """A risk that the first fracture raises a hundredfold for a century: 3,500 are expected."""
    sites = ("vertebral", "hip", "other")
    study = checking.check(
        BASE,
        [
            "cohort.patients=3",
            "horizon=36525 days",
            "fractures.base_rate=2 per year",
            "fractures.review_every=36525 days",
            "fractures.sites.vertebral.imminent={factor: 100, for: 36525 days}",
            "mortality.standardised_mortality_ratio=0",
            *(f"fractures.sites.{site}.case_fatality=0 %" for site in sites),
        ],
    )
    for one, other in zip(*(logs.values() for logs in logs_of(study)), strict=True):
        most = one.value[one.kind == FRACTURE].max()
        assert MOST_EXPECTED / 2 < most < MOST_FRACTURES
        assert all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


LONG = ["horizon=36525 days", "fractures.base_rate=1 per 100 person-years"]
NOT_TO_BE_FOLLOWED = [
    ([*LONG, "visits.dxa=every 1 month"], "visits.dxa", "up to 1024"),
    ([*LONG, "visits.markers=every 1 month"], "visits.markers", "up to 1024"),
    ([*LONG, "therapies.pamidronate.schedule=[{every: 2 weeks}]"],
     "therapies.pamidronate.schedule", "2609 planned doses in the follow-up; allowed: up to 2048"),
    ([LONG[0], "fractures.base_rate=1000 per 100 person-years"],
     "fractures.base_rate", "1000 fractures per patient; allowed: up to 200"),
    (["therapies.pamidronate.exposure.half_life=1 day"],
     "therapies.pamidronate.exposure.action_1", "of the effect on ctx is left at the end"),
    (["therapies.interferon.frailty_sd=10",
      "therapies.interferon.intolerance={weibull: {shape: 1, probability: 99.9 %, by: 1 month}}"],
     "therapies.interferon.intolerance.weibull.probability", "out of reach"),
    (["therapies.interferon.intolerance=[]"],
     "therapies.interferon.intolerance", "leave `intolerance` out where no patient"),
    (["reference_bmd.hip.female.sd=0 g/cm2"], "reference_bmd.hip.female.sd", "0.01 g/cm2 to"),
]  # fmt: skip


@pytest.mark.parametrize(("given_settings", "path", "part"), NOT_TO_BE_FOLLOWED)
def test_check_refuses_what_no_engine_could_follow(given_settings, path, part):
    with pytest.raises(ScenarioError) as caught:
        checking.check(BASE, given_settings)
    (mistake,) = caught.value.mistakes
    assert mistake.path == path
    assert part in mistake.message
    assert mistake.mark is not None


# --- sweeps --------------------------------------------------------------------------------------

DRAWN = "design: {probabilistic: {draws: 10}}\nparameters: "
GRADIENT, RATE = "fractures.sites.hip.gradient", "fractures.base_rate"


@pytest.mark.parametrize(
    "text",
    [
        "design: grid\nparameters: {beyond_evidence.after: {values: [1 days, 1e300 months]}}",
        "design: grid\nparameters: {fractures.sites.vertebral.imminent.for: {values: [1e18 days]}}",
        f"{DRAWN}{{{GRADIENT}: {{uncertainty: {{lognormal: {{se: '1e200'}}}}}}}}",
        f"{DRAWN}{{{GRADIENT}: {{uncertainty: {{lognormal: {{ci95: [1e-300, 1e8]}}}}}}}}",
        f"{DRAWN}{{{GRADIENT}: {{low: '-1e308', high: '1e308'}}}}",
        f"{DRAWN}{{{RATE}: {{uncertainty: {{gamma: {{se: 1e-200 per 100 person-years}}}}}}}}",
        f"{DRAWN}{{fractures.review_every: {{low: 1 days, high: 1e308 months}}}}",
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_sweep_over_values_beyond_all_limits_is_refused(tmp_path, text):
    path = wrote(tmp_path, text)
    with pytest.raises(ScenarioError, match=r"^The sweep is not valid: "):
        load_sweep(path)


def test_a_sweep_tries_a_bounded_number_of_values(tmp_path, monkeypatch):
    """Of 90 values, of 900 draws half of which are refused, and of two scenarios together."""
    monkeypatch.setattr(against, "MOST_TRIED", 20)
    tried = []
    refused = against._refused

    def counted(*of):
        tried.append(of)
        return refused(*of)

    monkeypatch.setattr(against, "_refused", counted)
    values = ", ".join(f"'{1 + i / 1000}'" for i in range(90))
    grid = f"design: grid\nparameters: {{{GRADIENT}: {{values: [{values}]}}}}"
    sweep = load_sweep(wrote(tmp_path, grid))
    assert len(tried) == against.MOST_TRIED
    assert against.not_tried(sweep.varied) == 90 - against.MOST_TRIED
    text = "design: {latin_hypercube: {draws: 900}}\nparameters: "
    with pytest.raises(ScenarioError, match=r"points of 20 tried of 903\)|of 21 tried of 903"):
        load_sweep(wrote(tmp_path, f"{text}{{{GRADIENT}: {{low: '1', high: '200'}}}}"))
    assert len(tried) < 4 * against.MOST_TRIED
    tried.clear()
    both = {"scenario": None, "scenarios": "[tiny.yaml, other.yaml]"}
    other = {"other.yaml": TINY.replace("name: tiny", "name: other")}
    sweep = load_sweep(wrote(tmp_path, grid, other, **both))
    assert len(tried) == against.MOST_TRIED, "of both scenarios together"
    assert against.not_tried(sweep.varied) == 2 * 90 - against.MOST_TRIED


@pytest.mark.parametrize(
    "change",
    [
        "therapies.pamidronate.exposure.half_life=1 day",
        "therapies.interferon.intolerance={weibull: "
        "{probability: 99.9 %, by: 12 months, shape: 1.2}}",
    ],
)
def test_what_no_engine_can_follow_is_refused_with_its_line_by_every_command(
    change, mastosim, tmp_path
):
    """A command that simulates says no less than `check` does."""
    words = ["--set", change, "--set", "therapies.interferon.frailty_sd=5"]
    few = ["-q", "--patients", 3, "--out", tmp_path]
    said = mastosim("check", BASE, *words)
    assert said.returncode == 3
    assert re.search(r"line \d+|laroche2011.yaml:\d+|--set", said.stderr)
    for command in ("run", "readings"):
        done = mastosim(command, BASE, *words, *few)
        assert (done.returncode, done.stderr) == (3, said.stderr)
    assert mastosim("power", BASE, *words, "-q", "--trials", 2).stderr == said.stderr
