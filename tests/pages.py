"""The pages for people, README first, with their blocks, links and headings."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
BLOCK = re.compile(r"^(<!-- fragment -->\n)?```(\w*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A block of a page; a fragment is part of a file and not a file."""

    language: str
    text: str
    is_fragment: bool


def text_of(page: Path) -> str:
    """The text of a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path, *languages: str) -> list[Block]:
    """The blocks of a page in these languages, from top to bottom."""
    return [
        Block(language, text, bool(fragment))
        for fragment, language, text in BLOCK.findall(text_of(page))
        if language in languages
    ]


def saved(page: Path) -> dict[str, str]:
    """The files that a page tells the reader to save, by name."""
    named = r"`([\w-]+\.yaml)`[^`]*\n\n(?:<!-- fragment -->\n)?```yaml\n(.*?)```"
    return dict(re.findall(named, text_of(page), re.DOTALL))


def links(page: Path) -> Iterator[tuple[str, str]]:
    """File and heading of each link that stays in the checkout; both empty for none."""
    yield from LINK.findall(re.sub(r"`[^`\n]*`", "", BLOCK.sub("", text_of(page))))


def anchors(page: Path) -> set[str]:
    """What a link may name after `#`, as GitHub and the site make it of each heading."""
    headings = HEADING.findall(BLOCK.sub("", text_of(page)))
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings}
