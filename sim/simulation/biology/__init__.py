"""Scalar formulas of bone, markers, fractures, death and tolerance: no state, no chance."""
