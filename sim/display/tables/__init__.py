"""Results as tables that people read, on a terminal, in a notebook and in a report.

One file for each kind of result, with one function `printout` that takes data frames and plain
facts, and gives the tables with the lines below them.
"""

from sim.display.tables.sheet import WORDS, Printout, Sheet

__all__ = ["WORDS", "Printout", "Sheet"]
