"""How fast the two engines are, measured in one run: `make bench`, or `python -m benchmarks`."""
