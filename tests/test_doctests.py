"""The examples in docstrings run, and give the values that they show."""

import doctest
import importlib

import pytest

from tests.architecture import ROOT, modules

PROMPT = ">>> "
EXAMPLES = {
    name: text.count(PROMPT)
    for name, file in modules().items()
    if PROMPT in (text := file.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_give_what_they_show(module, monkeypatch):
    monkeypatch.chdir(ROOT)  # examples name scenarios from there
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert failed == 0
    assert tried == EXAMPLES[module]
