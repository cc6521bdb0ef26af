"""The guide from an empty file to a figure, followed word for word in an empty folder.

Only the pictures in the files of figures are left out.
"""

import re
from pathlib import Path

import pytest

from tests.conftest import without_pictures

GUIDE = (Path(__file__).parents[1] / "docs" / "guide.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:Save this as `([\w.-]+)`:\n\n)?```(\w+)\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def followed(tmp_path_factory, typed):
    """The folder at the end, and every promised output with what was said just before it."""
    folder = tmp_path_factory.mktemp("guide")
    said, promised, done = "", [], []
    for name, language, text in BLOCKS:
        if name:
            (folder / name).write_text(text, encoding="utf-8")
        elif language == "sh":
            with without_pictures():
                lines = [typed(line, folder) for line in text.splitlines()]
            said = "".join(line.stdout + line.stderr for line in lines)
            done.append((text, max(line.returncode for line in lines), said))
        else:
            promised.append((text, said))
    return folder, promised, done


def test_what_the_guide_promises_is_printed(followed):
    _, promised, _ = followed
    assert len(promised) == 4
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
