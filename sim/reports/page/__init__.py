"""The page of a result: one HTML file that loads no other file, for a clinician and for a reviewer.

`assembled` has the sections in their order; each section has a file in `sections/` and a template.
"""

from sim.reports.page.assembled import FILE, html, write

__all__ = ["FILE", "html", "write"]
