"""Reporting forms: every item is there, answered from results or left to the author, and safe."""

import io
import re
import zipfile

import docx
import pandas as pd
import pytest

from sim import results
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.experiments.kinds import verification as kept_verification
from sim.experiments.verification import CHECKS, Verification
from sim.experiments.verification.checks import Finding
from sim.experiments.verification.verdict import Verdict
from sim.python.reports import report
from sim.reports import forms
from sim.reports.forms import form
from sim.reports.forms.answers import ANSWERS
from sim.reports.forms.document import safe
from sim.reports.forms.filled import COLUMNS
from sim.reports.forms.layout import HEADS, layout
from sim.reports.forms.markdown import escaped
from sim.results import Part
from sim.scenario import load
from tests.conftest import ROOT, without_pictures

BASE = ROOT / "scenarios" / "laroche2011.yaml"
TITLE = "<script>alert(1)</script> | `*of* all_arms`"

ITEMS = {
    "stress": [
        "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4",
        "2.5.5", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1",
    ],
    "cheers": [str(number) for number in range(1, 29)],
    "advishe": ["A1", "A2", "B1", "B2", "C1", "C2", "C3", "C4", "D1", "D2", "D3", "D4", "E1"],
    "techver": [
        f"{stage}.{test}"
        for stage, tests in {1: 7, 2: 26, 3: 22, 4: 29, 5: 2}.items()
        for test in range(1, tests + 1)
    ],
}  # fmt: skip
"""The numbers of the items of each form, typed a second time from its source."""


@pytest.fixture(scope="module")
def study():
    """The base case with few patients and a title that is dangerous on a page."""
    return load(BASE, ["cohort.patients=8", f"title={TITLE}"])


@pytest.fixture(scope="module")
def run(study, tmp_path_factory):
    with without_pictures():
        made = runs.run(study, engine="simpy")
        folder = kept_run.keep(made, tmp_path_factory.mktemp("results"), drawn=False)
    return results.open(folder)


def verified(study, folder, verdict=lambda name: True):
    """A kept verification with a verdict for each check, of which none was run."""
    findings = (Finding(check, Verdict(verdict(check.name), "3 facts")) for check in CHECKS)
    made = Verification(study, 50, (*findings,))
    return results.open(kept_verification.keep(made, folder, drawn=False))


def kept_table(kind, study, folder, table, details, **options):
    """A kept result of a kind with tables that are committed."""
    form_of_options = type("Options", (Part,), {"__annotations__": dict.fromkeys(options, object)})
    manifest = results.made(
        kind, {study.scenario.name: study}, form_of_options(**options), "0123456789ab",
        details=details,
    )  # fmt: skip
    return results.open(results.keep(folder / kind, manifest, table))


@pytest.fixture(scope="module")
def emulation(study, tmp_path_factory):
    scores = {"scores": pd.read_csv(ROOT / "results" / "laroche2011" / "emulation.csv")}
    details = {"title": "", "caption": []}
    folder = tmp_path_factory.mktemp("emulation")
    return kept_table("emulation", study, folder, scores, details, trials=5000)


@pytest.fixture(scope="module")
def sweep(study, tmp_path_factory):
    committed = ROOT / "results" / "sweeps" / "base-case-psa"
    tables = {name: pd.read_csv(committed / f"{name}.csv") for name in ("parameters", "summary")}
    about = {
        "name": "base-case-psa", "title": "", "question": "How sure?", "design": "probabilistic",
        "outcomes": ["spine change", "all fractures"], "arms": [], "patients": 1000,
        "draws": 1000, "seed": 1, "readings": {},
    }  # fmt: skip
    details = {"sweep": about, "in_vain": [], "failed": []}
    return kept_table("sweep", study, tmp_path_factory.mktemp("sweep"), tables, details)


def answer(form_name, item, *given):
    table = forms.answered(form_name, given).set_index("item")
    return table.loc[item, "answered"], table.loc[item, "answer"]


@pytest.mark.parametrize("name", forms.FORMS)
def test_every_item_of_the_source_is_there_once(name):
    items = [item.item for of_section in form.read(name).sections.values() for item in of_section]
    assert items == ITEMS[name]
    assert form.read(name).title == forms.FORMS[name]


def test_each_answer_is_used_and_each_item_has_one_or_what_the_author_writes():
    items = [
        item
        for name in forms.FORMS
        for of_section in form.read(name).sections.values()
        for item in of_section
    ]
    assert {item.answer for item in items if item.answer} == {*ANSWERS}
    assert {check for item in items for check in item.checks} <= {check.name for check in CHECKS}
    for item in items:
        assert not (item.answer and item.checks)
        assert item.answer or item.checks or item.write


