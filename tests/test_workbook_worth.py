"""The sheet of costs and health in a workbook: the rows of the table, differences as formulas."""

from openpyxl import load_workbook

from sim import results
from sim.display import workbook
from sim.experiments import runs
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
