"""The publications that a scenario's numbers rest on, and mastosim itself, as they are cited."""

from sim.citations.bibtex import as_bibtex
from sim.citations.csl import as_csl
from sim.citations.forms import cite
from sim.citations.publications import SOFTWARE, Cited, cited
from sim.citations.text import as_text

__all__ = ["SOFTWARE", "Cited", "as_bibtex", "as_csl", "as_text", "cite", "cited"]
