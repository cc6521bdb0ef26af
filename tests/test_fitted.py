"""Tables fit the terminal, and every number stays whole in one line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.display import text
from sim.display.fitted import GAP, parts, wrapped
from sim.display.tables import Sheet
from tests.architecture import ROOT
from tests.depth import examples

BASE = ROOT / "scenarios" / "laroche2011.yaml"
FOUR = BASE.with_name("four-arms.yaml")
SUBGROUPS = BASE.with_name("laroche2011-subgroups.yaml")
PSA = BASE.parent / "sweeps" / "readings-psa.yaml"
NUMBER = re.compile(r"-?\d+\.\d+|-?\d+")

words = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=6).map(" ".join)
numbers = st.floats(-999, 999).map(lambda x: f"{x:.2f} [{x - 1:.2f}, {x + 1:.2f}]")


@st.composite
def sheets(draw):
    columns = draw(st.integers(1, 6))
    rows = st.tuples(words, words, *[numbers] * columns)
    heads = draw(st.tuples(words, words, *[words] * columns))
    return Sheet(heads, draw(st.lists(rows, min_size=1, max_size=4)))


@examples(100)
@given(sheets(), st.integers(44, 150))
def test_no_line_is_wider_and_no_number_is_broken_or_lost(sheet, width):
    printed = text.table(sheet, width)
    assert max(map(len, printed.splitlines())) <= width
    whole = [number for row in sheet.rows for cell in row[2:] for number in NUMBER.findall(cell)]
    found = [number for line in printed.splitlines() for number in NUMBER.findall(line)]
    assert sorted(found) == sorted(whole)


@examples(40)
@given(sheets())
def test_a_table_that_fits_is_as_it_is_in_a_pipe(sheet):
    assert parts(sheet, None) == [sheet]
    assert text.table(sheet, 2000) == text.table(sheet)


def test_columns_without_a_place_stand_below_with_the_words_again():
    sheet = Sheet(("outcome", "unit", *"abc"), [("deaths", "%", *["1234567890"] * 3)])
    width = len("outcome") + len("unit") + 2 * 10 + 3 * GAP + 2
    assert [part.heads[2:] for part in parts(sheet, width)] == [("a", "b"), ("c",)]
    assert [part.rows for part in parts(sheet, width)][1] == [("deaths", "%", "1234567890")]


def test_lines_wrap_at_words_below_their_indent():
    assert wrapped("  one two three", 11) == "  one two\n    three"
    assert wrapped("one two three", None) == "one two three"
    assert wrapped("/a/very/long/path and more", 10) == "/a/very/long/path\n  and more"


@pytest.mark.share(9)
@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize(
    "command",
    [
        ["run", FOUR, "--patients", 5, "--keep", "outcomes"],
        ["run", SUBGROUPS, "--patients", 5, "--keep", "outcomes"],
        ["check", BASE],
        ["check", PSA],
        ["cite", BASE],
        ["explain", BASE, "--patient", 3],
        ["--help"],
    ],
    ids=lambda words: f"{words[0]} {words[1].stem}" if len(words) > 1 else words[0],
)
def test_every_line_of_a_command_fits(command, width, mastosim, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.chdir(tmp_path)
    words = [*command, "-q", "--out", "here"] if command[0] == "run" else command
    told = mastosim(*words, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert [line for line in told.stdout.splitlines() if len(line) > width] == []
