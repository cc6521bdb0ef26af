"""Running again from a manifest, completion in the shell, notebooks, and examples that run."""

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim import results
from sim.cli.completion import PROGRAM, VARIABLE, files_or_names
from sim.display import html, text
from sim.display.tables import Sheet
from sim.display.tables.run import printout
from sim.experiments import runs, sweeps
from sim.experiments.kinds import run as kept_run
from sim.results import seals
from sim.scenario import load
from tests.conftest import resealed
from tests.tiny_sweeps import RATE, table, wrote

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
SMALL = ["cohort.patients=12", "horizon=24 months"]

GROUP = importlib.import_module("sim.cli.main").commands
NAMES = ("explain", "cite", "rerun", "completion", "show", "plot", "extend", "list", "check", "run")
COMMANDS = {name: GROUP.commands[name] for name in NAMES}


def invoke(name, *words):
    return CliRunner().invoke(COMMANDS[name], [*map(str, words)], prog_name=f"mastosim {name}")


@pytest.fixture(scope="module")
def result():
    return runs.run(load(BASE, SMALL))


@pytest.fixture
def undrawn(monkeypatch):
    """Figures are left out: they take long, and are no data files."""
    monkeypatch.setattr("sim.display.figures.draw", lambda *_, **__: [])


@pytest.fixture
def kept(result, tmp_path, undrawn):
    return kept_run.keep(result, tmp_path / "first")


def state_of(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_kept_run_names_the_commands_that_go_on_from_it(kept):
    told = kept_run.show(results.open(kept)).next
    assert [line.split()[1] for line in told] == ["plot", "extend", "report"]
    assert all(str(kept) in line for line in told)


def test_a_rerun_is_kept_and_said_to_be_identical(result, tmp_path, no_pictures):
    kept = kept_run.keep(result, tmp_path / "first")
    told = invoke("rerun", kept, "--out", tmp_path / "second", "-q")
    assert told.exit_code == 0, told.output
    data = [path.name for path in seals.data_files(kept)]
    assert {"events.parquet", "summary.csv", "bone_course.csv"} <= set(data)
    for name in data:
        assert re.search(rf"^identical +{re.escape(name)}$", told.stdout, re.MULTILINE), name
    folder = Path(told.stdout.splitlines()[-1].removeprefix("Tables and figures: "))
    assert folder.is_relative_to(tmp_path / "second")
    assert (folder / "summary.csv").read_bytes() == (kept / "summary.csv").read_bytes()


def test_a_rerun_in_the_place_of_the_original_leaves_it_alone(kept, tmp_path):
    before = state_of(kept)
    told = invoke("rerun", kept / "manifest.json", "--out", tmp_path / "first", "-q")
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[-1] == f"Unchanged: {kept}"
    assert state_of(kept) == before


def test_a_rerun_that_differs_exits_with_5_and_replaces_nothing(kept, tmp_path):
    (kept / "summary.csv").write_text("scenario,arm\n")
    manifest = json.loads((kept / "manifest.json").read_text())
    files = {**manifest["files"], "summary.csv": seals.of_file(kept / "summary.csv")}
    resealed(kept, files=files, libraries={**manifest["libraries"], "numpy": "1.0"})
    before = state_of(kept)
    told = invoke("rerun", kept, "--out", tmp_path / "first", "-q")
    assert told.exit_code == 5
    lines = told.stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("different")] == ["summary.csv"]
    assert any(line.startswith("1 of ") and line.endswith("files differ.") for line in lines)
    assert any(line.startswith("The result was made with numpy 1.0, and this is") for line in lines)
    assert state_of(kept) == before
    folder = Path(lines[-1].removeprefix("Tables and figures: "))
    assert folder != kept
    assert len((folder / "summary.csv").read_text()) > 1000
    shutil.rmtree(folder.parents[1])


def test_a_file_that_is_not_made_again_is_a_difference(kept, tmp_path):
    (kept / "more.csv").write_text("a\n")
    told = invoke("rerun", kept, "--out", tmp_path / "second", "-q")
    assert told.exit_code == 5
    assert re.search("^different +more.csv$", told.stdout, re.MULTILINE)


def test_a_manifest_alone_is_run_and_compared_with_nothing(kept, tmp_path):
    (tmp_path / "alone").mkdir()
    shutil.copy(kept / "manifest.json", tmp_path / "alone")
    told = invoke("rerun", tmp_path / "alone", "--out", tmp_path / "second", "-q")
    assert told.exit_code == 0
    assert "has no data files to compare" in told.stdout
    assert "identical" not in told.stdout


