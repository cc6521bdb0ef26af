"""The sections of the page, one file each: a function `section` that returns what a template shows.

A section that does not apply to the results is None. `sim.reports.page.assembled` has their order.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Section(NamedTuple):
    """A section: its name in the page, its entry in the contents, its heading, and its facts.

    `template` is the file of `templates/` that shows the `facts`.
    """

    name: str
    entry: str
    heading: str
    template: str
    facts: dict[str, Any]
