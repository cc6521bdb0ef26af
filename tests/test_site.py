"""The pages hang together: each is in a drawer, each link has an end, and the site builds."""

import re
import runpy
import warnings

import pytest

import sim
from sim.display.figures import OF_KIND
from tests import docs_figures, listed_pages
from tests.pages import DOCS, PAGES, ROOT, anchors, links, text_of

BUILT_WITH = r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//'
"""A script, style, font or picture from the network; links of a sentence are no part of it."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page):
    for name, heading in links(page):
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), name
        assert not heading or heading in anchors(target), f"{name}#{heading}"


def test_every_page_is_in_one_drawer():
    index = text_of(DOCS / "index.md")
    drawers = re.findall(r"^## (\w[\w-]*)", index, re.MULTILINE)
    assert drawers == ["Tutorials", "How-to", "Reference", "Explanation"]
    listed = re.findall(r"^- \[.*\]\(([\w-]+\.md)\)", index, re.MULTILINE)
    assert sorted(listed) == sorted({page.name for page in DOCS.glob("*.md")} - {"index.md"})


def test_every_public_name_is_described():
    described = re.findall(r"^\.\. auto\w+:: (\w+)$", text_of(DOCS / "api.md"), re.MULTILINE)
    assert {*described, "__version__", "results"} == {*sim.__all__}


@pytest.mark.parametrize("name", listed_pages.PAGES)
def test_tables_of_what_ships_are_up_to_date(name):
    assert text_of(DOCS / name) == listed_pages.with_table(name)


def test_every_figure_is_explained_once():
    explained = re.findall(r"^### `(\w+)`$", text_of(DOCS / "figures.md"), re.MULTILINE)
    names = [name for kind in OF_KIND.values() for name in kind.names]
    assert sorted(explained) == sorted([*names, "life"])


@pytest.mark.validation
def test_the_pictures_of_the_model_are_those_of_today(tmp_path):
    docs_figures.draw(tmp_path)
    for name in ("model.svg", "life.svg", "guide.svg", "power.svg"):
        assert (tmp_path / name).read_bytes() == (docs_figures.FOLDER / name).read_bytes()


def test_formulas_are_drawn_without_a_script():
    conf = runpy.run_path(str(DOCS / "conf.py"))
    assert conf["html_math_renderer"] == "mathml"
    drawn = conf["convert"](r"\bar D = \frac{1}{T} \sum_i d_i")
    assert drawn.startswith("<math")
    assert "<mfrac>" in drawn


@pytest.mark.validation
def test_the_site_builds_without_a_warning_and_is_read_offline(tmp_path):
    from sphinx.cmd.build import build_main

    site = tmp_path / "site"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that build it
        code = build_main(["-W", "-q", "-d", str(tmp_path / "d"), str(DOCS), str(site)])
    assert code == 0
    pages = [*site.rglob("*.html")]
    assert len(pages) > len([*DOCS.glob("*.md")])
    for page in pages:
        assert not re.search(BUILT_WITH, text_of(page)), page.name
    for style in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?https?:|@import", text_of(style)), style.name
    assert "<math" in text_of(site / "model.html") or "$" not in text_of(DOCS / "model.md")
    assert "Parameters" in text_of(site / "api.html")


def test_make_has_a_target_for_the_site():
    assert "\ndocs: " in text_of(ROOT / "Makefile")
