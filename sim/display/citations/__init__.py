"""References: the publications that a scenario uses, and mastosim itself, in several formats."""

from sim.display.citations.bibtex import as_bibtex
from sim.display.citations.csl import as_csl
from sim.display.citations.forms import cite
from sim.display.citations.publications import SOFTWARE, Cited, cited
from sim.display.citations.text import as_text

__all__ = ["SOFTWARE", "Cited", "as_bibtex", "as_csl", "as_text", "cite", "cited"]
