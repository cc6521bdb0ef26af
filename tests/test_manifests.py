"""Manifests with other content than mastosim writes: refused with the place, never a traceback."""

import json
import random
from contextlib import suppress
from pathlib import Path

import pytest

from sim import results
from sim.errors import RequestError
from sim.experiments.kinds import run as kept_run
from sim.scenario import load
from sim.scenario.checks.publications import shipped
from sim.scenario.form.publication import from_plain
from tests.conftest import resealed

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
SETTINGS = ["cohort.patients=12", "horizon=6 months", "visits.markers=[6 months]"]
VERBS = (("list", "--out"), ("show",), ("explain", "--patient", 1), ("extend", "--patients", 14))
STRANGE: tuple[object, ...] = (
    None, "", [], {}, -1, 0, 1.5, True, "x", "9" * 5000, "\ud800", {"a": 1}, [["a"]], 1e300, 10**30,
)  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A small run of a scenario with a publication of the user's own."""
    root = tmp_path_factory.mktemp("kept")
    (root / "own.yaml").write_text(
        "extends: laroche2011.yaml\nname: own\nanswers: series.yaml\n", encoding="utf-8"
    )
    for name, text in (("laroche2011.yaml", BASE), ("series.yaml", ROOT / SERIES)):
        (root / name).write_text(text.read_text(encoding="utf-8"), encoding="utf-8")
    return kept_run.make(load(root / "own.yaml", SETTINGS), root / "out", "outcomes")


SERIES = "sim/evidence/laroche2011.yaml"


@pytest.fixture
def manifest(kept):
    """The manifest of the run, which is whole again after the test."""
    path = kept / "manifest.json"
    text = path.read_text(encoding="utf-8")
    yield path
    path.write_text(text, encoding="utf-8")


def each_verb(mastosim, folder, out):
    """What each verb says of a result."""
    for verb, *words in VERBS:
        where = (folder.parents[1],) if verb == "list" else ()
        place = () if verb == "list" else (folder,)
        more = ("-q", "--out", out) if verb == "extend" else ()
        told = mastosim(verb, *place, *words, *where, *more)
        assert "a bug" not in told.stderr, told.stderr
        assert "Traceback" not in told.stderr
        yield verb, told


def changed(tree, path, value):
    """A tree with another value at a path."""
    if not path:
        return value
    first, *rest = path
    if isinstance(tree, list):
        return [changed(part, rest, value) if at == first else part for at, part in enumerate(tree)]
    return {**tree, first: changed(tree.get(first, {}), rest, value)}


def paths(tree, path=()):
    """Every path in a tree."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, part in parts:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from paths(part, (*path, key))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("options", "engine"), "foo", "options.engine: Input should be 'simpy' or 'batch'"),
        (("options", "kept"), "foo", "options.kept: is not a key here"),
        (("options", "keep"), "foo", "options.keep: Input should be 'all', 'tables' or"),
        (("options", "patients"), "many", "options: `patients` is not a whole number"),
        (
            ("studies", 0, "publications", "series.yaml", "facts", 0, "value"), "ten",
            "studies[0].publications.series.yaml.facts[0].value: ",
        ),
        (("studies", 0, "publications", "series.yaml"), {}, "series.yaml.citation: is missing"),
        (("studies", 0, "document", "seed"), "9" * 5000, "has a `seed` that is not a whole number"),
        (("details",), [], "details: Input should be an object"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seals", [False, True])
def test_a_manifest_is_read_by_forms(path, value, said, seals, manifest, mastosim, tmp_path):
    tree = changed(json.loads(manifest.read_text(encoding="utf-8")), path, value)
    manifest.write_text(json.dumps(tree))
    if seals:
        with suppress(RequestError):  # which cannot be read with whatever seal
            resealed(manifest.parent)
    for verb, told in each_verb(mastosim, manifest.parent, tmp_path):
        if verb != "list" or path[0] != "options":
            assert said in " ".join(told.stderr.split()), verb
    assert not [*tmp_path.iterdir()], "nothing was written"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000 + "]" * 100_000, "is damaged: it is nested too deep"),
        ('{"form": ' + "[" * 100_000 + "]" * 100_000 + "}", "is damaged: it is nested too deep"),
        ('{"form": 2, "kind": "\\ud800"}', "is damaged"),
        ('{"form": 2, "mastosim": "\\ud800"}', "is damaged"),
        ('{"form": ' + "9" * 5000 + "}", "is damaged"),
    ],
)
def test_json_that_is_hostile_is_damaged(text, said, manifest, mastosim, tmp_path):
    manifest.write_text(text)
    for _, told in each_verb(mastosim, manifest.parent, tmp_path):
        assert said in " ".join(told.stderr.split())


@pytest.mark.share(3)
@pytest.mark.parametrize("seed", range(30))
def test_any_value_in_any_place_is_no_traceback(seed, manifest, mastosim, tmp_path):
    rng = random.Random(seed)
    tree = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(changed(tree, rng.choice([*paths(tree)]), rng.choice(STRANGE))))
    if seed % 2:
        with suppress(RequestError, UnicodeEncodeError):
            resealed(manifest.parent)
    assert len([*each_verb(mastosim, manifest.parent, tmp_path)]) == len(VERBS)


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "sim/evidence").glob("*.y*")))
def test_a_publication_is_the_same_again_from_its_plain_values(name):
    assert from_plain(shipped(name)).plain == shipped(name)


def test_the_publications_of_a_study_are_read_back(kept):
    study = results.open(kept).study
    assert study.publications["series.yaml"] == shipped("laroche2011")
