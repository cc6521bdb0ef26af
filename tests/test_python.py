"""mastosim from Python: the words of the commands, every way to give a scenario, and notebooks."""

import ast
import inspect
import json
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import yaml
from matplotlib.figure import Figure

import mastosim
import sim
from sim.cli.main import commands
from sim.errors import RequestError
from sim.experiments import engine, sweeps
from sim.experiments.kinds.run import Options
from sim.experiments.sweeps import advice
from sim.experiments.verification.checks import CHECKS, Verification, run_checks
from sim.experiments.verification.subject import Subject
from sim.scenario import ScenarioError, as_settings, load
from sim.simulation import compiled_loop
from tests.architecture import ROOT
from tests.tiny_sweeps import GIVEN, wrote

SCENARIOS = ROOT / "scenarios"
BASE = SCENARIOS / "laroche2011.yaml"
OTHER = SCENARIOS / "poor-attendance.yaml"
SHORT = {"horizon": "12 months"}

FUNCTIONS = {
    **{name: name for name in (
        "check", "run", "extend", "compare", "readings", "emulate", "power", "sweep", "verify",
        "explain", "plot", "cite", "rerun", "report", "show", "worth",
        "information",
    )},
    "list": "list_results",
}  # fmt: skip
"""Each command with its function. `new`, `schema` and `completion` write files for an editor."""

IN_PYTHON = {"--set": "settings", "--scenario": "name"}
"""Options that have another name in Python: `set` is a type, `scenario` the first argument."""

OF_THE_TERMINAL = {"json", "quiet", "verbose", "help", "open"}
MORE = {"rerun": {"into"}}
"""Arguments of one function only."""


BY_A_METHOD = {"information": {"into"}, "worth": {"into"}, "show": {"visits", "into"}}
"""Options of a command that a method of its result stands for, such as `save(into)`."""


def options_of(command):
    """The options of a command by their names in Python."""
    names = set()
    for parameter in commands.commands[command].params:
        if isinstance(parameter, click.Option):
            name = max(parameter.opts, key=len)
            names.add(IN_PYTHON.get(name, name.removeprefix("--").replace("-", "_")))
    return names - OF_THE_TERMINAL - BY_A_METHOD.get(command, set())


def test_a_function_stays_a_function_when_every_module_is_loaded():
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if not module.name.startswith(("sim.cli.__main__", "sim.shipped")):
            import_module(module.name)
    modules = {name for name in sim.__all__ if isinstance(getattr(sim, name), ModuleType)}
    assert modules == {"results"}


