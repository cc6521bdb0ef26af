"""What is printed: no text commands the terminal, no code page ends a command, no reader is needed.

Texts come from scenario files, manifests, stores, paths and the command line.
"""

import io
import json
import os
import re
import subprocess
import sys

import pytest

from sim.cli.main import main
from sim.display import text
from sim.results import open as open_result
from tests.architecture import FILES, ROOT, SIM

BASE = ROOT / "scenarios" / "laroche2011.yaml"
ESC, TITLE = "\x1b[31m", "\x1b]0;owned\x07"
PRINTER = SIM / "cli" / "terminal.py"
PAGES = ("ascii", "cp1252", "cp437", "cp932")


OTHER_SIGNS = """\
extends: base.yaml
name: other-signs
title: Ostéo ≥ Łódź 骨
horizon: 12 months
arms: {骨 Łódź: [pamidronate], ż: []}
comparator: ż
"""


def test_one_function_prints():
    """`rich` lays tables out in memory and draws the bar of progress, which shows counts alone."""
    printing = re.compile(r"click\.s?echo|\bprint\(|std(out|err)\.write|\.show\(\)")
    passing_by = [
        f"{file.relative_to(SIM)}: {line.strip()}"
        for file in FILES
        if file != PRINTER
        for line in file.read_text(encoding="utf-8").splitlines()
        if printing.search(line) and ">>>" not in line
    ]
    assert passing_by == [
        "display/text.py: Console(file=out, width=width, color_system=None, markup=False, "
        "emoji=False).print(table)"
    ]


def test_control_characters_are_shown_escaped():
    assert text.visible(f"a{ESC}b\nc\x9bd\ttab\u202e\udcff é") == (
        "a\\x1b[31mb\nc\\x9bd    tab\\u202e\\udcff é"
    )


# --- texts of others --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory, mastosim):
    folder = tmp_path_factory.mktemp("kept")
    done = mastosim("run", BASE, "--patients", 5, "--keep", "outcomes", "--out", folder)
    assert done.returncode == 0
    return next(folder.glob("*/*/manifest.json"))


def is_clean(done):
    return all(c.isprintable() or c == "\n" for c in done.stdout + done.stderr)


@pytest.mark.parametrize("sign", [ESC, TITLE, "\x9b", "\u202e", "\x7f"])
@pytest.mark.parametrize("of", ["command", "mastosim", "digest", "key"])
def test_a_manifest_with_control_characters_is_refused(kept, tmp_path, mastosim, of, sign):
    tree = json.loads(kept.read_text(encoding="utf-8"))
    tree |= {f"a{sign}": 1} if of == "key" else {of: f"a{sign}b"}
    (tmp_path / "s" / "d").mkdir(parents=True)
    (tmp_path / "s" / "d" / "manifest.json").write_text(json.dumps(tree), encoding="utf-8")
    for words in (["show", tmp_path / "s" / "d"], ["list", "--out", tmp_path]):
        done = mastosim(*words)
        assert is_clean(done)
        assert f"damaged: it holds a control character (U+{ord(sign[0]):04X})" in done.stderr


@pytest.mark.parametrize("patients", [[10], "ten", 0, -5, 1.5, {}])
def test_a_manifest_with_an_impossible_number_of_patients_is_damaged(
    kept, tmp_path, mastosim, patients
):
    tree = json.loads(kept.read_text(encoding="utf-8"))
    tree["options"]["patients"] = patients
    (tmp_path / "s" / "d").mkdir(parents=True)
    (tmp_path / "s" / "d" / "manifest.json").write_text(json.dumps(tree), encoding="utf-8")
    done = mastosim("list", "--out", tmp_path)
    assert done.returncode == 0
    assert "is damaged" in done.stderr


@pytest.mark.parametrize("seed", ["x", "", "9" * 5000, "1e400"])
def test_a_manifest_with_an_impossible_seed_is_damaged(kept, tmp_path, mastosim, seed):
    tree = json.loads(kept.read_text(encoding="utf-8"))
    tree["studies"][0]["document"]["seed"] = seed
    (tmp_path / "s" / "d").mkdir(parents=True)
    (tmp_path / "s" / "d" / "manifest.json").write_text(json.dumps(tree), encoding="utf-8")
    done = mastosim("list", "--out", tmp_path, "--json")
    assert done.returncode == 0
    assert "has a `seed` that is not a whole number" in done.stderr


def test_whole_numbers_with_an_exponent_are_kept(tmp_path, mastosim):
    given = ["--set", "seed=1e3", "--set", "cohort.patients=1e1", "--keep", "outcomes"]
    assert mastosim("run", BASE, *given, "--out", tmp_path).returncode == 0
    (kept,) = json.loads(mastosim("list", "--out", tmp_path, "--json").stdout)["results"]
    assert (kept["seed"], kept["patients"]) == (1000, 10)


