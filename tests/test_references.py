"""References in docstrings and comments lead to a section of a page or a file that is there."""

import re
from functools import cache

import pytest

from tests.architecture import FILES, ROOT, SIM

SECTIONS = re.compile(
    r"(docs/[\w-]+\.md), sections? (\"[^\"]+\"(?:(?: \([^)]*\))?(?:,| and) \"[^\"]+\")*)"
)
PATHS = re.compile(r"(?<![\w/])(?:docs|scenarios|sim/evidence)/[\w./-]+\.(?:md|ya?ml|csv|json)")


def text_of(file):
    """The text of a file with line breaks as blanks, so that references may run over two lines."""
    return " ".join(file.read_text(encoding="utf-8").split())


REFERENCES = sorted(
    {
        (page, section)
        for file in FILES
        for page, sections in SECTIONS.findall(text_of(file))
        for section in re.findall(r'"([^"]+)"', sections)
    }
)
MENTIONED = sorted({path for file in FILES for path in PATHS.findall(text_of(file))})


@cache
def headings(page):
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return [line.lstrip("# ").split(" (")[0] for line in lines if line.startswith("#")]


@pytest.mark.parametrize(("page", "section"), REFERENCES)
def test_a_section_that_is_referred_to_exists(page, section):
    assert section in headings(page)


@pytest.mark.parametrize("path", MENTIONED)
def test_a_file_that_is_referred_to_exists(path):
    assert (ROOT / path).is_file()


def test_every_formula_has_a_reference():
    """In biology and model, every public function names its source."""
    without = [
        str(file.relative_to(SIM))
        for file in FILES
        if {"biology", "model"} & set(file.relative_to(SIM).parts) and file.name != "__init__.py"
        if (text := file.read_text(encoding="utf-8")).count("\ndef ") != text.count("References\n")
    ]
    assert without == []
