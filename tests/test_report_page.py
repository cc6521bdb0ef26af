"""The page of a result: its numbers are those of the tables, its texts are escaped, it is whole."""

import re
import shutil
from html.parser import HTMLParser

import pandas as pd
import pytest

from sim import results
from sim.display.figures import form
from sim.reports import page
from sim.reports.page import colours, inline_svg, values
from sim.reports.page.contents import Contents
from sim.reports.page.sections import outcomes
from sim.vocabulary import Arms
from tests.few_pictures import TITLE, few_pictures


class Page(HTMLParser):
    """Tags, texts and links of a page; a tag that is not closed is an error."""

    VOID = frozenset({"meta", "input", "br", "link"})

    def __init__(self, text):
        super().__init__()
        self.open: list[str] = []
        self.tags, self.names, self.targets, self.numbers = [], [], [], []
        self.loads, self.images = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.tags.append(tag)
        self.names += [held["id"]] if "id" in held else []
        self.targets += [held["href"]] if "href" in held else []
        self.loads += [held[key] for key in ("src", "action", "data") if key in held]
        self.numbers += [held["value"]] if tag == "data" else []
        self.images += [held] if held.get("role") == "img" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def kept(page_of_few):
    """A small run whose title and question would harm a page that did not escape them."""
    return page_of_few[0]


@pytest.fixture(scope="module")
def text(page_of_few):
    return page_of_few[1].read_text(encoding="utf-8")


def test_progress_counts_the_drawings_to_the_last(page_of_few):
    told = [[done, 8] for done in range(1, 9)]
    assert page_of_few[2] == told, "two of 2 figures and 2 patients"


@pytest.fixture(scope="module")
def parsed(text):
    return Page(text)


def test_what_a_user_wrote_is_text_and_no_tag(text, parsed):
    assert "&lt;script&gt;alert" in text
    assert TITLE not in text
    assert "<b>bold</b>" not in text
    assert parsed.tags.count("script") == 1


def test_the_page_loads_nothing(text, parsed):
    assert parsed.loads == []
    assert [target for target in parsed.targets if not target.startswith("#")] == []
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org)", text)
    assert "default-src 'none'" in text


def test_names_are_unique_and_every_link_has_its_target(parsed):
    assert len(parsed.names) == len(set(parsed.names))
    assert {target[1:] for target in parsed.targets} <= set(parsed.names)


def test_every_picture_is_described(parsed):
    assert len(parsed.images) >= 8
    assert all(len(image["aria-label"]) > 30 for image in parsed.images)


def test_every_number_of_the_table_is_that_of_the_file(kept, parsed):
    summary = kept.table("summary")
    rows = summary[summary["subgroup"] == "all"]
    last = rows.groupby(["arm", "against_arm", "outcome"])["time"].transform("max")
    rows = rows[rows["time"] == last].dropna(subset=["estimate"])
    rows = rows[(rows["high"] > rows["low"]) | (rows["carriers"] > 0)]
    assert len(rows) > 40
    shown = {*map(float, parsed.numbers)}
    for name in ("estimate", "low", "high"):
        assert set(rows.loc[rows["high"] > rows["low"], name]) <= shown, name


def test_the_same_result_gives_the_same_page(kept, text):
    with few_pictures():
        assert page.html([kept]) == text


def test_of_a_result_of_outcomes_only_the_page_says_what_is_absent(kept, tmp_path):
    folder = tmp_path / kept.folder.name
    shutil.copytree(kept.folder, folder, ignore=shutil.ignore_patterns("*.parquet"))
    contents = Contents.of([results.open(folder)])
    from sim.reports.page.sections import figures as section

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(section, "COURSES", ("bone_course",))
        found = section.section(contents)
    assert found is not None
    assert "--keep outcomes" in found.facts["absent"]
    assert found.facts["pictures"] == []


def test_a_difference_has_the_interval_of_the_draws_and_an_arm_has_none():
    columns = ["arm", "against_arm", "outcome", "time", "uncertain_low", "uncertain_high"]
    rows = [("a", "", "deaths", 60, 1, 2), ("a", "b", "deaths", 12, 3, 4),
            ("a", "b", "deaths", 60, 5, 6), ("a", "b", "hip change", 60, 0, 0)]  # fmt: skip
    found = outcomes._by_cell(pd.DataFrame(rows, columns=columns))
    assert found == {("Deaths", Arms("a", "b")): (5, 6)}


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(37.81, 41.7, "37.8 to 41.7"), (0.0, 9.0, "0 to 9"), (-1.77, -0.16, "−1.77 to −0.16")],
)
def test_an_interval_is_read_as_it_is_filed(low, high, shown):
    html = values.limits(low, high)
    assert re.sub("<[^>]*>", "", html) == shown
    assert [*map(float, re.findall(r'value="([^"]*)"', html))] == [low, high]


def test_an_outcome_that_cannot_occur_says_so():
    assert "cannot occur" in values.aligned(0.0, 0.0, 0.0, 0.0)
    assert "cannot occur" not in values.aligned(0.0, 0.0, 0.0, 3.0)


def test_colours_keep_their_order_of_lightness_on_dark_paper():
    twins = [int(colours.on_dark(f"{grey:02x}" * 3)[:2], 16) for grey in range(0, 256, 15)]
    assert twins == sorted(twins, reverse=True)
    assert colours.on_dark("0b4484")[:2] < colours.on_dark("0b4484")[4:]  # blue stays blue


SVG = """<?xml version="1.0"?><svg width="9pt" viewBox="0 0 9 9" version="1.1">
<metadata><a/></metadata><defs><style type="text/css">*{x}</style></defs>
<g id="figure_1"><defs><path id="m1" d="M 0 1.23456
L 2 3" style="stroke: #444444"/></defs><use xlink:href="#m1" clip-path="url(#p1)"/>
<!-- A --><defs><path id="DejaVuSans-41" d="M 1 1
z" transform="scale(0.015625)"/></defs><use xlink:href="#DejaVuSans-41"/></g></svg>"""


def test_names_in_a_drawing_are_its_own_and_letters_are_shared():
    drawn = inline_svg.of_text(SVG, "here")
    assert drawn.view_box == "0 0 9 9"
    assert 'id="here-m1" d="M 0 1.23 L 2 3" style="stroke: var(--x444444)"' in drawn.drawing
    assert 'href="#here-m1" clip-path="url(#here-p1)"' in drawn.drawing
    assert 'href="#DejaVuSans-41"' in drawn.drawing
    assert [*drawn.glyphs] == ["DejaVuSans-41"]
    assert not re.search("metadata|<style|<!--|figure_1", drawn.drawing)


def test_words_of_a_figure_are_kept_where_title_and_caption_are_left_out():
    from sim.display.figures.page import Page as Printed
    from sim.display.figures.page import words_of
    from sim.display.figures.style import styled

    bare = form.Form(heading="Heading", changed="Changed.", has_caption=False, has_title=False)
    with styled(), form.formed(bare):
        printed = Printed(100, 10, "Title", [], ["Caption."])
    assert words_of(printed.figure) == ["Heading", "Title", "Caption.", "Changed."]
    assert [text.get_text() for text in printed.figure.texts] == []
