"""Whatever is in a file or behind `--set`: a study, or one report of mistakes that can be shown."""

import random
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sim.scenario import ScenarioError, Study, load
from tests.depth import examples
from tests.mutations import BASE, KEYS, QUANTITIES, SIGNS, TEXTS, mutated

WHAT_IFS = [
    name for name in TEXTS if TEXTS[name].startswith("extends") or "\nextends" in TEXTS[name]
]

fuzzed = examples(
    30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def answer(path, given=()):
    """`valid`, or the report, fit to be printed; whatever else is raised is a bug."""
    try:
        study = load(path, given)
    except ScenarioError as error:
        mistakes, report = error.mistakes, str(error)
    else:
        assert isinstance(study, Study)
        return "valid"
    assert mistakes
    assert report.startswith("The scenario is not valid: ")
    assert len(report) < 150_000
    assert all(c.isprintable() or c == "\n" or unicodedata.category(c) == "Zs" for c in report)
    return report


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A file beside the scenarios that ship, to be overwritten."""
    folder = tmp_path_factory.mktemp("fuzz")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "case.yaml"


def written(case, text):
    case.write_bytes(text.encode("utf-8", "surrogatepass"))
    return case


# --- any document -----------------------------------------------------------------------------

words = st.sampled_from(KEYS) | st.text(max_size=12) | st.sampled_from(SIGNS + QUANTITIES)
documents = st.recursive(
    words | st.none(),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | words, inside, max_size=5)
    ),
    max_leaves=25,
)


def flow(value: Any) -> str:
    """A document as YAML, its texts in double quotes with every odd sign escaped."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "~"
    escaped = (c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in value)
    return '"' + "".join(escaped) + '"'


@fuzzed
@given(documents)
def test_any_document_is_read_or_refused(case, document):
    assert answer(written(case, flow(document))) != "valid"


@fuzzed
@given(st.dictionaries(st.sampled_from(KEYS), documents, min_size=1, max_size=4))
def test_any_document_over_a_base_is_read_or_refused(case, document):
    answer(written(case, flow({"extends": BASE.name} | document)))


@fuzzed
@given(st.lists(words | st.text(max_size=40), max_size=30).map("".join))
def test_any_text_is_read_or_refused(case, text):
    assert answer(written(case, text)) != "valid"


@fuzzed
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(case, held):
    case.write_bytes(held)
    assert answer(case) != "valid"


# --- what was valid ---------------------------------------------------------------------------


def test_a_scenario_with_pieces_changed_is_read_or_refused(case):
    rng = random.Random(20)
    answers = [answer(written(case, mutated(TEXTS[BASE.name], rng))) for _ in range(60)]
    assert 3 < answers.count("valid") < 57


def test_a_what_if_with_pieces_changed_is_read_or_refused(case):
    rng = random.Random(21)
    answers = [answer(written(case, mutated(TEXTS[rng.choice(WHAT_IFS)], rng))) for _ in range(60)]
    assert 3 < answers.count("valid") < 57


# --- settings ---------------------------------------------------------------------------------

paths = st.lists(
    st.sampled_from([*KEYS, "pamidronate", "interferon", "[0]", "[7]", "0", ""])
    | st.text(max_size=5),
    max_size=6,
).map(".".join)
given_texts = st.one_of(
    st.text(max_size=30), st.tuples(paths, words | documents.map(flow)).map("=".join)
)


@fuzzed
@given(st.lists(given_texts, min_size=1, max_size=3))
def test_any_setting_is_read_or_refused(texts):
    answer(BASE, texts)
