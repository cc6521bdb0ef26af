"""Lives to named outcomes: estimates with Monte Carlo error, by arm and as paired differences."""

from sim.outcomes.arm import Persons, Rows, persons
from sim.outcomes.definitions.published import COLUMNS as REPORTED_COLUMNS
from sim.outcomes.definitions.published import against_reported
from sim.outcomes.summary import summarise
from sim.outcomes.sums import CELL, MARK, Tally, Total, Wanted, added, tally

__all__ = [
    "CELL",
    "MARK",
    "REPORTED_COLUMNS",
    "Persons",
    "Rows",
    "Tally",
    "Total",
    "Wanted",
    "added",
    "against_reported",
    "persons",
    "summarise",
    "tally",
]
