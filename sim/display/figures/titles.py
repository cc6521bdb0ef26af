"""What each figure shows, as its title says it."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "bone_course": "Change of spine and hip bone density from entry",
    "bone_density": "Spine and hip bone density, with single patients",
    "cumulative_fractures": "Mean cumulative number of fractures, all and by site",
    "model": "What acts on what in the model",
    "action": "Action of each therapy over time, as planned and as taken",
    "convergence": "Main outcomes over more and more patients",
    "markers": "Blood markers from entry",
    "on_therapy": "Patients still on each course of therapy",
    "incidence": "First fracture and death from entry",
    "swimmer": "Single patients: therapies, fractures and deaths",
    "waterfall": "Change of spine bone density, patient by patient",
    "stock": "Stock of drugs of the clinic over time",
    "waiting": "Waiting for a place at the clinic, and the interval between doses",
    "schedule": "Treatments and visits as planned",
    "flow": "What became of the patients of each arm",
    "t_scores": "Patients with osteoporosis, osteopenia and normal bone density",
    "cohort": "The patients at entry",
    "differences": "Differences between the arms",
    "against_reported": "Simulated values beside published ones",
    "comparison": "Main outcomes, scenario by scenario",
    "readings": "Main outcomes under each reading of the annual increase",
    "calibration": "Published numbers against the mean of simulated trials",
    "emulation": "Published numbers among simulated trials",
    "two_way": "At which two prices the verdict changes",
    "tornado": "How far each parameter alone moves the difference",
    "spider": "The difference along the interval of each parameter",
    "line": "Outcomes along one parameter",
    "heat_map": "The difference at each combination of parameters",
    "fan": "Bone density over time in all draws of the parameters",
    "probability": "Share of draws in which the difference is at least so large",
    "variance_shares": "Which parameters the variance of the difference comes from",
    "elementary_effects": "Effect of a step in each parameter",
    "power": "Power by size of the trial",
    "checks": "Checks of the program",
    "plane": "Extra cost and extra effect in all draws of the parameters",
    "acceptability": "Probability of being the best buy, by the value of a QALY",
    "loss": "Expected loss of each arm, by the value of a QALY",
    "evppi": "The value of knowing a parameter",
    "costs": "Costs per patient, by what they pay for",
    "trials": "The value of a trial, by its size",
}
"""By the name of a figure; those of one result differ."""
