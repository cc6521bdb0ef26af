"""The pages tell the truth: their commands, their Python and their files all run.

The commands of a page run one after the other in a checkout with scenarios and results, of fewer
patients and draws where there are many. What takes over two seconds runs in make validation.
docs/guide.md is followed in tests/test_guide.py.
"""

import os
import re
import shutil

import pytest
import yaml

from sim.experiments.sweeps import load_sweep
from sim.scenario import load
from sim.scenario.checks.forms import validated
from sim.scenario.form.publication import Publication
from sim.scenario.mistakes import Mistake
from sim.scenario.text.provenance import as_it_stands
from sim.scenario.text.tree import read_file
from tests.pages import DOCS, PAGES, ROOT, blocks, saved, text_of

WIDTH = "80"
"""Characters of a line of the terminal whose output the pages show."""

FEW = 200
"""Numbers of patients and trials up to which a page's command runs as it stands."""

BEFORE = {
    "results.md": [
        "mastosim run laroche2011",
        "mastosim sweep base-case-psa --draws 16 --patients 40",
    ],
    "reporting.md": ["mastosim run laroche2011 --patients 20"],
    "running.md": ["mastosim run laroche2011 --patients 20"],
}
"""What a page takes for done."""

BEFORE_PYTHON = {**BEFORE, "clinic.md": ["mastosim run my-clinic.yaml --set clinics.number=2"]}
"""What the Python of a page takes for done, after its files were saved."""

ON_ITS_OWN = DOCS / "information.md"
"""The page whose Python has no result; tests/test_information_page.py compares what it prints."""

QUICK = {"patient.md"}
"""Pages whose commands run by default."""

README = ROOT / "README.md"


def pages_with(language, quick=QUICK):
    """The pages that have blocks of a language, those that are not quick in make validation."""
    others = [page for page in PAGES if page not in {DOCS / "guide.md", ON_ITS_OWN}]
    pages = [page for page in others if blocks(page, language)]
    slow = {page: () if page.name in quick else (pytest.mark.validation,) for page in pages}
    return [pytest.param(page, id=page.name, marks=marks) for page, marks in slow.items()]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with its committed results, where more may be written; the current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios", "scenarios")
    for file in (ROOT / "results").rglob("*.csv"):
        copied = tmp_path / file.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, copied) if file.stat().st_dev == tmp_path.stat().st_dev else shutil.copy(
            file, copied
        )
    return tmp_path


@pytest.fixture
def scheduler(page):
    """What `dask scheduler` and `dask worker` of a page start, in this process."""
    ports = re.findall(r"^dask scheduler --host 127.0.0.1 --port (\d+) &$", text_of(page), re.M)
    if not ports:
        yield
        return
    from distributed import LocalCluster

    where = {"host": "127.0.0.1", "scheduler_port": int(ports[0]), "protocol": "tcp"}
    with LocalCluster(**where, n_workers=1, processes=False, dashboard_address=None):
        yield


def lines_of(text):
    """The commands of mastosim of a block, each on one line."""
    lines = text.replace("\\\n", "").replace(".venv/bin/mastosim", "mastosim").splitlines()
    return [few(line) for line in lines if line.startswith("mastosim ")]


def few(line):
    """A command with fewer patients, draws and trials where it has many."""
    if "--pilot" in line or line.startswith("mastosim extend"):
        return line
    if line.startswith("mastosim verify"):
        return f"{line} --patients {FEW}"
    if line.startswith("mastosim sweep"):
        line = re.sub(r" --(draws|patients) \d+| --auto", "", line)
        before, hash_, after = line.partition("#")
        return f"{before.rstrip()} --draws 16 --patients 20 {hash_}{after}"
    return re.sub(r"(--patients|--trials) (\d+)", lambda m: f"{m[1]} {min(int(m[2]), FEW)}", line)


