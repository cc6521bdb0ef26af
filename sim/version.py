"""The version of mastosim, without further imports."""

__version__ = "0.2.0"
