"""The version of mastosim, for whoever writes it down or compares it."""

__version__ = "0.2.0"
