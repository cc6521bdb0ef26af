"""Citations: complete for what numbers rest on, honest about what is not known, and readable."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from sim import evidence
from sim.cli.cite import cite as command
from sim.display.citations import SOFTWARE, Cited, as_bibtex, as_csl, as_text, cite, cited
from sim.display.citations.bibtex import escaped
from sim.display.citations.publications import Person, missing, person
from sim.errors import RequestError
from sim.scenario import load

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
BASE = ROOT / "scenarios" / "laroche2011.yaml"
OF_INSTITUTIONS = {
    "ccam2006", "france2019", "germany2016_2018", "has2020", "moniteur2025", "peginterferon2025",
    "product_information", "roferon2020", "usa2017", "zoledronate2020",
}  # fmt: skip
"""Tables and texts without a journal."""

OWN = """\
citation:
  authors: [Smith_J AB, "Veer, Eva", World Health Organization]
  title: 50 % more {bone} & less pain\\, at ~5 $ for no.#1
  journal: J_Bone
  volume: "3"
seen: abstract
facts: []
"""

# Of csl-data.json, version 1.0.2: the fields that are written here, and what they may hold.
CSL: dict[str, type] = {
    "id": str, "type": str, "title": str, "author": list, "issued": dict, "container-title": str,
    "volume": str, "issue": str, "page": str, "DOI": str, "PMID": str, "note": str, "annote": str,
    "version": str,
}  # fmt: skip
CSL_TYPES = {"article-journal", "document", "software"}


def mastosim(*words):
    return CliRunner().invoke(command, [*map(str, words)])


def entries(text):
    """BibTeX taken apart by hand: type, key and fields of each entry; braces have to balance."""
    found, at = [], 0
    for match in re.finditer(r"@(\w+)\{([^,{}\s]+),\n", text):
        assert match.start() >= at, "an entry begins within another"
        fields, place = {}, match.end()
        while not text.startswith("}", place):
            name = re.compile(r"  (\w+) = \{").match(text, place)
            assert name, text[place : place + 80]
            end = closing(text, name.end())
            fields[name[1]] = text[name.end() : end]
            assert text.startswith(",\n", end + 1)
            place = end + 3
        found.append((match[1], match[2], fields))
        at = place + 1
    assert re.sub(r"\s", "", text[at:]) == ""
    return found


def closing(text, place):
    """Where the brace closes that opened just before a place; BibTeX counts every brace."""
    depth = 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        place += 1
    return place - 1


@pytest.fixture
def own(tmp_path):
    """A scenario with a publication of the user's own, which TeX would stumble over."""
    (tmp_path / "own.yaml").write_text(OWN)
    assumed, own = "female: {value: 50 %, source: assumption}", "[own.yaml, laroche2011]"
    text = BASE.read_text().replace(assumed, assumed.replace("assumption", own))
    (tmp_path / "mine.yaml").write_text(text)
    return load(tmp_path / "mine.yaml")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_everything_that_numbers_rest_on_is_cited_in_every_format(scenario):
    study = load(scenario)
    expected = {key for number in study.numbers for key in number.sources} - {"assumption"}
    shipped = study.scenario.mortality.life_table.shipped
    assert shipped is not None
    expected.add(shipped)
    if study.scenario.answers is not None:
        expected.add(study.scenario.answers)
    assert {each.key for each in cited(study)} == expected
    found = entries("\n".join(as_bibtex(study)))
    assert {key for _, key, _ in found} == expected | {"mastosim"}
    assert len(found) == len(expected) + 1
    assert {item["id"] for item in as_csl(study)} == expected | {f"mastosim-{SOFTWARE['version']}"}
    text = "\n".join(as_text(study))
    assert all(f"[{key}]" in text for key in expected)
    assert f"is based on {len(expected)} publications" in text


@pytest.mark.parametrize("key", evidence.keys())
def test_every_publication_can_be_cited_as_far_as_it_is_known(key):
    held = evidence.publication(key)
    each = Cited(key, held["citation"], held["seen"], held.get("note", ""), ("a.b",), ())
    assert len(each.people) == len(held["citation"]["authors"])
    for part in ("authors", "title", "journal", "year", "volume", "pages"):
        is_asked = key not in OF_INSTITUTIONS or part in ("authors", "title", "year")
        assert (part in each.unknown) == (is_asked and not held["citation"].get(part))
    assert ("recalled" in each.completeness) == (held["seen"] == "recalled")


@pytest.mark.parametrize("form", ["text", "bibtex", "csl"])
def test_the_command_prints_each_format(form):
    told = mastosim(BASE, "--format", form)
    assert told.exit_code == 0
    assert "Laroche" in told.stdout
    study = load(BASE)
    if form == "csl":
        assert json.loads(told.stdout) == as_csl(study)
    else:
        lines = as_text(study) if form == "text" else as_bibtex(study)
        assert told.stdout == "\n".join(lines) + "\n"


def test_another_form_is_refused():
    with pytest.raises(RequestError, match="'ris' of references; allowed: text, bibtex, csl"):
        cite(load(BASE), "ris")


def test_the_paper_is_cited_as_it_is_printed():
    text = "\n".join(as_text(load(BASE)))
    assert (
        "Laroche M, Livideanu C, Paul C, Cantagrel A. Interferon alpha and pamidronate in "
        "osteoporosis with fracture secondary to mastocytosis. American Journal of Medicine "
        "2011;124(8):776-778. doi 10.1016/j.amjmed.2011.02.038. PMID 21787907."
    ) in text
    assert "its results are compared with the simulated ones; 39 numbers (" in text