@pytest.mark.parametrize("page", pages_with("sh"))
def test_the_commands_of_a_page_run_and_print_what_it_shows(
    page, checkout, typed, workers_here, scheduler, no_pictures, monkeypatch
):
    monkeypatch.setenv("COLUMNS", WIDTH)
    printed = ""
    for line in BEFORE.get(page.name, []):
        assert typed(line, checkout).returncode == 0
    for name, text in saved(page).items():
        (checkout / name).write_text(text, encoding="utf-8")
    for block in blocks(page, "sh", "text"):
        if block.language == "text":
            assert block.text.strip() in printed
        for line in lines_of(block.text) if block.language == "sh" else ():
            told = typed(line, checkout)
            assert told.returncode == 0, f"{line}: {told.stderr}"
            assert told.stdout
            printed += told.stdout


def test_the_readme_shows_what_its_commands_print(checkout, typed, no_pictures, monkeypatch):
    """The page of `report` takes seconds: it is written in the test of all commands."""
    monkeypatch.setenv("COLUMNS", WIDTH)
    lines = [line for block in blocks(README, "sh") for line in lines_of(block.text)]
    quick = [line for line in lines if not line.startswith("mastosim report")]
    assert len(quick) == 2
    printed = "".join(typed(line, checkout).stdout for line in quick)
    shown = blocks(README, "text")
    assert len(shown) == 2
    for block in shown:
        assert block.text.strip() in printed


@pytest.mark.validation
def test_the_commands_in_tables_of_the_readme_run(checkout, typed, workers_here, no_pictures):
    commands = re.findall(r"^\|.*`(mastosim [^`]+)`", text_of(README), re.M)
    assert len(commands) == 6
    for command in commands:
        told = typed(few(command), checkout)
        assert told.returncode == 0, f"{command}: {told.stderr}"


@pytest.mark.parametrize("page", pages_with("python", {"README.md"}))
def test_the_python_of_a_page_runs(page, checkout, typed, no_pictures):
    for name, text in saved(page).items():
        (checkout / name).write_text(text, encoding="utf-8")
    for line in BEFORE_PYTHON.get(page.name, []):
        assert typed(line, checkout).returncode == 0
    for block in blocks(page, "python"):
        names: dict[str, object] = {}
        few_patients = re.sub(r"patients=\d+", "patients=20", block.text)
        exec(few_patients.replace("verify(", f"verify(patients={FEW}, scenario="), names)
        assert names.keys() & {"result", "kept", "verification", "life", "visits"}


@pytest.mark.parametrize("page", pages_with("yaml", {page.name for page in PAGES}))
def test_the_files_of_a_page_are_valid(page, tmp_path):
    folder = tmp_path / "scenarios" / "sweeps"
    shutil.copytree(ROOT / "scenarios", folder.parent)
    for block in blocks(page, "yaml"):
        if block.is_fragment:
            continue
        document = yaml.safe_load(block.text)
        file = folder / "page.yaml" if "mastosim_sweep" in document else folder.parent / "page.yaml"
        file.write_text(block.text, encoding="utf-8")
        if "mastosim_sweep" in document:
            assert load_sweep(file).form.name == document["name"]
        elif "facts" in document:
            mistakes: list[Mistake] = []
            assert validated(Publication, *facts_in(file, mistakes))[1] == mistakes == []
        else:
            assert load(file).scenario.name == document["name"]


def facts_in(file, mistakes):
    """The document of a file of published facts, and its keys and values."""
    document = as_it_stands(read_file(file, file.name, mistakes))
    return document, document.tree


def test_every_make_target_named_exists():
    targets = re.findall(r"^(\w+):", text_of(ROOT / "Makefile"), re.M)
    for page in PAGES:
        named = re.findall(r"`make (\w+)[`\s]|^make (\w+)", text_of(page), re.M)
        assert {a or b for a, b in named} <= {*targets}, page.name


def test_the_readme_is_short_and_shows_one_picture():
    lines = text_of(README).splitlines()
    assert 70 <= len(lines) <= 90
    assert sum(line.startswith("![") for line in lines) == 1
    assert [line.split("#")[0].split() for line in lines if line.startswith("make ")] == [
        ["make", "run"], ["make", "test"],
    ]  # fmt: skip
