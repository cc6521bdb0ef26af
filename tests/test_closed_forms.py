"""The program against what mathematics alone expects of it, in few patients and in a million.

Distances are in Monte Carlo errors. The limit is the normal quantile at which all comparisons of
all scenarios together would fail one time in a thousand if the program were right. The error of an
SD follows from the error of the mean and the kurtosis of the law: half of it x sqrt(kurtosis - 1).
"""

import ast
import functools
import math
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from scipy.stats import norm

from sim.experiments import runs, sizes
from sim.scenario import load
from sim.vocabulary import Arms, rows_with
from tests.closed_forms import RUNS
from tests.closed_forms.form import Fact, Law, Outcome, Share

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
VALIDATION = ROOT / "results" / "closed_forms.csv"
FEW = 20_000
MANY = 1_000_000


@functools.cache
def run_of(name):
    return RUNS[name]()


def publication(facts):
    """A file that asks for these statistics of the simulated patients."""
    groups, asked = {}, []
    for number, fact in enumerate(facts):
        group = f"{fact.arm} {fact.kept}"
        groups[group] = {"arm": fact.arm} | ({fact.kept: "kept"} if fact.kept else {})
        wanted = {"statistic": fact.statistic, "of": fact.of, "group": group}
        wanted["at"] = None if fact.months is None else f"{fact.months} months"
        wanted["per_patients"] = 1 if fact.statistic == "fractures" else None
        wanted = {key: value for key, value in wanted.items() if value is not None}
        name = f"fact {number}"
        asked.append({"fact": name, "label": name, "value": 0, "unit": "-", "simulated": wanted})
    return {"citation": {}, "groups": groups, "facts": asked}


def simulate(name, patients, folder, *more):
    """A run of the program, each with a seed of its own, with every statistic that is compared."""
    shutil.copy(BASE, folder)
    places = [case.place for case in run_of(name).cases]
    asked = publication([place for place in places if isinstance(place, Fact)])
    (folder / "asked.yaml").write_text(yaml.safe_dump(asked), encoding="utf-8")
    size = [f"cohort.patients={patients}", f"seed={1 + list(RUNS).index(name)}"]
    settings = [*run_of(name).settings, "answers=asked.yaml", *size, *more]
    study = load(folder / BASE.name, settings)
    workers = sizes.workers_for(patients, "batch")
    return runs.run(study, engine="batch", outcomes_only=True, workers=workers)


def found(result, places):
    """Simulated mean, its Monte Carlo error and the SD between patients, of each place."""
    facts = iter(result.reported.to_dict("records"))
    for place in places:
        if isinstance(place, Fact):
            row = next(facts)
            yield row["simulated"], row["mc_error"], row["simulated_spread"]
        else:
            yield outcome(result, place) if isinstance(place, Outcome) else share(result, place)
    assert next(facts, None) is None


def outcome(result, place):
    table = result.summary
    rows = rows_with(table[table["outcome"] == place.name], [Arms(place.arm)])
    rows = rows[(rows["subgroup"] == place.subgroup) & (rows["time"] == place.months)]
    (row,) = rows.to_dict("records")
    patients = result.study.scenario.cohort.patients
    return row["estimate"], row["mc_error"], row["mc_error"] * math.sqrt(patients)


def share(result, place):
    labels = [(label.subgroup, label.name) for label in result.sums.labels]
    patients = result.study.scenario.cohort.patients
    part = result.sums.sums(labels.index((place.subgroup, "deaths"))).units / patients
    return 100 * part, 100 * math.sqrt(part * (1 - part) / patients), math.nan


def expected(name):
    """One row for each mean, and one for each SD where the law is known."""
    rows = []
    for case in run_of(name).cases:
        known = isinstance(case.expected, Law)
        law = case.expected if known else Law(case.expected, math.nan, math.nan)
        row = (name, case.mechanism, in_words(case.place))
        rows.append((*row, "mean", law.mean))
        if known:
            rows.append((*row, "SD", law.sd))
    return pd.DataFrame(rows, columns=["run", "mechanism", "what", "of", "expected"])