def test_a_manifest_that_was_changed_is_refused(kept, tmp_path, mastosim):
    path = kept / "manifest.json"
    path.write_text(path.read_text().replace('"patients": "12"', '"patients": "11"'))
    told = mastosim("rerun", kept, "--out", tmp_path / "first", "-q")
    assert (told.returncode, told.stdout) == (2, "")
    assert f"'{path}' is damaged: it was changed after it was written" in told.stderr
    assert [*(tmp_path / "first" / "laroche2011").iterdir()] == [kept]


def without(key):
    return lambda held: {name: value for name, value in held.items() if name != key}


def of_study(**changes):
    """The study with other parts; those that are None are removed."""

    def changed(held):
        study = {**held["studies"][0], **changes}
        study = {key: value for key, value in study.items() if value is not None}
        return {**held, "studies": [study]}

    return changed


def of_options(**changes):
    return lambda held: {**held, "options": {**held["options"], **changes}}


EARLIER_RUN = {"mastosim": "0.1.0", "scenario": {}, "numbers": [], "publications": {}}
EARLIER_READINGS = {"digest": "x", "own": "linear", "command": "", "seconds": 1, "readings": []}
EARLIER_EMULATION = {"trials": 40, "patients_a_trial": {}, "study": {}}
BY_AN_EARLIER = "was written by an earlier mastosim; run again"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda _: [], "is not a manifest of mastosim: it is not a mapping"),
        (lambda _: {"name": "app"}, "is not a manifest of mastosim: it has no `form`"),
        (lambda held: {**held, "form": 1}, BY_AN_EARLIER),
        (lambda _: EARLIER_RUN, BY_AN_EARLIER),
        (lambda _: EARLIER_READINGS, BY_AN_EARLIER),
        (lambda _: EARLIER_EMULATION, BY_AN_EARLIER),
        (lambda held: {**held, "form": 3}, "was written by a later mastosim"),
        (lambda held: {**held, "kind": "walk"}, "is damaged: kind: Input should be 'run', "),
        (without("studies"), "is damaged: studies: is missing"),
        (without("mastosim"), "is damaged: mastosim: is missing"),
        (lambda held: {**held, "more": 1}, "is damaged: more: is not a key here"),
        (lambda held: {**held, "studies": []}, "is damaged: studies: "),
        (of_study(numbers=None), "is damaged: studies[0].numbers: is missing"),
        (of_study(numbers=[{}]), "is damaged: studies[0].numbers[0].path: is missing"),
        (of_study(publications=None), "is damaged: studies[0].publications: is missing"),
        (of_study(document="gone"), "is damaged: studies[0].document: "),
        (of_study(document={"name": 1}), "studies[0].document: holds 1 where text stands"),
        (of_study(document={"name": "x"}), "studies[0].document: has no `title`"),
        (
            of_study(uncertainty={"fractures.base_rate": {"normal": {"es": "6"}}}),
            "studies[0].uncertainty.fractures.base_rate.normal.se: is missing",
        ),
        (
            of_study(uncertainty={"fractures.base_rate": {"beta": {"events": 2}}}),
            "holds 2 where text stands",
        ),
        (of_options(engine="steam"), "is damaged: options.engine: Input should be 'simpy' or"),
        (of_options(more=1), "is damaged: options.more: is not a key here"),
        (lambda held: {**held, "mastosim": "0.0.1"}, f"0.0.1, this is {sim.__version__}"),
    ],
)
def test_a_damaged_manifest_is_refused_with_a_reason(kept, damage, said, mastosim):
    held = json.loads((kept / "manifest.json").read_text())
    (kept / "manifest.json").write_text(json.dumps(damage(held)))
    told = mastosim("rerun", kept, "--out", kept.parent)
    assert (told.returncode, told.stdout) == (2, "")
    assert said in " ".join(told.stderr.split())