def test_a_run_answers_stress_without_typing(run):
    table = forms.answered("stress", [run])
    assert [*table.columns] == [*COLUMNS]
    assert (table["answered"] == "yes").sum() >= 18
    assert set(table["answered"]) == {"yes", "partly"}
    assert all(table.loc[table["answered"] == "partly", "answer"].str.contains("\nto add: "))
    answers = dict(zip(table["item"], table["answer"], strict=True))
    for item in ("2.5.3", "2.5.4"):
        assert answers[item].startswith("None")
    assert "8 per arm" in answers["2.5.1"]
    assert "spine change (month 12, 24" in answers["1.2"]
    assert f"Python {run.manifest.python}" in answers["5.1"]
    assert "54 of the 120 numbers" in answers["3.4"]
    assert "do not depend on the hardware" in answers["5.4"]


@pytest.mark.parametrize("name", forms.FORMS)
def test_the_page_on_reporting_counts_what_a_run_answers(name, run):
    page = (ROOT / "docs" / "reporting.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
    counts = forms.answered(name, [run])["answered"].value_counts()
    told = {"yes": r"\| (\d+)[^|]*\|$", "partly": r"(\d+) in part"}
    told["not applicable"] = r"(\d+) (?:on costs )?do not apply"
    assert f"| {len(ITEMS[name])} |" in row
    for word, pattern in told.items():
        assert int(*(re.findall(pattern, row) or [0])) == counts.get(word, 0)


@pytest.mark.parametrize("name", ["cheers", "techver"])
def test_items_on_costs_do_not_apply(name, run):
    table = forms.answered(name, [run])
    costs = table[table["answer"].str.contains("no costs and no utilities, and")]
    assert len(costs) >= 6
    assert set(costs["answered"]) == {"not applicable"}


@pytest.fixture(scope="module")
def run_with_costs(tmp_path_factory):
    study = load("laroche2011-worth", patients=8)
    with without_pictures():
        made = runs.run(study, engine="simpy")
        folder = kept_run.keep(made, tmp_path_factory.mktemp("worth"), drawn=False)
    return results.open(folder)


@pytest.mark.parametrize(
    ("item", "answered", "parts"),
    [
        ("1", "partly", ["Title of the scenario: Worked example: what interferon"]),
        ("8", "partly", ["Perspective: all payers of care, France."]),
        ("10", "partly", ["costs 2.5 %/year, health 2.5 %/year. Sources: tehard2020; 0 of 2"]),
        ("13", "partly", ["Hip fractures: utility times 0.7 for a year, then 0.8.", "gautier2023"]),
        ("14", "yes", ["Interferon costs 21.44 EUR per dose taken", "ccam2006", "assumptions."]),
        ("15", "partly", ["EUR of 2025. Prices of other years", "2004: 100, 2014: 100"]),
    ],
)
def test_the_economics_of_a_scenario_answers_items_on_costs(run_with_costs, item, answered, parts):
    said, text = answer("cheers", item, run_with_costs)
    assert said == answered
    for part in parts:
        assert part in text


def test_an_item_on_costs_is_no_longer_said_not_to_apply(run_with_costs):
    table = forms.answered("techver", [run_with_costs])
    assert not table["answer"].str.contains("no costs and no utilities").any()
    assert answer("techver", "1.1", run_with_costs) == (
        "no", "unanswered: this test by hand; no result answers it yet",
    )  # fmt: skip


@pytest.mark.parametrize("name", forms.FORMS)
def test_what_a_result_does_not_answer_says_what_to_write(name, run):
    for row in forms.answered(name, [run]).to_dict("records"):
        assert row["answer"]
        assert (row["answered"] == "no") == row["answer"].startswith("unanswered: ")


def test_checks_of_the_program_answer_where_a_verification_is_given(run, study, tmp_path):
    checked = verified(study, tmp_path)
    assert answer("advishe", "C2", run)[0] == "no"
    assert "mastosim verify" in answer("advishe", "C2", run)[1]
    said, text = answer("advishe", "C2", run, checked)
    assert said == "yes"
    assert text.count(": passed (3 facts)") == 8
    assert f"{len(CHECKS)} passed" in answer("advishe", "E1", run, checked)[1]


def test_a_check_that_failed_or_does_not_apply_is_said(run, study, tmp_path):
    of_name = {"Zero and extreme mortality": False, "Every number of the file is used": None}
    checked = verified(study, tmp_path, lambda name: of_name.get(name, True))
    assert "Zero and extreme mortality: failed" in answer("techver", "2.11", run, checked)[1]
    assert "(Zero and extreme mortality)" in answer("advishe", "E1", run, checked)[1]
    assert answer("techver", "4.29", run, checked)[0] == "not applicable"


def test_a_result_of_another_scenario_is_named_and_not_used(run, study, tmp_path):
    other = verified(load(ROOT / "scenarios" / "laroche2011-women.yaml"), tmp_path)
    assert answer("advishe", "C2", run, other)[0] == "no"
    assert any(
        line.startswith("Of another scenario") for line in layout("stress", [run, other]).above
    )
    more = verified(study.with_(patients=50, seed=7), tmp_path)
    assert answer("advishe", "C2", run, more)[0] == "yes"


def test_published_numbers_and_draws_answer_where_they_are_given(run, emulation, sweep):
    text = answer("advishe", "D4", run, emulation)[1]
    assert "5000 simulated trials" in text
    assert "that are no inputs lie in the 95 % predictive interval" in text
    committed = sweep.table("summary")
    row = committed[
        (committed["outcome"] == "spine change")
        & (committed["time"] == 60)
        & (committed["against_arm"] != "")
    ].iloc[0]
    text = answer("cheers", "24", run, sweep)[1]
    assert f"is {row['q2.5']:.0f} to {row['q97.5']:.0f}" in text
    assert answer("techver", "4.5", run, sweep)[0] == "yes"
    assert "Dirichlet" in answer("techver", "4.9", run, sweep)[1]


@pytest.mark.parametrize("name", forms.FORMS)
def test_any_kind_of_result_fills_a_form(name, study, emulation, sweep, tmp_path):
    for kept in (verified(study, tmp_path), emulation, sweep):
        assert len(forms.answered(name, [kept])) == len(ITEMS[name])


@pytest.mark.parametrize("name", forms.FORMS)
def test_the_document_holds_what_the_table_holds(name, run, tmp_path):
    _, file = forms.write(name, [run], tmp_path)
    document = docx.Document(str(file))
    lines = [row for table in document.tables for row in table.rows]
    assert document.paragraphs[0].text == forms.FORMS[name]
    assert TITLE in "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = [tuple(cell.text for cell in row.cells) for row in lines]
    expected = forms.answered(name, [run])
    mark = {True: "", False: " (source not seen)"}
    asked = [row["asked"] + mark[row["seen"]] for row in expected.to_dict("records")]
    told = [cell for cell in cells if cell != HEADS]
    assert told == [*zip(expected["item"], asked, expected["answer"], strict=True)]
    for row in lines:
        last = row.cells[-1].paragraphs[0].runs[-1]
        is_authors = last.text.strip().startswith(("unanswered: ", "to add: "))
        assert bool(last.bold and last.italic) == is_authors


def test_the_text_shows_what_a_user_typed_and_runs_nothing(run, tmp_path):
    file, _ = forms.write("stress", [run], tmp_path)
    text = file.read_text(encoding="utf-8")
    assert "<script" not in text
    assert escaped(TITLE) in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {4}
    assert "***to add: " in text


def test_signs_that_a_format_does_not_hold_are_replaced():
    assert safe("a\x00b\ufffec\u202ed\ne") == "a?b?c?d\ne"
    assert escaped("a | `b` <i>\n  *c*") == r"a \| \`b\` &lt;i&gt;<br>&nbsp;&nbsp;\*c\*"


@pytest.mark.parametrize("name", forms.FORMS)
def test_the_same_result_gives_the_same_bytes(name, run, tmp_path):
    first, again = (
        [path.read_bytes() for path in forms.write(name, [run], tmp_path / folder)]
        for folder in ("first", "again")
    )
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first[1])) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    about = docx.Document(io.BytesIO(first[1])).core_properties
    assert about.created == about.modified
    assert about.created.year == 1980


