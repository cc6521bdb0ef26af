"""Tables to named outcomes: estimates with Monte Carlo error, by arm and as paired differences."""

from sim.outcomes.persons import Persons, persons
from sim.outcomes.reported import against_reported
from sim.outcomes.summary import summarise

__all__ = ["Persons", "against_reported", "persons", "summarise"]
