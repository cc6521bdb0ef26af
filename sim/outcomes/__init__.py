"""Lives to named outcomes: estimates with Monte Carlo error, by arm and as paired differences."""

from sim.outcomes.cells import CELL, MARK, Tally, Total, Wanted, added, tally
from sim.outcomes.persons import Persons, Rows, persons
from sim.outcomes.reported import COLUMNS as REPORTED_COLUMNS
from sim.outcomes.reported import against_reported
from sim.outcomes.summary import summarise

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
