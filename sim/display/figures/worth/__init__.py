"""Figures of costs, QALYs and the value of information, each from arrays and names."""