@pytest.mark.parametrize("command", FUNCTIONS)
def test_names_and_options_are_those_of_the_command(command):
    parameters = inspect.signature(getattr(mastosim, FUNCTIONS[command])).parameters.values()
    keywords = {p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
    positional = [p.name for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    arguments = [p.name for p in commands.commands[command].params if isinstance(p, click.Argument)]
    assert positional == arguments
    assert keywords - {"progress"} - MORE.get(command, set()) == options_of(command)


@pytest.mark.parametrize("command", ["run", "compare", "readings", "sweep", "emulate", "power"])
def test_defaults_are_those_of_the_command(command):
    """But for `out` and `workers`: Python keeps nothing unasked, and starts no process unasked."""
    in_python = inspect.signature(getattr(mastosim, FUNCTIONS[command])).parameters
    compared = 0
    for parameter in commands.commands[command].params:
        name = max(parameter.opts, key=len).removeprefix("--")
        if isinstance(parameter, click.Option) and name in ("engine", "keep", "trials", "outcome"):
            assert in_python[name].default == parameter.default, name
            compared += 1
    assert compared


def test_every_function_has_a_docstring_from_which_a_notebook_can_be_written():
    for name in FUNCTIONS.values():
        function = getattr(mastosim, name)
        text = inspect.getdoc(function) or ""
        assert "Parameters\n----------" in text, name
        assert "Returns\n-------" in text, name
        for parameter in inspect.signature(function).parameters:
            assert parameter in text.partition("Returns")[0], (name, parameter)


def test_mastosim_hands_on_sim():
    assert set(mastosim.__all__) == set(sim.__all__)
    assert all(getattr(mastosim, name) is getattr(sim, name) for name in sim.__all__)
    assert set(sim.__all__) <= set(dir(mastosim))
    with pytest.raises(AttributeError, match="'mastosim' has no attribute 'rum'"):
        mastosim.rum  # noqa: B018


def test_importing_mastosim_loads_no_library():
    code = "import sys, mastosim; print(*{'numpy', 'pandas', 'numba', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def document_of(path):
    """A file with its values as texts, and None where a value of the base is taken out."""
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    if document.get("cohort", {}).get("patients") == "null":
        document["cohort"]["patients"] = None
    return document


@pytest.mark.share(4)
@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_file_a_mapping_and_a_study_are_the_same_scenario(path, monkeypatch):
    monkeypatch.chdir(SCENARIOS)  # where a mapping finds the file that it extends
    of_file, of_mapping = load(path), load(document_of(path))
    assert of_file == load(of_file)
    assert (of_file.digest, of_file.document) == (of_mapping.digest, of_mapping.document)
    assert numbers(of_file) == numbers(of_mapping)
    assert of_file.uncertainty == of_mapping.uncertainty
    settings = as_settings(SHORT)
    patients = 7 if of_file.scenario.clinic is None else None
    set_over, set_over_study = (load(of, settings, patients) for of in (path, of_file))
    assert set_over.digest == set_over_study.digest
    assert numbers(set_over) == numbers(set_over_study)
    assert set_over.settings == set_over_study.settings
    assert set_over.uncertainty == set_over_study.uncertainty
    assert set_over.premises == set_over_study.premises


def numbers(study):
    return [(number.path, number.text, number.sources, number.note) for number in study.numbers]


def test_a_file_a_mapping_and_a_study_give_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.chdir(SCENARIOS)
    for name, scenario in (
        ("file", BASE), ("mapping", document_of(BASE)), ("study", mastosim.check(BASE)),
    ):  # fmt: skip
        result = mastosim.run(scenario, patients=9, settings=SHORT, keep="tables")
        result.save(tmp_path / name)
    first, *others = (contents(tmp_path / name) for name in ("file", "mapping", "study"))
    assert {"summary.csv", "reported.csv", "events.parquet"} <= {Path(name).name for name in first}
    assert first == others[0] == others[1]


def contents(root):
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in root.rglob("*")
        if file.suffix in (".csv", ".parquet")
    }


def test_an_emulation_of_a_study_keeps_what_was_set_over_the_design():
    of_file = mastosim.emulate(BASE, trials=3, settings={"horizon": "36 months"})
    of_study = mastosim.emulate(mastosim.check(BASE, settings={"horizon": "36 months"}), trials=3)
    assert of_study.scores.equals(of_file.scores)
    assert not of_study.scores.equals(mastosim.emulate(BASE, trials=3).scores)


def test_settings_are_written_as_for_the_command():
    assert as_settings({"a.b": "60 %", "n": 3, "x": 0.5, "gone": None, "none": ""}) == [
        "a.b=60 %", "n=3", "x=0.5", "gone=", "none=",
    ]  # fmt: skip
    given = {"therapies.interferon.intolerance": [{"probability": "30 %", "until": "6 months"}]}
    document: Any = load(BASE, as_settings(given)).document
    assert document["therapies"]["interferon"]["intolerance"][0]["probability"] == "30 %"
    of: Any = mastosim
    with pytest.raises(ScenarioError, match="should be a mapping of paths to values"):
        of.check(BASE, settings=["horizon=12 months"])


def test_mistakes_of_a_mapping_name_their_path():
    with pytest.raises(ScenarioError) as caught:
        mastosim.check({**document_of(BASE), "horizon": "12 parsecs", "arm": {}})
    paths = [mistake.path for mistake in caught.value.mistakes]
    assert {"horizon", "arm"} <= set(paths)
    assert "the mapping:" in str(caught.value)
    round_and_round: dict[str, Any] = {}
    round_and_round["a"] = round_and_round
    with pytest.raises(ScenarioError, match="nested deeper"):
        mastosim.check(round_and_round)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda of: of.run(BASE, engine="bach"), "'bach'; did you mean 'batch'?"),
        (lambda of: of.run(BASE, keep="outcome"), "did you mean 'outcomes'?"),
        (lambda of: of.cite(BASE, format="bibtec"), "did you mean 'bibtex'?"),
        (lambda of: of.emulate(BASE, trials=0), "0 is not in the range x>=1"),
        (lambda of: of.emulate(BASE, trials=1.5), "1.5 is not a valid integer"),
        (lambda of: of.compare(BASE), "needs two scenario files or more"),
        (lambda of: of.compare([BASE, BASE]), "two scenarios are called 'laroche2011'"),
        (lambda of: of.explain(BASE, patient=1000), "patients are 0 to 999"),
        (lambda of: of.run(BASE, until={"spine": 0}), "'spine:0' is not a precision"),
    ],
)
def test_mistakes_of_use_are_errors_with_the_sentence_of_the_command(call, sentence):
    with pytest.raises(RequestError) as caught:
        call(mastosim)
    assert sentence in str(caught.value)


