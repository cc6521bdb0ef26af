"""The section of costs and health in the page of a result: its numbers, its order, its sweeps."""

import pandas as pd
import pytest
from openpyxl import load_workbook

from sim import results
from sim.display import workbook
from sim.display.tables.answer import lines
from sim.experiments import runs
from sim.experiments.information import information
from sim.experiments.kinds import run as kept_run
from sim.experiments.worth import worth as valued
from sim.reports.page.assembled import _environment
from sim.reports.page.contents import Contents
from sim.reports.page.sections import answer, worth
from tests.test_report_page import Page

WORTH, BASE = "scenarios/laroche2011-worth.yaml", "scenarios/laroche2011.yaml"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(WORTH, patients=40, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("page")))


def shown(*kept):
    made = worth.section(Contents.of(kept))
    return _environment().get_template(made.template).render(facts=made.facts)


@pytest.fixture(scope="module")
def text(kept, at_stake):
    return shown(kept, at_stake)


def test_every_number_of_the_table_stands_as_it_is_filed(kept, text):
    numbers, table = set(Page(text).numbers), kept.table("worth")
    filed = pd.concat([table["estimate"], *(
        table.loc[table["high"] > table["low"], end] for end in ("low", "high")
    )])  # fmt: skip
    assert {f"{value:.15g}" for value in filed} <= numbers
    prices = [one.break_even for one in valued(kept).prices if one.break_even >= 0]
    assert {f"{price:.15g}" for price in prices} <= numbers


def test_net_benefit_is_first_and_the_ratio_is_last(kept, text):
    (one,) = valued(kept).compared
    places = [text.index(words) for words in (
        "Net benefit per patient", f"<b>{one.arms.arm} {one.verdict}, beside pamidronate.</b>",
        "It is not worth its cost if a QALY is worth 20000 EUR", "Price at which",
        "Costs and health, discounted", "Costs and health, undiscounted",
        "Extra cost per extra QALY", "Value of information",
    )]  # fmt: skip
    assert places == sorted(places)


def test_the_value_of_information_stands_with_its_share_of_noise(at_stake, text):
    known, numbers = information(at_stake), set(Page(text).numbers)
    of_noise = 100 * known.perfect.noise
    for value in (known.perfect.value, known.perfect.naive, of_noise, known.bracket.high):
        assert f"{value:.15g}" in numbers
    assert "price of interferon" in text
    assert {f"{one.value:.15g}" for one in known.parameters} <= numbers


def test_the_lines_above_the_tables_of_a_run_have_net_benefit(kept):
    said = lines(kept.study, kept.table("summary"), kept.table("worth"))
    assert any(line.startswith("Net benefit at 50000 EUR at month 60, EUR: ") for line in said)


def test_the_answer_ends_with_net_benefit_and_with_what_the_ratio_says(kept):
    made = answer.section(Contents.of([kept]))
    text = _environment().get_template(made.template).render(facts=made.facts)
    rows = kept.table("worth")
    net = rows[(rows["outcome"] == "net benefit at 50000 EUR") & (rows["against_arm"] != "")]
    assert made.facts["sentences"][-1].outcome == "Net benefit at 50000 EUR"
    assert {f"{abs(net[name].iloc[0]):.15g}" for name in ("estimate", "low", "high")} <= {
        number.removeprefix("-") for number in Page(text).numbers
    }
    (one,) = valued(kept).compared
    assert f"{one.verdict}, beside pamidronate" in text


def test_the_answer_says_why_a_ratio_has_no_finite_interval(tmp_path):
    small = runs.run(
        "scenarios/monthly-or-quarterly.yaml", patients=10, engine="batch", outcomes_only=True
    )
    made = answer.section(Contents.of([results.open(kept_run.keep(small, tmp_path))]))
    (ratio,) = made.facts["ratios"]
    assert ratio.endswith("no finite interval, because the difference in QALYs may be 0.")


def test_arms_by_cost_and_subgroups_have_their_tables(tmp_path):
    many = runs.run(
        "scenarios/laroche2011-worth.yaml", 12, engine="batch", outcomes_only=True,
        settings=[
            "arms={combination: [interferon, pamidronate], pamidronate: [pamidronate], none: []}",
            "subgroups={women: {sex: female}, men: {sex: male}}",
        ],
    )  # fmt: skip
    kept = results.open(kept_run.keep(many, tmp_path))
    made = worth.section(Contents.of([kept]))
    html = _environment().get_template(made.template).render(facts=made.facts)
    by_cost, table = valued(kept).standings, kept.table("worth")
    assert len(by_cost) == 3
    places = [html.index(f'<th scope="row">{one.arm}</th><td>{one.status}</td>') for one in by_cost]
    assert places == sorted(places)
    assert {f"{one.cost:.15g}" for one in by_cost} <= set(Page(html).numbers)
    own = table[(table["subgroup"] == "women") & (table["outcome"] == "net benefit at 50000 EUR")]
    assert {f"{value:.15g}" for value in own["estimate"]} <= set(Page(html).numbers)
    assert html.index("per member of each subgroup") < html.index(">women<") < html.index(">men<")
    book = load_workbook(workbook.write([kept], tmp_path / "run.xlsx"), data_only=True)
    filed = [row[0] for row in book["Arms"].iter_rows(values_only=True)]
    assert [name for name in filed if name in kept.study.scenario.arms] == [
        one.arm for one in by_cost
    ]


def test_a_run_without_prices_has_no_section(tmp_path):
    plain = runs.run(BASE, patients=2, engine="batch", outcomes_only=True)
    kept = results.open(kept_run.keep(plain, tmp_path))
    assert worth.section(Contents.of([kept])) is None
    made = answer.section(Contents.of([kept]))
    assert made.facts["ratios"] == []
    assert "Net benefit" not in str(made.facts["sentences"])
