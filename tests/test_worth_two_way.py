"""At which two prices the verdict changes: lines, table, figure, and what is refused."""

import json

import pytest
from click.testing import CliRunner

import sim
from sim import results
from sim.cli.worth import worth as command
from sim.economics.two_way import CORNERS, boundaries
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments import worth as of_worth
from sim.experiments.kinds import run as kept_run
from sim.experiments.two_way import asked_for
from sim.vocabulary import Arms

GIVEN = "economics.costs.therapies.pamidronate.per_infusion"
BROKEN = "economics.costs.fractures.vertebral.on_fracture"
RANGES = {GIVEN: ("0 EUR", "600 EUR"), BROKEN: ("0 EUR", "20000 EUR")}
WORDS = [word for path, (low, high) in RANGES.items()
         for word in ("--two-way", f"{path}={low} to {high}")]  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(
        "scenarios/monthly-or-quarterly.yaml", patients=60, engine="batch", outcomes_only=True
    )
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("two")))


def of(kept, ranges=RANGES):
    return of_worth.worth(kept, ranges=asked_for(ranges)).two_way


def net(kept, first, second, threshold):
    table = of_worth.worth(kept, [f"{GIVEN}={first!r} EUR", f"{BROKEN}={second!r} EUR"]).table
    rows = table[(table["outcome"] == f"net benefit at {threshold:.15g} EUR")
                 & (table["against_arm"] != "")]  # fmt: skip
    return rows["estimate"].iloc[0]


def test_on_the_line_the_net_benefit_is_0_and_it_changes_sign_across(kept):
    found = of(kept)
    assert [line.threshold for line in found.lines] == [20000, 50000, 147093]
    line = found.lines[1]
    share = -(line.net + 0.5 * line.second) / line.first
    assert line.second_at(share) == pytest.approx(0.5)
    first, second = found.first.at(share), found.second.at(0.5)
    assert net(kept, first, second, 50000) == pytest.approx(0, abs=0.05)
    sides = [net(kept, first, second + move, 50000) for move in (-500.0, 500.0)]
    assert (sides[0] > 0 > sides[1]) == line.is_worth_below
    assert sides[0] * sides[1] < 0


def test_no_patient_is_simulated(kept, monkeypatch):
    monkeypatch.setattr(runs, "reduce", lambda *_, **__: pytest.fail("a patient was simulated"))
    assert not of_worth.worth(kept, ranges=asked_for(RANGES)).simulated


def test_corners_that_lie_on_no_plane_have_no_line():
    key = Arms("a", "b"), 1.0
    bent = {corner: {key: 5.0 - corner[0] * corner[1]} for corner in CORNERS}
    assert boundaries(bent) is None


def test_a_second_price_that_changes_nothing_has_no_line():
    key = Arms("a", "b"), 1.0
    (line,) = boundaries({corner: {key: 5.0 - corner[0]} for corner in CORNERS}) or []
    assert line.second_at(0.5) is None


def test_the_figure_has_a_line_for_each_worth_of_a_qaly_and_the_prices_in_force(kept):
    found = of(kept)
    assert (found.first.now, found.second.now) == (396, 2476)
    (axes,) = found.plot().axes
    lines = [line for line in axes.lines if line.get_marker() in ("None", None, "")]
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert len(lines) == 3
    assert [line.get_xydata().tolist() for line in crosses] == [[[396, 2476]]]
    for line, own in zip(lines, found.lines, strict=True):
        assert line.get_ydata()[0] == pytest.approx(found.second.at(own.second_at(0)))
    assert axes.get_xlabel() == "pamidronate: per infusion, EUR"


def test_the_command_prints_the_table_and_draws_the_figure(kept, tmp_path):
    into = tmp_path / "figure"
    shown = CliRunner().invoke(command, [str(kept.folder), *WORDS, "--into", str(into), "-q"])
    assert shown.exit_code == 0, shown.output
    assert "a QALY worth 147,093 EUR" in shown.stdout
    assert "at which the net benefit of\nmonthly over quarterly is 0" in shown.stdout
    assert sorted(path.name for path in into.iterdir()) == [
        "two_way.csv", "two_way.pdf", "two_way.png", "two_way.svg"
    ]  # fmt: skip
    printed = CliRunner().invoke(command, [str(kept.folder), *WORDS, "--json"]).stdout
    lines = json.loads(printed)["two_way"]
    assert [line["threshold"] for line in lines] == [20000, 50000, 147093]


def test_from_python_the_same(kept):
    found = sim.worth(kept.folder, two_way=RANGES)
    assert found.two_way.lines == of(kept).lines


@pytest.mark.parametrize(("ranges", "said"), [
    ({GIVEN: ("0 EUR", "600 EUR")}, "1 ranges of prices; a two-way threshold needs two"),
    (RANGES | {GIVEN: ("600 EUR", "0 EUR")}, "'600 EUR to 0 EUR' is no range"),
    (RANGES | {GIVEN: ("0 EUR", "600 USD")}, "'0 EUR to 600 USD' is no range"),
    (RANGES | {GIVEN: ("cheap", "dear")}, "'cheap to dear' is no range"),
    ({GIVEN: ("0 EUR", "600 EUR"), "economics.discount.costs": ("0 %/year", "5 %/year")},
     "changes what is counted"),
    ({"economics.quality.fractures.vertebral.later": ("0.5", "1"),
      "economics.quality.fractures.other.later": ("0.5", "1")}, "not linear in both together"),
])  # fmt: skip
def test_other_ranges_are_refused(kept, ranges, said):
    with pytest.raises(RequestError, match=said):
        of(kept, ranges)


@pytest.mark.parametrize(("words", "said"), [
    (["--two-way", GIVEN], "is no range of a price; write PATH=0 EUR to 30 EUR"),
    (["--into", "here"], "--into is the folder of the figures of --two-way"),
])  # fmt: skip
def test_words_that_cannot_be_read_are_refused(kept, words, said):
    found = CliRunner().invoke(command, [str(kept.folder), *words])
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.replace("│", " ").split())
