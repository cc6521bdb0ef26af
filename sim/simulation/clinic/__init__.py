"""The infusion clinic: where the patients of an arm meet and wait for a place."""

from sim.simulation.clinic.arms import follow, only, whole_clinics
from sim.simulation.clinic.by_chance import outside_of
from sim.simulation.clinic.calendar import Calendar
from sim.simulation.clinic.chairs import Chairs, Room
from sim.simulation.clinic.clinic import Clinic
from sim.simulation.clinic.engine import simulate
from sim.simulation.clinic.lowered import enrolled, enrolment_days, rules_of
from sim.simulation.clinic.outside import Outside
from sim.simulation.clinic.places import Places
from sim.simulation.clinic.rules import Minutes, Rules
from sim.simulation.clinic.supply import Store, Supply, whole_vials
from sim.simulation.clinic.visits import Visit

__all__ = ["Calendar", "Chairs", "Clinic", "Minutes", "Outside", "Places", "Room", "Rules", "Store",
           "Supply", "Visit", "enrolled", "enrolment_days", "follow", "only", "outside_of",
           "rules_of", "simulate", "whole_clinics", "whole_vials"]  # fmt: skip
