"""docs/information.md: its worked example runs and prints what the page shows."""

import contextlib
import io
import re

import pytest

from tests.architecture import ROOT

PAGE = (ROOT / "docs" / "information.md").read_text(encoding="utf-8")
NUMBER = r"-?\d+(?:\.\d+)?"


def parts(text):
    """The words of a text, and its numbers."""
    return re.sub(NUMBER, "#", text), [float(number) for number in re.findall(NUMBER, text)]


@pytest.mark.validation
def test_the_worked_example_prints_what_the_page_shows():
    """Numbers may differ by a unit or a hundredth: libraries add in another order."""
    code, shown = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", PAGE, re.DOTALL).groups()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    words, numbers = parts(printed.getvalue())
    assert words == parts(shown)[0]
    assert numbers == pytest.approx(parts(shown)[1], rel=0.01, abs=1.0)
