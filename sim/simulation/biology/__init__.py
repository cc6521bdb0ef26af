"""Scalar formulas of bone, markers, fractures, death and tolerance, without state or chance."""