def in_words(place):
    if isinstance(place, Share):
        return f"share {place.subgroup}"
    if isinstance(place, Outcome):
        of = "" if place.subgroup == "all" else f" of {place.subgroup}"
        return f"{place.arm}: {place.name}{of}, {place.months} months"
    words = [place.statistic.replace("_", " "), place.of, place.kept and f"if {place.kept} kept"]
    at = "" if place.months is None else f", {place.months} months"
    return f"{place.arm}: {' '.join(word for word in words if word)}{at}"


def compare(name, patients, folder, *more):
    """What is simulated beside what is expected, and how far apart they are."""
    laws = [case.expected for case in run_of(name).cases]
    places = [case.place for case in run_of(name).cases]
    result = simulate(name, patients, folder, *more)
    simulated = []
    for law, (mean, error, sd) in zip(laws, found(result, places), strict=True):
        simulated.append((mean, error))
        if isinstance(law, Law):
            simulated.append((sd, error * math.sqrt(law.kurtosis - 1) / 2))
    table = expected(name)
    table[["simulated", "mc_error"]] = simulated
    table["distance"] = [
        distance(*row) for row in table[["simulated", "expected", "mc_error"]].to_numpy()
    ]
    return table


def distance(one, other, error):
    """In Monte Carlo errors; what is the same in every patient has none and has to be exact."""
    if error == 0:
        return 0.0 if math.isclose(one, other, rel_tol=1e-9) else math.inf
    return (one - other) / error


@functools.cache
def limit():
    comparisons = sum(len(expected(name)) for name in RUNS)
    return norm.isf(0.001 / 2 / comparisons)


def assert_near(table):
    far = ~(table["distance"].abs() < limit())  # so that what is not a number is far
    assert not far.any(), table[far].to_string()


@pytest.mark.share(4)
@pytest.mark.parametrize("name", RUNS)
def test_the_program_gives_what_mathematics_expects(name, tmp_path):
    assert_near(compare(name, FEW, tmp_path))


def test_a_risk_that_is_a_tenth_higher_is_seen(tmp_path):
    higher = "therapies.even.intolerance={exponential: {rate: 0.33 per year}}"
    table = compare("stopping", FEW, tmp_path, higher).set_index("what")
    far = table[table["distance"].abs() > limit()]
    assert "together: share stopped even" in far.index
    assert "together: share stopped early" not in far.index


def test_nothing_of_the_program_is_used():
    for file in (ROOT / "tests" / "closed_forms").glob("*.py"):
        nodes = [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
        imported = [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
        imported += [a.name for node in nodes if isinstance(node, ast.Import) for a in node.names]
        assert imported
        assert not [name for name in imported if name.split(".")[0] == "sim"], file.name


def test_the_committed_table_is_of_todays_expectations():
    today = pd.concat([expected(name) for name in RUNS], ignore_index=True)
    committed = pd.read_csv(VALIDATION)
    pd.testing.assert_frame_equal(committed[list(today)], today, rtol=1e-5)
    assert set(committed["patients"]) == {MANY}
    assert committed["distance"].abs().max() < limit()


@pytest.fixture(scope="module")
def kept():
    """Comparisons by run, written to results/closed_forms.csv when all are done."""
    tables: dict[str, pd.DataFrame] = {}
    yield tables
    if set(tables) == set(RUNS):
        whole = pd.concat(tables.values(), ignore_index=True)
        whole["distance"] = whole["distance"].round(2)
        whole.insert(4, "patients", MANY)
        whole.to_csv(VALIDATION, index=False, float_format="%.6g", lineterminator="\n")


@pytest.mark.validation
@pytest.mark.parametrize("name", RUNS)
def test_the_program_gives_what_mathematics_expects_in_a_million(name, kept, tmp_path):
    kept[name] = table = compare(name, MANY, tmp_path)
    assert_near(table)
