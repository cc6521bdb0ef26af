"""What each command loads: a library only where the command uses it. No clock is asked."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

from sim import results
from sim.experiments import runs
from sim.experiments.kinds import run as kinds_of_run
from sim.results.tables import rows_of_csv
from sim.scenario import load
from sim.simulation import compiled_loop

ROOT = Path(__file__).parents[1]
BASE = "scenarios/laroche2011.yaml"

NOT_FOR_NUMBERS = {"matplotlib", "numba", "pyarrow.parquet", "jinja2", "xlsxwriter", "docx"}
PARTS_OF_SCIPY = {"scipy.optimize", "scipy.stats", "scipy.interpolate", "scipy.linalg"}
TABLES = {"pandas", "pyarrow"}

LEFT_ALONE = {
    ("--help",): {*NOT_FOR_NUMBERS, *TABLES, "scipy", "numpy", "simpy", "pydantic", "yaml", "rich"},
    ("list",): {*NOT_FOR_NUMBERS, *TABLES, "scipy", "numpy", "simpy", "sim.simulation"},
    ("check", BASE): {*NOT_FOR_NUMBERS, *TABLES, *PARTS_OF_SCIPY},
    ("show", "latest"): {*NOT_FOR_NUMBERS, *TABLES, *PARTS_OF_SCIPY, "scipy.special"},
    ("run", BASE, "--patients", "10", "--keep", "outcomes"): {*NOT_FOR_NUMBERS, *PARTS_OF_SCIPY},
    ("run", BASE, "--patients", "10", "--keep", "outcomes", "--engine", "batch"): {
        *NOT_FOR_NUMBERS,
        *PARTS_OF_SCIPY,
    },
}
"""The libraries that each command does not load, with a result in the folder of results."""


@pytest.fixture(scope="module")
def folder_of_results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    study = load(ROOT / BASE, patients=3)
    kinds_of_run.keep(runs.run(study, outcomes_only=True), folder)
    return folder


def test_rows_are_those_that_pandas_reads(folder_of_results):
    (kept,), _ = results.all_below(folder_of_results)
    for name in ("summary", "effects", "reported"):
        table = kept.table(name)
        assert len(table) > 10
        for row, expected in zip(kept.rows(name), table.to_dict("records"), strict=True):
            assert list(row) == list(expected)
            for value, other in zip(row.values(), expected.values(), strict=True):
                assert value == other or (math.isnan(value) and math.isnan(other))
                assert type(value) is type(other)


def test_rows_of_a_damaged_file_are_refused(tmp_path):
    path = tmp_path / "summary.csv"
    for text in ("", "arm,time\na\n", 'arm,time\n"a,1\n'):
        path.write_text(text)
        with pytest.raises(results.Damaged, match="is damaged; run again"):
            rows_of_csv(path)
    path.write_text("arm,time\n")
    assert rows_of_csv(path) == []
    with pytest.raises(results.Damaged, match="is missing; run again"):
        rows_of_csv(tmp_path / "absent.csv")


@pytest.mark.parametrize("words", LEFT_ALONE, ids=lambda words: words[0])
def test_a_command_loads_what_it_uses(words, folder_of_results):
    if "batch" in words:
        compiled_loop.loop()  # the code is then in the cache
    out = ["--out", str(folder_of_results)] if words[0] in ("list", "show", "run") else []
    code = (
        "import sys, atexit; from sim.cli import main;"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main()"
    )
    command = [sys.executable, "-c", code, *words, *out]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 3
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "sim.cli.main" in loaded
    assert not loaded & LEFT_ALONE[words]
