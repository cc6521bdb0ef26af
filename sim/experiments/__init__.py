"""Experiments with a study: runs, comparisons, trials, sweeps, checks and single patients."""
