"""Costs, quality of life, and the value of knowing more: arithmetic on what happened."""
