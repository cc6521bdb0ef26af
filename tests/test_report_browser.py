"""The page in a browser: three widths, both themes, with the network off, on paper, by keyboard.

The browser is the system's Chromium; where there is none these tests are skipped.
"""

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = (390, 820, 1280)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(page_of_few):
    return page_of_few[1]


@pytest.fixture
def opened(browser, file):
    """Open the page in a window; what it complains of and asks for ends the test."""
    complaints, contexts = [], []

    def open_page(width=1280, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: complaints.append(asked.url) if asked.url != file.as_uri() else None,
        )
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.share(6)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_as_wide_as_the_window_and_shows_one_drawing_of_each_figure(
    opened, width, scheme
):
    page = opened(width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    figures = page.locator("figure:not([hidden])").all()
    assert len(figures) >= 3
    for figure in figures:
        assert figure.locator("svg:visible").count() == 1


@pytest.mark.share(2)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing_serious(opened, scheme):
    found = Axe().run(opened(820, scheme)).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in serious] == []


def test_a_patient_is_picked_by_the_keyboard(opened):
    page = opened()
    lives = page.locator(".life")
    assert lives.count() == 2
    assert [lives.nth(i).is_visible() for i in range(2)] == [True, False]
    page.locator("input[name=life]").first.focus()
    page.keyboard.press("ArrowRight")
    assert [lives.nth(i).is_visible() for i in range(2)] == [False, True]


def test_assumptions_are_filtered_and_found_by_a_word(opened):
    page = opened()
    rows, shown = page.locator("#inputs-table tr[data-basis]"), page.locator("form.filter output")
    every = rows.count()
    assumed = page.locator('#inputs-table tr[data-basis="assumed"]').count()
    page.locator("#basis").select_option("assumed")
    assert shown.text_content() == f"{assumed} of {every} inputs"
    page.locator("#find").fill("interferon")
    assert 0 < page.locator("#inputs-table tr[data-basis]:visible").count() < assumed


def test_a_table_is_sorted_within_its_parts_and_copied_with_all_digits(opened, page_of_few):
    page = opened()
    table = page.locator("#reported table")
    table.get_by_role("button", name="Published").click()
    published = [
        float(text)
        for text in table.locator("tbody tr td:nth-child(3) data:first-child").evaluate_all(
            "all => all.map(x => x.value)"
        )
    ]
    assert published == sorted(published)
    copied = page.evaluate("asText(document.querySelector('#results table'))")
    estimates = page_of_few[0].table("summary")["estimate"]
    numbers = {float(x) for x in re.findall(r"(?<=\t)-?\d+\.?\d*(?=\t|\n)", copied)}
    assert len(numbers & set(estimates)) > 30


def test_on_paper_the_page_has_margins_and_no_controls(opened):
    page = opened()
    page.emulate_media(media="print")
    assert page.locator("button:not(th button):visible, .filter:visible, nav:visible").count() == 0
    printed = page.pdf(format="A4")
    assert 5 < printed.count(b"/Type /Page\n") + len(re.findall(rb"/Type\s*/Page\b", printed)) < 80
