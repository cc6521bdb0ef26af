"""The sections of the page in their order, put into the template."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.display.numbers import typeset
from sim.reports.page import colours, values
from sim.reports.page.contents import Contents
from sim.reports.page.inline_svg import Inline
from sim.reports.page.sections import (
    Section,
    answer,
    checklists,
    figures,
    further,
    inputs,
    lives,
    outcomes,
    record,
    reported,
    size,
    worth,
)  # fmt: skip
from sim.results import Kept
from sim.version import __version__
from sim.vocabulary import Progress

FILE = "report.html"


def write(results: Sequence[Kept], folder: Path, progress: Progress | None = None) -> Path:
    """Write the page of some results to a folder.

    Parameters
    ----------
    results
        Kept results; the page is about the first, the others stand beside it.
    folder
        The folder of the page, which exists.
    progress
        Called with the number of drawings done and to do.

    Returns
    -------
    Path
        The file. The same results give the same bytes.

    Raises
    ------
    Damaged
        For a file of a result that is missing or cannot be read.
    OSError
        Where the file cannot be written.
    """
    path = folder / FILE
    path.write_text(html(results, progress), encoding="utf-8")
    return path


def html(results: Sequence[Kept], progress: Progress | None = None) -> str:
    """The page of some results as text, as `write` writes it."""
    contents = Contents.of(results)
    if progress is not None:
        contents = replace(contents, tick=_ticking(contents, progress))
    sections = [*_sections(contents)]
    drawings = [*_drawings(section.facts for section in sections)]
    used = colours.used_in(drawing.drawing for drawing in drawings)
    document = contents.kept.manifest.headed
    page: str = (
        _environment()
        .get_template("page.html")
        .render(
            title=document["title"],
            question=document["question"],
            manifest=contents.kept.manifest,
            study=contents.study,
            sections=sections,
            glyphs=_glyphs(drawings),
            colours=[(key, colours.on_dark(key)) for key in used],
            version=__version__,
            script_hash=_hash(_source("page.js")),
        )
    )
    return page


def _ticking(contents: Contents, progress: Progress) -> Callable[[], None]:
    """A function that tells of one more drawing: drawings take nearly all of the time."""
    total = sum(each.count(contents) for each in (figures, lives, further, worth))
    numbers = count(1)
    return lambda: progress(next(numbers), total)


def _sections(contents: Contents) -> Iterator[Section]:
    """The sections that apply, in the order of the page."""
    made = (
        answer.section, size.section, figures.design, outcomes.section, worth.section,
        reported.section, figures.section, lives.section, further.sections, inputs.section,
        record.section, checklists.section, inputs.references,
    )  # fmt: skip
    for make in made:
        found = make(contents)
        yield from found if isinstance(found, list) else [found] if found is not None else []


@cache
def _environment() -> Environment:
    """The templates, in which every text is escaped and every missing fact is an error."""
    environment = Environment(
        loader=PackageLoader("sim.reports.page"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["typeset"] = typeset
    environment.globals |= {
        "value": values.value, "rounded": values.rounded, "limits": values.limits,
        "aligned": values.aligned, "source": _source,
    }  # fmt: skip
    return environment


def _source(name: str) -> Markup:
    """A file of the templates as it is: the style sheet or the script."""
    loader = _environment().loader
    assert loader is not None
    return Markup(loader.get_source(_environment(), name)[0])


def _hash(script: str) -> str:
    """The digest by which the page allows its own script and no other."""
    return b64encode(sha256(f"\n{script}\n".encode()).digest()).decode()


def _drawings(facts: Any) -> Iterator[Inline]:
    """Every drawing among the facts of the sections."""
    if isinstance(facts, Inline):
        yield facts
    elif isinstance(facts, dict):
        yield from _drawings(facts.values())
    elif not isinstance(facts, str) and hasattr(facts, "__iter__"):
        for part in facts:
            yield from _drawings(part)


def _glyphs(drawings: Sequence[Inline]) -> Markup:
    """The outline of each letter that a figure uses, once."""
    every = {key: outline for drawing in drawings for key, outline in drawing.glyphs.items()}
    return Markup("".join(every[key] for key in sorted(every)))
