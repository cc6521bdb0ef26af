"""Mistakes in the economics of a scenario, each with the words in which it is told."""

import pytest
import yaml

from sim.experiments.remarks import remarks
from sim.scenario import ScenarioError, load
from sim.scenario.protocol import protocol
from sim.scenario.study import from_document

BASE = "laroche2011.yaml"
WHOLE = """
economics:
  perspective: all payers of care
  currency: EUR
  price_year: 2025
  discount: {costs: 2.5 %/year, health: 2.5 %/year}
  costs:
    therapies:
      pamidronate: {per_infusion: 396 EUR, per_missed_infusion: 0 EUR}
      interferon: {per_dose: 21.44 EUR}
    measurements: {dxa: 39.96 EUR, markers: 40 EUR}
    fractures:
      vertebral: {on_fracture: 2476 EUR, each_year_after: 0 EUR/year}
      hip: {on_fracture: 9907 EUR, each_year_after: 1700 EUR/year}
      other: {on_fracture: 2000 EUR, each_year_after: 0 EUR/year}
    reactions: {acute_phase: 0 EUR}
  quality:
    baseline: {female: 0.895, male: 0.915}
    combine: multiply
    fractures:
      vertebral: {first_year: 0.59, later: 0.929}
      hip: {first_year: 0.7, later: 0.8}
      other: {first_year: 0.902, later: 1}
    reactions: {acute_phase: {loss: 0.21, for: 3 days}}
    therapies: {interferon: {loss: 0.02, at_start: {loss: 0.21, for: 14 days}}}
  thresholds: [20000 EUR, 50000 EUR]
"""


def wrote(folder, *changed, more=""):
    """A file beside no base of its own, whose economics are changed by old and new texts."""
    text = WHOLE
    for old, new in changed:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "case.yaml"
    path.write_text(f"extends: {BASE}\n{more}{text}", encoding="utf-8")
    return path


def told(path):
    """The sentences of a report, without the file and the lines that show where."""
    with pytest.raises(ScenarioError) as caught:
        load(path)
    lines = str(caught.value).splitlines()[1:]
    said = [line for line in lines if not line.startswith("    ")]
    return [line.removeprefix(f"{path}:") for line in said]


def test_economics_without_a_mistake_is_read(tmp_path):
    economics = load(wrote(tmp_path)).scenario.economics
    assert str(economics.costs.therapies["pamidronate"].per_infusion) == "396 EUR"
    assert economics.quality.fractures.hip.later == 0.8
    assert [threshold.amount for threshold in economics.thresholds] == [20000, 50000]


def with_later(entry):
    """A change that gives interferon a later price."""
    return "per_dose: 21.44 EUR", f"per_dose: 21.44 EUR, later: [{{from: 24 months, {entry}}}]"


AT_LATER = "11:67: economics.costs.therapies.interferon.later[0]"
NOTHING = "0 EUR if it costs nothing"