@pytest.fixture(scope="module")
def each_kind(tmp_path_factory):
    """A small result of every kind."""
    folder = tmp_path_factory.mktemp("sweep")
    varied = f"parameters: {{{GIVEN}: {{values: [60 %, 80 %]}}}}"
    file = wrote(folder, f"design: grid\noutcomes: [spine annual increase]\n{varied}")
    study = load(BASE, as_settings(SHORT))
    findings = tuple(run_checks(Subject(study, 50), CHECKS[2:4]))
    return {
        "run": mastosim.run(BASE, patients=12, settings=SHORT),
        "comparison": mastosim.compare([BASE, OTHER], patients=12, settings=SHORT),
        "readings": mastosim.readings(BASE, patients=12, settings=SHORT),
        "emulation": mastosim.emulate(BASE, trials=3),
        "power": mastosim.power(BASE, sizes=[4], trials=5, settings=SHORT),
        "sweep": mastosim.sweep(file, patients=4, out=folder / "out"),
        "verification": Verification(study, 50, findings),
    }


KINDS = ("run", "comparison", "readings", "emulation", "power", "sweep", "verification")


@pytest.mark.share(4)
@pytest.mark.parametrize("kind", KINDS)
def test_every_result_is_saved_opened_and_shown_in_two_lines(kind, each_kind, tmp_path):
    result = each_kind[kind]
    kept = mastosim.open_result(result.save(tmp_path))
    assert kept.manifest.kind == kind
    for shown in (result, kept):
        assert len(repr(shown).splitlines()) == 2
        assert len(repr(shown)) < 400
        assert shown._repr_html_().startswith("<div>")
    assert "<table>" in result._repr_html_()
    for name in result.tables_named:
        assert not getattr(result, name).empty, name
    listed = mastosim.list_results(out=tmp_path)
    assert listed[["result", "kind"]].to_numpy().tolist() == [[kept.folder.name, kind]]
    assert mastosim.open_result("latest", out=tmp_path).folder == kept.folder
    text = mastosim.show("latest", out=tmp_path)
    assert repr(text) == text
    copied = kept.save(tmp_path / "again")
    assert contents(copied) == contents(kept.folder)
    for number, shown in enumerate((result, kept)):
        assert shown.to_excel(tmp_path / f"{number}.xlsx").stat().st_size > 5_000


@pytest.mark.share(2)
@pytest.mark.parametrize("kind", KINDS)
def test_figures_come_back_to_a_notebook(kind, each_kind, tmp_path):
    figure = each_kind[kind].plot()
    assert isinstance(figure, Figure)
    assert vars(figure)["_repr_png_"]().startswith(b"\x89PNG")
    is_changed = kind not in ("emulation", "sweep")
    caption = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
    assert ("Changed from the scenario's file: horizon = 12 months" in caption) == is_changed
    assert ("Changed: horizon: " in each_kind[kind]._repr_html_()) == is_changed
    with pytest.raises(RequestError, match="has no figure 'nonsense'"):
        each_kind[kind].plot("nonsense")


