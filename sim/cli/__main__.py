"""`python -m sim.cli` is `mastosim`."""

from sim.cli.main import main

main()
