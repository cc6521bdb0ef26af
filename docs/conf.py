"""The site of the documentation: `make docs` builds it into build/docs, to be read offline.

The navigation is made from docs/index.md: each section is a drawer, each of its links a page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from latex2mathml.converter import convert

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

sys.path.insert(0, str(Path(__file__).parents[1]))

from sim.version import __version__ as release

project = "mastosim"
version = release
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
napoleon_google_docstring = False
autodoc_typehints = "none"  # the section "Parameters" of each docstring has them in words
html_theme = "furo"
html_title = f"mastosim {release}"
html_math_renderer = "mathml"
html_show_sphinx = html_show_copyright = html_copy_source = False
highlight_language = "none"

DRAWER = re.compile(r"^## ([^:\n]+)(?::[^\n]*)?$", re.MULTILINE)
PAGE = re.compile(r"\]\((\w[\w-]*)\.md\)")


def with_navigation(_app: Sphinx, page: str, source: list[str]) -> None:
    """Give docs/index.md a table of contents for each drawer."""
    if page == "index":
        _, *drawers = DRAWER.split(source[0])
        for title, links in zip(drawers[::2], drawers[1::2], strict=True):
            pages = "\n".join(PAGE.findall(links))
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{pages}\n```\n"


def inline(writer: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a sentence as MathML, which browsers draw without a script."""
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(writer: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own."""
    writer.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Tell Sphinx of the navigation and of the formulas."""
    app.connect("source-read", with_navigation)
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