def test_a_figure_that_does_not_apply_says_which_do():
    outcomes = mastosim.run(BASE, patients=12, settings=SHORT, keep="outcomes")
    with pytest.raises(RequestError, match="has no figure 'swimmer'; it has differences") as told:
        outcomes.plot("swimmer")
    assert "the tables of its patients were not kept" in str(told.value)
    assert outcomes.plot("schedule").axes


def test_a_study_is_shown_in_two_lines_and_wrapped():
    study = mastosim.check(BASE)
    assert len(repr(study).splitlines()) == 2
    html = study._repr_html_()
    assert "pre-wrap" in html
    assert "<pre>" not in html


def test_a_run_is_kept_where_it_is_asked_for(tmp_path):
    result = mastosim.run(BASE, patients=12, settings=SHORT, keep="tables", out=tmp_path)
    kept = mastosim.open_result("laroche2011/latest", out=tmp_path)
    assert kept.options(Options).keep == "tables"
    assert not list(kept.folder.glob("*.svg"))
    assert kept.table("summary")["estimate"].round(4).tolist() == (
        pytest.approx(result.summary["estimate"].round(4).tolist(), abs=1e-3, nan_ok=True)
    )


def test_until_adds_patients_to_a_precision(tmp_path):
    result = mastosim.run(
        BASE, until={"spine.difference": 5}, settings=SHORT, keep="outcomes", out=tmp_path
    )
    assert result.until == ("spine.difference:5",)
    kept = mastosim.open_result("latest", out=tmp_path)
    assert kept.options(Options).until == ("spine.difference:5",)
    assert kept.table("precision")["half_width"].iloc[-1] <= 5


def test_auto_takes_the_engine_that_finishes_first(monkeypatch):
    """Compiled code from 50 patients; without it, compiling pays where SimPy takes a minute."""
    few, some, many = (load(BASE).with_(patients=n) for n in (49, 50, 100_000))
    of = engine.chosen
    assert [of("auto", [s], is_compiled=True) for s in (few, some, many)] == [
        "simpy", "batch", "batch",
    ]  # fmt: skip
    assert [of("auto", [s], is_compiled=False) for s in (few, some, many)] == [
        "simpy", "simpy", "batch",
    ]  # fmt: skip
    assert [of(asked, [many], is_compiled=False) for asked in ("simpy", "batch")] == [
        "simpy", "batch",
    ]  # fmt: skip
    monkeypatch.setattr(compiled_loop, "is_ready", lambda: True)
    assert of("auto", [some]) == "batch"


@pytest.mark.validation
def test_the_manifest_says_which_engine_auto_took(tmp_path):
    mastosim.run(BASE, patients=12, settings=SHORT, engine="auto", out=tmp_path)
    assert mastosim.open_result("latest", out=tmp_path).manifest.options["engine"] == "simpy"


