"""The schema for editors: marks what is wrong, never what is right, and leaves no key out."""

import copy
import importlib
import pkgutil
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from pydantic_core import PydanticCustomError

from sim import evidence
from sim.cli.schema import schema as command
from sim.scenario import form as form_package
from sim.scenario import load
from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form
from sim.scenario.form.quantity import Quantity
from sim.scenario.schema.json_schema import as_text, schema
from sim.scenario.schema.patterns import as_json
from tests.format_page import page

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
SCENARIOS_BASE = ROOT / "scenarios" / "laroche2011.yaml"
BESIDE = {"value", "source", "note", "uncertainty", "assumption"}
WHOLE = schema()
DEFINITIONS = WHOLE["definitions"]
EDITOR = jsonschema.Draft7Validator(WHOLE)
QUANTITIES = {
    note
    for kind in vars(quantities).values()
    for note in getattr(kind, "__metadata__", ())
    if isinstance(note, Quantity)
}


class Yaml12(yaml.SafeLoader):
    """Editors read YAML 1.2, where `on` and `yes` are texts."""


Yaml12.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in kinds if not tag.endswith(":bool")]
    for letter, kinds in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text):
    return yaml.load(text, Yaml12)


def base():
    return read((ROOT / "scenarios" / "laroche2011.yaml").read_text(encoding="utf-8"))


def marked(document):
    """Paths that an editor would underline, of the innermost mistake of each."""
    found = set()
    for error in EDITOR.iter_errors(document):
        while error.context:
            error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.message))
        found.add(".".join(map(str, error.absolute_path)))
    return found


def changed(path, value):
    """The published study with the value at a path replaced, or added."""
    document = copy.deepcopy(base())
    *above, last = path.split(".")
    place = document
    for key in above:
        place = place[int(key) if isinstance(place, list) else key]
    place[last] = value
    return document


# --- what is right is not marked --------------------------------------------------------------


def test_the_schema_is_a_schema():
    jsonschema.Draft7Validator.check_schema(WHOLE)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenarios_that_ship_have_no_mark(path):
    assert marked(read(path.read_text(encoding="utf-8"))) == set()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("therapies.pamidronate.given", "2 of 10"),
        ("therapies.pamidronate.given", {"value": "80 %", "source": "own-facts.yaml"}),
        ("therapies.pamidronate.given", {"value": "80 %", "source": ["hernandez2010", "a.yaml"]}),
        ("therapies.pamidronate.schedule", [{"every": "6 months", "note": "twice a year"}]),
        ("therapies.pamidronate.schedule", {"value": [{"every": "6 months"}], "note": "x"}),
        ("therapies.pamidronate.start", "3 months"),
        ("therapies.pamidronate.start", {"after": "interferon", "wait": "1 month"}),
        ("therapies.interferon.intolerance", {"weibull": {"shape": 1, "scale": "9 months"}}),
        ("cohort.weight", {"normal": {"median": "68 kg", "iqr": ["60 kg", "75 kg"]}}),
        ("cohort.weight", {"normal": {"mean": "68 kg", "se": "2 kg", "n": 40}}),
        ("accrual", "compound"),
        ("accrual", {"plateau": {"months": "24 months"}}),
        ("visits.dxa", "every 6 months"),
        ("fractures.sites.hip.gradient", "2.6"),  # as `gradient: "2.6"`
        ("fractures.sites.hip.gradient", "1e-1"),  # text in YAML 1.1, a number in 1.2
        ("title", 2011),  # `title: 2011` is text to the program
        ("subgroups", {"women": {"sex": "female", "age": {"below": "50 years"}}}),
    ],
)
def test_every_way_to_say_it_passes(path, value):
    assert marked(changed(path, value)) == set()


def test_what_the_program_reads_the_schema_lets_pass():
    """And where it refuses a unit, the schema does too."""
    numbers = ["0", "1", "-1", "+2", "2.5", ".5", "5.", "007", "99.9", "100", "101", "1e-3", "2E1"]
    refused = 0
    for quantity in QUANTITIES:
        check = jsonschema.Draft7Validator(as_json(quantity))
        for unit in [*quantity.units, "", "furlongs", "%", "mg", "years"]:
            for text in [f"{number}{space}{unit}" for number in numbers for space in ("", " ")]:
                text = text.strip()
                try:
                    quantity.read(text)
                except PydanticCustomError as error:
                    if error.type == "quantity" and unit not in quantity.units:
                        assert not check.is_valid(text), (quantity.name, text)
                        refused += 1
                else:
                    assert check.is_valid(text), (quantity.name, text)
                    assert check.is_valid(read(text)), (quantity.name, text)
    assert refused > 1000


# --- what is wrong is marked ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("therapies.pamidronate.given", {"valu": "80 %"}),
        ("therapies.pamidronate.given", 80),
        ("therapies.pamidronate.given", "80"),
        ("therapies.pamidronate.given", "120 %"),
        ("therapies.pamidronate.given", "-5 %"),
        ("therapies.pamidronate.given", None),
        ("therapies.pamidronate.given.value", "120 %"),
        ("therapies.pamidronate.infusion", "1 MU"),
        ("therapies.pamidronate.exposure.half_life", 45),
        ("therapies.pamidronate.schedule.0.every", "1 moth"),
        ("cohort.age.normal.mean", "52 kg"),
        ("cohort.patients", "many"),
        ("fractures.sites.hip.gradient", 230),
        ("cohort.source", "laroche2012"),
        ("answers", "laroche2012"),
        ("mortality.life_table", "france2020"),
        ("accrual", "plateau"),
        ("visits.dxa", "evry 3 months"),
        ("arms.combination", "interferon"),
    ],
)
def test_a_wrong_value_is_marked(path, value):
    assert marked(changed(path, value)) == {path}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("cohort.femal", "50 %"),
        ("therapies.pamidronate.givn", "80 %"),
        ("therapies.pamidronate.course", "2 MU"),
        ("therapies.interferon.fralty_sd", 1),
        ("effects.none.spin", {"mean": "1 %/year", "sd": "1 %/year"}),
        ("cohort.age.normal.sdd", "1 years"),
    ],
)
def test_a_misspelt_key_is_marked(path, value):
    assert path.rpartition(".")[0] in marked(changed(path, value))


