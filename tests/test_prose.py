"""Numbers that the pages state are those of the committed tables, rounded as they are printed."""

import csv
import io
import math
import re
from functools import cache

import pytest

import sim
from sim.simulation.biology.bone import saturating_gain, t_score
from tests.pages import DOCS, ROOT, text_of
from tests.stated import STATED

RESULTS = ROOT / "results"
NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")


@cache
def plain(name):
    """The text of a page with one kind of minus, without bold type and line breaks."""
    text = text_of(ROOT / name).replace("−", "-").replace("**", "")
    return " ".join(text.split())


@cache
def rows(name):
    """The rows of a committed table."""
    with (RESULTS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def cell(name, column, where):
    """The one number of a committed table in the rows that have these values."""
    found = {
        row[column]
        for row in rows(name)
        if row[column] and all(row[key] == value for key, value in where.items())
    }
    assert len(found) == 1, (name, where, found)
    return float(*found)


def is_rounded(printed, number):
    """Whether a printed number is a number rounded to as many decimals."""
    decimals = len(printed.partition(".")[2])
    return math.isclose(float(printed.replace(",", "")), number, abs_tol=0.5 * 10**-decimals + 1e-9)


def markdown(page, *, after):
    """The rows of the first table after a text: the columns by their heading."""
    lines = iter(text_of(DOCS / page).replace("−", "-").partition(after)[2].splitlines())
    table = []
    for line in lines:
        if line.startswith("|"):
            table.append([part.strip() for part in line.strip("|").split("|")])
        elif table:
            break
    head, _, *body = table
    return [dict(zip(head, row, strict=True)) for row in body]


@pytest.mark.parametrize("stated", STATED, ids=lambda stated: stated.sentence[:30])
def test_a_sentence_has_the_numbers_of_its_tables(stated):
    pattern = re.escape(stated.sentence).replace(r"\{\}", f"({NUMBER.pattern})")
    (printed,) = re.finditer(pattern, plain(stated.page))
    for text, (name, column, where) in zip(printed.groups(), stated.places, strict=True):
        column, _, factor = column.partition("*")
        number = cell(name, column, where) * float(factor or 1)
        assert is_rounded(text, number), (text, number, name, where)


READINGS = ["linear", "compound", "plateau", "saturating"]
OF_READINGS = {
    "Spine BMD, change, %": "spine change",
    "Spine T-score": "spine T-score",
    "Hip T-score": "hip T-score",
    "Spine above T -2.5, %": "spine above T -2.5",
    "Vertebral fractures": "vertebral fractures",
    "Any fracture in five years, %": "any fracture",
}


def test_the_table_of_readings_is_that_of_the_result():
    outcome = ""
    for row in markdown("readings.md", after="## The base case"):
        label, *printed = row.values()
        head, _, arm = label.rpartition(": ")
        outcome = OF_READINGS[head] if head else outcome
        compared = arm.startswith("difference")
        where = {"outcome": outcome, "time": "60", "against": ""}
        where |= {"arm": "combination" if compared else arm}
        where |= {"against_arm": "pamidronate" if compared else ""}
        for reading, text in zip(READINGS, printed, strict=True):
            of = {**where, "reading": reading}
            numbers = NUMBER.findall(text)
            assert is_rounded(numbers[0], cell("laroche2011/readings.csv", "estimate", of)), row
            if compared:
                assert is_rounded(numbers[1], cell("laroche2011/readings.csv", "mc_error", of))


SERIES = {
    "rossini2014": "## `rossini2014`",
    "boonen2012": "## `boonen2012`",
    "papapoulos2012": "## `papapoulos2012`",
    "cosman2022": "## `cosman2022`",
    "cosman2022-reversed": "`cosman2022-reversed` gives",
}


TRIALS = ("black2007", "cummings2009", "saag2017", "neer2001", "black1996", "reid2018")


@pytest.mark.parametrize("scenario", SERIES)
def test_the_table_of_a_series_is_that_of_the_result(scenario):
    facts = [*facts_of(rows(f"{scenario}/reported.csv"))]
    for row in markdown("series.md", after=SERIES[scenario]):
        assert is_told_by(facts, row), row


@pytest.mark.validation
@pytest.mark.parametrize("trial", TRIALS)
def test_the_table_of_a_trial_is_that_of_4000_patients(trial):
    reported = sim.run(trial, patients=4000, engine="batch", keep="outcomes").reported
    facts = [*facts_of(csv.DictReader(io.StringIO(reported.to_csv())))]
    told = [row for row in markdown("series.md", after=f"### `{trial}`") if row["simulated"]]
    for row in told:
        assert row["simulated"] == "too few" or is_told_by(facts, row), row
    assert len(told) > 5


def is_told_by(facts, row):
    """Whether the number found and the simulated one are of one fact; intervals are left out."""
    published, *_ = NUMBER.findall(row["found"])
    value, *error = NUMBER.findall(row["simulated"].partition(" (")[0])
    return any(
        is_rounded(published, reported)
        and is_rounded(value, simulated)
        and all(is_rounded(text, noise) for text in error)
        for reported, simulated, noise in facts
    )


def facts_of(reported):
    """Published, simulated and Monte Carlo error of each fact of a result, and of its SD."""
    for fact in reported:
        for part in ("", "_spread"):
            numbers = fact[f"reported{part}"], fact[f"simulated{part}"], fact["mc_error"]
            if numbers[0] and numbers[1]:
                yield tuple(float(number or "nan") for number in numbers)


def test_the_table_of_simulated_trials_is_that_of_the_results():
    """The intervals of patients only; those with parameters are of no committed table."""
    for row in markdown("ten-patients.md", after="<!-- series -->"):
        scores = rows(f"{row['series'].strip('`')}/emulation.csv")
        printed = row["95 %, patients only"]
        if row["predicted"] == "all predictions":
            covered = [score["covered"] for score in scores if score["counts_as"] == "prediction"]
            assert printed == f"{covered.count('True')} of {len(covered)} covered", row
            continue
        (score,) = (score for score in scores if row["predicted"] == label_of(score))
        low, high = NUMBER.findall(printed)[:2]
        assert is_rounded(row["published"], float(score["published"])), row
        assert is_rounded(low, float(score["low"])), row
        assert is_rounded(high, float(score["high"])), row
        assert ("not covered" in printed) == (score["covered"] == "False"), row


def label_of(score):
    """A published number as the table names it."""
    return score["label"] + (", SD" if score["statistic"] == "SD" else "")


def test_the_worked_example_of_the_model_is_that_of_its_formulas():
    mean, sd, rate, years = 1.047, 0.110, 0.126, 5
    entry = mean - 3 * sd
    shares = {
        "linear": years * rate,
        "compound": (1 + rate) ** years - 1,
        "plateau": 2 * rate,
        "saturating": rate * saturating_gain(1, 1) * -math.expm1(-years),
    }
    table = markdown("model.md", after="### A worked example")
    assert [row["reading"].split(",")[0] for row in table] == [*shares]
    for row, share in zip(table, shares.values(), strict=True):
        assert is_rounded(row["change, %"], 100 * share)
        assert is_rounded(row["T-score"], t_score(entry * (1 + share), mean, sd))
    gained = t_score(entry * (1 + shares["plateau"]), mean, sd) + 3
    assert f"falls to {2.3**-gained:.2f} of the rate" in plain("docs/model.md")