SAMPLED = {
    "mastosim_sweep": "1", "name": "case", "title": "A title", "question": "A question?",
    "scenario": "tiny.yaml", "patients": "4", "design": {"probabilistic": {"draws": "3"}},
    "parameters": {GIVEN: {"uncertainty": {"uniform": {"low": "60 %", "high": "80 %"}}}},
    "outcomes": ["spine annual increase"],
}  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the scenarios of a sweep, which is the current one."""
    wrote(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.validation
def test_shares_of_a_mapping_are_combined_to_the_bytes_of_a_file(here):
    (here / "same.yaml").write_text(yaml.safe_dump(SAMPLED), encoding="utf-8")
    of_file = mastosim.sweep("same.yaml", out=here / "whole")
    for shard in ("1/2", "2/2"):
        assert mastosim.sweep(SAMPLED, shard=shard, out=here / "shared") == {}
    simulated = []
    combined = mastosim.sweep(SAMPLED, out=here / "shared", progress=lambda *n: simulated.append(n))
    assert not simulated
    assert of_file.folder.name == combined.folder.name
    for name in ("outcomes.csv", "outcomes.parquet", "parameters.csv", "summary.csv"):
        assert (of_file.folder / name).read_bytes() == (combined.folder / name).read_bytes(), name


def test_a_mistake_in_a_mapping_of_a_sweep_names_the_key(here):
    with pytest.raises(ScenarioError) as caught:
        mastosim.sweep({**SAMPLED, "outcome": "spine"}, out=here)
    assert "the mapping" in str(caught.value)
    assert "did you mean 'outcomes'" in str(caught.value)
    with pytest.raises(RequestError, match="'3/2' is not a share; write 2/8"):
        mastosim.sweep(SAMPLED, shard="3/2", out=here)


def test_a_pilot_recommends_and_auto_takes_what_it_recommends(here, monkeypatch):
    monkeypatch.setattr(advice, "PATIENTS", 30)
    monkeypatch.setattr(advice, "MORE", 60)
    monkeypatch.setattr(advice, "DRAWS", 3)
    target = {"outcome": "spine annual increase", "standard_error": "0.5"}
    file = {**SAMPLED, "target": target}
    pilot = mastosim.sweep(file, pilot=True, engine="simpy", out=here)
    assert pilot.outcome == "spine annual increase"
    assert not list((here / "sweeps/case").glob("*/manifest.json")), "a pilot keeps no result"
    few = pilot._replace(advice=pilot.advice._replace(draws=4, patients=5))
    monkeypatch.setattr(sweeps, "pilot", lambda *_: few)
    swept = mastosim.sweep(file, auto=True, engine="simpy", out=here)
    assert (swept.sweep.draws, swept.sweep.patients) == (4, 5)
    details = json.loads((swept.folder / "manifest.json").read_text(encoding="utf-8"))["details"]
    assert details["pilot"]["advice"]["draws"] == 4


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"pilot": True, "draws": 5}, "pilot and draws do not go together"),
        ({"auto": True, "shard": "1/2"}, "auto and shard do not go together"),
        ({"cluster": "tcp://x:1", "workers": 2}, "cluster and workers do not go together"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, sentence, here):
    with pytest.raises(RequestError, match=sentence):
        mastosim.sweep(SAMPLED, out=here, **options)


def test_rerun_compares_each_data_file_with_the_old_result(tmp_path):
    folder = mastosim.run(BASE, patients=12, settings=SHORT, keep="tables").save(tmp_path)
    again = mastosim.rerun(folder, into=tmp_path / "again")
    assert set(again.files.values()) == {"identical"}
    assert {"summary.csv", "events.parquet"} <= set(again.files)
    assert again.is_identical
    count = len(again.files)
    assert again.comparison.endswith(f"Identical data files: {count} of {count}.")
    old = mastosim.open_result(folder)
    changed = old.folder / "notes.csv"
    changed.write_text("a,b\n", encoding="utf-8")
    again = mastosim.rerun(folder, into=tmp_path / "third")
    assert again.files["notes.csv"] == "different"
    assert not again.is_identical
    assert f"1 of {count + 1} data files differ." in again.comparison


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.share(2)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_and_are_committed_without_output(path, tmp_path, monkeypatch):
    """Their code cells, one after another; the last value of a cell is shown as a notebook does."""
    (tmp_path / "scenarios").symlink_to(SCENARIOS)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    names: dict[str, Any] = {}
    shown = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            shown += run_cell("".join(cell["source"]), names, path.name)
    assert shown >= 3


def run_cell(source, names, file):
    """Run the code of a cell; 1 if its last line is a value that was shown, else 0."""
    *lines, last = ast.parse(source).body
    exec(compile(ast.Module(lines, []), file, "exec"), names)
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), file, "exec"), names)
        return 0
    value = eval(compile(ast.Expression(last.value), file, "eval"), names)
    methods = [getattr(value, name, None) for name in ("_repr_html_", "_repr_png_")]
    shown = [method() for method in methods if method is not None]
    assert any(shown) or not shown
    return int(value is not None)


def test_there_are_two_notebooks():
    assert [path.stem for path in NOTEBOOKS] == ["run-and-look", "what-if-and-sweep"]
