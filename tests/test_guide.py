"""The guide from an empty file to a figure, followed word for word in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = (Path(__file__).parents[1] / "docs" / "guide.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:Save this as `([\w.-]+)`:\n\n)?```(\w+)\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The folder at the end, and every promised output with what was said just before it."""
    folder = tmp_path_factory.mktemp("guide")
    bin_ = folder / "bin"
    bin_.mkdir()
    command = bin_ / "mastosim"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m sim.cli "$@"\n')
    command.chmod(0o755)
    root = str(Path(__file__).parents[1])
    paths = {"PATH": f"{bin_}:{os.environ['PATH']}", "PYTHONPATH": root}
    said, promised, failed = "", [], []
    for name, language, text in BLOCKS:
        if name:
            (folder / name).write_text(text, encoding="utf-8")
        elif language == "sh":
            done = subprocess.run(
                ["sh", "-ec", text],
                cwd=folder, env={**os.environ, **paths}, capture_output=True, text=True,
            )  # fmt: skip
            said = done.stdout + done.stderr
            failed.append((text, done.returncode, said))
        else:
            promised.append((text, said))
    return folder, promised, failed


def test_what_the_guide_promises_is_printed(followed):
    _, promised, _ = followed
    assert len(promised) == 3
    for text, said in promised:
        assert text.strip() in said


def test_the_scenario_is_refused_twice_and_everything_else_works(followed):
    _, _, done = followed
    assert [code for _, code, _ in done if code] == [3, 3], done
    assert len(done) == 7


def test_it_ends_with_a_figure(followed):
    folder, _, _ = followed
    (figures,) = (folder / "results" / "sequence").glob("*/figures")
    assert sorted(path.name for path in figures.glob("*.png")) == [
        "bone_course.png", "differences.png"
    ]  # fmt: skip


def test_every_link_is_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", GUIDE):
        assert (Path(__file__).parents[1] / "docs" / target).exists(), target