ALONE = f"design: one_at_a_time\n{table({RATE: ''})}"


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The folder of a sweep of one parameter, without figures."""
    folder = tmp_path_factory.mktemp("sweep")
    path = wrote(folder, ALONE, patients="4")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.display.figures.draw", lambda *_, **__: [])
        return sweeps.run(sweeps.load_sweep(path), folder / "out", engine="simpy").folder


@pytest.fixture
def sweep(swept, tmp_path):
    return shutil.copytree(swept, tmp_path / "sweep")


def test_a_specification_of_numbers_is_refused_with_a_reason(sweep, mastosim):
    manifest = sweep / "manifest.json"
    held = of_options(specification={"patients": 4})(json.loads(manifest.read_text()))
    manifest.write_text(json.dumps(held))
    told = mastosim("rerun", sweep, "--out", sweep.parent / "again")
    assert (told.returncode, told.stdout) == (2, "")
    assert "options.specification: holds 4 where text stands" in " ".join(told.stderr.split())


IS_A_SWEEP = "this is a sweep; run it with `mastosim sweep FILE`"


@pytest.mark.parametrize(
    "words",
    [
        ("run",), ("explain", "--patient", 1), ("cite",), ("emulate",), ("readings",), ("verify",),
        ("power",), ("compare", BASE),
    ],
)  # fmt: skip
def test_a_sweep_in_the_place_of_a_scenario_is_one_mistake(words, tmp_path, mastosim):
    told = mastosim(*words, wrote(tmp_path, ALONE))
    assert (told.returncode, told.stdout) == (3, "")
    head, first, *_ = told.stderr.splitlines()
    assert head == "The scenario is not valid: 1 mistake."
    assert first == f"{tmp_path}/case.yaml:1:1: mastosim_sweep: {IS_A_SWEEP}"


@pytest.mark.parametrize("key", ['"mastosim_sweep"', "'mastosim_sweep' ", "mastosim_sweep "])
def test_a_sweep_is_known_by_its_key_however_it_is_written(key, tmp_path, mastosim):
    path = wrote(tmp_path, ALONE)
    lines = path.read_text().replace("mastosim_sweep", key).splitlines()
    for indent in ("", "  "):
        path.write_text("".join(f"{indent}{line}\n" for line in lines))
        told = mastosim("check", path)
        assert told.returncode == 0, told.stderr
        assert told.stdout.startswith("case: A title\n")


def test_a_sweep_in_braces_is_a_sweep_and_one_in_a_comment_is_not(tmp_path, mastosim):
    wrote(tmp_path, "")
    flow = "{name: flow, title: T, question: Q, mastosim_sweep: 1, scenario: tiny.yaml, design: {"
    (tmp_path / "flow.yaml").write_text(f"{flow}one_at_a_time: {{}}}}}}\n")
    assert mastosim("check", tmp_path / "flow.yaml").stdout.startswith("flow: T\n")
    for comment in ("# mastosim_sweep: 1", "# swept as {mastosim_sweep: 1} elsewhere"):
        (tmp_path / "told.yaml").write_text(f"{comment}\nextends: tiny.yaml\nname: told\n")
        assert mastosim("check", tmp_path / "told.yaml").returncode == 0


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_sweep_whose_key_is_misspelt_is_one_mistake(command, tmp_path, mastosim):
    path = wrote(tmp_path, ALONE, mastosim_sweep=None, mastosim_swep="1")
    told = mastosim(command, path)
    assert (told.returncode, told.stdout) == (3, "")
    head, first, *_ = told.stderr.splitlines()
    assert head == "The scenario is not valid: 1 mistake."
    assert first.endswith(f"mastosim_swep: did you mean 'mastosim_sweep'? Then {IS_A_SWEEP}")


def test_a_scenario_with_a_key_much_like_that_of_a_sweep_is_still_a_scenario(tmp_path, mastosim):
    wrote(tmp_path, "")
    (tmp_path / "new.yaml").write_text("extends: tiny.yaml\nmastosim_version: 1\n")
    told = mastosim("check", tmp_path / "new.yaml")
    assert told.returncode == 3
    assert "'mastosim_version' is not a key here" in told.stderr


def test_the_library_of_a_screening_is_asked_for_by_name(tmp_path, monkeypatch, mastosim):
    for name in ("SALib", "SALib.sample"):
        monkeypatch.setitem(sys.modules, name, None)
    path = wrote(tmp_path, f"design: {{morris: {{trajectories: 2}}}}\n{table({RATE: ''})}")
    told = mastosim("check", path)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.endswith("Error: this needs SALib: pip install SALib\n")


def test_the_library_of_a_cluster_is_asked_for_by_name(tmp_path, monkeypatch, mastosim):
    monkeypatch.setitem(sys.modules, "distributed", None)
    path = wrote(tmp_path, f"design: grid\n{table({RATE: '{values: [2 per 100 person-years]}'})}")
    told = mastosim("sweep", path, "--cluster", "tcp://127.0.0.1:1", "--out", tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.endswith("Error: this needs distributed: pip install distributed\n")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_manifest_that_is_not_json_is_refused(tmp_path, content, mastosim):
    (tmp_path / "manifest.json").write_bytes(content)
    told = mastosim("rerun", tmp_path, "--out", tmp_path)
    assert told.returncode == 2
    assert "not JSON" in told.stderr


def test_a_result_that_is_not_there_is_refused(tmp_path, mastosim):
    told = mastosim("rerun", tmp_path, "--out", tmp_path)
    assert told.returncode == 2
    assert "is not a result: it has no manifest.json" in " ".join(told.stderr.split())
    told = mastosim("rerun", tmp_path / "manifest.json", "--out", tmp_path)
    assert told.returncode == 2
    assert "there is no result" in " ".join(told.stderr.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell):
    told = invoke("completion", shell)
    assert told.exit_code == 0
    assert f"{VARIABLE}={shell}_complete" in told.stdout


def completed(*words):
    """What click answers to a shell that completes the last of these words."""
    asked = {"COMP_WORDS": " ".join([PROGRAM, *words]), "COMP_CWORD": str(len(words))}
    environment = {VARIABLE: "bash_complete", **asked}
    return CliRunner().invoke(GROUP, prog_name=PROGRAM, env=environment).stdout.splitlines()


def test_click_completes_commands_and_choices():
    assert completed("exp") == ["plain,explain"]
    assert completed("completion", "z") == ["plain,zsh"]
    assert completed("cite", "--fo") == ["plain,--format"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_with_the_script(tmp_path):
    """The script in a real bash, with a stand-in for mastosim that answers as click does."""
    script = tmp_path / "script.bash"
    script.write_text(invoke("completion", "bash").stdout)
    stand_in = tmp_path / PROGRAM
    stand_in.write_text(
        f'#!{sys.executable}\nimport importlib\nimport sys\nsys.path.insert(0, "{ROOT}")\n'
        f'importlib.import_module("sim.cli.main").commands.main(prog_name="{PROGRAM}")\n'
    )
    stand_in.chmod(0o755)
    asked = (
        f'source "{script}"; complete -p {PROGRAM}; COMP_WORDS=({PROGRAM} che); COMP_CWORD=1; '
        f'_{PROGRAM}_completion {PROGRAM}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", asked], capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.stdout.splitlines()[-1] == "check", done.stderr
    assert f"_{PROGRAM}_completion" in done.stdout.splitlines()[0]


def test_scenarios_are_completed_here_and_a_folder_down(tmp_path, monkeypatch):
    for name in ("a.yaml", "b.txt", "deep/er/c.yaml", "sub/d.yaml", ".hidden/e.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path)

    def found(text):
        return [(item.type, item.value) for item in files_or_names(text, [])]

    assert found("") == [("plain", "a.yaml"), ("plain", "sub/d.yaml")]
    assert found("su") == [("plain", "sub/d.yaml")]
    assert found("./s") == [("plain", "./sub/d.yaml")]
    assert found("sub/") == [("plain", "sub/d.yaml")]
    assert found("deep/") == [("plain", "deep/er/c.yaml")]
    assert found(f"{tmp_path}/a") == [("plain", f"{tmp_path}/a.yaml")]
    assert found("b") == [("dir", "b")]
    assert found("none/x") == [("dir", "none/x")]


def test_shipped_names_are_completed_beside_files(tmp_path, monkeypatch):
    (tmp_path / "large.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    named = [f"plain,{path.stem}" for path in sorted((ROOT / "scenarios").glob("lar*.yaml"))]
    assert len(named) > 5
    assert completed("run", "lar") == ["plain,large.yaml", *named]
    assert completed("compare", "large.yaml", "laroche2011-wom") == ["plain,laroche2011-women"]
    assert completed("sweep", "base") == ["plain,base-case-psa"]
    assert completed("check", "base") == ["plain,base-case-psa"]
    assert completed("new", "mine.yaml", "--from", "laroche2011-wom") == ["plain,laroche2011-women"]
    assert completed("run", "base") == ["dir,base"]  # a sweep is no scenario
    assert completed("run", "./lar") == ["plain,./large.yaml"]


def test_kept_results_are_completed(tmp_path, monkeypatch):
    names = ("laroche2011/0a1b2c", "laroche2011/9d8f48-verified", "sweeps/psa/388710")
    for name in (*names, ".hidden/9d9d9d", "laroche2011/.9d-1.part", "laroche2011/9d-none"):
        (tmp_path / "results" / name).mkdir(parents=True)
        if name != "laroche2011/9d-none":
            (tmp_path / "results" / name / "manifest.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    of_run = ["laroche2011/latest", "laroche2011/0a1b2c", "laroche2011/9d8f48-verified"]
    assert completed("show", "laroche") == [f"plain,{name}" for name in of_run]
    assert completed("show", "9d") == ["plain,9d8f48-verified"]
    assert completed("plot", "latest", "s") == ["plain,sweeps/psa/latest", f"plain,{names[2]}"]
    assert completed("report", "latest", "laroche2011/0") == ["plain,laroche2011/0a1b2c"]
    assert completed("plot", "latest", "--uncertainty", "sweeps/psa/3") == [f"plain,{names[2]}"]
    assert "plain,laroche2011" in completed("explain", "laroche")
    assert "plain,laroche2011/latest" in completed("explain", "laroche")
    (tmp_path / "results").rename(tmp_path / "other")
    assert completed("show", "l") == ["dir,l"]
    assert completed("show", "--out", "other", "lat") == ["plain,latest"]


class Reader(HTMLParser):
    """Cells of tables row by row, and a check that tags close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.rows, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open[-1:] in (["td"], ["th"]):
            self.rows[-1][-1] += data


