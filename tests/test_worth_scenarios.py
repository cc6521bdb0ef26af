"""The shipped scenarios with costs and quality of life: what they say, and that they run."""

import pytest

from sim import results
from sim.display import text as printed
from sim.experiments import runs, worth
from sim.experiments.kinds import run as kept_run
from sim.experiments.remarks import remarks
from sim.experiments.sweeps import load_sweep
from sim.scenario import ScenarioError, load
from sim.scenario.protocol import assumptions, past_evidence, protocol
from sim.scenario.study import from_document
from sim.scenario.text.paths import replaced

SCENARIOS = (
    "laroche2011-worth", "monthly-or-quarterly", "pamidronate-or-zoledronate", "boonen2012-worth",
)  # fmt: skip
BASE = "laroche2011-worth"


@pytest.mark.share(4)
@pytest.mark.parametrize("name", SCENARIOS)
def test_it_runs_and_economics_changes_no_outcome(name):
    """The simulation reads nothing of economics."""
    study, without = load(name, patients=20), load(name, ["economics="], patients=20)
    assert study.scenario.economics is not None
    assert without.scenario.economics is None
    assert study.digest != without.digest
    rows, others = (runs.run(one, engine="batch").summary.to_csv() for one in (study, without))
    assert rows == others


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_in_it_is_dear_by_a_slip(name):
    """Prices rest on a publication or are listed as assumptions; no value is far from its draws."""
    study = load(name)
    own = [number for number in study.numbers if number.path.startswith("economics.")]
    assert len(own) > 15
    assert all(number.sources for number in own)
    assert not [line for line in remarks(study) if line.startswith("economics.")]


def test_a_worked_example_says_so_in_its_title():
    for name in ("laroche2011-worth", "boonen2012-worth"):
        assert load(name).scenario.title.startswith("Worked example: ")


def test_the_protocol_says_prices_quality_discounting_and_thresholds():
    study = load(BASE)
    lines = [*protocol(study.scenario, study.document, study.numbers)]
    first = lines.index("Costs and quality of life (all payers of care, France; EUR of 2025)")
    assert lines[first + 1 : first + 19] == [
        "  prices of other years are brought to 2025 by `price_index`",
        "  pamidronate costs 396 EUR per dose given at a visit, 0 EUR per missed one",
        "  interferon costs 21.44 EUR per dose taken, the same at a reduced dose",
        "  measurements cost 39.96 EUR per densitometry, 40 EUR per measurement of markers",
        "  vertebral fractures cost 2476 EUR each, and 0 EUR/year from a year after the first one",
        "  hip fractures cost 9907 EUR each, and 1700 EUR/year from a year after the first one",
        "  other fractures cost 2000 EUR each, and 0 EUR/year from a year after the first one",
        "  each acute_phase costs 0 EUR",
        "  utility without a fracture: 0.895 in women, 0.915 in men",
        "  vertebral fractures: utility times 0.59 for a year, then 0.929",
        "  hip fractures: utility times 0.7 for a year, then 0.8",
        "  other fractures: utility times 0.902 for a year, then 1",
        "  multipliers of several sites are multiplied",
        "  each acute_phase takes 0.21 for 3 days",
        "  interferon takes 0.02 while the patient is on it, and 0.21 for 14 days when it begins",
        "  no utility is lost while on pamidronate",
        "  discounting: costs 2.5 %/year, health 2.5 %/year",
        "  net benefit is shown at 20000 EUR, 50000 EUR, 147093 EUR per QALY",
    ]


def test_the_protocol_says_nothing_of_costs_where_there_are_none():
    study = load("laroche2011")
    text = "\n".join(protocol(study.scenario, study.document, study.numbers))
    assert "QALY" not in text
    assert "Costs" not in text


