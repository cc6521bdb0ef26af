"""The infusion clinic: where the patients of an arm meet and wait for a place."""

from sim.simulation.clinic.arms import follow, only, whole_clinics
from sim.simulation.clinic.calendar import Calendar
from sim.simulation.clinic.engine import Rules, simulate
from sim.simulation.clinic.places import Clinic, Visit

__all__ = ["Calendar", "Clinic", "Rules", "Visit", "follow", "only", "simulate", "whole_clinics"]