def read(html):
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_a_notebook_shows_the_same_as_the_terminal(result):
    shown = read(result._repr_html_())
    printout_of_run = kept_run.shown(result).printout
    lines = [" ".join(line.split()) for line in text.printout(printout_of_run).splitlines()]
    assert shown.rows[0][0] == "Reported against simulated"
    assert len(shown.rows) > 30
    for row in shown.rows:
        assert " ".join(" ".join(row).split()) in lines
    for line in printout_of_run.notes:
        assert line in shown.text
        assert line in lines
    assert "numbers of this scenario are assumptions" in shown.text


def test_a_notebook_shows_no_markup_of_a_scenario():
    study = load(BASE, [*SMALL, "title=<script>a & b</script>"])
    page = study._repr_html_()
    assert "<script>" not in page
    shown = read(page)
    assert "<script>a & b</script>" in shown.text
    assert all(number.path in shown.text for number in study.assumptions)
    cell = html.table(("a", "<b>"), [("1", '"&"')])
    assert read(cell).rows == [["a", "<b>"], ["1", '"&"']]
    assert "<b>" not in cell


def test_subgroups_have_tables_of_their_own():
    found = runs.run(load(BASE, [*SMALL, "subgroups={men: {sex: male}}"]))
    sheets = printout(found.study, found.summary, None).sheets
    heads = [sheet.heads[0] for sheet in sheets]
    assert heads == ["laroche2011 at month 24", "laroche2011, men at month 24",
                     "laroche2011, alive in every arm at month 24"]  # fmt: skip
    everyone, men, _ = (sheet.rows for sheet in sheets)
    assert everyone != men
    assert len({row[0] for row in everyone}) == len(everyone)


def test_names_are_printed_as_they_stand():
    """What stands in [brackets] is no markup, and :colons: are no picture."""
    sheet = Sheet(("a", "b", "c"), [("[bold]x[/bold]", ":smile:", "[1, 2]")])
    assert "[bold]x[/bold]" in text.table(sheet)
    assert ":smile:" in text.table(sheet)


@pytest.fixture
def checkout(result, tmp_path, monkeypatch, undrawn):
    """A place with the scenarios and a saved result, as examples take for granted."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    kept_run.keep(result, tmp_path / "results")
    monkeypatch.chdir(tmp_path)


@pytest.mark.share(2)
@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_in_the_help_runs(name, checkout):
    shown = invoke(name, "--help").stdout
    (example,) = re.findall(r"Example: mastosim (.+)", shown)
    first, *words = shlex.split(example.replace("--patients 200", "--patients 20"))
    assert first == name
    told = invoke(name, *words)
    assert told.exit_code == 0, told.output
    assert told.stdout
