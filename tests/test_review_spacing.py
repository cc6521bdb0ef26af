"""The error of rarer reviews: the committed table is what the model gives, and a page tells it."""

import csv
import re

import pytest

from tests.review_spacing import EVERY, HORIZONS, PATIENTS, ROOT, TABLE, accumulated, rows

PAGE = ROOT / "docs" / "model.md"


def committed():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            (int(row["years"]), row["arm"], row["site"], int(row["review_every_days"])):
            row["difference_percent"]
            for row in csv.DictReader(file)
        }  # fmt: skip


def assert_committed(years, every):
    table = committed()
    for row in rows(years, PATIENTS, every):
        assert float(table[row[:-1]]) == pytest.approx(row.difference_percent, abs=1e-4)


@pytest.mark.validation
def test_the_table_of_the_shipped_spacing_is_what_the_model_gives():
    assert_committed(5, (30,))


@pytest.mark.validation
@pytest.mark.parametrize("years", HORIZONS)
def test_the_whole_table_is_what_the_model_gives(years):
    assert_committed(years, EVERY)


def test_rarer_reviews_are_farther_from_daily_ones():
    """Log-hazards that fall ever more slowly lie below their chords, which give too much hazard."""
    seven, year = (accumulated(5, 5, every)["pamidronate"][0] for every in (7, 365))
    assert accumulated(5, 5, 1)["pamidronate"][0] < seven < year


def test_the_page_has_the_numbers_of_the_table():
    table = committed()
    lines = re.findall(r"^\| (\d+) years, (\w+) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(lines) == 4
    for years, arm, cells in lines:
        of_page = [cell.strip() for cell in cells.split("|")]
        assert of_page == [table[int(years), arm, "vertebral", every] for every in EVERY]