def test_prices_and_premises_are_listed_with_their_notes():
    study = load(BASE)
    listed = [*assumptions(study.numbers, study.premises)]
    price = (
        "  economics.costs.fractures.other.on_fracture = 2000 EUR  (between a rib and a humerus)"
    )
    assert price in listed
    assert "  economics.price_index.2004 = 100  (no index was seen)" in listed
    assert any(line.startswith("  economics: every simulated vertebral") for line in listed)
    recalled = [*assumptions(load("boonen2012-worth").numbers)]
    assert "  economics.discount.after_30_years = 1.5 %/year  (has2020)" in recalled


SWEEP = """
mastosim_sweep: 1
name: prices
title: Prices and multipliers as parameters
question: Do sweeps take them?
scenario: laroche2011-worth
patients: 20
seed: 1
parameters:
  economics.costs.therapies.pamidronate.per_infusion: {}
  economics.costs.fractures.hip.each_year_after: {}
  economics.quality.fractures.hip.first_year: {}
  economics.quality.therapies.interferon.at_start.for: {}
  economics.costs.measurements.dxa: {low: 30 EUR, high: 50 EUR}
design: {probabilistic: {draws: 8}}
"""


def test_a_price_and_a_multiplier_are_parameters_of_a_sweep(tmp_path):
    """Gamma and beta by mean and standard error."""
    file = tmp_path / "prices.yaml"
    file.write_text(SWEEP, encoding="utf-8")
    (varied,) = load_sweep(file).varied
    drawn = {parameter.path: parameter.distribution for parameter in varied.joint.parameters}
    words = {path.split(".", 2)[2]: of.words for path, of in drawn.items()}
    assert words == {
        "therapies.pamidronate.per_infusion": "gamma, SE 80 EUR",
        "fractures.hip.each_year_after": "gamma, SE 850 EUR/year",
        "fractures.hip.first_year": "beta, SE 0.06",
        "therapies.interferon.at_start.for": "gamma, SE 7 days",
        "measurements.dxa": "uniform, 30 EUR to 50 EUR",
    }
    price, multiplier = (
        drawn[f"economics.{path}"].whole
        for path in ("costs.therapies.pamidronate.per_infusion", "quality.fractures.hip.first_year")
    )
    assert price.mean() == pytest.approx(396)
    assert price.std() == pytest.approx(80)
    assert multiplier.mean() == pytest.approx(0.7)
    assert multiplier.std() == pytest.approx(0.06)
    for point in varied.points:
        costs = varied.study_at(point).scenario.economics.costs
        assert costs.therapies["pamidronate"].per_infusion.unit == "EUR"
        assert costs.fractures.hip.each_year_after.unit == "EUR/year"


ODDITIES = [None, "", "x", "-1", "1e300 EUR", [], ["x"], [["x"]], {}, {"a": "1"}, [None]]


def every_path(tree, path=()):
    """The path of every value below `economics`."""
    yield path
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from every_path(item, (*path, key))


def test_whatever_stands_in_economics_is_read_or_refused_and_never_breaks_the_reader():
    study = load(BASE)
    read = refused = 0
    for i, path in enumerate(every_path(study.document["economics"])):
        for odd in (ODDITIES[i % len(ODDITIES)], ODDITIES[(3 * i + 5) % len(ODDITIES)]):
            document = replaced(study.document, {("economics", *path): odd})
            try:
                from_document(document, study.numbers)
                read += 1
            except ScenarioError as error:
                refused += bool(error.mistakes)
    assert refused > 100
    assert read > 0


def test_a_follow_up_past_the_evidence_is_said_before_any_number(tmp_path):
    said = "The follow-up, 480 months, is longer than any with data, 24 months: what comes after"
    result = runs.run("scenarios/boonen2012-worth.yaml", 4, engine="batch", outcomes_only=True)
    kept = results.open(kept_run.keep(result, tmp_path))
    for shown in (kept_run.show(kept).printout, worth.worth(kept).printout):
        text = printed.printout(shown, 200)
        assert said in text
        assert text.index(said) < text.lower().index("net benefit")
    within = load("scenarios/laroche2011-worth.yaml").scenario
    assert past_evidence(within) == ""