def test_an_unknown_form_is_answered_with_the_nearest_spelling(run, tmp_path):
    with pytest.raises(RequestError, match="no form 'stres'; did you mean 'stress'"):
        forms.write("stres", [run], tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.fixture
def short_page(monkeypatch):
    """The page is tested elsewhere; drawing its figures takes the time."""

    def write(results, folder, progress=None):
        (folder / "report.html").write_text("a page")
        return folder / "report.html"

    monkeypatch.setattr("sim.reports.page.write", write)


def test_the_command_writes_the_forms_that_are_asked_for_beside_the_page(
    run, tmp_path, short_page, mastosim
):
    into = tmp_path / "here"
    asked = ("--form", "stress", "--form", "advishe", "--form", "stress")
    told = mastosim("report", run.folder, *asked, "--into", into, "-q")
    assert (told.returncode, told.stderr) == (0, "")
    names = ["report.html", "stress.md", "stress.docx", "advishe.md", "advishe.docx"]
    assert told.stdout.split() == [str(into / name) for name in names]
    assert sorted(path.name for path in into.iterdir()) == sorted(names)
    for path in forms.write("stress", [run], tmp_path):
        assert path.read_bytes() == (into / path.name).read_bytes()


def test_the_command_refuses_an_unknown_form_and_writes_nothing(run, tmp_path, mastosim):
    told = mastosim("report", run.folder, "--form", "chers", "--into", tmp_path / "here", "-q")
    assert (told.returncode, told.stdout) == (2, "")
    assert "there is no form 'chers'; did you mean 'cheers'?" in told.stderr
    assert not (tmp_path / "here").exists()


def test_python_fills_a_form_too(run, tmp_path, short_page):
    files = report(run.folder, form="cheers", into=tmp_path)
    assert [path.name for path in files] == ["report.html", "cheers.md", "cheers.docx"]
    with pytest.raises(RequestError, match="no form 'cheer'"):
        report(run.folder, form="cheer", into=tmp_path)
