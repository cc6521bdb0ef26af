"""The guide to clinics, docs/clinic.md: its files are valid, and its numbers are those printed."""

import itertools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiments import runs
from sim.experiments.sweeps.read import load_sweep
from sim.outcomes.visits import visits
from sim.scenario import load
from sim.scenario.clinic import clinics_in_words
from sim.simulation.lowering.other_patients import taken_by_others
from tests.pages import DOCS, saved, text_of

PAGE = text_of(DOCS / "clinic.md")
FILES = saved(DOCS / "clinic.md")
(PROMISED,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    written = tmp_path_factory.mktemp("clinic")
    for name, text in FILES.items():
        (written / name).write_text(text, encoding="utf-8")
    return written


def test_the_page_has_its_files_and_each_is_valid(folder):
    scenarios = [name for name in FILES if "mastosim_sweep" not in FILES[name]]
    assert scenarios == [
        "my-clinic.yaml", "places-for-all.yaml", "my-chair.yaml", "staff.yaml", "shared.yaml",
        "urgent.yaml", "breakdowns.yaml", "no-shows.yaml", "shortage.yaml", "chair-prices.yaml",
    ]  # fmt: skip
    for name in scenarios:
        assert load(folder / name).scenario.name == name.removesuffix(".yaml")


def test_the_clinic_is_read_back_in_the_words_of_the_page(folder):
    words = clinics_in_words(load(folder / "my-clinic.yaml").scenario)
    assert " ".join(words).split() == PROMISED.split(), "lines are wrapped in a narrow terminal"


def row_of(outcome):
    """The cells of a row of the first table of results."""
    (line,) = re.findall(rf"^\| {re.escape(outcome)} \| (.*) \|$", PAGE, re.MULTILINE)
    return line.replace("−", "-").split(" | ")


@pytest.mark.validation
def test_the_difference_is_that_of_the_page(folder):
    paths = [folder / "places-for-all.yaml", folder / "my-clinic.yaml"]
    table = sim.compare(paths).summary
    own = table[table["arm"] == "pamidronate"]
    for outcome, row, decimals in (
        ("spine change", "change of spine bone density, %", 2),
        ("hip change", "change of hip bone density, %", 2),
        ("all fractures", "fractures per 100 person-years", 2),
    ):
        found = own[(own["outcome"] == outcome) & (own["against"] != "")].iloc[-1]
        ends = [f"{found[name]:.{decimals}f}" for name in ("estimate", "low", "high")]
        assert row_of(row)[-1] == f"{ends[0]} [{ends[1]}, {ends[2]}]"


def test_the_visits_of_a_patient_are_those_of_the_page(folder):
    study = load(folder / "my-clinic.yaml")
    found = visits(runs.follow(study, range(40)), study)
    own = found[(found["arm"] == "pamidronate") & (found["patient"] == 3)].iloc[4:8]
    names = ["clinic", "patient", "due_day", "day", "waited_days", "ended", "dose_mg",
             "times_sent_home"]  # fmt: skip
    own = own[names].assign(dose_mg=[f"{dose:.3g}" for dose in own["dose_mg"]])
    lines = [own.columns, ["---"] * len(names), *own.astype(object).fillna("").to_numpy()]
    rows = "".join(f"| {' | '.join(map(str, line))} |\n".replace("  ", " ") for line in lines)
    assert rows.replace(" --- ", "---") in PAGE


@pytest.mark.validation
def test_skipped_infusions_are_spread_as_the_page_says(folder):
    found = runs.run(load(folder / "my-clinic.yaml")).visits
    own = found[found["arm"] == "pamidronate"]
    skipped = (own["ended"] == "skipped").groupby(own["patient"]).sum()
    none, tenth = (skipped == 0).sum(), np.quantile(skipped, 0.9)
    assert f"# {none} {tenth}\n" in PAGE
    assert f"{none} of {len(skipped)} patients lose none, and a tenth lose {tenth:.0f}" in PAGE


@pytest.mark.validation
def test_the_chair_has_the_numbers_of_the_page(folder):
    table = runs.run(load(folder / "my-chair.yaml")).summary
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    found = own[own["subgroup"] == "all"].groupby("outcome")["estimate"].last()
    page = PAGE.replace("\n", " ")
    for sentence in (
        f"Patients wait {found['pamidronate wait for a place']:.1f} days",
        f"and {found['pamidronate minutes in the waiting room']:.0f} minutes in the waiting room",
        f"in use for {found['chairs in use']:.0f} % of the time",
        f"closes {found['overtime']:.0f} minutes late",
        f"Infusions received are {found['pamidronate doses received']:.1f} instead of 29.2",
    ):
        assert sentence in page, sentence


SWEEP, OF_CHAIRS = re.findall(r"```yaml\n(mastosim_sweep.*?)```", PAGE, re.DOTALL)
OF_PLACES = ("doses received", "doses skipped by the clinic", "wait for a place")


@pytest.fixture
def swept(folder):
    (folder / "places.yaml").write_text(SWEEP, encoding="utf-8")
    return folder / "places.yaml"


def test_the_sweep_of_the_page_is_valid(swept):
    sweep = load_sweep(swept)
    assert (sweep.group, sweep.patients, sweep.draws) == (40, 400, 4)


@pytest.mark.validation
def test_the_table_of_places_has_the_numbers_of_the_sweep(swept, tmp_path):
    sim.sweep(swept, out=tmp_path, engine="simpy")
    table = pd.read_parquet(next(tmp_path.rglob("outcomes.parquet")))
    own = (table["role"] == "grid") & (table["arm"] == "pamidronate") & (table["against_arm"] == "")
    last: Any = table[own & (table["time"] == 60)].set_index(["clinic.places", "outcome"])
    for places in range(1, 5):
        doses = (last.loc[(places, f"pamidronate {name}"), "estimate"] for name in OF_PLACES)
        found = [f"{value:.1f}" for value in doses]
        use, spine = (last.loc[(places, name)] for name in ("places in use", "spine change"))
        found += [f"{use['estimate']:.0f}"]
        ends = f"{spine['estimate']:.1f} [{spine['low']:.1f}, {spine['high']:.1f}]"
        assert f"| {places} | {' | '.join(found)} | {ends} |" in PAGE


def test_the_sweep_of_chairs_is_valid(folder):
    (folder / "chairs.yaml").write_text(OF_CHAIRS, encoding="utf-8")
    sweep = load_sweep(folder / "chairs.yaml")
    assert (sweep.group, sweep.patients, sweep.draws) == (40, 800, 3)


@pytest.mark.validation
def test_the_table_of_chairs_has_the_numbers_of_the_sweep(folder, tmp_path):
    (folder / "chairs.yaml").write_text(OF_CHAIRS, encoding="utf-8")
    sim.sweep(folder / "chairs.yaml", out=tmp_path, engine="simpy")
    table = pd.read_parquet(next(tmp_path.rglob("outcomes.parquet")))
    own = (table["role"] == "grid") & (table["arm"] == "pamidronate") & (table["against_arm"] == "")
    last: Any = table[own & (table["time"] == 60)].set_index(["clinic.chairs.number", "outcome"])
    shown = {
        "pamidronate wait for a place": 1, "pamidronate doses received": 1,
        "overtime hours, undiscounted": 1, "cost of the clinic": 0, "cost": 0, "QALYs": 3,
        "spine change": 2,
    }  # fmt: skip
    for chairs in range(1, 4):
        values = {name: last.loc[(chairs, name), "estimate"] for name in shown}
        found = [f"{values[name]:.{decimals}f}" for name, decimals in shown.items()]
        assert f"| {chairs} | {' | '.join(found)} |" in PAGE
    costs = [float(last.loc[(chairs, "cost"), "estimate"]) for chairs in (1, 2)]
    assert f"costs {costs[1] - costs[0]:.0f} EUR more in all" in PAGE
    hours = runs.run(load(folder / "chair-prices.yaml")).quantities
    at = list(hours.keys).index("chair hours")
    assert f"{6 * hours.means()[1, 1, at]:.0f} EUR of chair hours" in PAGE


def test_days_behind_the_plan_are_those_of_the_shipped_result():
    table = pd.read_csv(DOCS.parent / "results" / "clinic-closed-owed" / "summary.csv")
    own = table[(table["arm"] == "pamidronate") & table["against_arm"].isna()]
    found = own.set_index("outcome")["estimate"]
    behind, wait = found["pamidronate behind the plan"], found["pamidronate wait for a place"]
    said = f"{behind:.1f} days on average, where the mean wait is {wait:.1f} days"
    assert said in " ".join(PAGE.split())


NURSES = "clinic.chairs.nurses."


@pytest.mark.validation
@pytest.mark.parametrize(("row", "settings"), [
    ("`number: 1`", ["by_hour=", "number=1"]),
    ("`{8:00: 1, 12:00: 0, 13:00: 1}`", ["by_hour.13:00=1"]),
    ("`{8:00: 1, 14:30: 0}`", ["by_hour.12:00=", "by_hour.14:30=0"]),
    ("`{8:00: 1, 12:00: 0}`", []),
])  # fmt: skip
def test_the_table_of_staff_has_the_numbers_of_the_runs(folder, row, settings):
    study = load(folder / "staff.yaml", [f"{NURSES}{text}" for text in settings])
    clinic, table = study.scenario.clinic, runs.run(study).summary
    assert clinic is not None
    chairs = clinic.chairs
    assert chairs is not None
    assert chairs.nurses is not None
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    found = own[own["subgroup"] == "all"].groupby("outcome")["estimate"].last()
    cells = [f"{9 * chairs.nurses.mean(*chairs.times):g}", f"{chairs.room_for(172)}"]
    shown = (*OF_PLACES, "minutes in the waiting room", "sent home")
    cells += [f"{found[f'pamidronate {name}']:.1f}" for name in shown]
    cells += [f"{found['nurses in use']:.0f}", f"{found['spine change']:.2f}"]
    assert f"| {row} | {' | '.join(cells)} |" in PAGE


@pytest.mark.validation
@pytest.mark.parametrize(("row", "settings"), [
    ("2 | none", ["places=2", "other_patients=null"]),
    ("5 | `always: 3`", ["other_patients.per_open_day=null", "other_patients.always=3"]),
    ("5 | `per_open_day: 3`", []),
    ("12 | `per_open_day: 10`", ["places=12", "other_patients={per_open_day: 10}"]),
])  # fmt: skip
def test_the_table_of_a_shared_unit_has_the_numbers_of_the_runs(folder, row, settings):
    study = load(folder / "shared.yaml", [f"clinic.{text}" for text in settings])
    clinic, table = study.scenario.clinic, runs.run(study).summary
    assert clinic is not None
    assert isinstance(clinic.places, float)
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    found = own[own["subgroup"] == "all"].groupby("outcome")["estimate"].last()
    cells = [f"{clinic.places - taken_by_others(clinic):.2f}"]
    cells += [f"{found[f'pamidronate {name}']:.1f}" for name in OF_PLACES]
    cells += [f"{found['places in use']:.0f}", f"{found['spine change']:.1f}"]
    assert f"| {row} | {' | '.join(cells)} |" in PAGE


@pytest.mark.validation
@pytest.mark.parametrize(("row", "text"), [
    ("no urgent patients", "="), ("0", ".kept_free=0"), ("1", ".kept_free=1"),
    ("2", ".kept_free=2"),
])  # fmt: skip
def test_the_table_of_urgent_patients_has_the_numbers_of_the_runs(folder, row, text):
    table = runs.run(load(folder / "urgent.yaml", [f"clinic.urgent{text}"])).summary
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    found = own[own["subgroup"] == "all"].groupby("outcome")["estimate"].last()
    shown = ("doses received", "doses skipped by the clinic", "sent home", "wait for a place")
    cells = [f"{found.get(f'pamidronate {name}', 0.0):.1f}" for name in shown]
    cells += [f"{found['places in use']:.0f}", f"{found['spine change']:.2f}"]
    assert f"| {row} | {' | '.join(cells)} |" in PAGE


def test_what_a_kept_place_costs_and_spares_is_that_of_the_table():
    table = PAGE[PAGE.index("| `kept_free` |") :]
    rows = [re.findall(rf"^\| {kept} \| (.*) \|$", table, re.MULTILINE)[0] for kept in range(3)]
    cells = [[float(cell) for cell in row.split(" | ")] for row in rows]
    pairs = itertools.pairwise(cells)
    first, second = ([b - a for a, b in zip(*pair, strict=True)] for pair in pairs)
    said = (
        f"spares {-first[2]:.1f} days in vain and costs {first[3]:.1f} days of waiting and "
        f"{-first[0]:.1f} infusions",
        f"The second one spares {-second[2]:.1f} days in vain and costs {-second[0]:.1f} infusions",
        f"exp(−0.5) = {100 * math.exp(-0.5):.0f} % of open days",
    )
    for sentence in said:
        assert sentence in " ".join(PAGE.split())


@pytest.mark.validation
@pytest.mark.parametrize(("row", "settings"), [
    ("– | – | –", ["="]), ("3 months | 3 days | all", []),
    ("30 months | 30 days | all", [".every=30 months", ".for=30 days"]),
    ("3 months | 9 days | all", [".for=9 days"]),
    ("3 months | 30 days | 1", [".for=30 days", ".takes=1"]),
])  # fmt: skip
def test_the_table_of_breakdowns_has_the_numbers_of_the_runs(folder, row, settings):
    study = load(folder / "breakdowns.yaml", [f"clinic.breakdowns{text}" for text in settings])
    clinic, table = study.scenario.clinic, runs.run(study).summary
    assert clinic is not None
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    found = own[own["subgroup"] == "all"].groupby("outcome")["estimate"].last()
    cells = [f"{100 * clinic.breakdowns.share if clinic.breakdowns else 0:.1f}"]
    cells += [f"{found[f'pamidronate {name}']:.1f}" for name in OF_PLACES]
    cells += [f"{found['places in use']:.0f}", f"{found['spine change']:.2f}"]
    assert f"| {row} | {' | '.join(cells)} |" in PAGE


@pytest.mark.validation
@pytest.mark.parametrize("share", [0, 20, 40, 60, 100])
def test_the_table_of_overbooking_has_the_numbers_of_the_runs(folder, share):
    table = runs.run(load(folder / "no-shows.yaml", [f"clinic.overbook={share} %"])).summary
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    found = own[own["subgroup"] == "all"].groupby("outcome")["estimate"].last()
    shown = ("doses received", "visits lost", "doses skipped by the clinic", "sent home",
             "wait for a place")  # fmt: skip
    cells = [f"{found.get(f'pamidronate {name}', 0.0):.1f}" for name in shown]
    cells += [f"{found['places in use']:.0f}", f"{found['spine change']:.1f}"]
    assert f"| {share} % | {' | '.join(cells)} |" in PAGE


def test_what_a_visit_beyond_the_places_brings_is_that_of_the_table():
    shares = [f"{share} %" for share in (0, 20, 40, 60)]
    rows = [[float(cell) for cell in row_of(share)] for share in shares]
    gained = [f"{b[0] - a[0]:.1f} infusions for {b[3] - a[3]:.1f} days in vain"
              for a, b in itertools.pairwise(rows)]  # fmt: skip
    said = f"beyond the five places brings {gained[0]}, the third one {gained[2]}."
    assert said in PAGE


SHORT = "clinic.supply.pamidronate."


@pytest.mark.validation
@pytest.mark.parametrize(("row", "settings"), [
    ("no shortage", ["shortages=[]"]),
    ("`full doses until gone`", []),
    ("`half doses`", ["when_short=half doses", "half_below=1500 mg"]),
    ("`most severe first`", ["when_short=most severe first"]),
])  # fmt: skip
def test_the_table_of_a_shortage_has_the_numbers_of_the_runs(folder, row, settings):
    study = load(folder / "shortage.yaml", [f"{SHORT}{text}" for text in settings])
    table = runs.run(study).summary
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    found = own[own["subgroup"] == "all"].groupby("outcome")["estimate"].last()
    halved = found.get("pamidronate half doses", 0.0)
    cells = [
        f"{found['pamidronate doses received']:.1f}",
        f"{halved:.1f}",
        f"{found['pamidronate doses skipped by the clinic']:.1f}",
        f"{found['pamidronate doses late']:.1f}",
        f"{found['spine change']:.2f}",
    ]
    assert row_of(row) == cells
