"""From a scenario to inputs: once per study, and the same numbers whether they are kept or not."""

import ast
import inspect
import pickle
import random
import re
from pathlib import Path

import pytest

from sim.experiments import blocks, comparisons, runs
from sim.experiments.blocks import Work
from sim.outcomes import CELL
from sim.results import fingerprint
from sim.scenario import load
from sim.simulation import draws, lowering, records
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.lowering.base_rate import solved
from sim.simulation.lowering.parameters import BY_HEADING
from sim.simulation.simulate import inputs_of

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
SHORT = ["horizon=3 months", "visits.dxa=[3 months]", "visits.markers=[3 months]"]
NO_NUMBERS = {
    "sim.late.names_of",
    "sim.scenario.Mistake",
    "sim.scenario.Number",
    "sim.scenario.ScenarioError",
    "sim.scenario.Study",
    "sim.scenario.mistakes.nearest",
    "sim.scenario.durations.in_time",
}
"""What decides no number: words about mistakes, sources, a form together with its text, and when a
name is loaded."""


def scenario(*settings):
    return load(BASE, [*SHORT, *settings]).scenario


def as_bytes(arms):
    """The inputs of every arm, to the last bit."""
    return {arm: [part.tobytes() for part in inputs] for arm, inputs in arms.items()}


def fields_by_heading():
    """The fields of PARAMS under each comment that stands on a line of its own."""
    source = inspect.getsource(records.shapes).split("PARAMS = np.dtype([")[1].split("\n])")[0]
    heading, fields = "", dict[str, set[str]]()
    for line in source.splitlines():
        if comment := re.fullmatch(r" +# (.*)", line):
            heading = comment[1]
        elif names := re.findall(r'\("(\w+)", "', line):
            fields.setdefault(heading, set()).update(names)
    return fields


def test_the_fields_under_a_heading_are_computed_by_one_function():
    headings = fields_by_heading()
    computed = {heading: {*fields(solved(scenario()))} for heading, fields in BY_HEADING.items()}
    assert computed == {heading: headings[heading] for heading in BY_HEADING}
    assert {*headings} - {*BY_HEADING} == {"", "by days", "random numbers"}


# Once per study


@pytest.fixture
def lowered(monkeypatch):
    """The scenarios whose protocols are computed from here on."""
    protocol, scenarios = lowering.protocol, []

    def counted(scenario, *fractures):
        scenarios.append(scenario)
        return protocol(scenario, *fractures)

    monkeypatch.setattr(lowering, "protocol", counted)
    return scenarios


@pytest.mark.parametrize("workers", [1, 3])
def test_a_run_computes_its_protocol_once(workers, lowered, workers_here):
    """Also in other processes, which `workers_here` stands for."""
    study = load(BASE, [*SHORT, f"cohort.patients={3 * CELL}"])
    runs.run(study, engine="simpy", workers=workers, outcomes_only=True)
    assert len(lowered) == 1


def test_work_can_be_handed_on_after_some_of_it_was_done():
    work = Work([load(BASE, SHORT)], "batch")
    here = blocks.do(work, range(10)).sums
    there = blocks.do(pickle.loads(pickle.dumps(work)), range(10)).sums
    assert here.own.tobytes() == there.own.tobytes()


def test_a_comparison_computes_a_protocol_per_scenario(lowered, workers_here):
    paths = [BASE, BASE.with_name("quarterly-from-the-start.yaml")]
    studies = comparisons.read(paths, 3 * CELL, settings=SHORT)
    comparisons.simulate(studies, engine="simpy", workers=2)
    assert [one.name for one in lowered] == ["laroche2011", "quarterly-from-the-start"]


def test_tables_of_some_patients_compute_the_protocol_once(lowered):
    runs.follow(load(BASE, SHORT), range(3 * CELL))
    assert len(lowered) == 1


def test_more_fractures_change_the_number_of_columns_alone():
    few, many = (lowering.protocol(scenario(), fractures) for fractures in (8, 32))
    assert (few.fractures, many.fractures) == (8, 32)
    for one, other in zip(few.arms.values(), many.arms.values(), strict=True):
        for name in set(one.dtype.names or ()) - {"first_draw", "draws"}:
            assert one[name].tobytes() == other[name].tobytes()


