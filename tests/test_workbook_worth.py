"""Sheets of costs and health in a workbook: tables, differences and prices as formulas."""

import pytest
from openpyxl import load_workbook

from sim import results
from sim.display import workbook
from sim.errors import RequestError
from sim.experiments import information, runs, worth
from sim.experiments.budget import asked_for
from sim.experiments.kinds import run as kept_run


def test_differences_of_costs_are_formulas_of_the_arms(tmp_path):
    result = runs.run(
        "scenarios/laroche2011-worth.yaml", patients=4, engine="batch", outcomes_only=True
    )
    kept = results.open(kept_run.keep(result, tmp_path))
    path = workbook.write([kept], tmp_path / "book.xlsx")
    sheet, table = load_workbook(path)["Worth"], kept.table("worth")
    cached = load_workbook(path, data_only=True)["Worth"]
    heads = [cell.value for cell in sheet[1]]
    last, estimate = len(heads), heads.index("estimate") + 1
    for i, row in enumerate(table.to_dict("records"), 3):
        formula = sheet.cell(i, last).value
        assert (formula is not None) == bool(row["against_arm"])
        if formula is not None:
            one, other = formula.removeprefix("=").split("-")
            assert cached.cell(i, last).value == sheet[one].value - sheet[other].value
            assert sheet[one].column == sheet[other].column == estimate
            assert sheet.cell(sheet[one].row, 2).value == row["arm"]


def rows_of(sheet):
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(3, values_only=True)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(
        "scenarios/laroche2011-worth.yaml", patients=20, engine="batch", outcomes_only=True
    )
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("prices")))


def test_break_even_prices_are_formulas_of_price_net_benefit_and_use(kept, tmp_path):
    path = workbook.write([kept], tmp_path / "book.xlsx")
    formulas = load_workbook(path)["Prices"]
    found = rows_of(load_workbook(path, data_only=True)["Prices"])
    expected = worth.worth(kept).prices
    assert len(found) == len(expected) > 2
    for at, (row, one) in enumerate(zip(found, expected, strict=True), 3):
        assert row["price_of"] == one.quantity
        computed = row["price"] + row["net_benefit"] / row["used_more"]
        assert row["break_even"] == pytest.approx(one.break_even) == pytest.approx(computed)
        assert formulas.cell(at, 9).value == f"=F{at}+G{at}/H{at}"


def test_a_run_valued_at_other_prices_is_a_workbook_of_these(kept, tmp_path):
    change = "economics.costs.therapies.interferon.per_dose=3 EUR"
    valued = worth.worth(kept, [change], asked=asked_for(40, 2, None, None))
    book = load_workbook(valued.to_excel(tmp_path / "mine.xlsx"), data_only=True)
    assert book.sheetnames == ["About", "Worth", "Prices", "Arms", "Budget"]
    (price,) = {row["price"] for row in rows_of(book["Prices"]) if "doses" in row["price_of"]}
    assert price == 3
    assert len(rows_of(book["Worth"])) == len(valued.table)
    assert [row["year"] for row in rows_of(book["Budget"])] == [1, 2, "all"]
    assert [row["arm"] for row in rows_of(book["Arms"])] == [one.arm for one in valued.standings]
    with pytest.raises(RequestError, match=r"let it end with \.xlsx"):
        valued.to_excel(tmp_path / "mine.csv")


def test_information_of_a_sweep_is_in_its_workbook_and_in_one_of_its_own(at_stake, tmp_path):
    valued = information.information(at_stake)
    path = workbook.write([at_stake], tmp_path / "sweep.xlsx")
    own = valued.to_excel(tmp_path / "information.xlsx")
    for file in (path, own):
        book = load_workbook(file, data_only=True)
        rows = rows_of(book["Information"])
        assert rows[0]["value"] == pytest.approx(valued.perfect.value)
        partial = [(row["name"], row["value"]) for row in rows if row["value_of"] == "EVPPI"]
        assert partial == [(one.name, pytest.approx(one.value)) for one in valued.parameters]
        best = [row for row in rows_of(book["Best buy"]) if row["a_qaly_worth"] == 50000]
        assert sum(value for name, value in best[0].items() if name.startswith("best_")) == 100
