"""The command `mastosim`: a thin layer over the library; results on stdout, all else on stderr."""

from sim.cli.main import main

__all__ = ["main"]