def test_what_is_not_known_is_said_and_not_made_up():
    text = "\n".join(as_text(load(BASE)))
    assert "[authors not known] Biological variation in bone-derived biochemical markers" in text
    assert "seen: abstract; unknown: authors" in text
    assert "recalled, not seen; unknown: authors, title, journal, year" in text
    found = {key: fields for _, key, fields in entries("\n".join(as_bibtex(load(BASE))))}
    assert "author" not in found["balp_variation"]
    assert set(found["hologic_reference"]) == {"note", "annote"}
    assert "seen: summary page\n" in text  # a table of an institution has no journal or pages


def test_a_publication_whose_citation_lacks_a_part_has_a_note_on_it():
    """Who reads `unknown: volume` also reads why."""
    without = [
        key
        for key in sorted(evidence.keys())
        if missing((paper := evidence.publication(key))["citation"]) and not paper.get("note")
    ]
    assert without == []


def test_publications_stand_by_first_author():
    authors = [str(p.citation["authors"][0]) for p in cited(load(BASE)) if p.citation["authors"]]
    assert authors == sorted(authors, key=str.casefold)
    assert len(authors) > 8


def test_what_rests_on_a_publication_is_counted_by_kind():
    numbers = ("cohort.age", "cohort.weight", "horizon", "effects.none.spine")
    each = Cited("x", {}, "abstract", "", numbers, ("the life table",))
    assert each.uses == (
        "the life table; 4 numbers (cohort 2, horizon 1, effects 1): "
        "cohort.age, horizon, effects.none.spine, ..."
    )
    assert Cited("x", {}, "abstract", "", ("a.b",), ()).uses == "1 number: a.b"


@pytest.mark.parametrize(
    ("name", "family", "given", "is_institution"),
    [
        ("Laroche M", "Laroche", "M.", False),
        ("Wolffenbuttel BHR", "Wolffenbuttel", "B. H. R.", False),
        ("van der Veer E", "van der Veer", "E.", False),
        ("Oude Elberink JNG", "Oude Elberink", "J. N. G.", False),
        ("Dupont J-P", "Dupont", "J. P.", False),
        ("Étienne É", "Étienne", "É.", False),
        ("Black", "Black", "", False),
        ("Veer, Eva", "Veer", "Eva", False),
        ("World Health Organization", "World Health Organization", "", True),
    ],
)
def test_names_are_taken_apart(name, family, given, is_institution):
    assert person(name) == Person(family, given, is_institution)


def test_bibtex_of_the_paper():
    (paper,) = [e for e in entries("\n".join(as_bibtex(load(BASE)))) if e[1] == "laroche2011"]
    kind, _, fields = paper
    assert kind == "article"
    assert fields["author"] == "Laroche, M. and Livideanu, C. and Paul, C. and Cantagrel, A."
    assert fields["volume"] == "124"
    assert fields["number"] == "8"
    assert fields["pages"] == "776--778"
    assert fields["doi"] == "10.1016/j.amjmed.2011.02.038"


def test_signs_that_mean_something_to_tex_are_escaped(own):
    found = {key: fields for _, key, fields in entries("\n".join(as_bibtex(own)))}
    fields = found["own.yaml"]
    assert fields["title"] == (
        r"{50 \% more \textbraceleft{}bone\textbraceright{} \& less pain\textbackslash{}, at "
        r"\textasciitilde{}5 \$ for no.\#1}"
    )
    assert fields["author"] == r"Smith\_J, A. B. and Veer, Eva and {World Health Organization}"
    assert fields["journal"] == r"J\_Bone"
    assert fields["volume"] == "3"
    assert "number" not in fields
    assert escaped("interferon-α") == r"interferon-{$\alpha$}"
    assert len(found["laroche2011"]["author"]) > 20


def test_keys_are_unlike_each_other_even_for_bibtex(own, monkeypatch):
    first = cited(own)[0]
    again = [Cited(key, first.citation, "abstract", "", (), ()) for key in
             ("Smith 2010", "smith-2010", "mastosim")]  # fmt: skip
    monkeypatch.setattr("sim.display.citations.bibtex.cited", lambda study: again)
    keys = [key for _, key, _ in entries("\n".join(as_bibtex(own)))]
    assert keys == ["Smith-2010", "smith-2010-2", "mastosim", "mastosim-2"]


def test_csl_holds_what_its_schema_allows(own):
    items: list[dict[str, Any]] = json.loads(json.dumps(as_csl(own)))
    for item in items:
        assert {"id", "type"} <= set(item) <= set(CSL)
        assert item["type"] in CSL_TYPES
        for name, value in item.items():
            assert type(value) is CSL[name], (item["id"], name)
            assert value, (item["id"], name)
        for name in item.get("author", []):
            assert set(name) <= {"family", "given"} or set(name) == {"literal"}
        for part, dates in item.get("issued", {}).items():
            assert part == "date-parts"
            assert all(type(number) is int for number in dates[0])
    by_id = {item["id"]: item for item in items}
    assert by_id["laroche2011"]["issue"] == "8"
    assert by_id["laroche2011"]["PMID"] == "21787907"
    assert by_id["laroche2011"]["issued"] == {"date-parts": [[2011]]}
    assert by_id["own.yaml"]["author"][-1] == {"literal": "World Health Organization"}
    assert "issued" not in by_id["own.yaml"]
    assert by_id["vanderveer2012"]["author"] == [{"family": "van der Veer", "given": "E."}]


def test_mastosim_is_cited_as_its_citation_file_says():
    held = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert SOFTWARE["title"] == held["title"]
    assert SOFTWARE["version"] == str(held["version"])
    assert SOFTWARE["license"] == held["license"]
    assert [SOFTWARE["author"]] == [author["name"] for author in held["authors"]]
    last = list(as_text(load(BASE)))[-1].strip()
    assert last == f"{held['authors'][0]['name']}. mastosim, version {held['version']}."
