"""What is done with a study: runs, comparisons, trials, sweeps, checks, one patient."""