# Columns that are kept


def test_kept_columns_change_no_number_in_any_order_of_ranges():
    ranges = [range(0, 40), range(40, 80), range(8180, 8210), range(0, 80)] * 2
    random.Random(5).shuffle(ranges)
    points = [scenario(), scenario("therapies.pamidronate.given=80 %"), scenario("seed=4")]
    columns = Columns(most_bytes=10**6)
    for patients in ranges:
        for point in points:
            protocol = lowering.protocol(point)
            kept = inputs_of(protocol, patients, columns)
            assert as_bytes(kept) == as_bytes(inputs_of(protocol, patients))


def test_columns_are_drawn_once_for_one_range_of_patients(monkeypatch):
    column, drawn = draws.column, []

    def counted(*address):
        drawn.append(address)
        return column(*address)

    monkeypatch.setattr(draws, "column", counted)
    protocol, columns = lowering.protocol(scenario()), Columns(most_bytes=10**6)
    for _ in range(3):
        inputs_of(protocol, range(20), columns)
    assert len(drawn) == len(set(drawn)) > 50
    numbers = sum(len(need.uses) for need in protocol.needs)
    assert columns.bytes == 20 * 8 * (len(drawn) + numbers), "the columns, and the table of them"
    inputs_of(protocol, range(20, 40), columns)
    inputs_of(protocol, range(20), columns)
    assert len(drawn) == 3 * len(set(drawn)) / 2, "another range takes the place of the one before"


def test_patients_of_another_seed_take_the_place_of_those_before():
    """Each draw of a sweep with fresh patients has a seed of its own, which no later point has."""
    columns, held = Columns(most_bytes=10**8), []
    for seed in range(3):
        inputs_of(lowering.protocol(scenario(f"seed={seed}")), range(20), columns)
        held.append(columns.bytes)
    assert held[0] == held[1] == held[2] > 0


@pytest.mark.parametrize("most_bytes", [0, 1, 160, 1000, 20_000, 40_000, 10**6])
def test_kept_columns_stay_below_their_limit(most_bytes):
    columns = Columns(most_bytes)
    for patients in (range(20), range(20, 25), range(20)):
        inputs_of(lowering.protocol(scenario()), patients, columns)
        held = [*columns._columns.values(), columns._table.numbers]
        assert columns.bytes == sum(array.nbytes for array in held) <= most_bytes
    assert bool(columns.bytes) == (most_bytes >= 160)


def test_a_kept_column_cannot_be_written_to():
    column = Columns(most_bytes=10**4).column(1, "stream", 0, "normal", range(5))
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1.0
    assert DRAWN_ANEW.column(1, "stream", 0, "normal", range(5)).tolist() == column.tolist()
    assert DRAWN_ANEW.bytes == 0


def test_another_process_is_handed_no_columns():
    columns = Columns(most_bytes=10**6)
    columns.column(1, "stream", 0, "normal", range(1000))
    packed = pickle.dumps(columns)
    assert len(packed) < 1000
    assert (pickle.loads(packed).most_bytes, pickle.loads(packed).bytes) == (10**6, 0)


# What decides a number


def imports_of(path):
    """What a file takes from this program, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim":
            yield from (f"{node.module}.{name.name}" for name in node.names)
        assert not isinstance(node, ast.Import) or all(n.name != "sim" for n in node.names)


def test_what_decides_a_number_takes_nothing_from_elsewhere():
    """Else a source could change a number and leave the addresses of blocks as they are."""
    parts = [ROOT / "sim" / part for part in fingerprint.DECIDES]
    files = [path for part in parts for path in ([part] if part.is_file() else part.rglob("*.py"))]
    names = [f"sim.{part}" for part in fingerprint.DECIDES]
    inside = tuple(name.removesuffix(".py").replace("/", ".") for name in names)
    strange = {
        (path.name, name)
        for path in files
        for name in imports_of(path)
        if not name.startswith(inside) and name not in NO_NUMBERS
    }
    assert strange == set()
    assert len(files) > 50