def test_a_whole_file_needs_its_keys_and_a_change_does_not():
    document = base()
    del document["seed"]
    del document["cohort"]["age"]
    assert marked(document) == {"", "cohort"}
    assert marked({"extends": "laroche2011.yaml", **document}) == set()
    assert marked({"extends": "laroche2011.yaml", "cohort": {"femal": "5 %"}}) == {"cohort"}


def test_in_a_change_nothing_removes():
    removed = {"therapies": {"interferon": None}, "visits": {"markers": None}, "answers": None}
    assert marked({"extends": "laroche2011.yaml", **removed}) == set()
    assert marked({**base(), "horizon": None}) == {"horizon"}


# --- nothing is left out ----------------------------------------------------------------------


def forms():
    """Every form of a scenario file; a publication has a format of its own."""
    for info in pkgutil.iter_modules(form_package.__path__, f"{form_package.__name__}."):
        module = importlib.import_module(info.name)
        for kind in vars(module).values():
            own = isinstance(kind, type) and kind.__module__ == info.name
            if (
                own
                and issubclass(kind, Form)
                and not info.name.endswith((".quantities", ".publication", ".simulated"))
            ):
                yield kind


def definitions_of(form):
    """The definitions of a form: MeanSd is there once for each quantity."""
    name = rf"(spread-of-)?{form.__name__}(-of-[\w-]+)?([.]change)?"
    return [made for key, made in DEFINITIONS.items() if re.fullmatch(name, key)]


def mapping_in(definition):
    return next(
        option
        for option in [definition, *definition.get("anyOf", [])]
        if set(option.get("properties", {})) - BESIDE
    )


@pytest.mark.parametrize("form", list(forms()), ids=lambda form: form.__name__)
def test_every_key_of_every_form_is_there(form):
    found = definitions_of(form)
    assert found
    for definition in found:
        keys = {info.alias or name for name, info in form.model_fields.items()}
        assert keys <= set(mapping_in(definition)["properties"])
        assert mapping_in(definition)["additionalProperties"] is False


def own_keys():
    for name, definition in DEFINITIONS.items():
        for option in [definition, *definition.get("anyOf", [])]:
            for key, value in option.get("properties", {}).items():
                if key not in BESIDE:
                    yield name, key, value


def test_every_key_is_explained_in_a_sentence():
    for name, key, value in own_keys():
        first = value.get("description", "").partition("\n\n")[0]
        assert first.endswith("."), (name, key)
        assert 10 < len(first) <= 120, (name, key, first)


def test_examples_and_defaults_are_right_themselves():
    count = 0
    for name, key, value in own_keys():
        check = jsonschema.Draft7Validator({**value, "definitions": DEFINITIONS})
        for text in value.get("examples", []) + [value[k] for k in ("default",) if k in value]:
            assert check.is_valid(text), (name, key, text)
            count += 1
    assert count > 100


def test_sources_are_the_publications_of_the_project():
    known = DEFINITIONS["source"]["anyOf"][0]
    assert known["enum"] == ["assumption", *evidence.keys()]
    assert len(known["enum"]) == len(known["enumDescriptions"])


# --- what is committed ------------------------------------------------------------------------


def test_the_command_prints_and_writes_what_is_committed(tmp_path):
    committed = (ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8")
    assert as_text() == committed, "make it anew: mastosim schema --out scenarios/schema.json"
    printed = CliRunner().invoke(command, [])
    assert printed.output == committed
    written = CliRunner().invoke(command, ["--out", str(tmp_path / "s.json")])
    assert written.exit_code == 0
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == committed


def test_the_schema_names_no_address_but_its_dialect():
    assert re.findall(r"\w+://[^\"]+", as_text()) == ["http://json-schema.org/draft-07/schema#"]
    assert "$id" not in as_text()


def test_the_page_of_the_format_is_what_is_committed():
    assert (ROOT / "docs" / "format.md").read_text(encoding="utf-8") == page()


def test_the_page_has_every_key_and_no_giant_cell():
    text = page()
    for name, key, value in own_keys():
        if not name.endswith(".change"):
            said = value["description"].partition("\n\n")[0]
            row = rf"\| `{key}` \| {re.escape(said)} \|"
            assert re.search(row, text), (name, key)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert max(len(cell) for row in rows for cell in row.split("|")) < 150
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert all(len({row.count(" | ") for row in block.splitlines()[2:]}) == 1 for block in blocks)


def test_the_change_on_the_page_is_a_valid_file(tmp_path):
    (tmp_path / "laroche2011.yaml").write_bytes(SCENARIOS_BASE.read_bytes())
    (block,) = re.findall(r"```yaml\n(extends.*?)```", page(), re.DOTALL)
    (tmp_path / "change.yaml").write_text(block)
    study_ = load(tmp_path / "change.yaml", ["therapies.pamidronate.schedule[0].every=2 months"])
    assert list(study_.scenario.arms) == ["pamidronate"]