# what is changed in the block, and the report after the file's name
ONE_MISTAKE = {
    "another currency": (
        ("396 EUR", "396 USD"),
        "10:35: economics.costs.therapies.pamidronate.per_infusion: "
        "'396 USD' is not in EUR, the currency of all prices; convert it"),
    "another currency a year": (
        ("1700 EUR/year", "1700 CHF/year"),
        "15:53: economics.costs.fractures.hip.each_year_after: "
        "'1700 CHF/year' is not in EUR, the currency of all prices; convert it"),
    "a threshold in another currency": (
        ("[20000 EUR", "[20000 GBP"),
        "27:16: economics.thresholds[0]: "
        "'20000 GBP' is not in EUR, the currency of all prices; convert it"),
    "a currency without a name": (
        ("per_dose: 21.44 EUR", "per_dose: 21.44"),
        "11:30: economics.costs.therapies.interferon.per_dose: '21.44' has no unit; units of "
        "money: EUR, USD, GBP, CHF, SEK, NOK, DKK, CAD, AUD, JPY"),
    "a sum of money for a yearly cost": (
        ("1700 EUR/year", "1700 EUR"),
        "15:53: economics.costs.fractures.hip.each_year_after: '1700 EUR': 'EUR' is not a unit "
        "of money a year; Allowed: EUR/year, USD/year, GBP/year, "
        "CHF/year, SEK/year, NOK/year, DKK/year, CAD/year, AUD/year, JPY/year"),
    "no price of an infusion": (
        ("per_infusion: 396 EUR, ", ""),
        "10:7: economics.costs.therapies.pamidronate.per_infusion: is missing: the arms give "
        f"pamidronate by infusion; write the price of one infusion, {NOTHING}"),
    "no price of a missed infusion": (
        (", per_missed_infusion: 0 EUR", ""),
        "10:7: economics.costs.therapies.pamidronate.per_missed_infusion: is missing: an infusion "
        f"of pamidronate can be missed; write the price of one missed, {NOTHING}"),
    "no price of a dose": (
        ("      interferon: {per_dose: 21.44 EUR}\n", ""),
        "9:5: economics.costs.therapies.interferon.per_dose: is missing: interferon is a course; "
        f"write the price of one dose, {NOTHING}"),
    "the price of another kind of therapy": (
        ("{per_dose: 21.44 EUR}", "{per_dose: 21.44 EUR, per_infusion: 1 EUR}"),
        "11:41: economics.costs.therapies.interferon.per_infusion: interferon is a course; "
        "allowed: per_dose"),
    "the price of a dose for an infusion": (
        ("per_missed_infusion: 0 EUR", "per_missed_infusion: 0 EUR, per_dose: 0 EUR"),
        "10:72: economics.costs.therapies.pamidronate.per_dose: pamidronate is given by infusion; "
        "allowed: per_infusion, per_missed_infusion"),
    "a price with a misspelt name": (
        ("per_dose", "per_dosis"),
        "11:20: economics.costs.therapies.interferon.per_dosis: 'per_dosis' is not a key here; "
        "did you mean 'per_dose'? Allowed: per_infusion, per_missed_infusion, per_dose, year, "
        "later"),
    "a later price of another kind of therapy": (
        with_later("per_infusion: 10 EUR"),
        f"{AT_LATER}.per_infusion: interferon is a course; allowed: per_dose"),
    "a later price with a misspelt name": (
        with_later("per_dosis: 10 EUR"),
        f"{AT_LATER}.per_dosis: 'per_dosis' is not a key here; did you mean 'per_dose'? Allowed: "
        "from, per_infusion, per_missed_infusion, per_dose, year"),
    "a later price that is none": (
        with_later("year: 2025"),
        "11:49: economics.costs.therapies.interferon.later[0]: has no price; allowed beside "
        "`from`: per_dose"),
    "a later price without its time": (
        ("per_dose: 21.44 EUR", "per_dose: 21.44 EUR, later: [{per_dose: 10 EUR}]"),
        "11:49: economics.costs.therapies.interferon.later[0].from: is missing"),
    "later prices out of time": (
        with_later("per_dose: 10 EUR}, {from: 1 year, per_dose: 9 EUR"),
        "11:48: economics.costs.therapies.interferon.later: each `from` is later than the one "
        "before; given: 24 months, 12 months"),
    "later prices at one time": (
        with_later("per_dose: 10 EUR}, {from: 24 months, per_dose: 9 EUR"),
        "11:48: economics.costs.therapies.interferon.later: each `from` is later than the one "
        "before; given: 24 months, 24 months"),
    "a later price in another currency": (
        with_later("per_dose: 10 CHF"),
        f"11:77:{AT_LATER[6:]}.per_dose: '10 CHF' is not in EUR, the currency of all prices; "
        "convert it"),
    "a misspelt therapy": (
        ("      pamidronate:", "      pamidronat:"),
        "10:7: economics.costs.therapies.pamidronat: 'pamidronat' is not a therapy; "
        "did you mean 'pamidronate'? Allowed: pamidronate, interferon"),
    "a misspelt therapy that loses utility": (
        ("{interferon: {loss", "{interferron: {loss"),
        "26:17: economics.quality.therapies.interferron: 'interferron' is not a therapy; "
        "did you mean 'interferon'? Allowed: pamidronate, interferon"),
    "a misspelt reaction with a price": (
        ("{acute_phase: 0 EUR}", "{acute_fase: 0 EUR}"),
        "17:17: economics.costs.reactions.acute_fase: 'acute_fase' is not a reaction of a therapy; "
        "did you mean 'acute_phase'? Allowed: acute_phase"),
    "a reaction without a price": (
        ("    reactions: {acute_phase: 0 EUR}\n", ""),
        "8:3: economics.costs.reactions.acute_phase: is missing: pamidronate can cause it; "
        f"write the price of it, {NOTHING}"),
    "a reaction without a loss": (
        ("    reactions: {acute_phase: {loss: 0.21, for: 3 days}}\n", ""),
        "18:3: economics.quality.reactions.acute_phase: is missing: pamidronate can cause it; "
        "write its loss of utility, like {loss: 0.1, for: 3 days}, with loss 0 for none"),
    "bone density without a price": (
        ("dxa: 39.96 EUR, ", ""),
        "12:5: economics.costs.measurements.dxa: is missing: bone density is measured at entry "
        f"and at visits; write the price of one, {NOTHING}"),
    "markers without a price": (
        (", markers: 40 EUR", ""),
        "12:5: economics.costs.measurements.markers: is missing: ctx, balp, tryptase are measured "
        f"at entry and at visits; write the price of one, {NOTHING}"),
    "a site without a cost": (
        ("      hip: {on_fracture: 9907 EUR, each_year_after: 1700 EUR/year}\n", ""),
        "14:7: economics.costs.fractures.hip: is missing"),
    "a site without a cost of later years": (
        (", each_year_after: 1700 EUR/year", ""),
        "15:12: economics.costs.fractures.hip.each_year_after: is missing"),
    "a multiplier above 1": (
        ("{first_year: 0.7,", "{first_year: 1.3,"),
        "23:25: economics.quality.fractures.hip.first_year: '1.3' is not allowed here; allowed: "
        "0 to 1. Was a loss meant? Write what is left, 1 less the loss"),
    "a multiplier below 0": (
        ("{first_year: 0.7,", "{first_year: -0.3,"),
        "23:25: economics.quality.fractures.hip.first_year: '-0.3' is not allowed here; allowed: "
        "0 to 1. Was a loss meant? Write what is left, 1 less the loss"),
    "a utility above 1": (
        ("female: 0.895", "female: 89.5"),
        "19:24: economics.quality.baseline.female: '89.5' is not allowed here; "
        "allowed: -1 to 1. 1 is full health, 0 is death"),
    "a negative price": (
        ("39.96 EUR", "-5 EUR"),
        "12:25: economics.costs.measurements.dxa: '-5 EUR' is not allowed here; "
        "allowed: 0 EUR to 1000000000 EUR"),
    "a negative loss": (
        ("{loss: 0.02", "{loss: -0.02"),
        "26:36: economics.quality.therapies.interferon.loss: '-0.02' is not allowed here; "
        "allowed: 0 to 2"),
    "discounting by 250 %": (
        ("costs: 2.5 %/year", "costs: 250 %/year"),
        "7:21: economics.discount.costs: '250 %/year' is not allowed here; "
        "allowed: 0 %/year to 20 %/year"),
    "discounting without its time": (
        ("costs: 2.5 %/year", "costs: 2.5 %"),
        "7:21: economics.discount.costs: '2.5 %': '%' is not a unit of yearly change; "
        "Allowed: %/year"),
    "discounting of costs alone": (
        (", health: 2.5 %/year", ""), "7:13: economics.discount.health: is missing"),
    "thresholds out of order": (
        ("[20000 EUR, 50000 EUR]", "[50000 EUR, 20000 EUR]"),
        "27:15: economics.thresholds: thresholds are above 0, each above the one before; "
        "given: 50000 EUR, 20000 EUR"),
    "a threshold twice": (
        ("[20000 EUR, 50000 EUR]", "[20000 EUR, 20000 EUR]"),
        "27:15: economics.thresholds: thresholds are above 0, each above the one before; "
        "given: 20000 EUR, 20000 EUR"),
    "no threshold": (
        ("[20000 EUR, 50000 EUR]", "[]"),
        "27:15: economics.thresholds: thresholds are above 0, each above the one before; "
        "given: none"),
    "a way to combine that is none": (
        ("combine: multiply", "combine: best"),
        "20:14: economics.quality.combine: 'best' is not known here; Allowed: multiply, worst, "
        "add"),
    "a currency that is none": (
        ("currency: EUR", "currency: euro"),
        "5:13: economics.currency: 'euro' is not known here; did you mean 'EUR'? Allowed: EUR, "
        "USD, GBP, CHF, SEK, NOK, DKK, CAD, AUD, JPY"),
    "a year without a level of prices": (
        ("each_year_after: 1700 EUR/year", "each_year_after: 1700 EUR/year, year: 2004"),
        "15:74: economics.costs.fractures.hip.year: prices of 2004 beside those of 2025 need "
        "`price_index` with both, like {2004: 80, 2025: 100}"),
    "a level of prices of 0": (
        ("price_year: 2025", "price_year: 2025\n  price_index: {2004: 0, 2025: 100}"),
        "7:23: economics.price_index.2004: '0' is not allowed here; allowed: 0.001 to 1000000000"),
    "no costs at all": (
        (WHOLE[WHOLE.index("  costs:\n"):WHOLE.index("  quality:")], ""),
        "4:3: economics.costs: is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_a_mistake_is_told_in_one_sentence_with_its_place(tmp_path, name):
    changed, said = ONE_MISTAKE[name]
    assert told(wrote(tmp_path, changed)) == [said]


def test_all_mistakes_of_a_file_stand_in_one_report(tmp_path):
    """Also where other parts of the file are wrong."""
    changed = [ONE_MISTAKE[name] for name in ONE_MISTAKE if name in (
        "another currency", "a misspelt therapy that loses utility", "a reaction without a loss",
        "a multiplier above 1", "discounting by 250 %", "thresholds out of order",
    )]  # fmt: skip
    lines = told(wrote(tmp_path, *(old_new for old_new, _ in changed), more="seed: -1\n"))
    assert len(lines) == 1 + len(changed)
    assert {line.partition(": ")[2].partition(": ")[0] for line in lines[1:]} == {
        said.partition(": ")[2].partition(": ")[0] for _, said in changed
    }


def test_a_later_price_of_what_no_arm_has_needs_the_price_before(tmp_path):
    alone = "arms: {combination: }\n"
    changed = ("{per_dose: 21.44 EUR}", "{later: [{from: 1 year, per_dose: 2 EUR}]}")
    (said,) = told(wrote(tmp_path, changed, more=alone))
    assert said.partition(": ")[2] == (
        "economics.costs.therapies.interferon.later[0].per_dose: changes a price that is missing; "
        "write `per_dose` beside `later` too"
    )


def test_a_price_of_what_no_arm_has_may_stand(tmp_path):
    """A what-if may add the arm. Without the arm the price may be left out."""
    alone = "arms: {combination: }\n"
    scenario = load(wrote(tmp_path, more=alone)).scenario
    assert "interferon" in scenario.economics.costs.therapies
    without = ("      interferon: {per_dose: 21.44 EUR}\n", "")
    scenario = load(wrote(tmp_path, without, more=alone)).scenario
    assert [*scenario.economics.costs.therapies] == ["pamidronate"]


@pytest.mark.parametrize("levels", ["{2004: 80}", "{2025: 100}", "{2020: 90, 2025: 100}"])
def test_an_index_has_both_years(tmp_path, levels):
    path = wrote(
        tmp_path,
        ("price_year: 2025", f"price_year: 2025\n  price_index: {levels}"),
        ("1700 EUR/year", "1700 EUR/year, year: 2004"),
    )
    (line,) = told(path)
    assert line.endswith(
        "hip.year: prices of 2004 beside those of 2025 need "
        "`price_index` with both, like {2004: 80, 2025: 100}"
    )


def test_prices_of_another_year_are_brought_to_the_year_of_the_results(tmp_path):
    """By the user's own index, and each price with its own year."""
    path = wrote(
        tmp_path,
        ("price_year: 2025", "price_year: 2025\n  price_index: {2004: 80, 2020: 90, 2025: 100}"),
        ("each_year_after: 1700 EUR/year", "each_year_after: 1700 EUR/year, year: 2004"),
        ("{per_dose: 21.44 EUR}", "{per_dose: 21.44 EUR, year: 2020}"),
        ("markers: 40 EUR", "markers: 40 EUR, year: 2025"),
    )
    study, plain = load(path), load(wrote(tmp_path))
    costs, same = study.scenario.economics.costs, plain.scenario.economics.costs
    assert costs.fractures.hip.on_fracture.amount == pytest.approx(9907 * 100 / 80)
    assert costs.fractures.hip.each_year_after.amount == pytest.approx(1700 * 100 / 80)
    assert costs.therapies["interferon"].per_dose.amount == pytest.approx(21.44 * 100 / 90)
    assert costs.measurements.markers == same.measurements.markers
    assert costs.fractures.vertebral == same.fractures.vertebral
    assert costs.reactions == same.reactions
    again = from_document(study.document, study.numbers)
    assert again.scenario == study.scenario
    lines = "\n".join(protocol(study.scenario, study.document))
    assert "prices of other years are brought to 2025 by `price_index`" in lines
    assert "hip fractures cost 12383.75 EUR each" in lines
    paths = {number.path for number in study.numbers}
    assert "economics.price_index.2004" in paths
    assert not [path for path in paths if path.endswith(".year")]


def test_an_arm_whose_therapy_has_no_price_is_asked_for_it(tmp_path):
    """A file that adds an arm does not get its costs for nothing."""
    wrote(tmp_path)
    child = tmp_path / "child.yaml"
    child.write_text(
        "extends: case.yaml\n"
        "therapies: {drug: {injection: 60 mg, schedule: [{every: 6 months}], exposure: "
        "{half_life: 26 days, action_1: {injection: 60 mg, schedule: [{every: 6 months}], "
        "over: 60 months}}}}\n"
        "arms: {drug: [drug]}\n"
        "effects: {drug: {spine: {mean: 1 %/year, sd: 1 %/year}, hip: {mean: 1 %/year, "
        "sd: 1 %/year}, ctx: 0 %, balp: 0 %, tryptase: 0 %}}\n",
        encoding="utf-8",
    )
    said = told(child)
    assert [line.partition("economics.")[2].partition(":")[0] for line in said] == [
        "costs.therapies.drug.per_infusion", "costs.therapies.drug.per_missed_infusion",
    ]  # fmt: skip
    assert "by injection; write the price of one injection" in said[0]


def test_economics_is_inherited_and_removed_by_an_empty_key(tmp_path):
    base = load(wrote(tmp_path))
    child = tmp_path / "child.yaml"
    child.write_text("extends: case.yaml\nhorizon: 120 months\n", encoding="utf-8")
    assert load(child).scenario.economics == base.scenario.economics
    child.write_text("extends: case.yaml\neconomics:\n", encoding="utf-8")
    assert load(child).scenario.economics is None
    assert load(child).digest == load(BASE).digest
    child.write_text(
        "extends: case.yaml\neconomics: {costs: {measurements: {dxa: 50 EUR}}}\n", encoding="utf-8"
    )
    costs = load(child).scenario.economics.costs
    assert str(costs.measurements.dxa) == "50 EUR"
    assert str(costs.measurements.markers) == "40 EUR"


def test_economics_comes_back_from_the_document_of_a_manifest(tmp_path):
    study = load(wrote(tmp_path))
    again = from_document(study.document, study.numbers)
    assert again.scenario == study.scenario
    assert again.digest == study.digest


def test_choices_need_no_source_and_prices_do(tmp_path):
    paths = {number.path for number in load(wrote(tmp_path)).assumptions}
    own = {path for path in paths if path.startswith("economics.")}
    assert "economics.costs.measurements.dxa" in own
    assert "economics.discount.costs" in own
    assert not [path for path in own if path.startswith(("economics.thresholds", "economics.p"))]
    block = yaml.safe_load(WHOLE)["economics"]
    block = {key: item for key, item in block.items() if key not in ("price_year", "thresholds")}
    assert len(own) == sum(text[0].isdigit() for text in texts_of(block))


def texts_of(node):
    """Every value of a block that is no mapping, as text."""
    if not isinstance(node, dict):
        return [str(node)]
    return [text for item in node.values() for text in texts_of(item)]


def test_odd_economics_is_worth_a_look(tmp_path):
    for alike in (("0.902, later: 1}", "0.902, later: 0.902}"), ("0.902", "0.95")):
        usual = load(wrote(tmp_path, alike))
        assert not [line for line in remarks(usual) if "economics" in line]
    path = wrote(
        tmp_path,
        ("{first_year: 0.7,", "{first_year: 0.9,"),
        more="fractures: {sites: {vertebral: {clinical: 30 %}}}\n",
    )
    assert [line for line in remarks(load(path)) if "economics" in line] == [
        "economics.quality.fractures.hip: utility falls from 0.9 of its value in the first year "
        "to 0.8 later; are the two exchanged?",
        "economics.costs.fractures.vertebral: paid for every vertebral fracture, also for those "
        "that do not come to clinical attention (fractures.sites.vertebral.clinical)",
    ]