def test_paths_and_arguments_are_shown_escaped(kept, tmp_path, mastosim):
    odd = tmp_path / f"o{TITLE}"
    (odd / "there").mkdir(parents=True)
    (odd / "file").write_text("")
    for words in (
        ["list", "--out", odd], ["show", f"no{ESC}", "--out", odd], ["show", odd / "there"],
        ["run", BASE, "--out", odd / "file"], ["run", BASE, f"--no{ESC}"], [f"no{ESC}"],
        ["check", odd / "no.yaml"], ["new", odd / "a.yaml"], ["run", BASE, "--patients", ESC],
        ["run", BASE, "--set", f"title={ESC}"], ["schema", "--out", odd / "s.json"],
        ["run", BASE, "--patients", 5, "--keep", "outcomes", "--out", odd],
        ["run", BASE, "--patients", 5, "--keep", "outcomes", "--out", odd, "--json"],
    ):  # fmt: skip
        done = mastosim(*words)
        assert is_clean(done), words
        assert "x1b" in done.stdout + done.stderr or "u001b" in done.stdout, words


def test_what_is_typed_makes_no_manifest_that_cannot_be_read(tmp_path, mastosim):
    odd = tmp_path / f"o{TITLE}\udcff"
    done = mastosim("run", BASE, "--patients", 5, "--keep", "outcomes", "--out", odd)
    assert done.returncode == 0
    (folder,) = odd.glob("*/*")
    assert "o\\x1b]0;owned\\x07\\udcff" in open_result(folder).manifest.command


# --- code pages -------------------------------------------------------------------------------


@pytest.fixture
def odd(tmp_path):
    """A scenario with signs that few code pages have."""
    (tmp_path / "base.yaml").write_bytes(BASE.read_bytes())
    path = tmp_path / "other-signs.yaml"
    path.write_text(OTHER_SIGNS, encoding="utf-8")
    return path


def printed(page, *words):
    """What a command prints where both channels have a code page, as text, and its code."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=page) for _ in range(2))
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "argv", ["mastosim", *map(str, words)])
        try:
            main()
        except SystemExit as end:
            code = end.code
    texts = [stream.buffer.getvalue().decode(page) for stream in (out, err)]
    return subprocess.CompletedProcess(words, int(str(code)), *texts)


@pytest.mark.parametrize(
    "page",
    ["ascii", *(pytest.param(p, marks=pytest.mark.validation) for p in PAGES if p != "ascii")],
)
def test_a_code_page_never_ends_a_command(odd, tmp_path, page):
    few = ["--patients", 5, "--keep", "outcomes", "--out", tmp_path / "o"]
    for words in (
        ["check", odd], ["run", odd, *few], ["list", "--out", tmp_path / "o"], ["cite", odd],
        ["explain", odd, "--patient", 1], ["power", odd, "--sizes", 5, "--trials", 5], ["--help"],
        ["show", "latest", "--out", tmp_path / "o"],
    ):  # fmt: skip
        done = printed(page, *words)
        assert (done.returncode, done.stderr) == (0, ""), words
        assert len(done.stdout) > 100
    done = printed(page, "show", "ł")
    assert done.returncode == 2
    assert "no result '\\u0142'" in done.stderr


@pytest.mark.parametrize(
    "page",
    ["cp437", *(pytest.param(p, marks=pytest.mark.validation) for p in PAGES if p != "cp437")],
)
def test_json_says_the_same_on_every_code_page(odd, tmp_path, page):
    out = ["--out", tmp_path / "o"]
    printed("utf-8", "run", odd, "--patients", 5, "--keep", "outcomes", *out)
    for words in (
        ["show", "latest", *out, "--json"], ["list", *out, "--json"], ["schema"],
        ["cite", odd, "--format", "csl"], ["explain", odd, "--patient", 1, "--json"],
    ):  # fmt: skip
        shown = json.loads(printed(page, *words).stdout)
        assert shown == json.loads(printed("utf-8", *words).stdout)
        assert words[0] != "show" or {"骨 Łódź", "ż"} <= {row["arm"] for row in shown["summary"]}


def test_signs_that_a_code_page_lacks_are_told():
    assert text.fitting("1 ± 2 ─ Łódź 🦴", "ascii") == "1 +- 2 - \\u0141\\u00f3d\\u017a \\U0001f9b4"
    assert text.fitting("1 ± 2 ─ ó", "cp1252") == "1 ± 2 - ó"
    assert text.fitting("1 ± 2 ─ ó ł 🦴", None) == "1 ± 2 ─ ó ł 🦴"


def test_figures_show_a_box_for_letters_that_their_font_lacks(odd, tmp_path, recwarn):
    done = printed("cp1252", "run", odd, "--patients", 5, "--out", tmp_path / "o")
    assert (done.returncode, done.stderr, len(recwarn)) == (0, "", 0)
    assert "骨 Łódź" in next(tmp_path.glob("o/*/*/bone_course.csv")).read_text(encoding="utf-8")


# --- readers that go away ---------------------------------------------------------------------


@pytest.mark.share(3)
@pytest.mark.parametrize("words", [["cite", BASE], ["check", BASE], ["--help"]])
def test_a_reader_that_has_gone_is_no_mistake(words):
    """As `| head -1` does, sooner or later; here before anything is printed."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "sim.cli", *map(str, words)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_has_gone_does_not_hide_a_check_that_fails(monkeypatch):
    """The code of the end is that of the work."""

    def gone(*_, **__):
        raise BrokenPipeError

    monkeypatch.setattr("click.echo", gone)
    assert printed("utf-8", "check", "no.yaml").returncode == 3
